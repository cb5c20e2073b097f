/// Box-score maths. Counts are per game; a result is nil exactly when its denominator is not positive.
///
/// Formulas and the 0.44 free-throw weight follow Dean Oliver, "Basketball on Paper".
public enum BoxScore {
    /// Share of free throws that end a possession.
    public static let freeThrowWeight = 0.44

    /// Possessions of a team: FGA + 0.44·FTA + TOV − ORB.
    public static func possessions(
        fieldGoalsAttempted: Int,
        freeThrowsAttempted: Int,
        turnovers: Int,
        offensiveRebounds: Int
    ) -> Double {
        Double(fieldGoalsAttempted + turnovers - offensiveRebounds) + freeThrowWeight * Double(freeThrowsAttempted)
    }

    /// Possessions per 48 minutes. `teamMinutes` counts all five players: 240 in a game without overtime.
    public static func pace(possessions: Double, teamMinutes: Double) -> Double? {
        teamMinutes > 0 ? possessions * 48 / (teamMinutes / 5) : nil
    }

    /// Points per 100 possessions.
    public static func rating(points: Int, possessions: Double) -> Double? {
        possessions > 0 ? 100 * Double(points) / possessions : nil
    }

    /// True shooting as a fraction: PTS / (2·(FGA + 0.44·FTA)). A scoreless attempt is 0, not nil; it may exceed 1.
    public static func trueShooting(points: Int, fieldGoalsAttempted: Int, freeThrowsAttempted: Int) -> Double? {
        let attempts = Double(fieldGoalsAttempted) + freeThrowWeight * Double(freeThrowsAttempted)
        return attempts > 0 ? Double(points) / (2 * attempts) : nil
    }

    /// Effective field-goal share as a fraction: (FGM + 0.5·3PM) / FGA.
    public static func effectiveFieldGoal(
        fieldGoalsMade: Int,
        threePointersMade: Int,
        fieldGoalsAttempted: Int
    ) -> Double? {
        fieldGoalsAttempted > 0
            ? (Double(fieldGoalsMade) + 0.5 * Double(threePointersMade)) / Double(fieldGoalsAttempted) : nil
    }

    /// Usage in percent (0–100) of a player's time on the floor, with the team's real minutes so that overtime counts.
    public static func usagePercent(
        player: UsageCounts,
        playerMinutes: Double,
        team: UsageCounts,
        teamMinutes: Double
    ) -> Double? {
        let denominator = playerMinutes * team.plays
        return denominator > 0 ? 100 * player.plays * (teamMinutes / 5) / denominator : nil
    }

    /// Overtime periods from team minutes (240 and 25 more each); rounds, because upstream sums rounded player minutes.
    public static func overtimePeriods(teamMinutes: Double) -> Int {
        max(0, Int(((teamMinutes - 240) / 25).rounded()))
    }
}

/// The counts that end possessions, for usage.
public struct UsageCounts: Sendable, Hashable {
    /// Field goals attempted.
    public var fieldGoalsAttempted: Int
    /// Free throws attempted.
    public var freeThrowsAttempted: Int
    /// Turnovers.
    public var turnovers: Int

    /// Counts of one player or of a team.
    public init(fieldGoalsAttempted: Int, freeThrowsAttempted: Int, turnovers: Int) {
        self.fieldGoalsAttempted = fieldGoalsAttempted
        self.freeThrowsAttempted = freeThrowsAttempted
        self.turnovers = turnovers
    }

    /// FGA + 0.44·FTA + TOV.
    public var plays: Double {
        Double(fieldGoalsAttempted + turnovers) + BoxScore.freeThrowWeight * Double(freeThrowsAttempted)
    }
}
