import Foundation
import Pipeline
import Postgres
import Testing

/// What an operator types by hand, with a program that knows nothing of Tipoff.
@Suite("Messages by hand", .serialized)
struct ManualMessageTests {
    @Test(
        "A message with the older names opens one manual run that ends as published documents",
        arguments: [Topic.phase3AnalyticsComplete, .phase3Trigger]
    )
    func publishes(topic: Topic) async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(base: calm.base)
        let date = Undisturbed.slate
        let loaded = try await stack.open(.full, date, until: .precompute)
        #expect(try await stack.wait(loaded) == "complete")
        let correlation = "by-hand-\(topic.rawValue)"
        let sample = """
            {"processor_name":"PlayerGameSummaryProcessor","phase":"phase_3_analytics","execution_id":"unique-id",\
            "correlation_id":"\(correlation)","game_date":"\(date)","output_table":"player_game_summary",\
            "output_dataset":"nba_analytics","status":"success","record_count":450,"duration_seconds":28.5,"metadata":{}}
            """
        let message = WireMessage(topic: topic.rawValue, key: date, payload: Array(sample.utf8))
        try await Wire.with(stack) { wire in
            // Reports of one thing done join in one run; each message on a trigger's topic asks for a run.
            try await wire.send(Array(repeating: message, count: topic == .phase3Trigger ? 1 : 3))
            try await stack.until(
                """
                SELECT count(*) FROM nba_orchestration.run WHERE correlation_id = \(correlation) AND state <> 'open'
                """,
                seconds: 90
            )
            try await wire.drain([message])
        }
        let run = try await stack.pool.query(
            """
            SELECT run_id, kind, state, concat_ws('; ', reason, (
                SELECT string_agg(processor || ': ' || error_type || ' ' || COALESCE(error_message, ''), '; ')
                FROM nba_orchestration.task AS t WHERE t.run_id = r.run_id AND state = 'failed')) AS reason
            FROM nba_orchestration.run AS r WHERE correlation_id = \(correlation)
            """
        ).one()
        #expect(try run.decode("kind", as: String.self) == "manual")
        let state = try run.decode("state", as: String.self)
        let reason = try run.decode("reason", as: String?.self) ?? ""
        #expect(state == "complete", "\(reason)")
        let runID = try run.decode("run_id", as: UUID.self)
        let documents = try await stack.pool.query(
            "SELECT DISTINCT kind FROM nba_publishing.document WHERE run_id = \(runID) AND game_date = \(date)::date"
        ).column("kind", as: String.self)
        #expect(Set(documents).isSuperset(of: ["tonight", "predictions"]), "published: \(documents)")
        #expect(try await stack.deadLetters() == [])
        try await stack.stop()
    }
}
