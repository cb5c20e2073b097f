import Basketball
import Foundation
import Pipeline
import Postgres
import Synchronization
import Warehouse

/// The players' seasons before a date, as the documents show them.
struct SlateHistory: Sendable {
    var statistics: [String: Slate.SeasonStatistics]
    /// The newest game first, at most ten.
    var recent: [String: [Slate.PastGame]]
}

/// Remembers what lies before a slate: it is most of what a document is made of, and a change of tonight's lines does not
/// touch it. Kept while the heads of the table stand where they stood when it was read; every write moves one.
final class SlateHistories: Sendable {
    private struct Entry {
        var date: GameDate
        var heads: Heads
        var history: SlateHistory
    }

    /// Where the table stood: how many dates it had rows of, and how often they were written.
    private struct Heads: Hashable, Sendable {
        var dates: Int
        var writes: Int
    }

    /// The slate and the one that follows it.
    private static let capacity = 2
    private let entries = Mutex<[Entry]>([])

    func history(before date: GameDate, _ reader: SnapshotReader) async throws -> SlateHistory {
        let heads = try await Self.heads(before: date, reader)
        if let kept = entries.withLock({ $0.first { $0.date == date && $0.heads == heads } }) { return kept.history }
        let history = SlateHistory(
            statistics: try await Self.statistics(before: date, reader),
            recent: try await Self.recentGames(before: date, reader)
        )
        entries.withLock { entries in
            entries.removeAll { $0.date == date }
            entries.append(Entry(date: date, heads: heads, history: history))
            if entries.count > Self.capacity { entries.removeFirst() }
        }
        return history
    }

    private static func heads(before date: GameDate, _ reader: SnapshotReader) async throws -> Heads {
        let row = try await reader.query(
            """
            SELECT count(*) AS dates, COALESCE(sum(version), 0)::bigint AS writes FROM nba_orchestration.snapshot_head
            WHERE table_name = \(PlayerGameSummary.table.name) AND scope < \(WriteScope.date(date).headKey)
            """
        ).one()
        return Heads(dates: try row.decode("dates"), writes: try row.decode("writes"))
    }

    /// Seasons' games that count as history; exhibition games do not.
    private static let countedTypes = [
        SeasonType.regular, .playoffs, .playIn, .cupFinal,
    ].map(\.rawValue)

    private static func statistics(
        before date: GameDate,
        _ reader: SnapshotReader
    ) async throws -> [String: Slate.SeasonStatistics] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, count(*) AS games, avg(points)::double precision AS points,
                   avg(minutes_played) AS minutes,
                   sum(fg_makes)::double precision / nullif(sum(fg_attempts), 0) AS field_goal_share,
                   sum(three_pt_makes)::double precision / nullif(sum(three_pt_attempts), 0) AS three_point_share,
                   avg(plus_minus)::double precision AS plus_minus,
                   avg(ft_attempts)::double precision AS free_throw_attempts,
                   avg(points) FILTER (WHERE game_date >= \(date.adding(days: -30).postgresDate))::double precision
                       AS points_last_30_days
            FROM nba_analytics.player_game_summary
            WHERE season_year = \(Season(containing: date).startYear) AND game_date < \(date.postgresDate)
                AND player_status = 'active' AND removed_at IS NULL
                AND season_type = ANY(\(countedTypes))
            GROUP BY player_lookup
            """
        )
        var statistics: [String: Slate.SeasonStatistics] = [:]
        for row in rows {
            statistics[try row.decode("player_lookup", as: String.self)] = Slate.SeasonStatistics(
                games: try row.decode("games"),
                points: try row.decode("points"),
                minutes: try row.decode("minutes"),
                fieldGoalShare: try row.decode("field_goal_share"),
                threePointShare: try row.decode("three_point_share"),
                plusMinus: try row.decode("plus_minus"),
                freeThrowAttempts: try row.decode("free_throw_attempts"),
                pointsLast30Days: try row.decode("points_last_30_days")
            )
        }
        return statistics
    }

    private static func recentGames(
        before date: GameDate,
        _ reader: SnapshotReader
    ) async throws -> [String: [Slate.PastGame]] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, player_status, points, minutes_played, points_line, home_game, plus_minus FROM (
                SELECT *, row_number() OVER (PARTITION BY player_lookup ORDER BY game_date DESC) AS place
                FROM nba_analytics.player_game_summary
                WHERE season_year = \(Season(containing: date).startYear) AND game_date < \(date.postgresDate)
                    AND removed_at IS NULL AND season_type = ANY(\(countedTypes))
            ) AS g WHERE place <= 10 ORDER BY player_lookup, place
            """
        )
        var games: [String: [Slate.PastGame]] = [:]
        for row in rows {
            games[try row.decode("player_lookup", as: String.self), default: []].append(
                Slate.PastGame(
                    hasPlayed: try row.decode("player_status", as: String.self) == "active",
                    points: try row.decode("points"),
                    minutes: try row.decode("minutes_played"),
                    line: try row.decode("points_line"),
                    isHome: try row.decode("home_game"),
                    plusMinus: try row.decode("plus_minus")
                )
            )
        }
        return games
    }
}
