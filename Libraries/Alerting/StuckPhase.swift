public import Basketball
public import Foundation
public import Pipeline
public import Postgres

/// A phase whose tasks have all ended and that its owner does not close.
public struct StuckPhase: Sendable, Hashable {
    public var phase: Phase
    public var runID: UUID
    public var date: GameDate
    public var correlationID: String
    public var since: Date

    /// The executable that should close it.
    public var owner: String {
        switch phase {
        case .scrapers, .raw: "phase2-to-phase3"
        case .analytics: "phase3-to-phase4"
        case .precompute: "phase4-to-phase5"
        case .predictions, .publishing: phase.name
        }
    }

    /// Finds them, the oldest first. A date that waits for its history does so on purpose.
    ///
    /// - Parameters:
    ///   - limit: how long a phase may stay open, by the database's clock.
    ///   - date: of this game date only.
    public static func find(
        limit: Duration,
        date: GameDate? = nil,
        in transaction: PostgresTransaction
    ) async throws -> [StuckPhase] {
        let rows = try await transaction.query(
            """
            WITH ended AS (
                SELECT p.run_id, p.phase, r.game_date, r.correlation_id, max(GREATEST(t.finished_at, p.opened_at)) AS since
                FROM nba_orchestration.run AS r JOIN nba_orchestration.run_phase AS p USING (run_id)
                JOIN nba_orchestration.task AS t ON t.run_id = p.run_id
                    AND (t.phase = p.phase OR p.phase = 2 AND t.phase = 1)
                WHERE r.state = 'open' AND p.state = 'open' AND p.phase BETWEEN 2 AND 6
                    AND (\(date?.postgres)::date IS NULL OR r.game_date = \(date?.postgres))
                GROUP BY p.run_id, p.phase, r.game_date, r.correlation_id
                HAVING bool_and(t.is_terminal)
                    AND max(GREATEST(t.finished_at, p.opened_at)) < now() - \(limit / .seconds(1)) * interval '1 second'
            )
            SELECT run_id, phase, game_date, correlation_id, since FROM ended AS e
            WHERE phase <> 3 OR NOT EXISTS (SELECT 1 FROM nba_orchestration.history_missing(ARRAY[e.game_date]))
            ORDER BY since, run_id
            """
        )
        return try rows.map { row in
            StuckPhase(
                phase: try row.phase("phase"),
                runID: try row.decode("run_id"),
                date: try row.gameDate("game_date"),
                correlationID: try row.decode("correlation_id"),
                since: try row.decode("since")
            )
        }
    }
}
