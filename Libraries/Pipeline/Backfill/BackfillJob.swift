public import Basketball
public import Foundation
public import Postgres

/// A range of dates that the services bring through phases, as `nba_orchestration.backfill_job` holds it.
public struct BackfillJob: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        case running
        case paused
        case complete
        case failed
        case cancelled
        case rolledBack = "rolled_back"
    }

    public var name: String
    public var firstDate: GameDate
    public var lastDate: GameDate
    public var firstPhase: Phase
    public var untilPhase: Phase
    /// Most dates open at the same time.
    public var window: Int
    public var state: State
    public var stateReason: String?
    public var actor: String
    public var reason: String
    /// The dates with games up to this day are known; nil before the first.
    public var plannedUntil: GameDate?
    public var createdAt: Date
    public var finishedAt: Date?

    public static let columns: SQL = """
        job_id, first_date, last_date, first_phase, until_phase, window_size, state, state_reason, actor, reason,
        planned_until, created_at, finished_at
        """

    public init(row: PostgresRow) throws {
        name = try row.decode("job_id")
        firstDate = try row.gameDate("first_date")
        lastDate = try row.gameDate("last_date")
        firstPhase = try row.phase("first_phase")
        untilPhase = try row.phase("until_phase")
        window = Int(try row.decode("window_size", as: Int16.self))
        state = try row.enumeration("state")
        stateReason = try row.decode("state_reason")
        actor = try row.decode("actor")
        reason = try row.decode("reason")
        plannedUntil = try row.optionalGameDate("planned_until")
        createdAt = try row.decode("created_at")
        finishedAt = try row.decode("finished_at")
    }

    /// Reads a job; nil when there is none of this name.
    public static func load(_ name: String, from pool: PostgresPool) async throws -> BackfillJob? {
        try await pool.query(
            "SELECT \(sql: columns) FROM nba_orchestration.backfill_job WHERE job_id = \(name)"
        ).first.map { try BackfillJob(row: $0) }
    }

    /// Why the run of a date exists; each attempt has its own.
    public func planKey(_ date: GameDate, attempt: Int) -> String {
        attempt == 1 ? "backfill:\(name):\(date)" : "backfill:\(name):\(date):\(attempt)"
    }

    /// A part of the range that lies in one season.
    public struct Span: Sendable, Hashable {
        public var season: Season
        public var first: GameDate
        public var last: GameDate
    }

    /// The parts of a range, by season and in order.
    public static func spans(from first: GameDate, to last: GameDate) -> [Span] {
        var spans: [Span] = []
        var day = first
        while day <= last {
            let season = Season(containing: day)
            spans.append(Span(season: season, first: day, last: min(last, season.lastDay)))
            day = season.lastDay.adding(days: 1)
        }
        return spans
    }

    /// The part whose dates are not known yet; nil when all are.
    public var nextSpan: Span? {
        Self.spans(from: plannedUntil?.adding(days: 1) ?? firstDate, to: lastDate).first
    }
}

/// What became of a date of a job.
public enum BackfillDateState: String, Sendable, Hashable, CaseIterable {
    case waiting
    case open
    case complete
    /// Ended, with less than everything.
    case degraded
    case failed
    /// Failed or degraded, and somebody takes it as it is.
    case accepted
}
