import Basketball
import Pipeline
import Postgres

/// How far a date's slate is, game by game: a game without predictions shows, however many the others have.
struct SlateStrip: Sendable, Hashable {
    /// Games that have one kind of thing, of those that are on.
    struct Part: Sendable, Hashable {
        /// lines, features or predictions.
        var name: String
        var found: Int
        var games: Int
        /// The games that lack it.
        var missing: [String]

        /// `predictions 8/9 (without TOR@POR)`; nobody wants to read all the names of a slate that has nothing yet.
        var text: String {
            let few = (1...3).contains(missing.count) && found > 0
            let names = missing.map { $0.dropFirst(9).replacing("_", with: "@") }
            return "\(name) \(found)/\(games)\(few ? " (without \(names.joined(separator: ", ")))" : "")"
        }
    }

    var games: Int
    var parts: [Part]

    /// Of a side, as everywhere: with fewer nobody has played.
    private static let players = Int64(ExpectedRows.playersOfTeam)

    /// nil on a date without games.
    static func read(_ date: GameDate, in transaction: PostgresTransaction) async throws -> SlateStrip? {
        let rows = try await transaction.query(
            """
            WITH slate AS MATERIALIZED (
                SELECT game_id, home_team_tricode, away_team_tricode FROM nba_raw.nbac_schedule
                WHERE game_date = \(date.sqlDate) AND removed_at IS NULL AND NOT is_postponed
                    AND season_type NOT IN ('preseason', 'all_star')
            ), lines AS MATERIALIZED (
                SELECT game_id FROM nba_raw.odds_api_player_points_props
                WHERE game_date = \(date.sqlDate) AND removed_at IS NULL
                UNION
                SELECT game_id FROM nba_raw.bettingpros_player_points_props
                WHERE game_date = \(date.sqlDate) AND removed_at IS NULL
            ), features AS MATERIALIZED (
                SELECT team_abbr FROM nba_precompute.ml_feature_store_v2
                WHERE game_date = \(date.sqlDate) AND removed_at IS NULL
                GROUP BY team_abbr HAVING count(*) >= \(players)
            ), predicted AS MATERIALIZED (
                SELECT team_abbr FROM nba_predictions.player_prop_predictions
                WHERE game_date = \(date.sqlDate) AND removed_at IS NULL
                GROUP BY team_abbr HAVING count(DISTINCT player_lookup) >= \(players)
            )
            SELECT s.game_id, s.game_id IN (SELECT game_id FROM lines WHERE game_id IS NOT NULL) AS has_lines,
                   s.home_team_tricode IN (SELECT team_abbr FROM features)
                       AND s.away_team_tricode IN (SELECT team_abbr FROM features) AS has_features,
                   s.home_team_tricode IN (SELECT team_abbr FROM predicted)
                       AND s.away_team_tricode IN (SELECT team_abbr FROM predicted) AS has_predictions
            FROM slate AS s ORDER BY s.game_id
            """
        )
        guard !rows.isEmpty else { return nil }
        let games = try rows.column("game_id", as: String.self)
        let parts = try ["lines", "features", "predictions"].map { name in
            let has = try rows.column("has_\(name)", as: Bool.self)
            let missing = zip(games, has).filter { !$0.1 }.map(\.0)
            return Part(name: name, found: games.count - missing.count, games: games.count, missing: missing)
        }
        return SlateStrip(games: games.count, parts: parts)
    }

    var json: JSONValue {
        var object: [String: JSONValue] = ["games": .int(Int64(games))]
        for part in parts {
            object[part.name] = [
                "games": .int(Int64(part.found)), "missing": .array(part.missing.map { .string($0) }),
            ]
        }
        return .dictionary(object)
    }
}
