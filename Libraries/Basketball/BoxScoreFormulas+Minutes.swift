extension BoxScore {
    /// The real minutes of a team: 240, and 25 for each overtime.
    ///
    /// Sources that add up whole player minutes say 237 … 244 for a game of 240; taking them literally would bend pace
    /// and usage by up to two percent.
    public static func nominalTeamMinutes(_ summedMinutes: Double) -> Double? {
        summedMinutes > 0 ? 240 + 25 * Double(overtimePeriods(teamMinutes: summedMinutes)) : nil
    }
}
