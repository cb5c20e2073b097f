import Basketball
import Testing

@Suite struct IntervalTests {
    /// Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
    @Test(
        "Wilson's interval is the published one",
        arguments: [
            (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718),
            (20, 20, 0.8389, 1),
        ] as [(Int, Int, Double, Double)]
    )
    func wilson(hits: Int, trials: Int, low: Double, high: Double) throws {
        let interval = try #require(SampleStatistics.wilsonInterval(hits: hits, of: trials))
        #expect(abs(interval.lowerBound - low) < 5e-5 && abs(interval.upperBound - high) < 5e-5)
    }

    @Test func withoutATrialThereIsNoInterval() {
        #expect(SampleStatistics.wilsonInterval(hits: 0, of: 0) == nil)
        #expect(SampleStatistics.meanInterval(mean: 5, standardDeviation: 1, count: 1) == nil)
    }

    @Test func aMeansIntervalIsTwoStandardErrorsWide() throws {
        let interval = try #require(SampleStatistics.meanInterval(mean: 5, standardDeviation: 4, count: 100))
        #expect(abs(interval.lowerBound - 4.216) < 1e-3 && abs(interval.upperBound - 5.784) < 1e-3)
    }

    @Test(
        arguments: [(150, 1.5), (100, 1), (-100, 1), (-200, 0.5), (120, 1.2), (99, nil), (-99, nil)] as [(Int, Double?)]
    )
    func aWonStakeGainsWhatThePriceSays(price: Int, gain: Double?) {
        #expect(Odds.profit(american: price) == gain)
    }
}
