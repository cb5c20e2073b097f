public import Basketball
public import Foundation
public import Pipeline
public import Postgres

/// One run, how far it is, and when it last gave a sign of life.
public struct RunListing: Sendable, Hashable {
    /// Which runs are asked for; nil is any.
    public struct Filter: Sendable, Hashable {
        public var kind: RunKind?
        public var gameDate: GameDate?
        public var state: String?
        public var lane: Lane?
        /// Opened within.
        public var sinceHours: Double?
        public var limit: Int

        public init(
            kind: RunKind? = nil,
            gameDate: GameDate? = nil,
            state: String? = nil,
            lane: Lane? = nil,
            sinceHours: Double? = nil,
            limit: Int = 50
        ) {
            self.kind = kind
            self.gameDate = gameDate
            self.state = state
            self.lane = lane
            self.sinceHours = sinceHours
            self.limit = limit
        }
    }

    public var runID: UUID
    public var kind: RunKind
    public var gameDate: GameDate
    public var lane: Lane
    /// open, complete, unchanged, failed or cancelled.
    public var state: String
    public var isDegraded: Bool
    /// The lowest open phase, or the last one that was; nil when none was.
    public var phase: Phase?
    public var tasks: Int
    public var done: Int
    public var failed: Int
    /// Nil for a run that has ended.
    public var heartbeatAgeSeconds: Double?
    /// alive, slow (5 min) or hung (15 min); nil for a run that has ended.
    public var pulse: String?
    /// From its opening to its end, or to now.
    public var ageSeconds: Double
    /// Median of the runs of its kind and lane that ended well in 30 days; nil without one.
    public var usualSeconds: Double?
    public var correlationID: String
    public var openedBy: String
    /// By the database's clock.
    public var openedAt: Date
    public var finishedAt: Date?
    public var reason: String?

    /// The newest first.
    public static func of(_ filter: Filter, _ pool: PostgresPool) async throws -> [RunListing] {
        let statement = try MonitoringQueries.runs.statement([
            "kind": filter.kind?.rawValue ?? "", "date": filter.gameDate?.description ?? "",
            "state": filter.state ?? "",
            "lane": filter.lane?.rawValue ?? "", "since_hours": filter.sinceHours.map { "\($0)" } ?? "",
            "limit": String(filter.limit),
        ])
        return try await pool.query(statement).map { row in try RunListing(row) }
    }

    private init(_ row: PostgresRow) throws {
        runID = try row.decode("run_id")
        kind = try row.enumeration("kind")
        gameDate = try row.gameDate("game_date")
        lane = try row.enumeration("lane")
        state = try row.decode("state")
        isDegraded = try row.decode("degraded")
        phase = try row.decode("phase", as: Int16?.self).flatMap { Phase(rawValue: Int($0)) }
        tasks = try row.decode("tasks")
        done = try row.decode("done")
        failed = try row.decode("failed")
        heartbeatAgeSeconds = try row.decode("heartbeat_age_seconds")
        pulse = try row.decode("pulse")
        ageSeconds = try row.decode("age_seconds")
        usualSeconds = try row.decode("usual_seconds")
        correlationID = try row.decode("correlation_id")
        openedBy = try row.decode("opened_by")
        openedAt = try row.decode("opened_at")
        finishedAt = try row.decode("finished_at")
        reason = try row.decode("reason")
    }
}
