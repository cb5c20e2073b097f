public import Basketball
public import Foundation
public import Pipeline

/// A prediction of one system for one player and game: `nba_predictions.player_prop_predictions`.
public struct PlayerPropPrediction: WarehouseRow {
    public var systemID: String
    public var modelVersion: String
    public var playerLookup: String
    public var gameDate: GameDate
    public var gameID: String
    public var teamAbbr: String
    public var opponentTeamAbbr: String
    public var isHome: Bool
    /// Expected points.
    public var predictedPoints: Double
    public var medianPoints: Double?
    public var standardDeviation: Double?
    /// Nil where a system expects none.
    public var expectedMinutes: Double?
    /// One game in ten has fewer points than the lower bound, one in ten more than the upper.
    public var interval: ClosedRange<Double>?
    /// Probability (0 … 1) that the points end over the line, a push left out; nil without a line.
    public var overProbability: Double?
    /// The probability (0 … 1) of the likelier side of the line; 0.5 without a line.
    public var confidenceScore: Double
    /// OVER, UNDER, PASS or NO_LINE.
    public var recommendation: String
    public var currentPointsLine: Double?
    public var lineSource: String?
    /// Whether the line was made for a test or demonstration; nil without a line.
    public var isLineSynthetic: Bool?
    /// The addends of the prediction, its standard deviation and the features that were missing, as JSON.
    public var components: String
    /// What speaks for more and for fewer points, each with its number, as JSON.
    public var reasons: String?
    /// The features as the system saw them, as JSON.
    public var featuresSnapshot: String
    public var featuresHash: String
    public var featureVersion: String
    /// 0 … 100.
    public var featureQualityScore: Double
    /// What was announced of the player when he was predicted; nil where nothing was.
    public var playerStatus: InjuryStatus?
    /// Points a game of the season before this game.
    public var seasonAverage: Double?
    public var buildCommit: String
    /// Of the artefact, hexadecimal; nil for a rule.
    public var modelSHA256: String?
    /// Backfill when it was made after the fact.
    public var lane: Lane?
    /// By the services' clock.
    public var predictedAt: Date?

    public init(
        systemID: String,
        modelVersion: String,
        playerLookup: String,
        gameDate: GameDate,
        gameID: String,
        teamAbbr: String,
        opponentTeamAbbr: String,
        isHome: Bool,
        predictedPoints: Double,
        medianPoints: Double? = nil,
        standardDeviation: Double? = nil,
        expectedMinutes: Double? = nil,
        interval: ClosedRange<Double>? = nil,
        overProbability: Double? = nil,
        confidenceScore: Double,
        recommendation: String,
        currentPointsLine: Double?,
        lineSource: String?,
        isLineSynthetic: Bool?,
        components: String,
        reasons: String? = nil,
        featuresSnapshot: String,
        featuresHash: String,
        featureVersion: String,
        featureQualityScore: Double,
        playerStatus: InjuryStatus? = nil,
        seasonAverage: Double? = nil,
        buildCommit: String,
        modelSHA256: String? = nil,
        lane: Lane? = nil,
        predictedAt: Date? = nil
    ) {
        self.systemID = systemID
        self.modelVersion = modelVersion
        self.playerLookup = playerLookup
        self.gameDate = gameDate
        self.gameID = gameID
        self.teamAbbr = teamAbbr
        self.opponentTeamAbbr = opponentTeamAbbr
        self.isHome = isHome
        self.predictedPoints = predictedPoints
        self.medianPoints = medianPoints
        self.standardDeviation = standardDeviation
        self.expectedMinutes = expectedMinutes
        self.interval = interval
        self.overProbability = overProbability
        self.confidenceScore = confidenceScore
        self.recommendation = recommendation
        self.currentPointsLine = currentPointsLine
        self.lineSource = lineSource
        self.isLineSynthetic = isLineSynthetic
        self.components = components
        self.reasons = reasons
        self.featuresSnapshot = featuresSnapshot
        self.featuresHash = featuresHash
        self.featureVersion = featureVersion
        self.featureQualityScore = featureQualityScore
        self.playerStatus = playerStatus
        self.seasonAverage = seasonAverage
        self.buildCommit = buildCommit
        self.modelSHA256 = modelSHA256
        self.lane = lane
        self.predictedAt = predictedAt
    }

    /// The same for the same player, game, system and model version, however often it is predicted.
    public var predictionID: String {
        SHA256.hash([playerLookup, gameID, systemID, modelVersion].joined(separator: "\u{1F}")).hex
    }

    static let rules: [RowRule] = [
        .twoTeams, .present("predicted_points"), .range("predicted_points", 0...100, "points"),
        .present("confidence_score"), .fraction("confidence_score"), .range("median_points", 0...100, "points"),
        .range("standard_deviation", 0...40, "points"), .range("expected_minutes", 0...60, "minutes"),
        .fraction("over_probability"), .atMost("interval_low", "interval_high"),
        .one("recommendation", of: ["OVER", "UNDER", "PASS", "NO_LINE"]),
        .blank(["current_points_line", "line_margin"], where: "recommendation", is: ["NO_LINE"]),
        .filled(["current_points_line", "line_source"], where: "recommendation", is: ["OVER", "UNDER", "PASS"]),
        .range("current_points_line", 0...80, "points"), .range("season_average", 0...60, "points"),
        .percent("feature_quality_score"),
        .sum(
            "line_margin_identity",
            "line_margin = predicted_points − current_points_line",
            [
                (1, "line_margin"), (-1, "predicted_points"), (1, "current_points_line"),
            ],
            in: -0.0001...0.0001
        ),
    ]

    // The snapshot is fixed by its hash, and a rebuild that predicts the same changes nothing.
    public static let table = TableDefinition(
        "nba_predictions.player_prop_predictions",
        key: ["game_date", "player_lookup", "game_id", "system_id", "model_version"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        columns: [
            .text("prediction_id"), .text("system_id"), .text("model_version"), .text("player_lookup"),
            .date("game_date"), .text("game_id"), .text("team_abbr"), .text("opponent_team_abbr"), .boolean("is_home"),
            .double("predicted_points"), .double("confidence_score"), .text("recommendation"),
            .boolean("has_prop_line"), .double("current_points_line"), .double("line_margin"), .text("line_source"),
            .boolean("is_line_synthetic"), Column("components", .json),
            Column("features_snapshot", .json, isBusiness: false), .text("features_hash"), .text("feature_version"),
            .double("feature_quality_score"), Column("build_commit", .text, isBusiness: false),
            .double("median_points"), .double("standard_deviation"), .double("expected_minutes"),
            .double("interval_low"), .double("interval_high"), .double("over_probability"), Column("reasons", .json),
            .text("model_sha256"), Column("lane", .text, isBusiness: false),
            Column("predicted_at", .instant, isBusiness: false), .text("player_status"), .double("season_average"),
        ]
    )

    public var cells: [Cell] {
        [
            .text(predictionID), .text(systemID), .text(modelVersion), .text(playerLookup), .date(gameDate),
            .text(gameID), .text(teamAbbr), .text(opponentTeamAbbr), .boolean(isHome), .double(predictedPoints),
            .double(confidenceScore), .text(recommendation), .boolean(currentPointsLine != nil),
            .double(currentPointsLine), .double(currentPointsLine.map { predictedPoints - $0 }), .text(lineSource),
            .boolean(isLineSynthetic), .json(components), .json(featuresSnapshot), .text(featuresHash),
            .text(featureVersion), .double(featureQualityScore), .text(buildCommit), .double(medianPoints),
            .double(standardDeviation), .double(expectedMinutes), .double(interval?.lowerBound),
            .double(interval?.upperBound), .double(overProbability), reasons.map { .json($0) } ?? .null,
            .text(modelSHA256), .text(lane?.rawValue), .instant(predictedAt), .text(playerStatus?.rawValue),
            .double(seasonAverage),
        ]
    }
}
