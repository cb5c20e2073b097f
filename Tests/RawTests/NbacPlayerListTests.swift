import Basketball
import Pipeline
import PipelineTestKit
import Postgres
import Testing
import Upstream

@Suite struct NbacPlayerListTests {
    @Test func theCapturedListBecomesRowsOnceAndATradeIsOneChange() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_player_list/season_2025-26.json.gz") else { return }
        let traded = Array(
            String(decoding: body, as: UTF8.self).replacing(
                #""bam-adebayo",1610612748,"heat",0,"Miami","Heat","MIA""#,
                with: #""bam-adebayo",1610612752,"knicks",0,"New York","Knicks","NYK""#
            ).utf8
        )
        try #require(traded != body)
        let date = try GameDate("2025-11-20")
        try await RawContract.read(
            [body, body, traded],
            PayloadSubject("nbac_player_list", date: date),
            date: date
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            // A trade concerns his new team and the one that he left.
            #expect(results.map(\.changed) == [594, 0, 2])
            #expect(results[1].outcome?.skipReason == "same_payload")
            let teams = try await harness.pool.query(
                "SELECT team_abbr FROM nba_raw.nbac_player_list_current WHERE player_lookup = 'bamadebayo'"
            )
            #expect(try teams.column("team_abbr", as: String.self) == ["NYK"])
        }
    }

    @Test func theListOfAnotherSeasonIsRefused() async throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_player_list/season_2025-26.json.gz") else { return }
        let date = try GameDate("2024-01-15")
        try await RawContract.read([body], PayloadSubject("nbac_player_list", date: date), date: date) { results, _ in
            #expect(results.map(\.state) == ["failed"])
        }
    }
}
