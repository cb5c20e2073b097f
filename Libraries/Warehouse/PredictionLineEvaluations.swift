public import Basketball
public import Foundation
public import Pipeline

/// What a prediction means for one bookmaker's line: `nba_predictions.prediction_line_evaluation`. Predictions do not know
/// lines, so that a player with five lines has one prediction and five evaluations.
public struct PredictionLineEvaluation: LaidOutRow {
    public var gameDate: GameDate
    public var playerLookup: String
    public var gameID: String
    public var teamAbbr: String
    public var systemID: String
    public var modelVersion: String
    public var bookmaker: String
    /// Whole or half points as the bookmaker offers them.
    public var pointsLine: Double
    public var overPriceAmerican: Int?
    public var underPriceAmerican: Int?
    public var isLineSynthetic: Bool
    /// When the line was offered; before tip-off.
    public var lineCapturedAt: Date
    public var minutesBeforeTipoff: Int
    /// Probability (0 … 1) of more points, a push left out.
    public var overProbability: Double
    /// Prediction less line, points.
    public var edge: Double
    /// Expected gain of a bet as a share of its stake; nil without a price.
    public var overExpectedValue: Double?
    public var underExpectedValue: Double?
    /// OVER, UNDER or PASS.
    public var recommendation: String
    /// Why that and nothing else.
    public var reason: String

    public init(
        gameDate: GameDate,
        playerLookup: String,
        gameID: String,
        teamAbbr: String,
        systemID: String,
        modelVersion: String,
        bookmaker: String,
        pointsLine: Double,
        overPriceAmerican: Int?,
        underPriceAmerican: Int?,
        isLineSynthetic: Bool,
        lineCapturedAt: Date,
        minutesBeforeTipoff: Int,
        overProbability: Double,
        edge: Double,
        overExpectedValue: Double?,
        underExpectedValue: Double?,
        recommendation: String,
        reason: String
    ) {
        self.gameDate = gameDate
        self.playerLookup = playerLookup
        self.gameID = gameID
        self.teamAbbr = teamAbbr
        self.systemID = systemID
        self.modelVersion = modelVersion
        self.bookmaker = bookmaker
        self.pointsLine = pointsLine
        self.overPriceAmerican = overPriceAmerican
        self.underPriceAmerican = underPriceAmerican
        self.isLineSynthetic = isLineSynthetic
        self.lineCapturedAt = lineCapturedAt
        self.minutesBeforeTipoff = minutesBeforeTipoff
        self.overProbability = overProbability
        self.edge = edge
        self.overExpectedValue = overExpectedValue
        self.underExpectedValue = underExpectedValue
        self.recommendation = recommendation
        self.reason = reason
    }

    public static let layout = RowLayout<Self>(
        "nba_predictions.prediction_line_evaluation",
        key: ["game_date", "player_lookup", "game_id", "system_id", "model_version", "bookmaker", "points_line"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: [
            .range("points_line", 0.5...80, "points"), .fraction("over_probability"), .present("over_probability"),
            .one("recommendation", of: ["OVER", "UNDER", "PASS"]),
            .range("minutes_before_tipoff", 0...20_160, "minutes"),
        ],
        [
            .date("game_date") { $0.gameDate },
            .text("player_lookup") { $0.playerLookup },
            .text("game_id") { $0.gameID },
            .text("team_abbr") { $0.teamAbbr },
            .text("system_id") { $0.systemID },
            .text("model_version") { $0.modelVersion },
            .text("bookmaker") { $0.bookmaker },
            .double("points_line") { $0.pointsLine },
            .integer("over_price_american") { $0.overPriceAmerican },
            .integer("under_price_american") { $0.underPriceAmerican },
            .boolean("is_line_synthetic") { $0.isLineSynthetic },
            .instant("line_captured_at") { $0.lineCapturedAt },
            .integer("minutes_before_tipoff") { $0.minutesBeforeTipoff },
            .double("over_probability") { $0.overProbability },
            .double("edge") { $0.edge },
            .double("over_expected_value") { $0.overExpectedValue },
            .double("under_expected_value") { $0.underExpectedValue },
            .text("recommendation") { $0.recommendation },
            .text("reason") { $0.reason },
        ]
    )
}
