import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import SourceSim

/// The captured gamebook is there as values only, its file is spoilt: it is laid out anew, read back and compared.
@Suite struct GamebookRowsTests {
    static let path = "payloads/nbac_gamebook/2024-04-10_MEM_CLE_parsed.json"
    static let names = [
        "FG field_goals_made", "FGA field_goals_attempted", "3P three_pointers_made", "3PA three_pointers_attempted",
        "FT free_throws_made", "FTA free_throws_attempted", "OR offensive_rebounds", "DR defensive_rebounds",
        "TOT total_rebounds", "A assists", "PF personal_fouls", "ST steals", "TO turnovers", "BS blocks",
        "+/- plus_minus", "PTS points",
    ].map { String($0.split(separator: " ")[1]) }

    static func subject() throws -> PayloadSubject {
        PayloadSubject(
            "nbac_gamebook_pdf",
            unit: "0022301164",
            date: try GameDate("2024-04-10"),
            teams: TeamPair("MEMCLE")
        )
    }

    /// The captured values as a gamebook. Two of the values are wrong: the reader that made the file ran on from the
    /// visitors' inactive list into the home team's, and so has two of these for both teams.
    static func sheet(_ captured: JSONValue) throws -> GamebookSheet {
        func side(_ name: String, _ nickname: String) throws -> GamebookSheet.Side {
            var side = GamebookSheet.Side(name: name, nickname: nickname)
            func own(_ list: String) -> [JSONValue] {
                (captured[list]?.arrayValue ?? []).filter { $0["team"]?.stringValue == name }
            }
            for player in own("active_players") {
                let stats = try #require(player["stats"])
                side.players.append(
                    .init(
                        name: try #require(player["name"]?.stringValue),
                        played: .init(
                            minutes: try #require(stats["minutes"]?.stringValue),
                            numbers: try names.map { Int(try #require(stats[$0]?.intValue)) }
                        )
                    )
                )
            }
            for player in own("dnp_players") {
                side.players.append(
                    .init(
                        name: try #require(player["name"]?.stringValue),
                        absence: try #require(player["dnp_reason"]?.stringValue)
                    )
                )
            }
            for player in own("inactive_players")
            where !(nickname == "Grizzlies" && ["Merrill", "Wade"].contains(player["name"]?.stringValue)) {
                let reason = try #require(player["reason"]?.stringValue)
                let end = reason.firstRange(of: ") Inactive:")?.lowerBound ?? reason.endIndex
                side.inactive.append((try #require(player["name"]?.stringValue), String(reason[..<end])))
            }
            return side
        }
        return GamebookSheet(
            date: try GameDate("2024-04-10"),
            place: "Rocket Mortgage FieldHouse, Cleveland, OH",
            visitor: try side("Memphis Grizzlies", "Grizzlies"),
            home: try side("Cleveland Cavaliers", "Cavaliers")
        )
    }

    /// Players whose last names are looked for, with two of one name.
    static let players = [
        ("Desmond Bane", "MEM"), ("Jordan Goodwin", "MEM"), ("Jaren Jackson Jr.", "MEM"), ("GG Jackson", "MEM"),
        ("John Konchar", "MEM"), ("Ja Morant", "MEM"), ("Derrick Rose", "MEM"), ("Marcus Smart", "MEM"),
        ("Vince Williams Jr.", "MEM"), ("Ziaire Williams", "MEM"), ("Ty Jerome", "CLE"), ("Sam Merrill", "CLE"),
        ("Dean Wade", "CLE"), ("Tyler Wade", "CLE"),
    ]

    static func prepare(_ harness: TaskHarness) async throws {
        try await RawContract.schedule([(id: "0022301164", date: "2024-04-10", away: "MEM", home: "CLE")])(harness)
        for (number, (name, team)) in players.enumerated() {
            try await harness.pool.execute(
                """
                INSERT INTO nba_raw.nbac_player_list_current
                    (season_year, nba_player_id, player_lookup, player_full_name, team_abbr, is_active)
                VALUES (2023, \(Int64(number)), \(PlayerLookup.normalize(name)), \(name), \(team), true)
                """
            )
        }
        // The injury report tells which of the two Wades is out.
        try await harness.pool.execute(
            """
            INSERT INTO nba_raw.nbac_injury_report
                (report_at, game_id, game_date, season_year, home_team_abbr, away_team_abbr, team_abbr, listed_as,
                 player_lookup, player_full_name, player_name_printed, is_listed, injury_status)
            VALUES ('2024-04-10T16:30:00Z', '20240410_MEM_CLE', '2024-04-10', 2023, 'CLE', 'MEM', 'CLE', 'deanwade',
                    'deanwade', 'Dean Wade', 'Wade, Dean', true, 'out')
            """
        )
    }

    @Test func theCapturedGamebookIsReadBackWhole() async throws {
        guard let bytes = try ReferencePayload.bytes(Self.path) else { return }
        let captured = try JSONValue(parsing: bytes)
        let body = try Self.sheet(captured).document.serialized()
        try await RawContract.read(
            [body, body],
            try Self.subject(),
            date: try GameDate("2024-04-10"),
            prepare: Self.prepare
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success"])
            #expect(results.map(\.changed) == [39, 0])
            let counts = try await harness.pool.query(
                """
                SELECT player_status, count(*) AS n FROM nba_raw.nbac_gamebook_player_stats GROUP BY 1 ORDER BY 1
                """
            )
            #expect(try counts.column("player_status", as: String.self) == ["active", "dnp", "inactive"])
            #expect(try counts.column("n", as: Int.self) == [21, 6, 12])
            for player in captured["active_players"]?.arrayValue ?? [] {
                let name = try #require(player["name"]?.stringValue)
                let rows = try await harness.pool.query(
                    """
                    SELECT to_jsonb(g) AS row FROM nba_raw.nbac_gamebook_player_stats g
                    WHERE player_lookup = \(PlayerLookup.normalize(name))
                    """
                )
                let row = try JSONValue(parsing: try #require(rows.first).decode("row", as: PostgresJSON.self).text)
                for column in Self.names where row[column]?.intValue != player["stats"]?[column]?.intValue {
                    Issue.record("\(name) \(column): \(String(describing: row[column]))")
                }
                let minutes = try #require(try Minutes.parse(player["stats"]?["minutes"]?.stringValue))
                #expect(row["minutes"]?.doubleValue == minutes.minutes)
            }
            let resolved = try await harness.pool.query(
                """
                SELECT player_name_printed || ' ' || coalesce(player_lookup, '-') || ' ' || name_resolution_status AS text
                FROM nba_raw.nbac_gamebook_player_stats WHERE player_status = 'inactive' ORDER BY team_abbr, listed_as
                """
            )
            #expect(
                try resolved.column("text", as: String.self) == [
                    "Jerome tyjerome resolved", "Merrill sammerrill resolved", "Wade deanwade resolved",
                    "Bane desmondbane resolved", "Goodwin jordangoodwin resolved",
                    "Jackson Jr. jarenjacksonjr resolved", "Konchar johnkonchar resolved", "Morant jamorant resolved",
                    "Rose derrickrose resolved", "Smart marcussmart resolved", "Watanabe - not_found",
                    "Williams Jr. vincewilliamsjr resolved",
                ]
            )
            #expect(
                try await harness.count(
                    """
                    nba_raw.nbac_gamebook_player_stats WHERE player_lookup = 'deanwade'
                        AND name_resolution_method = 'roster_and_injury_report' AND name_resolution_confidence = 0.85
                    """
                ) == 1
            )
            #expect(
                try await harness.count(
                    """
                    nba_raw.nbac_gamebook_player_stats WHERE player_lookup = 'santialdama' AND absence_kind = 'NWT'
                        AND absence_reason = 'Injury/Illness - Right Foot; Strain' AND points IS NULL
                    """
                ) == 1
            )
        }
    }

    @Test func aCorrectionIsExactlyTheChangedPlayer() async throws {
        guard let bytes = try ReferencePayload.bytes(Self.path) else { return }
        var sheet = try Self.sheet(try JSONValue(parsing: bytes))
        let before = sheet.document.serialized()
        // One assist more.
        sheet.home.players[0].played?.numbers[9] += 1
        try await RawContract.read(
            [before, sheet.document.serialized()],
            try Self.subject(),
            date: try GameDate("2024-04-10"),
            prepare: Self.prepare
        ) { results, _ in
            #expect(results.map(\.changed) == [39, 1])
        }
    }
}
