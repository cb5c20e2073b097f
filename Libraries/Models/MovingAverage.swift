/// The baseline: weighted averages of past points with small corrections for rest, matchup and place.
///
///     points = 0.50 L5 + 0.30 L10 + 0.20 S + aF + 0.3 Z + aB + 0.3 P + aH + 0.4 U
///
/// L5, L10 and S are the averages of the last five and ten games and of the season; aF depends on the fatigue score
/// (0 … 100, high means rested); Z, P and U are the shot-zone, pace and usage scores in points; aB = -1.5 on the second
/// night of a back-to-back; aH = +0.5 at home and -0.5 away. A term whose feature has no value contributes nothing and is
/// named in ``Prediction/missing``.
public struct MovingAverage: PredictionSystem {
    public let id = "moving_average"
    public let version = "1.0"
    public let requiredFeatures: [Feature] = [
        .pointsAverageLast5, .pointsAverageLast10, .pointsAverageSeason, .pointsDeviationLast10,
    ]

    /// Points. Nobody's scoring scatters less over a season; a short run of equal games must not look like certainty.
    public static let deviationFloor = 3.0

    private static let optional: [(name: String, feature: Feature, points: @Sendable (Double) -> Double)] = [
        ("fatigue", .fatigueScore, fatiguePenalty),
        ("zone", .shotZoneMismatchScore, { 0.3 * $0 }),
        ("back_to_back", .isBackToBack, { $0 == 1 ? -1.5 : 0 }),
        ("pace", .paceScore, { 0.3 * $0 }),
        ("home", .isHome, { $0 == 1 ? 0.5 : -0.5 }),
        ("usage", .usageSpikeScore, { 0.4 * $0 }),
    ]

    public init() {}

    public func predict(_ features: ModelInput) -> PredictionResult {
        let absent = requiredFeatures.filter { features[$0] == nil }
        guard absent.isEmpty, let last5 = features[.pointsAverageLast5], let last10 = features[.pointsAverageLast10],
            let season = features[.pointsAverageSeason], let deviation = features[.pointsDeviationLast10]
        else { return .skipped(.insufficientHistory(absent)) }
        let used = requiredFeatures + Self.optional.map(\.feature)
        let invalid = used.filter { feature in
            guard let value = features[feature], let range = feature.validRange else { return false }
            return !range.contains(value)
        }
        guard invalid.isEmpty else { return .skipped(.invalidFeatures(invalid)) }

        var components = ["last_5": 0.5 * last5, "last_10": 0.3 * last10, "season": 0.2 * season]
        var sum = 0.5 * last5 + 0.3 * last10 + 0.2 * season
        var missing: [Feature] = []
        for term in Self.optional {
            guard let value = features[term.feature] else {
                missing.append(term.feature)
                continue
            }
            let points = term.points(value)
            components[term.name] = points
            sum += points
        }
        let range = PropDecision.pointsRange
        let points = min(max(sum, range.lowerBound), range.upperBound)
        return .predicted(
            Prediction(
                points: points,
                deviation: max(deviation, Self.deviationFloor),
                components: components,
                missing: missing,
                line: features.line
            )
        )
    }

    /// Tired players score less. The score rises with rest, so the penalty belongs to its low end.
    static func fatiguePenalty(_ score: Double) -> Double {
        switch score {
        case ..<30: -2.5
        case ..<50: -1
        default: 0
        }
    }
}
