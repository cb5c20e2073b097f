public import Boosting

/// The systems that predict a player's points, by the name that their predictions are stored under.
public enum PointsSystem: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable {
    case movingAverage = "moving_average"
    case zoneMatchup = "zone_matchup"
    case similarity
    case gradientBoosted = "gradient_boosted"
    case ensemble

    /// Computed from a profile by written rules; the others are learnt.
    public var isRule: Bool { PointsRules.all.contains { $0.system == self } }
}

/// An addend of a predicted mean, for people.
public struct PointsTerm: Sendable, Hashable, Codable {
    public var name: String
    public var points: Double

    public init(_ name: String, _ points: Double) {
        self.name = name
        self.points = points
    }
}

/// What a system says of a player's points in a game.
public struct SystemPrediction: Sendable, Hashable {
    public var system: PointsSystem
    /// Expected points: the prediction with the least squared error.
    public var mean: Double
    /// The prediction with the least absolute error, points.
    public var median: Double
    /// The standard deviation of the points around their expectation.
    public var deviation: Double
    /// Expected minutes; nil for systems that do not predict them.
    public var minutes: Double?
    /// The probabilities of each count.
    public var outcome: CountDistribution
    /// Addends of the mean; they sum to it.
    public var terms: [PointsTerm]

    public init(
        system: PointsSystem,
        mean: Double,
        median: Double,
        minutes: Double?,
        outcome: CountDistribution,
        terms: [PointsTerm]
    ) {
        self.system = system
        self.mean = mean
        self.median = median
        deviation = outcome.standardDeviation
        self.minutes = minutes
        self.outcome = outcome
        self.terms = terms
    }
}

/// Why a system says nothing of a player. None of these passes by trying again.
public enum PointsSkipReason: Sendable, Hashable {
    /// He has not appeared yet.
    case noGames
    /// Fewer past games are like this one than are needed.
    case tooFewSimilarGames(Int, needed: Int)
    /// No system that the ensemble weighs says something.
    case noMember

    /// The name in logs and counts.
    public var name: String {
        switch self {
        case .noGames: "no_games"
        case .tooFewSimilarGames: "too_few_similar_games"
        case .noMember: "no_member"
        }
    }
}

/// A system that says nothing of a player, and why.
public struct SkippedSystem: Sendable, Hashable {
    public var system: PointsSystem
    public var reason: PointsSkipReason

    public init(system: PointsSystem, reason: PointsSkipReason) {
        self.system = system
        self.reason = reason
    }
}

/// A prediction, or why there is none.
public enum SystemOutcome: Sendable, Hashable {
    case predicted(SystemPrediction)
    case skipped(SkippedSystem)

    public var system: PointsSystem {
        switch self {
        case .predicted(let prediction): prediction.system
        case .skipped(let skipped): skipped.system
        }
    }

    /// Nil where the system says nothing.
    public var prediction: SystemPrediction? {
        if case .predicted(let prediction) = self { prediction } else { nil }
    }
}
