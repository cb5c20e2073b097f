import Basketball
import Pipeline
import PipelineTestKit
import Postgres
import Testing
import Upstream

@Suite struct PeopleRowsTests {
    @Test func theCapturedOfficialsBecomeRowsOfTwoTables() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_referee_assignments/2025-01-08.json") else { return }
        let changed = Array(
            String(decoding: body, as: UTF8.self).replacing(
                #""official1":"John Goble","official1_code":101284"#,
                with: #""official1":"Someone Else","official1_code":99"#
            ).utf8
        )
        try #require(changed != body)
        let date = try GameDate("2025-01-08")
        try await RawContract.read(
            [body, body, changed],
            PayloadSubject("nbac_referee_assignments", date: date),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            // Three officials of each of eight games, and three of the replay centre.
            #expect(results.map(\.changed) == [27, 0, 1])
            let assigned = try await harness.count("nba_raw.nbac_referee_game_assignments WHERE removed_at IS NULL")
            let replay = try await harness.count("nba_raw.nbac_referee_replay_officials WHERE game_date = '2025-01-08'")
            #expect(assigned == 24 && replay == 3)
        }
    }

    @Test func theCapturedMovementBecomesRowsOnce() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_player_movement/full.json.gz") else { return }
        let changed = Array(
            String(decoding: body, as: UTF8.self).replacing(
                "signed guard Cole Anthony to a Contract",
                with: "signed guard Cole Anthony",
                maxReplacements: 1
            ).utf8
        )
        let date = try GameDate("2025-07-17")
        try await RawContract.read(
            [body, body, changed],
            PayloadSubject("nbac_player_movement", date: date),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results.map(\.changed) == [8_730, 0, 1])
            let rows = try await harness.pool.query(
                """
                SELECT player_lookup, nba_player_id, other_team_abbr FROM nba_raw.nbac_player_movement
                WHERE player_slug = 'jonas-valanciunas' AND transaction_date = '2025-07-13'
                """
            )
            #expect(try rows.column("player_lookup", as: String.self) == ["jonasvalanciunas"])
            #expect(try rows.column("nba_player_id", as: Int.self) == [202_685])
            #expect(try rows.column("other_team_abbr", as: String.self) == ["SAC"])
        }
    }

    @Test func theCapturedRosterOfESPNBecomesRowsOfItsTeam() async throws {
        guard let body = try ReferencePayload.bytes("payloads/espn_roster/BOS.json.gz") else { return }
        let changed = Array(
            String(decoding: body, as: UTF8.self).replacing(#""jersey":"88""#, with: #""jersey":"89""#).utf8
        )
        try #require(changed != body)
        let date = try GameDate("2025-06-19")
        try await RawContract.read(
            [body, body, changed],
            PayloadSubject("espn_roster", unit: "BOS", date: date),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results.map(\.changed) == [17, 0, 1])
            let rows = try await harness.pool.query(
                "SELECT player_lookup FROM nba_raw.espn_team_rosters WHERE injury_status = 'Out' ORDER BY 1"
            )
            #expect(try rows.column("player_lookup", as: String.self) == ["jaylenbrown", "jaysontatum"])
            #expect(
                try await harness.count("nba_reference.unresolved_player_name WHERE source = 'espn_team_rosters'") == 17
            )
        }
    }

    @Test func aPageOfBasketballReferenceBecomesRowsOfItsSeason() async throws {
        func page(_ college: String) -> [UInt8] {
            let rows = (1...12).map { number in
                """
                <tr><th data-stat="number">\(number)</th><td data-stat="player"><a href="/players/x/x\(number).html">Man
                \(["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"][number - 1])</a></td>
                <td data-stat="pos">G</td><td data-stat="years_experience">R</td><td data-stat="college">\(college)</td></tr>
                """
            }
            return Array(
                """
                <html><head><title>2023-24 Phoenix Suns Roster and Stats | Basketball-Reference.com</title>
                <link rel="canonical" href="https://www.basketball-reference.com/teams/PHO/2024.html"></head><body>
                <!-- <table id="roster">\(rows.joined())</table> --></body></html>
                """.utf8
            )
        }
        let last = String(decoding: page("Duke"), as: UTF8.self)
        let changed = Array(
            last.replacing("<td data-stat=\"pos\">G</td>", with: "<td data-stat=\"pos\">F</td>", maxReplacements: 1)
                .utf8
        )
        try await RawContract.read(
            [page("Duke"), page("Duke"), changed],
            PayloadSubject("br_season_roster", unit: "PHX", season: Season(startYear: 2023)),
            date: try GameDate("2024-01-15")
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results.map(\.changed) == [12, 0, 1])
            let rookies = try await harness.count(
                """
                nba_raw.br_rosters_current WHERE season_year = 2023 AND team_abbr = 'PHX' AND br_team_code = 'PHO'
                    AND experience_years = 0
                """
            )
            #expect(rookies == 12)
        }
    }
}
