import Basketball
import Foundation
import PipelineTestKit
import Postgres
import Raw
import Testing
import Upstream

@testable import Pipeline

/// What an operator says is a source like any other.
@Suite struct OperatorPlayerStatusTests {
    static func payload(_ status: InjuryStatus?, until: String = "2024-01-17") throws -> OperatorStatusPayload {
        OperatorStatusPayload(
            playerLookup: "joelembiid",
            playerName: "Joel Embiid",
            team: try Team(tricode: "PHI"),
            status: status,
            days: try GameDate("2024-01-15")...GameDate(until),
            reason: "left the warm-up",
            actor: "ann",
            enteredAt: RawContract.captured
        )
    }

    static func subject() throws -> PayloadSubject {
        PayloadSubject("operator_player_status", unit: "joelembiid", date: try GameDate("2024-01-15"))
    }

    @Test(arguments: [InjuryStatus.out, nil])
    func aWordComesBackFromItsPayload(status: InjuryStatus?) throws {
        let payload = try Self.payload(status)
        #expect(try OperatorStatusPayload.parse(payload.json.encoded) == payload)
    }

    @Test func wordsBecomeRowsAndWhatHasBeenReadIsReadOnce() async throws {
        var back = try Self.payload(nil)
        back.enteredAt.addTimeInterval(3600)
        try await RawContract.read(
            [try Self.payload(.out).json.encoded, try Self.payload(.out).json.encoded, back.json.encoded],
            try Self.subject(),
            date: try GameDate("2024-01-15")
        ) { results, harness in
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(results.map(\.changed) == [1, 0, 1])
            let rows = try await harness.pool.query(
                """
                SELECT injury_status, team_abbr, until_date = '2024-01-17' AS is_until FROM nba_raw.operator_player_status
                WHERE removed_at IS NULL ORDER BY entered_at
                """
            )
            #expect(try rows.column("injury_status", as: String?.self) == ["out", nil])
            #expect(try rows.column("team_abbr", as: String.self) == ["PHI", "PHI"])
            #expect(try rows.column("is_until", as: Bool.self) == [true, true])
            let marked = try await harness.pool.query(
                "SELECT DISTINCT kind, entity FROM nba_orchestration.change_marker WHERE processor LIKE 'upcoming_player%'"
            )
            #expect(try Set(marked.column("entity", as: String.self)) == ["PHI", "joelembiid"])
        }
    }

    // A word of no list, days that end before they begin, somebody else, a moment that is none.
    @Test(arguments: [
        ("\"status\":\"out\"", "\"status\":\"hurt\"", "unexpected_structure"),
        ("\"until\":\"2024-01-17\"", "\"until\":\"2024-01-14\"", "unexpected_structure"),
        ("\"player_lookup\":\"joelembiid\"", "\"player_lookup\":\"tyresemaxey\"", "wrong_subject"),
        ("\"team\":\"PHI\"", "\"team\":\"XYZ\"", "unexpected_structure"),
        ("\"entered_by\":\"ann\",", "", "unexpected_structure"),
    ])
    func whatIsNoWordIsNotTaken(part: String, instead: String, type: String) async throws {
        let text = String(decoding: try Self.payload(.out).json.encoded, as: UTF8.self)
        #expect(text.contains(part))
        try await RawContract.read(
            [Array(text.replacingOccurrences(of: part, with: instead).utf8)],
            try Self.subject(),
            date: try GameDate("2024-01-15")
        ) { results, harness in
            #expect(results.map(\.state) == ["failed"])
            #expect(results.first?.error?.type == type)
            let rows = try await harness.count("nba_raw.operator_player_status")
            #expect(rows == 0)
        }
    }
}
