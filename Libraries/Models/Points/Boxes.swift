/// One player's row of a finished game. A row with zero minutes counts as an appearance.
public struct PlayerBox: Sendable, Hashable {
    /// The league's id of the player.
    public var player: Int
    /// The game, from the side of the team that he played for.
    public var side: GameSide
    /// Minutes on the floor, overtime included.
    public var minutes: Double
    public var points: Int
    public var fieldGoalsMade: Int
    public var fieldGoalsAttempted: Int
    public var threePointersMade: Int
    public var threePointersAttempted: Int
    public var freeThrowsMade: Int
    public var freeThrowsAttempted: Int
    public var offensiveRebounds: Int
    public var rebounds: Int
    public var assists: Int
    public var steals: Int
    public var blocks: Int
    public var turnovers: Int
    public var personalFouls: Int
    /// Own points less the opponent's while he was on the floor; 0 where the source does not say.
    public var plusMinus: Int

    public init(
        player: Int,
        side: GameSide,
        minutes: Double,
        points: Int,
        fieldGoalsMade: Int = 0,
        fieldGoalsAttempted: Int = 0,
        threePointersMade: Int = 0,
        threePointersAttempted: Int = 0,
        freeThrowsMade: Int = 0,
        freeThrowsAttempted: Int = 0,
        offensiveRebounds: Int = 0,
        rebounds: Int = 0,
        assists: Int = 0,
        steals: Int = 0,
        blocks: Int = 0,
        turnovers: Int = 0,
        personalFouls: Int = 0,
        plusMinus: Int = 0
    ) {
        self.player = player
        self.side = side
        self.minutes = minutes
        self.points = points
        self.fieldGoalsMade = fieldGoalsMade
        self.fieldGoalsAttempted = fieldGoalsAttempted
        self.threePointersMade = threePointersMade
        self.threePointersAttempted = threePointersAttempted
        self.freeThrowsMade = freeThrowsMade
        self.freeThrowsAttempted = freeThrowsAttempted
        self.offensiveRebounds = offensiveRebounds
        self.rebounds = rebounds
        self.assists = assists
        self.steals = steals
        self.blocks = blocks
        self.turnovers = turnovers
        self.personalFouls = personalFouls
        self.plusMinus = plusMinus
    }

    /// Field goals, 0.44 of the free throws, and turnovers: the possessions that he ended.
    var usageEvents: Double {
        Possessions.shots(fieldGoalsAttempted, freeThrowsAttempted) + Double(turnovers)
    }
}

/// One team's row of a finished game.
public struct TeamBox: Sendable, Hashable {
    /// The game, from this team's side.
    public var side: GameSide
    /// Minutes of all its players together: about 240, and 25 more for each overtime.
    public var minutes: Double
    public var points: Int
    public var fieldGoalsAttempted: Int
    public var threePointersAttempted: Int
    public var freeThrowsAttempted: Int
    public var offensiveRebounds: Int
    public var steals: Int
    public var blocks: Int
    public var turnovers: Int

    public init(
        side: GameSide,
        minutes: Double,
        points: Int,
        fieldGoalsAttempted: Int,
        threePointersAttempted: Int,
        freeThrowsAttempted: Int,
        offensiveRebounds: Int,
        steals: Int,
        blocks: Int,
        turnovers: Int
    ) {
        self.side = side
        self.minutes = minutes
        self.points = points
        self.fieldGoalsAttempted = fieldGoalsAttempted
        self.threePointersAttempted = threePointersAttempted
        self.freeThrowsAttempted = freeThrowsAttempted
        self.offensiveRebounds = offensiveRebounds
        self.steals = steals
        self.blocks = blocks
        self.turnovers = turnovers
    }

    /// What the whole game's figures are multiplied with to count for 48 minutes: 1 without overtime. Minutes are often a
    /// few off, because they are rounded player by player; a row with far too few lacks players and is no shorter game.
    var regulationShare: Double {
        let overtimes = max(
            ((minutes - Possessions.regulationMinutes) / Possessions.overtimeMinutes).rounded(.toNearestOrEven),
            0
        )
        return Possessions.regulationMinutes
            / (Possessions.regulationMinutes + Possessions.overtimeMinutes * overtimes)
    }

    /// Possessions by the box score, overtime included.
    var possessions: Double {
        Possessions.shots(fieldGoalsAttempted, freeThrowsAttempted) - Double(offensiveRebounds) + Double(turnovers)
    }
}

/// How possessions are estimated from a box score.
enum Possessions {
    /// The share of free throws that end a possession; the usual estimate of box-score analysis.
    static let freeThrowShare = 0.44
    /// Player-minutes of a game without overtime.
    static let regulationMinutes = 240.0
    /// Player-minutes of an overtime.
    static let overtimeMinutes = 25.0

    /// Field goals and the free throws that stand for one.
    static func shots(_ fieldGoals: Int, _ freeThrows: Int) -> Double {
        Double(fieldGoals) + freeThrowShare * Double(freeThrows)
    }
}
