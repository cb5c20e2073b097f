import Foundation

/// The half lives that a kind of series is kept at.
protocol HalfLives: CaseIterable, RawRepresentable<Int>, Sendable where AllCases == [Self] {
    /// After so many further games a game counts half.
    var games: Double { get }
}

/// The numbers that are kept of each game.
protocol GameSeries: CaseIterable, RawRepresentable<Int>, Sendable {}

/// Sums over games in which a game counts the less the more games have followed it: a game that lies `n` games back has
/// the weight `0.5^(n / half life)`. Time does not enter, only the order of the games.
struct DecayedSums<Span: HalfLives, Series: GameSeries>: Sendable {
    /// One factor a half life.
    private let decays: [Double]
    /// By half life, then by series.
    private var sums: [Double]
    /// The sum of the games' weights, by half life.
    private var weights: [Double]

    init() {
        decays = Span.allCases.map { decayFactor(halfLife: $0.games) }
        sums = Array(repeating: 0, count: decays.count * Series.allCases.count)
        weights = Array(repeating: 0, count: decays.count)
    }

    /// Adds the latest game; `values` are in the order of the series.
    mutating func add(_ values: [Double]) {
        for (span, decay) in decays.enumerated() {
            let start = span * values.count
            for (series, value) in values.enumerated() {
                sums[start + series] = sums[start + series] * decay + value
            }
            weights[span] = weights[span] * decay + 1
        }
    }

    /// Lets everything so far count less at once, as between two seasons.
    mutating func fade(to share: Double) {
        for index in sums.indices { sums[index] *= share }
        for index in weights.indices { weights[index] *= share }
    }

    /// The weighted sum of a series.
    subscript(series: Series, span: Span) -> Double {
        sums[span.rawValue * Series.allCases.count + series.rawValue]
    }

    /// The games behind the sums, in full games.
    func weight(_ span: Span) -> Double { weights[span.rawValue] }

    /// The weighted mean, drawn towards `prior` as if `games` more games had had that value.
    func mean(_ series: Series, _ span: Span, prior: Double, games: Double) -> Double {
        (self[series, span] + games * prior) / (weight(span) + games)
    }
}

/// The factor with which a game counts less for each game that follows it.
func decayFactor(halfLife games: Double) -> Double { pow(0.5, 1 / games) }

/// A sum and the weight behind it.
struct DecayedTotal: Sendable, Hashable {
    private(set) var sum = 0.0
    private(set) var weight = 0.0

    /// Lets the past count less, then adds one value.
    mutating func add(_ value: Double, decay: Double) {
        sum = sum * decay + value
        weight = weight * decay + 1
    }

    /// The mean, drawn towards `prior` as if `games` more values had been that.
    func mean(prior: Double, games: Double) -> Double { (sum + games * prior) / (weight + games) }
}

/// What happened against what was to be expected.
struct ActualAgainstExpected: Sendable, Hashable {
    private(set) var actual = 0.0
    private(set) var expected = 0.0

    mutating func fade(to share: Double) {
        actual *= share
        expected *= share
    }

    mutating func add(actual: Double, expected: Double) {
        self.actual += actual
        self.expected += expected
    }

    /// The quotient, drawn towards 1 by `amount` of both.
    func ratio(shrinkage amount: Double) -> Double { (actual + amount) / (expected + amount) }

    static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.add(actual: right.actual, expected: right.expected)
        return sum
    }
}
