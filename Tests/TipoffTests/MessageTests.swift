import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// What `tipoff messages` shows of what was told.
@Suite struct MessageTests {
    private static let pending = UUID()

    /// A run and three of its messages: one that is done, one that is sent, one that the broker has not got; and one of
    /// nobody's run.
    private static func prepare(_ pool: PostgresPool) async throws -> UUID {
        let runID = UUID()
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run
                (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by)
            VALUES (\(runID), 'full', '2024-01-15', 'live', 1, 6, 'monday', 'k', 'test')
            """
        )
        for (number, (id, state, topic, run)) in [
            (UUID(), "done", "nba-phase1-trigger", runID), (UUID(), "sent", "nba-phase2-raw-complete", runID),
            (pending, "pending", "nba-phase3-trigger", runID), (UUID(), "done", "nba-phase3-trigger", nil as UUID?),
        ].enumerated() {
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.outbox
                    (message_id, producer, topic, payload, headers, run_id, state, sends, created_at)
                VALUES (\(id), 'raw', \(topic),
                        '{"processor_name":"nbac_schedule","unit":"*","status":"success","game_date":"2024-01-15",
                          "correlation_id":"monday"}',
                        '{"content-type":"application/json"}', \(run), \(state), 1,
                        now() - \(Double(10 - number)) * interval '1 hour')
                """
            )
        }
        return runID
    }

    @Test("Messages are found by topic, run, correlation, state and age, the newest first")
    func filters() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let runID = try await Self.prepare(pool)
            func states(_ filter: String...) async throws -> [String] {
                let result = await tipoff(["messages", "ls", "--json"] + filter, environment: environment)
                result.expect(0)
                return try result.json().arrayValue?.compactMap { $0["state"]?.stringValue } ?? []
            }
            var found = try await states()
            #expect(found == ["done", "pending", "sent", "done"])
            found = try await states("--run", runID.uuidString)
            #expect(found == ["pending", "sent", "done"])
            found = try await states("--correlation", "monday", "-n", "1")
            #expect(found == ["pending"])
            found = try await states("--topic", "nba-phase3-trigger")
            #expect(found == ["done", "pending"])
            found = try await states("--state", "sent")
            #expect(found == ["sent"])
            found = try await states("--since", "450m")
            #expect(found == ["done"])
            let text = await tipoff("messages", "ls", "--state", "pending", environment: environment)
            #expect(text.output.contains("nbac_schedule success"))
            #expect(text.output.contains("next: tipoff messages show \(Self.pending.uuidString.lowercased())"))
            await tipoff("messages", "ls", "--topic", "no-topic", environment: environment).expect(2)
        }
    }

    @Test("A message is shown with its headers and payload; one that is not on record is a problem with a next step")
    func show() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            _ = try await Self.prepare(pool)
            let shown = await tipoff("messages", "show", Self.pending.uuidString, "--json", environment: environment)
            shown.expect(0)
            let message = try shown.json()
            #expect(message["payload"]?["processor_name"] == "nbac_schedule")
            #expect(message["headers"]?["content-type"] == "application/json")
            let text = await tipoff("messages", "show", Self.pending.uuidString, environment: environment)
            text.expect(0)
            #expect(text.output.contains("next: tipoff trace monday"))
            let unknown = await tipoff("messages", "show", UUID().uuidString, environment: environment)
            unknown.expect(1)
            #expect(unknown.errors.contains("next: tipoff messages ls"))
        }
    }
}
