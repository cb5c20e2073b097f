/// The counts of a box score, of a player or a team.
public struct StatLine: Sendable, Hashable {
    public var points = 0
    public var fieldGoalsMade = 0
    public var fieldGoalsAttempted = 0
    public var threePointersMade = 0
    public var threePointersAttempted = 0
    public var freeThrowsMade = 0
    public var freeThrowsAttempted = 0
    public var offensiveRebounds = 0
    public var defensiveRebounds = 0
    public var totalRebounds = 0
    public var assists = 0
    public var steals = 0
    public var blocks = 0
    public var turnovers = 0
    public var personalFouls = 0
    /// Nil where the source does not say.
    public var plusMinus: Int?

    public init() {}

    /// Fractions 0 … 1; nil without an attempt.
    public var fieldGoalPercentage: Double? { Self.fraction(fieldGoalsMade, fieldGoalsAttempted) }
    public var threePointPercentage: Double? { Self.fraction(threePointersMade, threePointersAttempted) }
    public var freeThrowPercentage: Double? { Self.fraction(freeThrowsMade, freeThrowsAttempted) }

    private static func fraction(_ made: Int, _ attempted: Int) -> Double? {
        attempted > 0 ? Double(made) / Double(attempted) : nil
    }

    /// Checks what holds in every box score. Throws ``RowRejection`` with the rule that is broken.
    public func check(_ subject: some CustomStringConvertible) throws(RowRejection) {
        func require(_ holds: Bool, _ rule: String, _ detail: @autoclosure () -> String) throws(RowRejection) {
            if !holds { throw RowRejection(rule, "\(subject): \(detail())") }
        }
        let counts = [
            points, fieldGoalsMade, fieldGoalsAttempted, threePointersMade, threePointersAttempted, freeThrowsMade,
            freeThrowsAttempted, offensiveRebounds, defensiveRebounds, totalRebounds, assists, steals, blocks,
            turnovers,
            personalFouls,
        ]
        try require(counts.allSatisfy { (0...1000).contains($0) }, "count_out_of_range", "\(counts)")
        try require(
            fieldGoalsMade <= fieldGoalsAttempted && threePointersMade <= threePointersAttempted
                && freeThrowsMade <= freeThrowsAttempted,
            "made_exceeds_attempted",
            "\(fieldGoalsMade)/\(fieldGoalsAttempted) \(threePointersMade)/\(threePointersAttempted) "
                + "\(freeThrowsMade)/\(freeThrowsAttempted)"
        )
        try require(
            threePointersMade <= fieldGoalsMade && threePointersAttempted <= fieldGoalsAttempted,
            "threes_exceed_field_goals",
            "\(threePointersMade) of \(fieldGoalsMade)"
        )
        try require(
            2 * fieldGoalsMade + threePointersMade + freeThrowsMade == points,
            "points_do_not_add_up",
            "2·\(fieldGoalsMade) + \(threePointersMade) + \(freeThrowsMade) ≠ \(points)"
        )
        try require(
            offensiveRebounds + defensiveRebounds == totalRebounds,
            "rebounds_do_not_add_up",
            "\(offensiveRebounds) + \(defensiveRebounds) ≠ \(totalRebounds)"
        )
    }
}
