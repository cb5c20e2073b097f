import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing

@testable import TipoffCommands

/// A task that cannot succeed, and its replay.
@Suite struct DeadLetterTaskTests {
    private struct Failing: Processor {
        static let name = "nbac_referee_game_assignments"
        func execute(_ execution: Execution) async throws -> Outcome {
            throw TaskError(.permanent, type: "unreadable", "no formula")
        }
    }

    private static let scraper = "nbac_referee_assignments"

    private func letters(_ harness: TaskHarness) async throws -> [String] {
        try await harness.pool.query(
            """
            SELECT state || ' ' || attempts || ' ' || processor || ' ' || (replay_of IS NOT NULL) AS text
            FROM nba_orchestration.dead_letter ORDER BY dead_letter_id
            """
        ).column("text", as: String.self)
    }

    @Test func aTaskThatFailsAgainInItsReplayIsTheSameLetterWithAnAttemptMore() async throws {
        try await TaskHarness.with { harness in
            let date = try GameDate("2024-01-15")
            let run = try await harness.open(.pregame, date, only: [])
            try await harness.handOver(
                [
                    "status": "success", "object_path": "nba-com/referee-assignments/2024-01-15/20240115_140000.json",
                    "captured_at": "2024-01-15T14:00:00Z",
                ],
                scraper: Self.scraper,
                run: run
            )
            try await harness.work(run, .raw, [Failing()])
            let filed = try await letters(harness)
            #expect(filed == ["new 1 nbac_referee_game_assignments false"])
            let id: Int64 = try await harness.pool.query("SELECT dead_letter_id FROM nba_orchestration.dead_letter")
                .scalar()
            for attempt in 2...3 {
                let replay = DeadLetterReplay(
                    pool: harness.pool,
                    registry: harness.registry,
                    today: date,
                    now: Date(),
                    actor: "tipoff:ann",
                    isForced: true
                )
                let message = try await replay.record(id, corrected: nil, reason: "mended")
                let sent = try await letters(harness)
                #expect(sent.count == 1 && sent[0].hasPrefix("replayed"))
                let manual = ManualRuns(registry: harness.registry, role: "raw")
                let opened = try await harness.pool.transaction { transaction in
                    try await manual.accept(message.envelope, on: message.topic, now: Date(), in: transaction)
                }
                try await harness.work(opened.run, .raw, [Failing()])
                let now = try await letters(harness)
                #expect(now == ["new \(attempt) nbac_referee_game_assignments false"])
            }
            let history = try await DeadLetterStore(pool: harness.pool).history(of: id)
            #expect(history.count == 4)
        }
    }
}
