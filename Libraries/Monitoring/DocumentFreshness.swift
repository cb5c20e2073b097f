public import Basketball
public import Foundation
public import Pipeline
public import Postgres

/// How old one published document is, and whether a change waits too long for it.
public struct DocumentFreshness: Sendable, Hashable {
    public var kind: String
    public var key: String
    public var gameDate: GameDate
    /// The processor that publishes it.
    public var owner: String
    /// Nil when there is none.
    public var version: Int?
    /// Good, degraded, empty or late; nil without a version.
    public var state: String?
    /// Since readers see the version; nil without one.
    public var fileAgeSeconds: Double?
    /// Of the newest capture or grading in it; nil when unknown.
    public var dataAgeSeconds: Double?
    /// Since a change that concerns it waits; nil when none does.
    public var waitsSeconds: Double?
    public var budgetSeconds: Int
    /// fresh, waiting, stale, missing or not due.
    public var verdict: String
    public var isOver: Bool
    /// By the database's clock; nil when nothing is due.
    public var nextDue: Date?

    /// Every document that matters at this moment of the services' clock, those over their budget first.
    public static func of(_ now: Date, due deadline: PredictionDeadline, _ pool: PostgresPool) async throws
        -> [DocumentFreshness]
    {
        let statement = try MonitoringQueries.freshness.statement([
            "now": Instant.text(now), "due": deadline.time.description,
        ])
        return try await pool.query(statement).map { row in try DocumentFreshness(row) }
    }

    private init(_ row: PostgresRow) throws {
        kind = try row.decode("kind")
        key = try row.decode("key")
        gameDate = try row.gameDate("game_date")
        owner = try row.decode("owner")
        version = try row.decode("version", as: Int?.self)
        state = try row.decode("state")
        fileAgeSeconds = try row.decode("file_age_seconds")
        dataAgeSeconds = try row.decode("data_age_seconds")
        waitsSeconds = try row.decode("waits_seconds")
        budgetSeconds = Int(try row.decode("budget_seconds", as: Int32.self))
        verdict = try row.decode("verdict")
        isOver = try row.decode("is_over")
        nextDue = try row.decode("next_due")
    }
}
