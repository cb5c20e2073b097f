import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Pipeline

@Suite struct NbacTeamBoxscoreFormsTests {
    @Test func theOlderFormTakesHomeAndAwayFromTheSchedule() async throws {
        let path = "payloads/nbac_team_boxscore_v2/2025-01-15_0022400561.json"
        guard let body = try ReferencePayload.bytes(path) else { return }
        let date = try GameDate("2025-01-15")
        let subject = PayloadSubject("nbac_team_boxscore", unit: "0022400561", date: date)
        try await RawContract.read(
            [body, body],
            subject,
            date: date,
            prepare: RawContract.schedule([("0022400561", "2025-01-15", "NYK", "PHI")])
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success"])
            #expect(results.map(\.changed) == [2, 0])
            let rows = try await harness.pool.query(
                "SELECT game_id, team_abbr, is_home, points, minutes FROM nba_raw.nbac_team_boxscore ORDER BY team_abbr"
            )
            #expect(try rows.column("game_id", as: String.self) == ["20250115_NYK_PHI", "20250115_NYK_PHI"])
            #expect(try rows.column("is_home", as: Bool.self) == [false, true])
            #expect(try rows.column("points", as: Int.self) == [125, 119])
        }
        // Nobody knows yet who is at home: the reading waits for the schedule.
        try await RawContract.read([body], subject, date: date) { results, _ in
            #expect(results.map(\.state) == ["pending"] && results.first?.error?.type == "not_in_schedule")
        }
        try await RawContract.read(
            [body],
            subject,
            date: date,
            prepare: RawContract.schedule([("0022400561", "2025-01-15", "NYK", "BOS")])
        ) { results, _ in
            #expect(results.first?.error?.type == "wrong_subject")
        }
    }
}
