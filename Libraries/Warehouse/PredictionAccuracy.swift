public import Basketball
public import Foundation
public import Pipeline

/// What a prediction was worth once its game was over: `nba_predictions.prediction_accuracy`. The only place where
/// predictions are judged. A row of a player who did not play has no errors and is in no figure.
public struct PredictionAccuracy: LaidOutRow {
    /// What was predicted.
    public struct Predicted: Sendable, Hashable {
        /// The mean, points.
        public var points: Double
        public var median: Double?
        public var standardDeviation: Double?
        public var interval: ClosedRange<Double>?
        /// Probability (0 … 1) of more points than the line, a push left out.
        public var overProbability: Double?
        /// 0 … 1.
        public var confidence: Double
        /// OVER, UNDER, PASS or NO_LINE.
        public var recommendation: String
        /// Points.
        public var line: Double?
        public var isLineSynthetic: Bool?
        public var lane: Lane?
        public var at: Date?

        public init(
            points: Double,
            median: Double? = nil,
            standardDeviation: Double? = nil,
            interval: ClosedRange<Double>? = nil,
            overProbability: Double? = nil,
            confidence: Double,
            recommendation: String,
            line: Double? = nil,
            isLineSynthetic: Bool? = nil,
            lane: Lane? = nil,
            at: Date? = nil
        ) {
            self.points = points
            self.median = median
            self.standardDeviation = standardDeviation
            self.interval = interval
            self.overProbability = overProbability
            self.confidence = confidence
            self.recommendation = recommendation
            self.line = line
            self.isLineSynthetic = isLineSynthetic
            self.lane = lane
            self.at = at
        }
    }

    public var gameDate: GameDate
    public var playerLookup: String
    public var gameID: String
    public var systemID: String
    public var modelVersion: String
    public var teamAbbr: String
    public var opponentTeamAbbr: String
    public var predicted: Predicted
    /// Nil for who did not play.
    public var actualPoints: Int?
    public var minutesPlayed: Double?
    /// Of the median where there is one, else of the mean; points.
    public var absoluteError: Double?
    /// The mean less the actual points.
    public var signedError: Double?
    public var isWithinInterval: Bool?
    /// OVER, UNDER or PUSH; nil without a line or for who did not play.
    public var lineOutcome: String?
    /// Nil where no side was taken, at a push and for who did not play.
    public var isCorrect: Bool?
    /// 1 … 10.
    public var confidenceDecile: Int
    /// Points a game of the season before this one.
    public var seasonAverage: Double?
    /// star, starter, rotation, bench or unknown.
    public var seasonAverageTier: String
    /// Why nothing is judged: dnp_injury_confirmed, dnp_late_scratch or dnp_unknown; nil for who played.
    public var voidReason: String?
    /// The last word on the player before tip-off.
    public var playerStatusBefore: String?
    public var tipoffAt: Date?
    /// Nil where the lane or an instant is unknown.
    public var wasMadeBeforeTipoff: Bool?

    public init(
        gameDate: GameDate,
        playerLookup: String,
        gameID: String,
        systemID: String,
        modelVersion: String,
        teamAbbr: String,
        opponentTeamAbbr: String,
        predicted: Predicted,
        actualPoints: Int?,
        minutesPlayed: Double?,
        absoluteError: Double?,
        signedError: Double?,
        isWithinInterval: Bool?,
        lineOutcome: String?,
        isCorrect: Bool?,
        confidenceDecile: Int,
        seasonAverage: Double?,
        seasonAverageTier: String,
        voidReason: String?,
        playerStatusBefore: String?,
        tipoffAt: Date?,
        wasMadeBeforeTipoff: Bool?
    ) {
        self.gameDate = gameDate
        self.playerLookup = playerLookup
        self.gameID = gameID
        self.systemID = systemID
        self.modelVersion = modelVersion
        self.teamAbbr = teamAbbr
        self.opponentTeamAbbr = opponentTeamAbbr
        self.predicted = predicted
        self.actualPoints = actualPoints
        self.minutesPlayed = minutesPlayed
        self.absoluteError = absoluteError
        self.signedError = signedError
        self.isWithinInterval = isWithinInterval
        self.lineOutcome = lineOutcome
        self.isCorrect = isCorrect
        self.confidenceDecile = confidenceDecile
        self.seasonAverage = seasonAverage
        self.seasonAverageTier = seasonAverageTier
        self.voidReason = voidReason
        self.playerStatusBefore = playerStatusBefore
        self.tipoffAt = tipoffAt
        self.wasMadeBeforeTipoff = wasMadeBeforeTipoff
    }

    static let rules: [RowRule] = [
        .twoTeams, .present("predicted_points"), .range("predicted_points", 0...100, "points"),
        .range("median_points", 0...100, "points"), .range("standard_deviation", 0...40, "points"),
        .atMost("interval_low", "interval_high"), .range("actual_points", 0...110, "points"),
        .range("minutes_played", 0...70, "minutes"), .range("absolute_error", 0...110, "points"),
        .sum(
            "signed_error_identity",
            "signed_error = predicted_points − actual_points",
            [(1, "signed_error"), (-1, "predicted_points"), (1, "actual_points")],
            in: -0.0001...0.0001
        ),
        .fraction("over_probability"), .fraction("confidence_score"), .range("confidence_decile", 1...10, "tenths"),
        .range("points_line", 0...80, "points"), .one("recommendation", of: ["OVER", "UNDER", "PASS", "NO_LINE"]),
        .one("line_outcome", of: ["OVER", "UNDER", "PUSH"]),
        .blank(["is_correct"], where: "recommendation", is: ["PASS", "NO_LINE"]),
        .blank(["is_correct"], where: "line_outcome", is: ["PUSH"]),
        .one("season_average_tier", of: SeasonAverageTier.allCases.map(\.rawValue)),
        .range("season_average", 0...60, "points"),
        .one("void_reason", of: VoidReason.allCases.map(\.rawValue)),
        .blank(
            [
                "actual_points", "absolute_error", "signed_error", "within_3_points", "within_5_points",
                "within_interval", "line_outcome", "is_correct",
            ],
            where: "is_voided",
            is: ["true"]
        ),
        .filled(["actual_points", "absolute_error", "signed_error"], where: "is_voided", is: ["false"]),
        .filled(["void_reason"], where: "is_voided", is: ["true"]),
        .one("lane", of: Lane.allCases.map(\.rawValue)),
    ]

    public static let layout = RowLayout<Self>(
        "nba_predictions.prediction_accuracy",
        key: ["game_date", "player_lookup", "game_id", "system_id", "model_version"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        [
            .date("game_date") { $0.gameDate },
            .text("player_lookup") { $0.playerLookup },
            .text("game_id") { $0.gameID },
            .text("system_id") { $0.systemID },
            .text("model_version") { $0.modelVersion },
            .text("team_abbr") { $0.teamAbbr },
            .text("opponent_team_abbr") { $0.opponentTeamAbbr },
            .double("predicted_points") { $0.predicted.points },
            .double("median_points") { $0.predicted.median },
            .double("standard_deviation") { $0.predicted.standardDeviation },
            .double("interval_low") { $0.predicted.interval?.lowerBound },
            .double("interval_high") { $0.predicted.interval?.upperBound },
            .integer("actual_points") { $0.actualPoints },
            .double("minutes_played") { $0.minutesPlayed },
            .double("absolute_error") { $0.absoluteError },
            .double("signed_error") { $0.signedError },
            .boolean("within_3_points") { $0.absoluteError.map { $0 <= 3 } },
            .boolean("within_5_points") { $0.absoluteError.map { $0 <= 5 } },
            .boolean("within_interval") { $0.isWithinInterval },
            .boolean("has_prop_line") { $0.predicted.line != nil },
            .double("points_line") { $0.predicted.line },
            .boolean("is_line_synthetic") { $0.predicted.isLineSynthetic },
            .text("recommendation") { $0.predicted.recommendation },
            .text("line_outcome") { $0.lineOutcome },
            .boolean("is_correct") { $0.isCorrect },
            .double("over_probability") { $0.predicted.overProbability },
            .double("confidence_score") { $0.predicted.confidence },
            .integer("confidence_decile") { $0.confidenceDecile },
            .double("season_average") { $0.seasonAverage },
            .text("season_average_tier") { $0.seasonAverageTier },
            .boolean("is_voided") { $0.voidReason != nil },
            .text("void_reason") { $0.voidReason },
            .text("player_status_before") { $0.playerStatusBefore },
            .text("lane") { $0.predicted.lane?.rawValue },
            .instant("predicted_at") { $0.predicted.at }.volatile,
            .instant("tipoff_at") { $0.tipoffAt },
            .boolean("was_made_before_tipoff") { $0.wasMadeBeforeTipoff },
        ]
    )
}
