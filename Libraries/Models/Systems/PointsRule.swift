/// A way to predict points by written rules. Pure: the same profile always gives the same result.
public protocol PointsRule: Sendable {
    var system: PointsSystem { get }
    /// Changes whenever the same profile may give another result.
    var version: String { get }

    /// Expected points with their addends.
    func estimate(_ profile: PointsProfile) -> RuleEstimate
}

/// What a rule says.
public enum RuleEstimate: Sendable, Hashable {
    /// The mean is the sum of the terms, but not below 0.
    case terms([PointsTerm])
    case skipped(PointsSkipReason)

    /// Expected points; nil where the rule says nothing.
    public var mean: Double? {
        if case .terms(let terms) = self { max(terms.reduce(0) { $0 + $1.points }, 0) } else { nil }
    }
}

/// All rules, in the order of showing.
public enum PointsRules {
    public static let all: [any PointsRule] = [MovingAverageRule(), ZoneMatchupRule(), SimilarityRule()]
}

/// What the games of 2019-20 to 2021-22 say about rest, venue and opponent, as shares of a player's usual points: by least
/// squares of points less an average of past games, players of ten minutes or more, 64,300 rows. Checked on 2022-23.
enum ContextEffects {
    /// On the second night of two. More rest than a day's has no effect that could be told from chance, and long absences
    /// lower points for other reasons, so that the term only ever takes away.
    static let backToBack = -0.04
    /// At home, and its negative away, points: 0.06 ± 0.05.
    static let venuePoints = 0.06
    /// Of the opponent's excess in points a possession, and in possessions.
    static let defense = 0.65
    static let pace = 0.8

    static func rest(_ profile: PointsProfile, usual: Double) -> PointsTerm {
        PointsTerm("rest", profile.isBackToBack ? backToBack * max(usual, 0) : 0)
    }

    static func venue(_ profile: PointsProfile) -> PointsTerm {
        PointsTerm("venue", profile.isHome ? venuePoints : -venuePoints)
    }

    static func pace(_ profile: PointsProfile, usual: Double) -> PointsTerm {
        PointsTerm("opponent_pace", pace * (profile.opponent.pace - 1) * max(usual, 0))
    }

    static func defense(_ profile: PointsProfile, usual: Double) -> PointsTerm {
        PointsTerm("opponent_defense", defense * (profile.opponent.defense - 1) * max(usual, 0))
    }
}
