import Foundation
import Pipeline
import Postgres
import Testing

/// Tasks whose execution never ends well, each in a service of its own.
@Suite("Poisons", .serialized)
struct PoisonTests {
    @Test("A task that crashes or hangs its process ends as a dead letter, and everything else of its run is done")
    func poisons() async throws {
        let calm = try await Undisturbed.shared
        let crashing = try #require(calm.events.first)
        let hanging = try #require(calm.events.last)
        let blocking = try #require(calm.players.last)
        let hasty = ["TIPOFF_TASK_TIMEOUT": "4s", "TIPOFF_STUCK_AFTER": "3s"]
        let stack = try await Stack.start(
            poisons: [
                "raw": "odds_api_player_points_props/\(crashing)=crash",
                "scrapers": "oddsa_game_lines/\(hanging)=hang",
                "predictions": "player_predictions/\(blocking)=block",
            ],
            own: ["scrapers": hasty, "predictions": hasty],
            settings: ["TIPOFF_MAXIMUM_ATTEMPTS": "3"],
            base: calm.base
        )
        stack.watchLiveness(["scrapers", "predictions"])
        let run = try await stack.open(.full, Undisturbed.slate)
        #expect(try await stack.wait(run, seconds: 240) == "complete")

        let letters = try await stack.deadLetters()
        #expect(letters.contains("crashed_or_hung odds_api_player_points_props/\(crashing) 3"))
        #expect(letters.contains("hung oddsa_game_lines/\(hanging) 3"))
        #expect(letters.contains { $0.contains("hung player_predictions/\(blocking)") })
        let failed = try await stack.pool.query(
            """
            SELECT processor || '/' || unit AS task FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND state NOT IN ('success', 'no_data', 'partial') ORDER BY task
            """
        ).column("task", as: String.self)
        #expect(
            failed == [
                "odds_api_game_lines/\(hanging)", "odds_api_player_points_props/\(crashing)",
                "oddsa_game_lines/\(hanging)", "player_predictions/\(blocking)",
            ]
        )
        #expect(stack.restarted.filter { $0 == "raw" }.count == 3, "it crashes once an attempt")
        #expect(stack.restarted.contains("scrapers"), "a hang that nothing ends must cost the process its liveness")
        #expect(stack.restarted.contains("predictions"))
        let listed = try await stack.tipoff("dlq", "ls")
        #expect(listed.code == 0 && listed.output.contains("crashed_or_hung"))

        // With the cause gone, replaying the dead letters brings everything to where it would have been.
        for service in ["raw", "scrapers", "predictions"] { try await stack.cure(service) }
        for letter in try await stack.letterIDs() {
            let replayed = try await stack.tipoff(
                "dlq",
                "replay",
                String(letter),
                "--reason",
                "cured",
                "--yes",
                "--json"
            )
            #expect(replayed.code == 0, "\(replayed.output)")
            #expect(try await stack.waitForReplay(of: letter) != "failed")
        }
        try await calm.expectSameTables(stack)
        try await stack.expectOneTriggerEach()
        try await stack.stop()
    }
}

extension Stack {
    func letterIDs() async throws -> [Int64] {
        try await pool.query(
            "SELECT dead_letter_id FROM nba_orchestration.dead_letter WHERE state = 'new' ORDER BY dead_letter_id"
        ).column("dead_letter_id", as: Int64.self)
    }

    /// Waits for the run that a replayed dead letter opened, and returns its state.
    func waitForReplay(of letter: Int64) async throws -> String {
        let run: SQL = """
            SELECT r.run_id FROM nba_orchestration.run AS r
            JOIN nba_orchestration.dead_letter AS d ON r.plan_key = 'msg:' || d.replay_message_id::text
            WHERE d.dead_letter_id = \(letter)
            """
        // The replay of another letter may have brought the work with it: then nothing is sent.
        let state = try await pool.query(
            "SELECT state FROM nba_orchestration.dead_letter WHERE dead_letter_id = \(letter)"
        ).one().decode("state", as: String.self)
        if state == "resolved" { return state }
        try await until("SELECT count(*) FROM (\(sql: run)) AS r")
        let runID = try await pool.query(run).one().decode("run_id", as: UUID.self)
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let state = try await pool.query(
                "SELECT state FROM nba_orchestration.run WHERE run_id = \(runID)"
            ).one().decode("state", as: String.self)
            if state != "open" { return state }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw StackError(description: "the replay of dead letter \(letter) did not end")
    }
}
