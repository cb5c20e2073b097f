/// Betting odds in the two notations of the sources.
public enum Odds {
    /// American odds as decimal odds (−110 → 1.909…, +150 → 2.5); nil between −100 and 100, which the notation lacks.
    public static func decimal(american: Int) -> Double? { profit(american: american).map { 1 + $0 } }

    /// What a won stake of 1 gains at American odds (−110 → 0.909…, +150 → 1.5); nil between −100 and 100.
    public static func profit(american: Int) -> Double? {
        if american >= 100 { return Double(american) / 100 }
        if american <= -100 { return -100 / Double(american) }
        return nil
    }

    /// Decimal odds as American odds, rounded (2.05 → 105, 1.91 → −110); nil at or below 1 and for non-numbers.
    public static func american(decimal: Double) -> Int? {
        guard decimal.isFinite, decimal > 1, decimal < 100_000 else { return nil }
        let profit = decimal - 1
        let value = profit >= 1 ? profit * 100 : -100 / profit
        guard value.magnitude < 1e9 else { return nil }
        return Int(Rounding.halfAway(value, places: 0))
    }

    /// The win probability (fraction) at which a bet breaks even; nil for odds at or below 1.
    public static func impliedProbability(decimal: Double) -> Double? {
        decimal.isFinite && decimal > 1 ? 1 / decimal : nil
    }

    /// The break-even probability (fraction) of American odds; nil for odds the notation lacks.
    public static func impliedProbability(american: Int) -> Double? {
        decimal(american: american).flatMap { impliedProbability(decimal: $0) }
    }

    /// Probability (fraction) of the first of two sides with the bookmaker's margin taken out proportionally.
    public static func fairProbability(decimal first: Double, against second: Double) -> Double? {
        guard let one = impliedProbability(decimal: first), let two = impliedProbability(decimal: second) else {
            return nil
        }
        return one / (one + two)
    }
}
