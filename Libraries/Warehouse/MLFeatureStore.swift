public import Basketball
public import Pipeline

/// The sixty features of a player for a game, in the order of ``FeatureList``.
///
/// `features` is a JSON array of numbers and nulls; `missing_features` names the reason of every null.
public struct MLFeatureStoreRow: WarehouseRow, Hashable {
    static let rules: [RowRule] = [
        .twoTeams,
        .range("feature_count", Double(FeatureList.count)...Double(FeatureList.count), "features"),
        .numbers("features", count: FeatureList.count), .present("features"), .percent("feature_quality_score"),
        .present("feature_quality_score"), .one("quality_tier", of: FeatureTier.allCases.map(\.rawValue)),
        .range("history_games", 0...130, "games"), .range("current_points_line", 0...80, "points"),
        .before("history_last_game_date", "game_date"),
    ]

    public static let table = TableDefinition(
        "nba_precompute.ml_feature_store_v2",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup"],
        rules: rules,
        columns: [
            .text("player_lookup"), .date("game_date"), .text("game_id"), .text("nba_game_id"), .integer("season_year"),
            .text("team_abbr"), .text("opponent_team_abbr"), .boolean("is_home"), .text("feature_version"),
            .integer("feature_count"), Column("features", .json), Column("missing_features", .json),
            .text("features_hash"), .double("feature_quality_score"), .text("quality_tier"),
            .boolean("is_quality_ready"), .integer("history_games"), .date("history_last_game_date"),
            .boolean("has_vegas_line"), .double("current_points_line"), .text("current_points_line_source"),
            .boolean("is_line_synthetic"),
        ]
    )

    public var playerLookup: String
    public var gameDate: GameDate
    public var gameID: String
    public var nbaGameID: String
    public var seasonYear: Int
    public var teamAbbr: String
    public var opponentTeamAbbr: String
    public var isHome: Bool
    public var featureVersion: String
    public var featureCount: Int
    public var features: String
    public var missingFeatures: String
    public var featuresHash: String
    public var featureQualityScore: Double
    public var qualityTier: String
    public var isQualityReady: Bool
    public var historyGames: Int
    public var historyLastGameDate: GameDate?
    public var hasVegasLine: Bool
    public var currentPointsLine: Double?
    public var currentPointsLineSource: String?
    public var isLineSynthetic: Bool?

    public init(
        playerLookup: String,
        gameDate: GameDate,
        gameID: String,
        nbaGameID: String,
        seasonYear: Int,
        teamAbbr: String,
        opponentTeamAbbr: String,
        isHome: Bool,
        featureVersion: String,
        featureCount: Int,
        features: String,
        missingFeatures: String,
        featuresHash: String,
        featureQualityScore: Double,
        qualityTier: String,
        isQualityReady: Bool,
        historyGames: Int,
        historyLastGameDate: GameDate? = nil,
        hasVegasLine: Bool,
        currentPointsLine: Double? = nil,
        currentPointsLineSource: String? = nil,
        isLineSynthetic: Bool? = nil
    ) {
        self.playerLookup = playerLookup
        self.gameDate = gameDate
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.seasonYear = seasonYear
        self.teamAbbr = teamAbbr
        self.opponentTeamAbbr = opponentTeamAbbr
        self.isHome = isHome
        self.featureVersion = featureVersion
        self.featureCount = featureCount
        self.features = features
        self.missingFeatures = missingFeatures
        self.featuresHash = featuresHash
        self.featureQualityScore = featureQualityScore
        self.qualityTier = qualityTier
        self.isQualityReady = isQualityReady
        self.historyGames = historyGames
        self.historyLastGameDate = historyLastGameDate
        self.hasVegasLine = hasVegasLine
        self.currentPointsLine = currentPointsLine
        self.currentPointsLineSource = currentPointsLineSource
        self.isLineSynthetic = isLineSynthetic
    }

    public var cells: [Cell] {
        [
            .text(playerLookup), .date(gameDate), .text(gameID), .text(nbaGameID), .integer(seasonYear),
            .text(teamAbbr), .text(opponentTeamAbbr), .boolean(isHome), .text(featureVersion), .integer(featureCount),
            .json(features), .json(missingFeatures), .text(featuresHash), .double(featureQualityScore),
            .text(qualityTier), .boolean(isQualityReady), .integer(historyGames), .date(historyLastGameDate),
            .boolean(hasVegasLine), .double(currentPointsLine), .text(currentPointsLineSource),
            .boolean(isLineSynthetic),
        ]
    }
}
