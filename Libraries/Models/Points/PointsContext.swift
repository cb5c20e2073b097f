import Basketball

/// A player before a game, with everything that his features are told from.
struct PointsContext: Sendable {
    let player: Int
    /// Carried into the game's season.
    let state: PlayerState
    let side: GameSide
    let day: TeamDay
    let absences: PlayerAbsences
    /// The first date of the season with a game.
    let seasonStart: GameDate
    /// Of the last ten games, oldest first, across seasons.
    let recentPoints: [Double]
    let recentMinutes: [Double]
    /// He has played, and last for this team.
    let isOfTeam: Bool
    /// Team games missed in a row, at most ``mostMissed``.
    let gamesMissed: Int

    private static let mostMissed = 20

    init(player: Int, state: PlayerState, side: GameSide, day: TeamDay, seasonStart: GameDate) {
        self.player = player
        self.state = state
        self.side = side
        self.day = day
        self.seasonStart = seasonStart
        absences = PlayerAbsences(of: player, state: state, team: day.absences)
        recentPoints = state.recent.map(\.points)
        recentMinutes = state.recent.map(\.minutes)
        isOfTeam = state.team == side.team.id
        // A newcomer has missed all games of his new team; one who was struck off the roster has missed many.
        let missed = isOfTeam ? day.team.gamesMissed(by: player) ?? Self.mostMissed : day.team.games
        gamesMissed = min(missed, Self.mostMissed)
    }

    var date: GameDate { side.date }
    var matchup: PointsMatchup { day.matchup }
    var sums: PlayerSums { state.sums }

    /// A mean per game. The two vacated series are drawn to what is vacated today.
    func mean(_ series: PlayerSeries, _ span: PlayerSpan) -> Double {
        let prior =
            switch series {
            case .vacatedMinutes: day.absences.expected.minutes
            case .vacatedPoints: day.absences.expected.points
            default: series.prior
            }
        return sums.mean(series, span, prior: prior, games: PlayerSums.priorGames)
    }
}

// MARK: - Shooting

extension PointsContext {
    /// Points over twice the shooting possessions, drawn to 0.55 by ten of these.
    func trueShooting(_ span: PlayerSpan) -> Double { (sums[.points, span] + 11) / (2 * sums.shots(span) + 20) }

    /// Drawn to two fouls in ``PlayerSums/priorMinutes``.
    func foulsPerMinute(_ span: PlayerSpan) -> Double {
        sums.perMinute(.personalFouls, span, prior: 2 / PlayerSums.priorMinutes)
    }

    func usagePerMinute(_ span: PlayerSpan) -> Double {
        sums.perMinute(sums.usageEvents(span), span, prior: PlayerSums.priorUsagePerMinute)
    }

    /// Made over attempted at the longest half life, drawn to 18 of 50.
    var threePointFraction: Double {
        (sums[.threePointersMade, .h60] + 18) / (sums[.threePointersAttempted, .h60] + 50)
    }

    /// Drawn to 15 of 20.
    var freeThrowFraction: Double { (sums[.freeThrowsMade, .h60] + 15) / (sums[.freeThrowsAttempted, .h60] + 20) }

    /// Drawn to 26 of 50.
    var twoPointFraction: Double {
        let made = sums[.fieldGoalsMade, .h60] - sums[.threePointersMade, .h60]
        let attempted = sums[.fieldGoalsAttempted, .h60] - sums[.threePointersAttempted, .h60]
        return (made + 26) / (attempted + 50)
    }
}

// MARK: - Last games and seasons

extension PointsContext {
    /// Games from which a deviation is told.
    private static let leastForDeviation = 3
    /// Games that the prior of a season's mean weighs.
    private static let seasonPriorGames = 12.0
    /// Games from which the season before is the prior.
    private static let leastPreviousGames = 10

    static func mean(_ values: some Collection<Double>) -> Double { SampleStatistics.mean(values) ?? .nan }
    static func median(_ values: [Double]) -> Double { SampleStatistics.median(values) ?? .nan }

    /// The deviation of a whole population, divided by n.
    static func deviation(_ values: [Double]) -> Double {
        guard values.count >= leastForDeviation else { return .nan }
        let mean = mean(values)
        return Self.mean(values.map { ($0 - mean) * ($0 - mean) }).squareRoot()
    }

    /// His minutes so many games ago, 1 for the last one.
    func minutes(gamesAgo: Int) -> Double {
        state.recent.count >= gamesAgo ? state.recent[state.recent.count - gamesAgo].minutes : .nan
    }

    /// The mean of the last three games less that of the last ten.
    var minutesTrend: Double { Self.mean(recentMinutes.suffix(3)) - Self.mean(recentMinutes) }

    /// The season's mean, drawn to the season before, or to the longest half life when he played little in it.
    var shrunkSeasonPoints: Double {
        shrunk(state.season?.points, prior: previous?.pointsPerGame ?? mean(.points, .h60))
    }

    var shrunkSeasonMinutes: Double {
        shrunk(state.season?.minutes, prior: previous?.minutesPerGame ?? mean(.minutes, .h60))
    }

    /// The season before, when it says enough.
    private var previous: PlayerState.SeasonTotals? {
        state.previousSeason.flatMap { $0.games >= Self.leastPreviousGames ? $0 : nil }
    }

    private func shrunk(_ total: Double?, prior: Double) -> Double {
        let games = Double(state.season?.games ?? 0)
        return ((total ?? 0) + Self.seasonPriorGames * prior) / (games + Self.seasonPriorGames)
    }
}

// MARK: - Rest, absence and venue

extension PointsContext {
    private static let longestRest = 30
    /// A longer gap between two of his games lies between two seasons, or is a long injury.
    private static let longGap = 60
    private static let mostGamesForTeam = 60
    private static let mostGamesSinceReturn = 20
    /// Games after a return in which the minutes before it still say something.
    private static let gamesOfReturn = 12
    private static let venuePriorGames = 30.0
    /// Games that the priors of the deviations weigh.
    private static let deviationPriorGames = 5.0
    /// Variances of points and minutes around what was expected.
    private static let priorPointsVariance = 30.0
    private static let priorMinutesVariance = 40.0
    private static let versusPriorGames = 6.0

    var restDays: Double { state.daysSinceLast(date).map { Double(min($0, Self.longestRest)) } ?? .nan }

    /// True before the first game.
    var isAfterLongGap: Bool { state.daysSinceLast(date).map { $0 > Self.longGap } ?? true }

    var isNewOfTeam: Bool { !isOfTeam && state.games > 0 }

    var gamesForTeam: Int { isOfTeam ? min(state.gamesForTeam, Self.mostGamesForTeam) : 0 }

    /// 0 while he is absent.
    var gamesSinceReturn: Int { gamesMissed == 0 ? min(state.gamesSinceReturn, Self.mostGamesSinceReturn) : 0 }

    /// Minutes before his last absence, while he comes back from it, and else his usual ones, less his latest.
    var minutesToRegain: Double {
        let isReturning = gamesMissed == 0 && state.gamesSinceReturn < Self.gamesOfReturn
        let usual = isReturning ? state.minutesBeforeAbsence ?? .nan : mean(.minutes, .h10)
        return usual - mean(.minutes, .h4)
    }

    /// Points over expectation at home less those away.
    var homeSplit: Double {
        state.homeResiduals.mean(prior: 0, games: Self.venuePriorGames)
            - state.awayResiduals.mean(prior: 0, games: Self.venuePriorGames)
    }

    var pointsDeviation: Double {
        state.pointsSquares.mean(prior: Self.priorPointsVariance, games: Self.deviationPriorGames).squareRoot()
    }

    var minutesDeviation: Double {
        state.minutesSquares.mean(prior: Self.priorMinutesVariance, games: Self.deviationPriorGames).squareRoot()
    }

    /// Points over expectation in games against today's opponent.
    var versusOpponent: Double {
        state.versus[side.opponent.id]?.mean(prior: 0, games: Self.versusPriorGames) ?? 0
    }
}
