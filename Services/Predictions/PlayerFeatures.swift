import Basketball
import Models
import Pipeline
import Postgres
import Serving
import Warehouse

/// A player's row of the feature store, with what decides whether he is predicted.
struct PlayerFeatures: Sendable {
    var playerLookup: String
    var gameDate: GameDate
    var gameID: String
    var teamAbbr: String
    var opponentTeamAbbr: String
    var isHome: Bool
    /// 0 … 100.
    var qualityScore: Double
    var line: Double?
    var lineSource: String?
    var isLineSynthetic: Bool?
    /// What is announced of him; nil where nothing is.
    var playerStatus: InjuryStatus?
    /// Points a game of the season before this game.
    var seasonAverage: Double?
    /// What to ask the history for, or why nothing is asked.
    var request: Result<PointsRequest, PlayerSkip>

    /// Features that lie outside what they can be only when something upstream is wrong.
    private static let guarded = [
        "points_avg_last_5", "points_avg_last_10", "points_avg_season", "points_std_last_10", "fatigue_score",
        "home_away",
        "back_to_back", "opponent_def_rating",
    ].compactMap { FeatureList.index(of: $0) }

    static func load(
        _ players: Set<String>,
        date: GameDate,
        reader: SnapshotReader
    ) async throws -> [String: PlayerFeatures] {
        let rows = try await reader.query(
            """
            SELECT f.player_lookup, f.game_id, f.nba_game_id, f.season_year, f.team_abbr, f.opponent_team_abbr, f.is_home,
                   f.features, f.feature_quality_score, f.current_points_line, f.current_points_line_source,
                   f.is_line_synthetic, c.nba_player_id, c.player_status
            FROM nba_precompute.ml_feature_store_v2 AS f
            LEFT JOIN nba_analytics.upcoming_player_game_context AS c
                ON c.game_date = f.game_date AND c.player_lookup = f.player_lookup AND c.removed_at IS NULL
            WHERE f.game_date = \(date.postgresDate) AND f.player_lookup = ANY(\(players.sorted()))
                AND f.removed_at IS NULL
            """
        )
        var features: [String: PlayerFeatures] = [:]
        for row in rows {
            let player = try PlayerFeatures(row: row, date: date)
            features[player.playerLookup] = player
        }
        return features
    }

    private init(row: PostgresRow, date: GameDate) throws {
        playerLookup = try row.decode("player_lookup")
        gameDate = date
        gameID = try row.decode("game_id")
        teamAbbr = try row.decode("team_abbr")
        opponentTeamAbbr = try row.decode("opponent_team_abbr")
        isHome = try row.decode("is_home")
        qualityScore = try row.decode("feature_quality_score")
        line = try row.decode("current_points_line")
        lineSource = try row.decode("current_points_line_source")
        isLineSynthetic = try row.decode("is_line_synthetic")
        let status: String? = try row.decode("player_status")
        playerStatus = try status.map { _ in try row.enumeration("player_status") }
        let stored = try JSONValue(parsing: row.decode("features", as: PostgresJSON.self).bytes)
        let outside = Self.outsideRange(stored)
        seasonAverage = Self.value("points_avg_season", of: stored)
        if let playerStatus, playerStatus.isExpectedToMiss {
            request = .failure(PlayerSkip("ruled_out", playerStatus.rawValue))
        } else if !outside.isEmpty {
            request = .failure(PlayerSkip("invalid_features", outside.joined(separator: ", ")))
        } else if let player = try row.decode("nba_player_id", as: Int?.self) {
            let side = GameSide(
                game: try NBAGameID(row.decode("nba_game_id")),
                date: date,
                season: Season(startYear: try row.decode("season_year")),
                team: try Team(tricode: teamAbbr),
                opponent: try Team(tricode: opponentTeamAbbr),
                isHome: isHome
            )
            request = .success(PointsRequest(player: player, side: side))
        } else {
            request = .failure(PlayerSkip("unknown_player", "nothing says which player of the league he is"))
        }
    }

    private static func value(_ name: String, of stored: JSONValue) -> Double? {
        guard let index = FeatureList.index(of: name), let values = stored.arrayValue, values.indices.contains(index)
        else { return nil }
        return values[index].doubleValue
    }

    private static func outsideRange(_ stored: JSONValue) -> [String] {
        let values = stored.arrayValue ?? []
        guard values.count >= FeatureList.count else { return ["\(values.count) features of \(FeatureList.count)"] }
        return guarded.filter { index in
            guard let value = values[index].doubleValue else { return false }
            return !FeatureList.all[index].range.contains(value)
        }.map { FeatureList.names[$0] }
    }
}
