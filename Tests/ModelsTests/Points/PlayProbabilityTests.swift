import Testing

@testable import Models

@Suite struct PlayProbabilityTests {
    private func situation(
        missed: Int,
        minutes: Double = 30,
        backToBack: Bool = false
    ) -> PlayProbability.Situation {
        PlayProbability.Situation(
            gamesMissed: missed,
            expectedMinutes: minutes,
            isBackToBack: backToBack,
            isAfterOffSeason: false
        )
    }

    @Test(arguments: [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (9, 4), (10, 5), (25, 5)])
    func gamesMissedFallIntoSixBuckets(missed: Int, bucket: Int) {
        #expect(situation(missed: missed).missed == bucket)
    }

    @Test(arguments: [(10.0, 0), (19.99, 0), (20, 1), (27.99, 1), (28, 2), (40, 2)])
    func minutesFallIntoThree(minutes: Double, bucket: Int) {
        #expect(situation(missed: 0, minutes: minutes).load == bucket)
    }

    @Test func nothingCountedIsAnEvenChance() {
        #expect(PlayProbability().chance(situation(missed: 0)) == 0.5)
    }

    @Test func theChanceIsDrawnToThatOfTheBucket() {
        var chances = PlayProbability()
        for _ in 0..<9 { chances.count(situation(missed: 0), played: true) }
        chances.count(situation(missed: 0, backToBack: true), played: false)
        let bucket = (9.0 + 2) / (10 + 4)
        #expect(abs(chances.chance(situation(missed: 0)) - (9 + 20 * bucket) / (9 + 20)) < 1e-12)
        #expect(abs(chances.chance(situation(missed: 0, backToBack: true)) - 20 * bucket / 21) < 1e-12)
        // Never seen: the bucket's chance alone. Another bucket knows nothing of it.
        #expect(abs(chances.chance(situation(missed: 0, minutes: 12)) - bucket) < 1e-12)
        #expect(chances.chance(situation(missed: 1)) == 0.5)
    }
}
