public import Basketball
public import Foundation
import Pipeline
public import Postgres

/// The daily sign of life: what yesterday came to, what today has, and what is open. Once a league day; that it comes is
/// what says that everything else would have come, too.
public struct AllWell: Sendable {
    public static let signature = "all_well"

    public var pool: PostgresPool
    public var owner: String

    public init(pool: PostgresPool, owner: String) {
        self.pool = pool
        self.owner = owner
    }

    /// Tells it when its time has come and nobody has.
    ///
    /// - Returns: whether it was told now.
    @discardableResult
    public func tell(at time: EasternTimeOfDay, now: Date) async throws -> Bool {
        let today = LeagueClock.gameDate(of: now)
        guard now >= time.instant(on: today) else { return false }
        return try await pool.transaction { transaction in
            let isTold: Bool = try await transaction.query(
                """
                SELECT EXISTS (SELECT 1 FROM nba_orchestration.alert_message
                               WHERE signature = \(Self.signature) AND window_key = \(today.description))
                """
            ).scalar()
            guard !isTold else { return false }
            let message = try await message(of: today, now: now, in: transaction)
            // The key decides between two who found it missing.
            return try await transaction.execute(message.insert(windowKey: today.description, by: owner)) == 1
        }
    }

    private func message(
        of today: GameDate,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> AlertMessage {
        let yesterday = today.adding(days: -1)
        let row = try await transaction.query(
            """
            SELECT (SELECT count(*) FROM nba_raw.nbac_schedule
                    WHERE game_date = \(yesterday.postgres) AND removed_at IS NULL AND NOT is_postponed
                        AND season_type IN ('regular', 'playoffs', 'play_in')) AS games_yesterday,
                   (SELECT count(DISTINCT (player_lookup, game_id)) FROM nba_predictions.player_prop_predictions
                    WHERE game_date = \(yesterday.postgres) AND removed_at IS NULL) AS predicted,
                   (SELECT count(DISTINCT (player_lookup, game_id)) FROM nba_predictions.prediction_accuracy
                    WHERE game_date = \(yesterday.postgres) AND removed_at IS NULL) AS graded,
                   (SELECT count(*) FROM nba_raw.nbac_schedule
                    WHERE game_date = \(today.postgres) AND removed_at IS NULL AND NOT is_postponed
                        AND season_type IN ('regular', 'playoffs', 'play_in')) AS games_today,
                   (SELECT min(game_date) FROM nba_raw.nbac_schedule
                    WHERE game_date > \(today.postgres) AND removed_at IS NULL AND NOT is_postponed
                        AND season_type IN ('regular', 'playoffs', 'play_in')) AS next_date,
                   (SELECT count(*) FROM nba_orchestration.alert
                    WHERE resolved_at IS NULL AND level IN ('error', 'critical')) AS serious,
                   (SELECT count(*) FROM nba_orchestration.alert
                    WHERE resolved_at IS NULL AND level = 'warning') AS warnings,
                   (SELECT count(*) FROM nba_orchestration.dead_letter WHERE state = 'new') AS dead_letters
            """
        ).one()
        let facts = Facts(
            today: today,
            gamesYesterday: Int(try row.decode("games_yesterday", as: Int64.self)),
            predicted: Int(try row.decode("predicted", as: Int64.self)),
            graded: Int(try row.decode("graded", as: Int64.self)),
            gamesToday: Int(try row.decode("games_today", as: Int64.self)),
            nextDate: try row.optionalGameDate("next_date"),
            serious: Int(try row.decode("serious", as: Int64.self)),
            warnings: Int(try row.decode("warnings", as: Int64.self)),
            deadLetters: Int(try row.decode("dead_letters", as: Int64.self))
        )
        return facts.message(now: now, by: owner)
    }
}

extension AllWell {
    /// What the message rests on.
    struct Facts: Sendable, Hashable {
        var today: GameDate
        var gamesYesterday: Int
        var predicted: Int
        var graded: Int
        var gamesToday: Int
        /// The next date with games after today; nil when the schedule knows none.
        var nextDate: GameDate?
        var serious: Int
        var warnings: Int
        var deadLetters: Int

        /// Whether the word "well" may be used.
        var isWell: Bool { serious == 0 && deadLetters == 0 && (gamesYesterday == 0 || graded >= predicted) }

        func message(now: Date, by owner: String) -> AlertMessage {
            let yesterday = today.adding(days: -1)
            var entries: [String] = []
            if gamesYesterday == 0 {
                entries.append("\(yesterday): no games")
            } else {
                entries.append(
                    "\(yesterday): \(gamesYesterday) games, \(graded) of \(predicted) predicted players graded"
                )
            }
            if gamesToday > 0 {
                entries.append("\(today): \(gamesToday) games")
            } else {
                entries.append("\(today): no games; " + (nextDate.map { "the next are on \($0)" } ?? "none is known"))
            }
            entries.append("open alerts: \(serious) serious, \(warnings) warnings; dead letters: \(deadLetters)")
            return AlertMessage(
                kind: .allWell,
                level: .info,
                signature: AllWell.signature,
                title: isWell ? "all well on \(today)" : "on \(today) somebody has to look",
                since: now,
                command: isWell ? "tipoff status" : serious + deadLetters > 0 ? "tipoff alerts" : "tipoff accuracy",
                gameDate: today,
                raisedBy: owner,
                entries: entries
            )
        }
    }
}
