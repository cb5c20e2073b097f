import Basketball
import Testing

@Suite struct CompositeFactorsTests {
    static let day = HistoryTests.day("2025-01-20")

    @Test(
        arguments: [
            ("analytics 68", 4.3, 50, 4.3), ("analytics 68", -3.8, 50, -3.8), ("analytics 68", 3.5, 50, 3.5),
            ("analytics 69", 6, 50, 7.2), ("analytics 70", 4, 25, 2), ("analytics 71", 15, 50, 10),
            ("five is not beyond five", 5, 50, 5), ("just beyond", -5.1, 50, -6.12), ("beyond is weighted", 10, 25, 5),
            ("weighted beyond", 10, 30, 7.2), ("half and more count whole", 4, 80, 4), ("the lower end", -9, 100, -10),
            ("never shoots there", 15, 0, 0), ("average defence", 0, 50, 0),
        ] as [(String, Double, Double, Double)]
    )
    func theMismatchWeighsTheDefenceWithTheRate(name: String, defense: Double, rate: Double, expected: Double) {
        #expect(CompositeFactors.mismatch(defense: defense, ratePercent: rate) == expected, "\(name)")
    }

    @Test(
        arguments: [
            ("analytics 72", 3.5, 1.75), ("analytics 72", -4, -2), ("analytics 72", 10, 3), ("analytics 72", -10, -3),
            ("equal", 0, 0), ("the end", 6, 3), ("just inside", -5.9, -2.95),
        ] as [(String, Double, Double)]
    )
    func paceIsHalfOfTheDifference(name: String, differential: Double, expected: Double) {
        #expect(CompositeFactors.pace(differential: differential) == expected, "\(name)")
    }

    @Test(
        arguments: [
            ("analytics 73", 26, 25, 0, 0.3), ("analytics 73", 20, 25, 0, -1.5),
            ("analytics 74", 30, 25, 1, 1.725), ("analytics 74", 30, 25, 2, 1.95),
            ("without a star out", 30, 25, 0, 1.5), ("three are as two", 30, 25, 3, 1.95),
            ("a loss is the same whoever is out", 20, 25, 2, -1.5), ("the upper end", 33, 25, 2, 3),
            ("the lower end", 10, 25, 0, -3), ("no usual usage", 30, 0, 2, 0), ("no change", 25, 25, 2, 0),
        ] as [(String, Double, Double, Int, Double)]
    )
    func aGainOfUsageCountsMoreWithStarsOut(
        name: String,
        projected: Double,
        usual: Double,
        starsOut: Int,
        expected: Double
    ) {
        let spike = CompositeFactors.usageSpike(projected: projected, usual: usual, starsOut: starsOut)
        #expect(spike == expected, "\(name)")
    }

    // MARK: - Fatigue

    struct FatigueCase: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var rest: Int? = 2
        var games = 3
        var minutes = 100.0
        var average: Double? = 33
        var pairs = 0
        var age: Int?
        var score: Double?

        var load: RestAndLoad {
            RestAndLoad(
                daysRest: rest,
                daysRestBeforeLastGame: nil,
                isBackToBack: rest.map { $0 == 1 },
                gamesLast7: games,
                gamesLast14: games,
                minutesLast7: minutes,
                minutesLast14: minutes,
                minutesPerGameLast7: average,
                backToBacksLast14: pairs,
                usagePercentLast7: nil
            )
        }
    }

    static let fatigueCases = [
        FatigueCase(testDescription: "analytics 66", rest: 3, games: 2, age: 25, score: 100),
        FatigueCase(
            testDescription: "analytics 67",
            rest: 1,
            games: 4,
            minutes: 250,
            average: 36.5,
            pairs: 2,
            age: 35,
            score: 35
        ),
        FatigueCase(testDescription: "nothing of all", score: 100),
        FatigueCase(testDescription: "back-to-back", rest: 1, score: 85),
        FatigueCase(testDescription: "two days of rest give nothing", rest: 2, pairs: 1, score: 95),
        FatigueCase(testDescription: "three give five", rest: 3, pairs: 2, score: 93),
        FatigueCase(testDescription: "never above 100", rest: 9, score: 100),
        FatigueCase(testDescription: "four games", games: 4, score: 90),
        FatigueCase(testDescription: "five games", games: 5, score: 90),
        FatigueCase(testDescription: "240 minutes", minutes: 240, score: 100),
        FatigueCase(testDescription: "more than 240 minutes", minutes: 240.5, score: 90),
        FatigueCase(testDescription: "35 minutes a game", average: 35, score: 100),
        FatigueCase(testDescription: "more than 35 minutes a game", average: 35.1, score: 92),
        FatigueCase(testDescription: "no game in seven days", games: 0, minutes: 0, average: nil, score: 100),
        FatigueCase(testDescription: "one pair", pairs: 1, score: 95),
        FatigueCase(testDescription: "three pairs are as two", pairs: 3, score: 88),
        FatigueCase(testDescription: "age 29", age: 29, score: 100),
        FatigueCase(testDescription: "age 30", age: 30, score: 95),
        FatigueCase(testDescription: "age 34", age: 34, score: 95),
        FatigueCase(testDescription: "age 35", age: 35, score: 90),
        FatigueCase(testDescription: "no earlier game", rest: nil, games: 4, pairs: 2, age: 40, score: nil),
    ]

    @Test(arguments: fatigueCases)
    func fatigueAddsItsTerms(example: FatigueCase) {
        #expect(FatigueScore.score(example.load, age: example.age) == example.score)
    }

    @Test func moreLoadNeverMakesFresher() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let fresher = FatigueCase(
                testDescription: "random",
                rest: Int.random(in: 1...5, using: &random),
                games: Int.random(in: 0...5, using: &random),
                minutes: Double.random(in: 0...300, using: &random),
                average: Double.random(in: 0...45, using: &random),
                pairs: Int.random(in: 0...4, using: &random),
                age: Int.random(in: 18...42, using: &random)
            )
            var tired = fresher
            switch Int.random(in: 0..<6, using: &random) {
            case 0: tired.rest = fresher.rest.map { max(1, $0 - 1) }
            case 1: tired.games += 1
            case 2: tired.minutes += 50
            case 3: tired.average = fresher.average.map { $0 + 5 }
            case 4: tired.pairs += 1
            default: tired.age = fresher.age.map { $0 + 5 }
            }
            let score = try #require(FatigueScore.score(fresher.load, age: fresher.age))
            let less = try #require(FatigueScore.score(tired.load, age: tired.age))
            #expect(less <= score, "seed \(seed): \(fresher) \(tired)")
            #expect((35...100).contains(less), "seed \(seed): \(tired)")
            let youngest = try #require(FatigueScore.score(fresher.load, age: 18))
            #expect(FatigueScore.score(fresher.load) == youngest, "seed \(seed): \(fresher)")
        }
    }

    @Test func fatigueSeesNothingOfTheDayOrLater() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            func game(_ days: Int, minutes: Double) -> PlayerGame {
                PlayerGame(
                    date: Self.day.adding(days: days),
                    team: "BOS",
                    opponent: "NYK",
                    points: 20,
                    minutes: minutes
                )
            }
            let days = (-20..<0).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
            let games = days.map { game($0, minutes: Double.random(in: 1...48, using: &random)) }
            let absurd = (0...3).map { game($0, minutes: 900) }
            func score(_ games: [PlayerGame]) -> Double? {
                FatigueScore.score(RestAndLoad(PlayerHistory(games, before: Self.day)), age: 31)
            }
            #expect(score((games + absurd).shuffled(using: &random)) == score(games), "seed \(seed): \(days)")
            #expect((score(games) == nil) == games.isEmpty, "seed \(seed): \(days)")
        }
    }

    // MARK: - The sum

    @Test(
        arguments: [
            ("analytics 66", 100, 0), ("analytics 67", 35, -3.25), ("spent", 0, -5), ("nobody knows", nil, nil),
        ] as [(String, Double?, Double?)]
    )
    func fatigueTakesUpToFivePoints(name: String, score: Double?, adjustment: Double?) {
        #expect(CompositeFactors(fatigueScore: score).fatigueAdjustment == adjustment, "\(name)")
    }

    @Test(
        arguments: [
            (CompositeFactors(fatigueScore: 50, shotZoneMismatch: 8, pace: 3, usageSpike: 3), []),
            (CompositeFactors(fatigueScore: 49, shotZoneMismatch: 0, pace: 0, usageSpike: 0), ["fatigue_below_50"]),
            (CompositeFactors(shotZoneMismatch: -8.1), ["mismatch_beyond_8"]),
            (CompositeFactors(fatigueScore: 100, shotZoneMismatch: 6, pace: 3, usageSpike: 3), []),
            (CompositeFactors(fatigueScore: 100, shotZoneMismatch: 6.1, pace: 3, usageSpike: 3), ["total_beyond_12"]),
            (
                CompositeFactors(fatigueScore: 35, shotZoneMismatch: -10, pace: 0, usageSpike: 0),
                ["fatigue_below_50", "mismatch_beyond_8", "total_beyond_12"]
            ),
            (
                CompositeFactors(fatigueScore: 35, shotZoneMismatch: -10, pace: 0),
                ["fatigue_below_50", "mismatch_beyond_8"]
            ),
            (CompositeFactors(), []),
        ] as [(CompositeFactors, [String])]
    )
    func theUnusualIsNamed(factors: CompositeFactors, warnings: [String]) {
        #expect(factors.warnings == warnings)
    }

    // The number is the place of the unknown input among the parameters.
    @Test(
        arguments: [
            (nil, CompositeFactors(fatigueScore: 80, shotZoneMismatch: 2, pace: 1.75, usageSpike: 1.725)),
            (0, CompositeFactors(shotZoneMismatch: 2, pace: 1.75, usageSpike: 1.725)),
            (1, CompositeFactors(fatigueScore: 85, shotZoneMismatch: 2, pace: 1.75, usageSpike: 1.725)),
            (2, CompositeFactors(fatigueScore: 80, pace: 1.75, usageSpike: 1.725)),
            (3, CompositeFactors(fatigueScore: 80, pace: 1.75, usageSpike: 1.725)),
            (4, CompositeFactors(fatigueScore: 80, shotZoneMismatch: 2, usageSpike: 1.725)),
            (5, CompositeFactors(fatigueScore: 80, shotZoneMismatch: 2, pace: 1.75)),
            (6, CompositeFactors(fatigueScore: 80, shotZoneMismatch: 2, pace: 1.75)),
            (7, CompositeFactors(fatigueScore: 80, shotZoneMismatch: 2, pace: 1.75)),
        ] as [(Int?, CompositeFactors)]
    )
    func anUnknownInputMakesOnlyItsOwnFactorUnknown(unknown: Int?, expected: CompositeFactors) {
        func known<Input>(_ input: Int, _ value: Input) -> Input? { input == unknown ? nil : value }
        let factors = CompositeFactors(
            load: known(0, FatigueCase(testDescription: "back-to-back", rest: 1).load),
            age: known(1, 31),
            zoneRatePercent: known(2, 25),
            zoneDefensePoints: known(3, 4),
            paceDifferential: known(4, 3.5),
            projectedUsagePercent: known(5, 30),
            usualUsagePercent: known(6, 25),
            starsOut: known(7, 1)
        )
        #expect(factors == expected)
    }

    @Test func theTotalIsUnknownWhenAnyFactorIs() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let names = ["fatigue_score", "shot_zone_mismatch_score", "pace_score", "usage_spike_score"]
        for known in 0..<16 {
            let fatigue = Double(Int.random(in: 0...100, using: &random))
            let others = [10.0, 3, 3].map { Double.random(in: -$0...$0, using: &random) }
            let values = zip([fatigue] + others, 0...).map { value, bit in known >> bit & 1 == 1 ? value : nil }
            let factors = CompositeFactors(
                fatigueScore: values[0],
                shotZoneMismatch: values[1],
                pace: values[2],
                usageSpike: values[3]
            )
            #expect(factors.missing == zip(names, values).filter { $0.1 == nil }.map(\.0), "seed \(seed)")
            #expect((factors.total == nil) == !factors.missing.isEmpty, "seed \(seed)")
            if let total = factors.total {
                let sum = (fatigue - 100) / 20 + others.reduce(0, +)
                #expect(abs(total - sum) < 0.0001, "seed \(seed)")
            }
        }
    }

    @Test func factorsStayInTheirRangeAndFollowTheirInputs() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<1_000 {
            let defense = Double.random(in: -20...20, using: &random)
            let rate = Double.random(in: 0...100, using: &random)
            let softer = defense + Double.random(in: 0...5, using: &random)
            let mismatch = CompositeFactors.mismatch(defense: defense, ratePercent: rate)
            #expect((-10...10).contains(mismatch), "seed \(seed)")
            #expect(mismatch <= CompositeFactors.mismatch(defense: softer, ratePercent: rate), "seed \(seed)")
            #expect(mismatch == -CompositeFactors.mismatch(defense: -defense, ratePercent: rate), "seed \(seed)")
            let more = CompositeFactors.mismatch(defense: defense, ratePercent: min(rate + 10, 100))
            #expect(abs(more) >= abs(mismatch), "seed \(seed)")

            let pace = CompositeFactors.pace(differential: defense)
            #expect((-3...3).contains(pace), "seed \(seed)")
            #expect(pace <= CompositeFactors.pace(differential: softer), "seed \(seed)")
            #expect(pace == -CompositeFactors.pace(differential: -defense), "seed \(seed)")

            let usual = Double.random(in: 0.1...40, using: &random)
            let projected = Double.random(in: 0...40, using: &random)
            let spikes = (0...3).map {
                CompositeFactors.usageSpike(projected: projected, usual: usual, starsOut: $0)
            }
            #expect(spikes.allSatisfy { (-3...3).contains($0) }, "seed \(seed)")
            #expect(spikes == spikes.sorted() && spikes[2] == spikes[3], "seed \(seed)")
            #expect(projected > usual ? spikes[0] >= 0 : spikes[0] == spikes[3] && spikes[0] <= 0, "seed \(seed)")
        }
    }
}
