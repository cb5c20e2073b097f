public import Basketball
import Foundation
public import Postgres

/// How far a job is.
public struct BackfillProgress: Sendable, Hashable {
    public var counts: [BackfillDateState: Int] = [:]
    /// The first date that is open.
    public var at: GameDate?
    /// Dates that ended within the last half minute, and the seconds of it in which the job had dates open.
    var recent = 0
    var recentSeconds = 0.0

    public init() {}

    init(counts: [BackfillDateState: Int], at: GameDate?, recent: Int, recentSeconds: Double) {
        self.counts = counts
        self.at = at
        self.recent = recent
        self.recentSeconds = recentSeconds
    }

    /// The window over which the rate is taken, in seconds.
    static let rateSeconds = 30.0

    public static func load(_ job: String, from pool: PostgresPool) async throws -> BackfillProgress {
        let rows = try await pool.query(
            """
            SELECT state, count(*) AS dates, min(game_date) AS first,
                   count(*) FILTER (WHERE ended_at > now() - \(rateSeconds) * interval '1 second') AS recent,
                   extract(epoch FROM now() - min(opened_at))::float8 AS seconds
            FROM nba_orchestration.backfill_date WHERE job_id = \(job) GROUP BY state
            """
        )
        var progress = BackfillProgress()
        for row in rows {
            let state: BackfillDateState = try row.enumeration("state")
            progress.counts[state] = Int(try row.decode("dates", as: Int64.self))
            progress.recent += Int(try row.decode("recent", as: Int64.self))
            progress.recentSeconds = max(progress.recentSeconds, try row.decode("seconds", as: Double?.self) ?? 0)
            if state == .open { progress.at = try row.gameDate("first") }
        }
        progress.recentSeconds = min(progress.recentSeconds, rateSeconds)
        return progress
    }

    public subscript(state: BackfillDateState) -> Int { counts[state] ?? 0 }

    public var total: Int { counts.values.reduce(0, +) }
    public var ended: Int { total - self[.waiting] - self[.open] }
    /// Dates that ended, a second; nil while none has.
    public var datesPerSecond: Double? {
        recent > 0 && recentSeconds > 0 ? Double(recent) / recentSeconds : nil
    }
    /// Seconds until the last known date ends at this rate; nil while there is no rate.
    public var remainingSeconds: Double? { datesPerSecond.map { Double(total - ended) / $0 } }
}
