/// The four factors that shift a player's expectation for one game, in points. What cannot be known is nil; nothing
/// stands in for it.
public struct CompositeFactors: Sendable, Hashable {
    /// 0 … 100, 100 is fresh.
    public var fatigueScore: Double?
    /// −10 … 10, positive against a soft defence in the zone that he shoots from.
    public var shotZoneMismatch: Double?
    /// −3 … 3.
    public var pace: Double?
    /// −3 … 3.
    public var usageSpike: Double?

    public init(
        fatigueScore: Double? = nil,
        shotZoneMismatch: Double? = nil,
        pace: Double? = nil,
        usageSpike: Double? = nil
    ) {
        self.fatigueScore = fatigueScore
        self.shotZoneMismatch = shotZoneMismatch
        self.pace = pace
        self.usageSpike = usageSpike
    }

    /// Computes the factors whose inputs are known.
    ///
    /// - Parameters:
    ///   - load: nil before the player's first game of the season.
    ///   - age: years; nil adds no term.
    ///   - zoneRatePercent: his share of attempts in his zone, 0 … 100.
    ///   - zoneDefensePoints: percentage points by which the opponent allows more there than the league.
    ///   - paceDifferential: own team's pace less the opponent's.
    ///   - projectedUsagePercent: for this game, 0 … 100.
    ///   - usualUsagePercent: of his last games, 0 … 100.
    ///   - starsOut: nil while nobody has said who is absent.
    public init(
        load: RestAndLoad?,
        age: Int?,
        zoneRatePercent: Double?,
        zoneDefensePoints: Double?,
        paceDifferential: Double?,
        projectedUsagePercent: Double?,
        usualUsagePercent: Double?,
        starsOut: Int?
    ) {
        fatigueScore = load.flatMap { FatigueScore.score($0, age: age) }
        if let zoneRatePercent, let zoneDefensePoints {
            shotZoneMismatch = Self.mismatch(defense: zoneDefensePoints, ratePercent: zoneRatePercent)
        }
        pace = paceDifferential.map { Self.pace(differential: $0) }
        if let projectedUsagePercent, let usualUsagePercent, let starsOut {
            usageSpike = Self.usageSpike(projected: projectedUsagePercent, usual: usualUsagePercent, starsOut: starsOut)
        }
    }

    /// −5 … 0.
    public var fatigueAdjustment: Double? { fatigueScore.map { (($0 - 100) / 20).stored } }

    /// The sum; nil as long as one of the four is unknown.
    public var total: Double? {
        guard let fatigueAdjustment, let shotZoneMismatch, let pace, let usageSpike else { return nil }
        return (fatigueAdjustment + shotZoneMismatch + pace + usageSpike).stored
    }

    /// The names of what is unknown.
    public var missing: [String] {
        [
            ("fatigue_score", fatigueScore), ("shot_zone_mismatch_score", shotZoneMismatch), ("pace_score", pace),
            ("usage_spike_score", usageSpike),
        ].filter { $0.1 == nil }.map(\.0)
    }

    /// What of the factors is unusual, in words that stay the same.
    public var warnings: [String] {
        var words: [String] = []
        if let fatigueScore, fatigueScore < 50 { words.append("fatigue_below_50") }
        if let shotZoneMismatch, abs(shotZoneMismatch) > 8 { words.append("mismatch_beyond_8") }
        if let total, abs(total) > 12 { words.append("total_beyond_12") }
        return words
    }

    /// How much the defence's weakness is worth where the player shoots.
    ///
    /// The percentage points by which the defence is worse than the league in his primary zone, weighted with his rate
    /// there (50 percent and more count whole); beyond 5 points one fifth more; then at most ±10. Whoever has no
    /// primary zone is measured in the paint.
    ///
    /// - Parameters:
    ///   - defense: percentage points above the league's mean in the player's zone.
    ///   - ratePercent: his share of attempts there, 0 … 100.
    public static func mismatch(defense: Double, ratePercent: Double) -> Double {
        let weighted = defense * min(ratePercent / 50, 1)
        return FeatureVector.clamp(abs(weighted) > 5 ? 1.2 * weighted : weighted, 10).stored
    }

    /// Half of the difference of the two teams' paces, at most ±3.
    public static func pace(differential: Double) -> Double { FeatureVector.clamp(differential / 2, 3).stored }

    /// Three tenths of the percentage points by which the projected usage is above the usual one, a gain with one star out
    /// 15 percent more and with two 30; at most ±3. A player whose usual usage is 0 has none to spike.
    public static func usageSpike(projected: Double, usual: Double, starsOut: Int) -> Double {
        guard usual > 0 else { return 0 }
        let change = 0.3 * (projected - usual)
        let stars = change > 0 ? (starsOut >= 2 ? 1.3 : starsOut == 1 ? 1.15 : 1) : 1
        return FeatureVector.clamp(change * stars, 3).stored
    }
}
