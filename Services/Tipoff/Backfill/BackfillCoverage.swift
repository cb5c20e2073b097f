import Basketball
import Pipeline
import Postgres

/// Which games of a range have which rows: what a backfill finds before it begins, and what must be there when it ends.
struct BackfillCoverage: Sendable, Hashable {
    /// A kind of rows that a game may have.
    struct Item: Sendable {
        enum Games: Sendable, Hashable {
            case all
            /// Those that were played.
            case final
            /// Those of two teams that have played before in the season: nobody looks back on the first one.
            case withHistory
            /// Those of these that were played.
            case finalWithHistory
        }

        var name: String
        var phase: Phase
        var table: String
        /// Fewer are an incomplete game.
        var rowsPerGame: Int
        /// Which games can have them.
        var games: Games
        /// Whether a date without them is incomplete; the others come from sources that do not know every game.
        var isRequired: Bool
        /// A condition that rows must fulfil to count.
        var counts: SQL = "true"
    }

    static let items: [Item] = [
        Item("player boxes", .raw, "nba_raw.nbac_player_boxscores", .final, perGame: 10),
        Item("team boxes", .raw, "nba_raw.nbac_team_boxscore", .final, perGame: 2),
        Item("gamebooks", .raw, "nba_raw.nbac_gamebook_player_stats", .final, required: false),
        Item("plays", .raw, "nba_raw.nbac_play_by_play", .final, required: false),
        Item("plays (bdb)", .raw, "nba_raw.bigdataball_play_by_play", .final, required: false),
        Item("game lines", .raw, "nba_raw.odds_api_game_lines", required: false),
        Item("props", .raw, "nba_raw.odds_api_player_points_props", required: false),
        Item("offense", .analytics, "nba_analytics.team_offense_game_summary", .final, perGame: 2),
        Item("defense", .analytics, "nba_analytics.team_defense_game_summary", .final, perGame: 2),
        Item(
            "players",
            .analytics,
            "nba_analytics.player_game_summary",
            .final,
            perGame: 10,
            counts: "player_status = 'active'"
        ),
        Item("team contexts", .analytics, "nba_analytics.upcoming_team_game_context", perGame: 2),
        Item("contexts", .analytics, "nba_analytics.upcoming_player_game_context", .withHistory, perGame: 10),
        Item("factors", .precompute, "nba_precompute.player_composite_factors", .withHistory, perGame: 10),
        Item("features", .precompute, "nba_precompute.ml_feature_store_v2", .withHistory, perGame: 10),
        Item("predictions", .predictions, "nba_predictions.player_prop_predictions", .withHistory, perGame: 10),
        Item("grades", .predictions, "nba_predictions.prediction_accuracy", .finalWithHistory, perGame: 10),
    ]

    /// What a date has of each item.
    struct Day: Sendable, Hashable {
        var date: GameDate
        var games: Int
        var finalGames: Int
        var gamesWithHistory: Int
        var finalGamesWithHistory: Int
        /// By item: games that have the rows.
        var found: [String: Int] = [:]
        /// By item: games that lack them.
        var missing: [String: [String]] = [:]

        /// Games that should have the item's rows.
        func expected(_ item: Item) -> Int {
            switch item.games {
            case .all: games
            case .final: finalGames
            case .withHistory: gamesWithHistory
            case .finalWithHistory: finalGamesWithHistory
            }
        }
    }

    var days: [Day]

    /// Reads a range in one snapshot.
    static func read(from first: GameDate, to last: GameDate, on pool: PostgresPool) async throws -> BackfillCoverage {
        try await pool.transaction(.repeatableRead, plansByValue: true) { transaction in
            try await transaction.execute(
                "CREATE TEMP TABLE backfill_game ON COMMIT DROP AS \(sql: games(first, last))"
            )
            let rows = try await transaction.query(
                """
                SELECT game_date, count(*) AS games, count(*) FILTER (WHERE is_final) AS final_games,
                       count(*) FILTER (WHERE has_history) AS games_with_history,
                       count(*) FILTER (WHERE has_history AND is_final) AS final_games_with_history
                FROM backfill_game GROUP BY game_date ORDER BY game_date
                """
            )
            var days = try rows.map { row in
                Day(
                    date: try row.gameDate("game_date"),
                    games: Int(try row.decode("games", as: Int64.self)),
                    finalGames: Int(try row.decode("final_games", as: Int64.self)),
                    gamesWithHistory: Int(try row.decode("games_with_history", as: Int64.self)),
                    finalGamesWithHistory: Int(try row.decode("final_games_with_history", as: Int64.self))
                )
            }
            let index = Dictionary(uniqueKeysWithValues: days.enumerated().map { ($1.date, $0) })
            for item in items {
                for row in try await transaction.query(statement(item, first, last)) {
                    guard let day = index[try row.gameDate("game_date")] else { continue }
                    days[day].found[item.name] = Int(try row.decode("found", as: Int64.self))
                    if let games = try row.decode("missing", as: [String]?.self) {
                        days[day].missing[item.name] = games
                    }
                }
            }
            return BackfillCoverage(days: days)
        }
    }

    /// The games that count, each with whether it was played and whether both teams have played before.
    private static func games(_ first: GameDate, _ last: GameDate) -> SQL {
        """
        SELECT s.game_date, s.game_id, s.game_status = 3 AS is_final,
               2 = (SELECT count(*) FROM unnest(ARRAY[s.home_team_tricode, s.away_team_tricode]) AS t(team)
                    WHERE EXISTS (SELECT 1 FROM nba_raw.nbac_schedule AS b
                                  WHERE b.season_year = s.season_year AND b.game_date < s.game_date AND b.game_status = 3
                                      AND b.removed_at IS NULL AND b.season_type IN ('regular', 'playoffs', 'play_in')
                                      AND t.team IN (b.home_team_tricode, b.away_team_tricode))) AS has_history
        FROM nba_raw.nbac_schedule AS s
        WHERE s.removed_at IS NULL AND NOT s.is_postponed AND s.season_type IN ('regular', 'playoffs', 'play_in')
            AND s.game_date BETWEEN \(first.sqlDate) AND \(last.sqlDate)
        """
    }

    private static func statement(_ item: Item, _ first: GameDate, _ last: GameDate) -> SQL {
        let table = item.table.split(separator: ".").map { "\(identifier: String($0))" as SQL }.joined(separator: ".")
        let expected: SQL =
            switch item.games {
            case .all: "true"
            case .final: "g.is_final"
            case .withHistory: "g.has_history"
            case .finalWithHistory: "g.has_history AND g.is_final"
            }
        return """
            SELECT g.game_date, count(*) FILTER (WHERE \(sql: expected) AND x.rows >= \(Int64(item.rowsPerGame))) AS found,
                   array_agg(g.game_id ORDER BY g.game_id)
                       FILTER (WHERE \(sql: expected) AND COALESCE(x.rows, 0) < \(Int64(item.rowsPerGame))) AS missing
            FROM backfill_game AS g
            LEFT JOIN (SELECT game_date, game_id, count(*) AS rows FROM \(sql: table)
                       WHERE removed_at IS NULL AND \(sql: item.counts)
                           AND game_date BETWEEN \(first.sqlDate) AND \(last.sqlDate)
                       GROUP BY game_date, game_id) AS x ON x.game_date = g.game_date AND x.game_id = g.game_id
            GROUP BY g.game_date
            """
    }

    /// The required items of the phases that lack rows, by date: `player boxes: 20240115_BOS_TOR`.
    func gaps(_ phases: ClosedRange<Phase>) -> [(date: GameDate, texts: [String])] {
        days.compactMap { day in
            let texts = Self.items.filter { $0.isRequired && phases.contains($0.phase) }.compactMap { item in
                day.missing[item.name].map { games in
                    "\(item.name): " + games.prefix(3).joined(separator: ", ") + (games.count > 3 ? ", …" : "")
                }
            }
            return texts.isEmpty ? nil : (day.date, texts)
        }
    }

    /// One line a month, or a date: games, and of each item the share of games that have it.
    func table(byDate: Bool) -> TextTable {
        var table = TextTable([byDate ? "date" : "month", "dates", "games", "final"] + Self.items.map(\.name))
        let groups = Dictionary(grouping: days) { byDate ? $0.date.description : String($0.date.description.prefix(7)) }
        for name in groups.keys.sorted() {
            let days = groups[name] ?? []
            let sum = { (value: (Day) -> Int) in days.reduce(0) { $0 + value($1) } }
            table.add(
                [name, String(days.count), String(sum(\.games)), String(sum(\.finalGames))]
                    + Self.items.map { item in
                        Self.share(sum { $0.found[item.name] ?? 0 }, of: sum { $0.expected(item) })
                    }
            )
        }
        return table
    }

    /// Rounded down, so that only everything is 100 %.
    static func share(_ found: Int, of expected: Int) -> String {
        expected == 0 ? "-" : "\(found * 100 / expected)%"
    }

    var json: JSONValue {
        .array(
            days.map { day in
                var object = JSONObject()
                object["date"] = .string(day.date.description)
                object["games"] = .int(Int64(day.games))
                object["final_games"] = .int(Int64(day.finalGames))
                for item in Self.items {
                    object[item.table] = [
                        "games": .int(Int64(day.found[item.name] ?? 0)),
                        "missing": .array((day.missing[item.name] ?? []).map { .string($0) }),
                    ]
                }
                return .object(object)
            }
        )
    }
}

extension BackfillCoverage.Item {
    init(
        _ name: String,
        _ phase: Phase,
        _ table: String,
        _ games: Games = .all,
        perGame rows: Int = 1,
        required: Bool = true,
        counts: SQL = "true"
    ) {
        self.init(
            name: name,
            phase: phase,
            table: table,
            rowsPerGame: rows,
            games: games,
            isRequired: required,
            counts: counts
        )
    }
}
