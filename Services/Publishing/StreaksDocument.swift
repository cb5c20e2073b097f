import Basketball
import Foundation
import Pipeline
import Postgres

/// `streaks/current.json`: who has gone over, or under, his own line in each of his last games of the season.
enum StreaksDocument {
    static let kind = "streaks"
    static let key = "current"
    static let schemaVersion = 1
    /// Shorter ones are chance.
    static let shortest = 4

    struct Game: Sendable, Hashable {
        var date: GameDate
        var points: Int
        var line: Double
    }

    struct Streak: Sendable, Hashable {
        /// OVER or UNDER.
        var side: String
        /// The newest first.
        var games: [Game]

        var meanMargin: Double {
            games.reduce(0) { $0 + Double($1.points) - $1.line } / Double(games.count)
        }

        /// The run of equal sides with which a player's games end; nil below the shortest length. A push ends nothing and
        /// adds nothing; games that he missed, or that had no line, are not among `games`.
        ///
        /// - Parameter games: the newest first.
        init?(_ games: [Game]) {
            let decided = games.filter { Double($0.points) != $0.line }
            guard let first = decided.first else { return nil }
            let isOver = Double(first.points) > first.line
            let run = decided.prefix { (Double($0.points) > $0.line) == isOver }
            guard run.count >= StreaksDocument.shortest else { return nil }
            side = isOver ? "OVER" : "UNDER"
            self.games = Array(run)
        }
    }

    static func draft(until date: GameDate, _ reader: SnapshotReader) async throws -> DocumentDraft {
        let rows = try await reader.query(
            """
            SELECT player_lookup, team_abbr, game_date, points, points_line, updated_at
            FROM nba_analytics.player_game_summary
            WHERE season_year = \(Int64(Season(containing: date).startYear)) AND game_date <= \(date.postgresDate)
                AND removed_at IS NULL AND player_status = 'active' AND points IS NOT NULL AND points_line IS NOT NULL
            ORDER BY player_lookup, game_date DESC
            """
        )
        var players: [(lookup: String, team: String, games: [Game])] = []
        var asOf: Date?
        for row in rows {
            let lookup: String = try row.decode("player_lookup")
            if players.last?.lookup != lookup { players.append((lookup, try row.decode("team_abbr"), [])) }
            players[players.count - 1].games.append(
                Game(
                    date: try row.gameDate("game_date"),
                    points: try row.decode("points"),
                    line: try row.decode("points_line")
                )
            )
            let updated: Date = try row.decode("updated_at")
            asOf = max(asOf ?? updated, updated)
        }
        let streaks = players.compactMap { player in
            Streak(player.games).map { (player: player, streak: $0) }
        }.sorted { ($1.streak.games.count, $0.player.lookup) < ($0.streak.games.count, $1.player.lookup) }
        func list(_ side: String) -> JSONValue {
            .array(
                streaks.filter { $0.streak.side == side }.map { player, streak in
                    [
                        "player_lookup": .string(player.lookup), "team": .string(player.team),
                        "length": .count(streak.games.count), "mean_margin": .rounded(streak.meanMargin),
                        "games": .array(
                            streak.games.map {
                                [
                                    "game_date": .string($0.date.description), "points": .count($0.points),
                                    "line": .rounded($0.line),
                                ]
                            }
                        ),
                    ]
                }
            )
        }
        return DocumentDraft(
            kind: kind,
            key: key,
            isCurrent: true,
            schemaVersion: schemaVersion,
            slateDate: date,
            state: "graded",
            dataAsOf: asOf,
            playerCount: streaks.count,
            data: [
                "until": .string(date.description), "shortest": .count(shortest), "over": list("OVER"),
                "under": list("UNDER"),
            ]
        )
    }
}
