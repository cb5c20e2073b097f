/// Half lives of a player's series, in his own games.
enum PlayerSpan: Int, HalfLives {
    case h1AndHalf, h4, h10, h25, h60

    var games: Double {
        switch self {
        case .h1AndHalf: 1.5
        case .h4: 4
        case .h10: 10
        case .h25: 25
        case .h60: 60
        }
    }

    /// The end of a feature's name.
    var suffix: String { self == .h1AndHalf ? "h1_5" : "h\(Int(games))" }
}

/// What is kept of each game of a player.
enum PlayerSeries: Int, GameSeries {
    case minutes, points
    case fieldGoalsAttempted, threePointersAttempted, freeThrowsAttempted
    case fieldGoalsMade, threePointersMade, freeThrowsMade
    case assists, rebounds, offensiveRebounds, turnovers, personalFouls, steals, blocks, plusMinus
    /// 1 when he had one of his team's five highest minutes: who started is not in a box score.
    case start
    /// Minutes scaled to a game of 48.
    case regulationMinutes
    /// Expected minutes of the teammates who were absent, less those of newcomers.
    case vacatedMinutes
    /// The same in points.
    case vacatedPoints
    /// What the opponent let teams score, as a multiple of the league.
    case opponentFactor
    /// Points scaled to 48 minutes and divided by the opponent's factor.
    case adjustedPoints
    /// His share of the team's usage events.
    case usageShare

    /// What a mean is drawn towards while there are few games: a bench player's game. The two vacated series have no
    /// constant, theirs is the team's state of the day.
    var prior: Double {
        switch self {
        case .minutes, .regulationMinutes: 12
        case .points, .adjustedPoints: 4.5
        case .fieldGoalsAttempted: 4
        case .threePointersAttempted: 1.5
        case .freeThrowsAttempted: 0.8
        case .fieldGoalsMade: 1.8
        case .threePointersMade: 0.5
        case .freeThrowsMade: 0.6
        case .assists: 0.9
        case .rebounds: 2
        case .offensiveRebounds: 0.5
        case .turnovers: 0.6
        case .personalFouls: 1
        case .steals: 0.4
        case .blocks: 0.2
        case .plusMinus: -1
        case .start: 0.1
        case .vacatedMinutes, .vacatedPoints: 0
        case .opponentFactor: 1
        case .usageShare: 0.16
        }
    }
}

typealias PlayerSums = DecayedSums<PlayerSpan, PlayerSeries>

extension PlayerSums {
    /// Games that the priors of means weigh.
    static let priorGames = 0.5
    /// Minutes that the priors of rates weigh.
    static let priorMinutes = 24.0
    /// Points a minute of a player about whom nothing is known.
    static let priorPointsPerMinute = 0.41
    /// Usage events a minute of a player about whom nothing is known.
    static let priorUsagePerMinute = 0.45

    /// Mean per game, drawn to the series' own prior.
    func mean(_ series: PlayerSeries, _ span: PlayerSpan) -> Double {
        mean(series, span, prior: series.prior, games: Self.priorGames)
    }

    /// A sum per minute, drawn to `prior`.
    func perMinute(_ sum: Double, _ span: PlayerSpan, prior: Double) -> Double {
        (sum + Self.priorMinutes * prior) / (self[.minutes, span] + Self.priorMinutes)
    }

    /// A series per minute, drawn to `prior`.
    func perMinute(_ series: PlayerSeries, _ span: PlayerSpan, prior: Double) -> Double {
        perMinute(self[series, span], span, prior: prior)
    }

    func pointsPerMinute(_ span: PlayerSpan) -> Double {
        perMinute(.points, span, prior: Self.priorPointsPerMinute)
    }

    /// Field goals and the free throws that stand for one.
    func shots(_ span: PlayerSpan) -> Double {
        self[.fieldGoalsAttempted, span] + Possessions.freeThrowShare * self[.freeThrowsAttempted, span]
    }

    func usageEvents(_ span: PlayerSpan) -> Double { shots(span) + self[.turnovers, span] }
}
