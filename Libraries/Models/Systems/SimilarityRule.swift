import Foundation

/// The mean of the player's past games that were like this one, each without what its opponent and rest did, and with what
/// those of this one do:
///
///     points = Σ w·(y − defence' − rest') / Σ w + defence + rest
///     w = likeness · 0.5^(games ago / 12), times 0.6 for the season before
///
/// Defence and rest are as in ``ContextEffects``, of the mean at half life 10, and change with nothing but themselves: which
/// games are alike moves the first term alone.
///
/// Likeness, 0 … 100: 40 for the same tier of opponent at the time of the game (20 for the next one), 30 for the same rest
/// (15 for the next), 15 for the same venue, 15 for the same form (5 for another). Games below ``leastLikeness`` do not
/// count, and with fewer than ``leastMatches`` there is no prediction. Half life and share were chosen among about
/// fifteen settings on 2021-22 and 2022-23.
public struct SimilarityRule: PointsRule {
    public let system = PointsSystem.similarity
    public let version = "2.0"

    /// Games that must be like this one.
    public static let leastMatches = 5
    /// Likeness from which a game is like this one.
    public static let leastLikeness = 40.0
    /// Games ago at which one counts half.
    static let halfLifeGames = 12.0
    /// What a game of the season before counts.
    static let previousSeasonShare = 0.6

    public init() {}

    public func estimate(_ profile: PointsProfile) -> RuleEstimate {
        guard let last = profile.history.last else { return .skipped(.noGames) }
        let season = profile.seasonGames > 0 ? last.season : nil
        let usual = max(profile.recentPoints, 0)
        let today = Circumstances(profile)
        var (weights, points, matches) = (0.0, 0.0, 0)
        for (gamesAgo, game) in profile.history.reversed().enumerated() {
            let likeness = today.likeness(to: Circumstances(game))
            guard likeness >= Self.leastLikeness else { continue }
            matches += 1
            let weight =
                likeness * pow(0.5, Double(gamesAgo) / Self.halfLifeGames)
                * (game.season == season ? 1 : Self.previousSeasonShare)
            let effects = Self.defense(game.opponentScoring, usual) + Self.rest(game.restDays, usual)
            weights += weight
            points += weight * (Double(game.points) - effects)
        }
        guard matches >= Self.leastMatches else {
            return .skipped(.tooFewSimilarGames(matches, needed: Self.leastMatches))
        }
        return .terms([
            PointsTerm("similar_games", points / weights),
            PointsTerm("opponent_defense", Self.defense(profile.opponent.scoring, usual)),
            PointsTerm("rest", Self.rest(profile.restDays, usual)),
        ])
    }

    private static func defense(_ scoring: Double, _ usual: Double) -> Double {
        ContextEffects.defense * (scoring - 1) * usual
    }

    private static func rest(_ days: Int?, _ usual: Double) -> Double {
        days == 1 ? ContextEffects.backToBack * usual : 0
    }

    /// What games are compared by.
    private struct Circumstances {
        /// 0, 1 or 2: the opponent allowed less than 98.5 %, up to 101.5 %, or more of the league's mean.
        var tier: Int
        /// 0 on the second night of two, 1 after a day between, 2 after two, 3 after more.
        var rest: Int
        var isHome: Bool
        /// 0, 1 or 2: the last five games at least 3 points below the season's mean, between, or above.
        var form: Int

        init(_ profile: PointsProfile) {
            self.init(profile.opponent.scoring, profile.restDays, profile.isHome, profile.form)
        }

        init(_ game: PastGame) {
            self.init(game.opponentScoring, game.restDays, game.isHome, game.form)
        }

        private init(_ scoring: Double, _ restDays: Int?, _ isHome: Bool, _ form: Double?) {
            tier = scoring < 0.985 ? 0 : scoring <= 1.015 ? 1 : 2
            rest = min(max((restDays ?? PointsProfile.longestRest) - 1, 0), 3)
            self.isHome = isHome
            self.form = form.map { $0 <= -3 ? 0 : $0 >= 3 ? 2 : 1 } ?? 1
        }

        func likeness(to other: Circumstances) -> Double {
            let differences = (abs(tier - other.tier), abs(rest - other.rest))
            return Double(
                40 - 20 * differences.0 + max(30 - 15 * differences.1, 0) + (isHome == other.isHome ? 15 : 0)
                    + (form == other.form ? 15 : 5)
            )
        }
    }
}
