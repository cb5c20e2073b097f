import Basketball

/// Intervals of errors by drawing whole dates again (Efron, "Bootstrap methods", 1979): appearances of one date share their
/// games, so that single ones are not independent.
struct DateBootstrap {
    /// Sums of a date's errors, of a system and of what it is compared with.
    struct DateErrors {
        var count = 0.0
        var absolute = 0.0
        var squared = 0.0
        var sum = 0.0
        var otherAbsolute = 0.0
        var otherSquared = 0.0

        static func + (left: DateErrors, right: DateErrors) -> DateErrors {
            DateErrors(
                count: left.count + right.count,
                absolute: left.absolute + right.absolute,
                squared: left.squared + right.squared,
                sum: left.sum + right.sum,
                otherAbsolute: left.otherAbsolute + right.otherAbsolute,
                otherSquared: left.otherSquared + right.otherSquared
            )
        }
    }

    /// Samples of as many dates as there are.
    static let samples = 1_000

    private let total: DateErrors
    private let drawn: [DateErrors]

    /// `dates` is not empty.
    init(_ dates: [DateErrors], seed: Int) {
        var random = SplitMix(seed: seed)
        total = dates.reduce(DateErrors(), +)
        drawn = (0..<Self.samples).map { _ in
            var sum = DateErrors()
            for _ in dates.indices { sum = sum + dates[Int.random(in: dates.indices, using: &random)] }
            return sum
        }
    }

    /// The figure and the 2.5 % and 97.5 % quantiles of its samples.
    func interval(_ figure: (DateErrors) -> Double) -> PointsEvaluation.Interval {
        let sorted = drawn.map(figure).sorted()
        let tail = Self.samples / 40
        return PointsEvaluation.Interval(
            value: figure(total),
            low: sorted[tail - 1],
            high: sorted[Self.samples - tail]
        )
    }
}
