import Foundation
import Pipeline
import Postgres
import Testing

/// What a processor depends on is not there.
@Suite("Missing dependencies", .serialized)
struct MissingDependencyTests {
    private static let day = "2023-10-29"

    @Test("Without any box score of a final game nothing is written, the task says why, and what was found is kept")
    func aCriticalChainThatIsGone() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(base: calm.base)
        let rows: SQL = """
            SELECT count(*) FROM nba_analytics.team_offense_game_summary
            WHERE game_date = '2023-10-29' AND removed_at IS NULL
            """
        let before = try await stack.count(rows)
        #expect(before > 0)
        // The rows of the day stand beside what their execution had found.
        let sources = try await stack.count(
            """
            SELECT count(*) FROM nba_analytics.team_offense_game_summary_sources
            WHERE game_date = '2023-10-29' AND source_nbac_boxscore_completeness_pct = 100
                AND source_nbac_boxscore_rows_found = \(before) AND source_nbac_boxscore_last_updated IS NOT NULL
            """
        )
        #expect(sources == before)
        for table in ["nbac_team_boxscore", "nbac_gamebook_player_stats", "nbac_player_boxscores"] {
            try await stack.pool.execute(
                "UPDATE nba_raw.\(identifier: table) SET removed_at = now() WHERE game_date = '2023-10-29'"
            )
        }
        let message = """
            {"processor_name":"team_offense_game_summary","phase":"phase_3_analytics","game_date":"\(Self.day)",
            "status":"success","correlation_id":"without-boxes"}
            """
        try await Wire.with(stack) { wire in
            try await wire.send(.phase3Trigger, key: Array(Self.day.utf8), Array(message.utf8))
            try await stack.until(
                """
                SELECT count(*) FROM nba_orchestration.task AS t JOIN nba_orchestration.run AS r USING (run_id)
                WHERE r.correlation_id = 'without-boxes' AND t.processor = 'team_offense_game_summary'
                    AND t.state = 'failed' AND t.error_type = 'critical_dependency_missing'
                """
            )
            // A critical processor failed, so the run did.
            try await stack.until(
                "SELECT count(*) FROM nba_orchestration.run WHERE correlation_id = 'without-boxes' AND state = 'failed'"
            )
        }
        let missing = try await stack.pool.query(
            """
            SELECT d.source_prefix FROM nba_orchestration.dependency_check AS d
            JOIN nba_orchestration.task AS t USING (execution_id)
            JOIN nba_orchestration.run AS r ON r.run_id = t.run_id
            WHERE r.correlation_id = 'without-boxes' AND d.verdict = 'missing' AND d.is_critical ORDER BY 1
            """
        ).column("source_prefix", as: String.self)
        #expect(missing == ["boxscore_players", "gamebook_players", "nbac_boxscore"])
        #expect(try await stack.count(rows) == before)
        let markers = try await stack.count(
            """
            SELECT count(*) FROM nba_orchestration.change_marker
            WHERE processor = 'team_offense_game_summary' AND game_date = '2023-10-29'
            """
        )
        #expect(markers > 0)
        try await stack.stop()
    }
}
