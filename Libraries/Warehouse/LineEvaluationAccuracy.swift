public import Basketball
public import Foundation
public import Pipeline

/// What a prediction's word on one bookmaker's line was worth: `nba_predictions.line_evaluation_accuracy`. One row for every
/// evaluated line that was offered before tip-off.
public struct LineEvaluationAccuracy: LaidOutRow {
    public var gameDate: GameDate
    public var playerLookup: String
    public var gameID: String
    public var teamAbbr: String
    public var systemID: String
    public var modelVersion: String
    public var bookmaker: String
    /// Whole or half points as the bookmaker offered them.
    public var pointsLine: Double
    public var isLineSynthetic: Bool
    public var lineCapturedAt: Date
    /// Probability (0 … 1) of more points, a push left out.
    public var overProbability: Double
    /// OVER, UNDER or PASS.
    public var recommendation: String
    /// The price of the recommended side; nil without one.
    public var priceAmerican: Int?
    /// Nil for who did not play.
    public var actualPoints: Int?
    /// OVER, UNDER, PUSH or VOID.
    public var outcome: String
    /// Nil where no side was taken, at a push and for who did not play.
    public var isCorrect: Bool?
    /// Gain of a stake of 1: 0 for a stake that was returned or not placed, nil where a side was taken without a price.
    public var profitPerUnit: Double?
    /// Line less actual points; nil for who did not play.
    public var lineError: Double?
    /// Why nothing is judged; nil for who played.
    public var voidReason: String?
    /// Of the prediction that the evaluation belongs to; nil where it is unknown.
    public var lane: Lane?
    public var wasMadeBeforeTipoff: Bool?

    public init(
        gameDate: GameDate,
        playerLookup: String,
        gameID: String,
        teamAbbr: String,
        systemID: String,
        modelVersion: String,
        bookmaker: String,
        pointsLine: Double,
        isLineSynthetic: Bool,
        lineCapturedAt: Date,
        overProbability: Double,
        recommendation: String,
        priceAmerican: Int?,
        actualPoints: Int?,
        outcome: String,
        isCorrect: Bool?,
        profitPerUnit: Double?,
        lineError: Double?,
        voidReason: String?,
        lane: Lane?,
        wasMadeBeforeTipoff: Bool?
    ) {
        self.gameDate = gameDate
        self.playerLookup = playerLookup
        self.gameID = gameID
        self.teamAbbr = teamAbbr
        self.systemID = systemID
        self.modelVersion = modelVersion
        self.bookmaker = bookmaker
        self.pointsLine = pointsLine
        self.isLineSynthetic = isLineSynthetic
        self.lineCapturedAt = lineCapturedAt
        self.overProbability = overProbability
        self.recommendation = recommendation
        self.priceAmerican = priceAmerican
        self.actualPoints = actualPoints
        self.outcome = outcome
        self.isCorrect = isCorrect
        self.profitPerUnit = profitPerUnit
        self.lineError = lineError
        self.voidReason = voidReason
        self.lane = lane
        self.wasMadeBeforeTipoff = wasMadeBeforeTipoff
    }

    public static let layout = RowLayout<Self>(
        "nba_predictions.line_evaluation_accuracy",
        key: ["game_date", "player_lookup", "game_id", "system_id", "model_version", "bookmaker", "points_line"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: [
            .range("points_line", 0.5...80, "points"), .fraction("over_probability"), .present("over_probability"),
            .one("recommendation", of: ["OVER", "UNDER", "PASS"]), .americanOdds("price_american"),
            .range("actual_points", 0...110, "points"), .one("outcome", of: ["OVER", "UNDER", "PUSH", "VOID"]),
            .blank(["is_correct"], where: "outcome", is: ["PUSH", "VOID"]),
            .blank(["is_correct"], where: "recommendation", is: ["PASS"]),
            .blank(["actual_points", "line_error"], where: "outcome", is: ["VOID"]),
            .filled(["actual_points", "line_error"], where: "outcome", is: ["OVER", "UNDER", "PUSH"]),
            .filled(["void_reason"], where: "outcome", is: ["VOID"]), .range("profit_per_unit", -1...1000, "stakes"),
            .sum(
                "line_error_identity",
                "line_error = points_line − actual_points",
                [(1, "line_error"), (-1, "points_line"), (1, "actual_points")],
                in: -0.0001...0.0001
            ),
            .one("lane", of: Lane.allCases.map(\.rawValue)),
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
            .boolean("is_line_synthetic") { $0.isLineSynthetic },
            .instant("line_captured_at") { $0.lineCapturedAt },
            .double("over_probability") { $0.overProbability },
            .text("recommendation") { $0.recommendation },
            .integer("price_american") { $0.priceAmerican },
            .integer("actual_points") { $0.actualPoints },
            .text("outcome") { $0.outcome },
            .boolean("is_correct") { $0.isCorrect },
            .double("profit_per_unit") { $0.profitPerUnit },
            .double("line_error") { $0.lineError },
            .text("void_reason") { $0.voidReason },
            .text("lane") { $0.lane?.rawValue },
            .boolean("was_made_before_tipoff") { $0.wasMadeBeforeTipoff },
        ]
    )
}
