import Basketball
import Testing

@testable import Models

@Suite struct RuleTests {
    private static let seeds = 0..<200

    /// Profiles of which every rule says something.
    private func profile(_ seed: Int) throws -> PointsProfile? {
        var random = SeededGenerator(seed: seed)
        let profile = try PointsProfile.random(&random)
        return profile.history.count >= 40 ? profile : nil
    }

    @Test func moreRestNeverLowersTheRestTermOfAnyRule() throws {
        var compared = 0
        for seed in Self.seeds {
            guard var profile = try profile(seed) else { continue }
            for rule in PointsRules.all {
                var last = -Double.infinity
                for days in 1...PointsProfile.longestRest {
                    profile.restDays = days
                    guard let points = rule.estimate(profile).points("rest") else { continue }
                    #expect(points >= last, "\(rule.system), seed \(seed), \(days) days")
                    #expect(points <= 0)
                    last = points
                    compared += 1
                }
            }
        }
        #expect(compared > 5_000)
    }

    @Test func aTiredPlayerLosesPoints() throws {
        for rule in PointsRules.all where rule.system != .similarity {
            var profile = PointsProfile.starter()
            let rested = try #require(rule.estimate(profile).mean)
            profile.restDays = 1
            let tired = try #require(rule.estimate(profile).mean)
            #expect(tired < rested, "\(rule.system)")
        }
    }

    @Test func aWeakerDefenceNeverLowersAnOpponentTermOfAnyRule() throws {
        let weakened: [WritableKeyPath<OpponentAllowances, Double>] = [
            \.pace, \.defense, \.twoPointers, \.threePointers, \.freeThrows,
        ]
        var compared = 0
        for seed in Self.seeds {
            guard let profile = try profile(seed) else { continue }
            for rule in PointsRules.all {
                for figure in weakened {
                    var last: [String: Double] = [:]
                    for step in 0...20 {
                        var weaker = profile
                        weaker.opponent[keyPath: figure] = 0.9 + 0.01 * Double(step)
                        for term in rule.estimate(weaker).terms where term.name.hasPrefix("opponent_") {
                            #expect(term.points >= last[term.name] ?? -.infinity, "\(rule.system), seed \(seed)")
                            last[term.name] = term.points
                            compared += 1
                        }
                    }
                }
            }
        }
        #expect(compared > 10_000)
    }

    @Test func movingAverageIsTheSumOfItsTerms() throws {
        var profile = PointsProfile.starter()
        profile.opponent.defense = 1.1
        profile.opponent.pace = 0.95
        let usual = 0.2 * 20 + 0.3 * 22 + 0.5 * 24
        let estimate = MovingAverageRule().estimate(profile)
        let mean = try #require(estimate.mean)
        #expect(abs(mean - (usual + 0.06 + 0.65 * 0.1 * usual - 0.8 * 0.05 * usual)) < 1e-9)
        // Before the season's first game the season before stands for it, and without one the last ten games.
        profile.seasonPoints = nil
        #expect(MovingAverageRule().estimate(profile).points("previous_season") == 9)
        profile.previousSeasonPoints = nil
        #expect(MovingAverageRule().estimate(profile).points("last_10_as_season") == 11)
    }

    @Test func zonesAreScoredAsTheOpponentAllowsThem() throws {
        var profile = PointsProfile.starter()
        profile.opponent.twoPointers = 1.1
        profile.opponent.threePointers = 0.9
        let estimate = ZoneMatchupRule().estimate(profile)
        let mean = try #require(estimate.mean)
        #expect(abs(mean - (12 * 1.1 + 6 * 0.9 + 3 + 0.06)) < 1e-9)
        #expect(estimate.points("opponent_free_throws") == 0)
    }

    private func game(_ day: Int, points: Int, isHome: Bool = true, scoring: Double = 1) throws -> PastGame {
        PastGame(
            date: try GameDate(year: 2023, month: 11, day: day),
            season: Season(startYear: 2023),
            isHome: isHome,
            restDays: 2,
            opponentScoring: scoring,
            form: nil,
            minutes: 30,
            points: points
        )
    }

    @Test func similarityNeedsFiveGamesThatAreAlike() throws {
        let games = try (1...5).map { try game($0, points: 20) }
        #expect(
            SimilarityRule().estimate(.starter(history: Array(games.dropLast())))
                == .skipped(.tooFewSimilarGames(4, needed: 5))
        )
        let mean = try #require(SimilarityRule().estimate(.starter(history: games)).mean)
        #expect(abs(mean - 20) < 1e-9)
        #expect(SimilarityRule().estimate(.starter()) == .skipped(.noGames))
        // Another tier, rest, venue and form: not alike at all.
        var other = PointsProfile.starter(history: games)
        other.opponent.defense = 1.1
        other.restDays = 5
        other.isHome = false
        other.pointsLast5 = 30
        #expect(SimilarityRule().estimate(other) == .skipped(.tooFewSimilarGames(0, needed: 5)))
    }

    @Test func gamesThatAreMoreAlikeAndLaterCountMore() throws {
        let alike = try (1...6).map { try game($0, points: $0 % 2 == 0 ? 30 : 10, isHome: $0 % 2 == 0) }
        let home = try #require(SimilarityRule().estimate(.starter(history: alike)).mean)
        var profile = PointsProfile.starter(history: alike)
        profile.isHome = false
        let away = try #require(SimilarityRule().estimate(profile).mean)
        #expect(home > away)
        let rising = try (1...6).map { try game($0, points: 5 * $0) }
        let mean = try #require(SimilarityRule().estimate(.starter(history: rising)).mean)
        #expect(mean > 17.5)
    }

    @Test func aRuleNeverExpectsLessThanNothing() throws {
        for seed in Self.seeds {
            var random = SeededGenerator(seed: seed)
            var profile = try PointsProfile.random(&random)
            profile.pointsLast5 = 0
            profile.pointsLast10 = 0
            profile.seasonPoints = 0
            profile.isHome = false
            let outcomes = try PointsPredictor(models: nil).predict(values: [], profiles: [profile])[0]
            for prediction in outcomes.compactMap(\.prediction) {
                #expect(prediction.mean >= 0)
                let sum = prediction.terms.reduce(0) { $0 + $1.points }
                #expect(abs(sum - prediction.mean) < 1e-9, "\(prediction.system), seed \(seed)")
            }
        }
    }
}
