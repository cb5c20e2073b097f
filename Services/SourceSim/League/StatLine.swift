import Basketball

/// The counts of one box-score row, of a player or of a team.
struct StatLine: Sendable, Hashable {
    /// Whole minutes, as the game logs carry them.
    var minutes: Int16 = 0
    var fieldGoalsMade: Int16 = 0
    var fieldGoalsAttempted: Int16 = 0
    var threesMade: Int16 = 0
    var threesAttempted: Int16 = 0
    var freeThrowsMade: Int16 = 0
    var freeThrowsAttempted: Int16 = 0
    var offensiveRebounds: Int16 = 0
    var defensiveRebounds: Int16 = 0
    var assists: Int16 = 0
    var steals: Int16 = 0
    var blocks: Int16 = 0
    var turnovers: Int16 = 0
    var fouls: Int16 = 0
    var points: Int16 = 0
    /// Tenths, because upstream's team rows sometimes hold fractions.
    var plusMinusTenths: Int16 = 0

    var rebounds: Int16 { offensiveRebounds + defensiveRebounds }

    /// 2·FGM + 3PM + FTM.
    var pointsFromShots: Int16 { 2 * fieldGoalsMade + threesMade + freeThrowsMade }

    /// DraftKings-like score that the player log carries.
    var fantasyPoints: Double {
        let value =
            Double(points) + 1.2 * Double(rebounds) + 1.5 * Double(assists) + 3 * Double(steals + blocks)
            - Double(turnovers)
        return Rounding.halfAway(value, places: 1)
    }

    /// Made over attempted to three decimals, as upstream rounds; nil without an attempt.
    static func share(_ made: Int16, _ attempted: Int16) -> Double? {
        attempted > 0 ? Rounding.halfAway(Double(made) / Double(attempted), places: 3) : nil
    }

    /// The counts that can be patched, by their header in the game logs.
    static let fields: [String: any WritableKeyPath<StatLine, Int16> & Sendable] = [
        "MIN": \.minutes, "FGM": \.fieldGoalsMade, "FGA": \.fieldGoalsAttempted, "FG3M": \.threesMade,
        "FG3A": \.threesAttempted, "FTM": \.freeThrowsMade, "FTA": \.freeThrowsAttempted, "OREB": \.offensiveRebounds,
        "DREB": \.defensiveRebounds, "AST": \.assists, "STL": \.steals, "BLK": \.blocks, "TOV": \.turnovers,
        "PF": \.fouls, "PTS": \.points,
    ]

    /// Adds every count but plus-minus.
    mutating func add(_ other: StatLine) {
        for path in Self.fields.values { self[keyPath: path] += other[keyPath: path] }
    }
}
