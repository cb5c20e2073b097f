import Basketball
import Foundation
import Pipeline
import Postgres

/// How much of a host is asked on one Eastern day, counted over all replicas and restarts. What is beyond a host's budget is not
/// asked: retries that go wild and plans that are paid by credits must end somewhere.
///
/// Counted are requests; where an answer says what it cost, its credits.
struct SourceBudget: Sendable {
    /// The most of one day, by host name. A host without a budget is not counted.
    let limits: [String: Int]

    /// What backfills may use of a day; the rest is for what is needed tonight.
    static let backfillShare = 0.8
    /// From this share on people are told.
    static let warningShare = 0.8

    /// What a host has used of its day.
    struct Use: Sendable, Hashable {
        var host: String
        var spent: Int
        /// Requests that were not made for want of budget.
        var refused: Int
        var limit: Int

        var isLow: Bool { Double(spent) >= SourceBudget.warningShare * Double(limit) }
    }

    /// Takes a request out of the day's budget. Throws a permanent ``TaskError`` `budget_spent` when nothing is left: no
    /// attempt of the same day can do better.
    func take(_ host: String, for lane: Lane = .live, at now: Date, from pool: PostgresPool) async throws {
        guard let whole = limits[host] else { return }
        let limit = lane == .backfill ? Int(Self.backfillShare * Double(whole)) : whole
        let day = LeagueClock.gameDate(of: now)
        let taken = try await pool.execute(
            """
            INSERT INTO nba_orchestration.source_use AS u (host, day, spent)
            SELECT \(host), \(day.postgres), 1 WHERE \(Int64(limit)) > 0
            ON CONFLICT (host, day) DO UPDATE SET spent = u.spent + 1 WHERE u.spent < \(Int64(limit))
            """
        )
        guard taken == 0 else { return }
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.source_use AS u (host, day, refused) VALUES (\(host), \(day.postgres), 1)
            ON CONFLICT (host, day) DO UPDATE SET refused = u.refused + 1
            """
        )
        throw TaskError(
            .permanent,
            type: "budget_spent",
            "\(host) has been asked \(limit) times on \(day) and is not asked again before the next day; "
                + "TIPOFF_SOURCE_BUDGETS raises the budget"
        )
    }

    /// Adds what a request cost beyond the one that was taken for it: retries, and credits.
    func add(_ more: Int, to host: String, at now: Date, in pool: PostgresPool) async throws {
        // An answer may also have cost nothing.
        guard more != 0, limits[host] != nil else { return }
        try await pool.execute(
            """
            UPDATE nba_orchestration.source_use SET spent = greatest(spent + \(Int64(more)), 0)
            WHERE host = \(host) AND day = \(LeagueClock.gameDate(of: now).postgres)
            """
        )
    }

    /// What the hosts with a budget have used on a day.
    func uses(on day: GameDate, _ pool: PostgresPool) async throws -> [Use] {
        guard !limits.isEmpty else { return [] }
        let rows = try await pool.query(
            """
            SELECT host, spent, refused FROM nba_orchestration.source_use
            WHERE day = \(day.postgres) AND host = ANY(\(limits.keys.sorted())) ORDER BY host
            """
        )
        return try rows.compactMap { row in
            let host: String = try row.decode("host")
            guard let limit = limits[host] else { return nil }
            return Use(
                host: host,
                spent: Int(try row.decode("spent", as: Int64.self)),
                refused: Int(try row.decode("refused", as: Int64.self)),
                limit: limit
            )
        }
    }
}
