import Basketball

/// What is remembered of a player: everything from games of earlier dates.
struct PlayerState: Sendable {
    /// A game of the short memory.
    struct RecentGame: Sendable {
        var minutes: Double
        var points: Double
    }

    /// A season so far, or one that is over.
    struct SeasonTotals: Sendable {
        var season: Season
        var games = 0
        var minutes = 0.0
        var points = 0.0

        /// Nil without a game.
        var minutesPerGame: Double? { games > 0 ? minutes / Double(games) : nil }
        var pointsPerGame: Double? { games > 0 ? points / Double(games) : nil }
    }

    /// What a game of his usually comes to. All zero before his first game, and not changed between seasons: it was
    /// computed after his last game.
    struct Load: Sendable, Hashable {
        var minutes = 0.0
        var points = 0.0
        var usageEvents = 0.0
    }

    /// Groups of players that opponents are judged by.
    enum Role: Int, Sendable, CaseIterable {
        case guards, wings, bigs

        /// The role by ``PlayerState/bigness``.
        init(bigness: Double) { self = bigness < 1 ? .guards : bigness < 4.5 ? .wings : .bigs }
    }

    /// Appearances so far.
    private(set) var games = 0
    private(set) var sums = PlayerSums()
    private(set) var lastDate: GameDate?
    /// The league's id of the team of his last game.
    private(set) var team: Int?
    private(set) var season: SeasonTotals?
    /// The season before `season` in which he played.
    private(set) var previousSeason: SeasonTotals?
    /// Oldest first.
    private(set) var recent: [RecentGame] = []
    /// Days of the last games, oldest first.
    private(set) var dates: [GameDate] = []
    /// Appearances in a row for `team`.
    private(set) var gamesForTeam = 0
    /// Appearances since the last absence; a first game counts as a return.
    private(set) var gamesSinceReturn = 99
    /// His usual minutes just before that absence; nil before the first game.
    private(set) var minutesBeforeAbsence: Double?
    /// Points less the expected ones, at home and away.
    private(set) var homeResiduals = DecayedTotal()
    private(set) var awayResiduals = DecayedTotal()
    /// Squares of points and minutes less the expected ones.
    private(set) var pointsSquares = DecayedTotal()
    private(set) var minutesSquares = DecayedTotal()
    /// Points less the expected ones, by the opponent's id.
    private(set) var versus: [Int: DecayedTotal] = [:]
    private(set) var load = Load()
    /// Rebounds less assists per 36 minutes: low for guards, high for centres.
    private(set) var bigness = 0.0
    private(set) var role = Role.wings
    /// Games of this season and the one before, oldest first.
    private(set) var history: [PastGame] = []
}

extension PlayerState {
    private static let recentGames = 10
    private static let rememberedDates = 12
    private static let historyGames = 80
    /// What earlier seasons still count in a new one.
    private static let seasonCarry = 0.6
    /// Games of the team missed in a row that make an absence.
    private static let absenceGames = 3
    /// Days without a game that make an absence.
    private static let absenceDays = 10
    private static let venueDecay = 0.985
    private static let versusDecay = 0.9
    private static let squaresDecay = decayFactor(halfLife: 30)
    private static let priorUsageEvents = 5.0
    private static let priorReboundsPerMinute = 0.19
    private static let priorAssistsPerMinute = 0.1

    /// The state as it stands in `next`: the first game of a season makes the games before it count less.
    func carried(into next: Season) -> PlayerState {
        guard season?.season != next else { return self }
        var state = self
        if let season {
            state.previousSeason = season
            state.sums.fade(to: Self.seasonCarry)
        }
        state.season = SeasonTotals(season: next)
        state.history.removeAll { $0.season.startYear < next.startYear - 1 }
        return state
    }

    /// Days from his last game to a date; nil before the first.
    func daysSinceLast(_ date: GameDate) -> Int? { lastDate.map { date - $0 } }

    /// The same, at most ``PointsProfile/longestRest``.
    func restDays(_ date: GameDate) -> Int? { daysSinceLast(date).map { min($0, PointsProfile.longestRest) } }

    /// His games of the last days, those `days` back included.
    func games(within days: Int, of date: GameDate) -> Int { dates.count { date - $0 <= days } }

    /// One finished game as a player's state takes it up.
    struct Appearance {
        var box: PlayerBox
        /// Scales the game's figures to 48 minutes.
        var regulationShare: Double
        var isStart: Bool
        var vacated: TeamAbsences.Vacated
        var opponentFactor: Double
        var allowances: OpponentAllowances
        /// Usage events of all his team.
        var teamUsageEvents: Double
        /// Games that his team played since his last one for it; 0 when he comes from elsewhere.
        var gamesMissed: Int
    }

    /// Takes up a game. The state must have been carried into the game's season.
    mutating func absorb(_ appearance: Appearance) {
        let box = appearance.box
        let points = Double(box.points)
        let date = box.side.date
        addResiduals(of: box)
        remember(appearance)
        if appearance.gamesMissed >= Self.absenceGames || daysSinceLast(date).map({ $0 >= Self.absenceDays }) ?? true {
            minutesBeforeAbsence = sums.mean(.minutes, .h10)
            gamesSinceReturn = 0
        }
        gamesSinceReturn += 1
        sums.add(series(of: appearance))
        games += 1
        season?.games += 1
        season?.minutes += box.minutes
        season?.points += points
        recent = (recent + [RecentGame(minutes: box.minutes, points: points)]).suffix(Self.recentGames)
        dates = (dates + [date]).suffix(Self.rememberedDates)
        lastDate = date
        gamesForTeam = team == box.side.team.id ? gamesForTeam + 1 : 1
        team = box.side.team.id
        refreshLoad()
    }

    /// Adds the game to the history. Called before anything else of it is taken up.
    private mutating func remember(_ appearance: Appearance) {
        let box = appearance.box
        var form: Double?
        if let usual = season?.pointsPerGame, let last5 = SampleStatistics.mean(recent.suffix(5).map(\.points)) {
            form = last5 - usual
        }
        if history.count == Self.historyGames { history.removeFirst() }
        history.append(
            PastGame(
                date: box.side.date,
                season: box.side.season,
                isHome: box.side.isHome,
                restDays: restDays(box.side.date),
                opponentScoring: appearance.allowances.scoring,
                form: form,
                minutes: box.minutes,
                points: box.points
            )
        )
    }

    private mutating func addResiduals(of box: PlayerBox) {
        let residual = Double(box.points) - sums.mean(.points, .h10)
        if box.side.isHome {
            homeResiduals.add(residual, decay: Self.venueDecay)
        } else {
            awayResiduals.add(residual, decay: Self.venueDecay)
        }
        pointsSquares.add(residual * residual, decay: Self.squaresDecay)
        let minutesResidual = box.minutes - load.minutes
        minutesSquares.add(minutesResidual * minutesResidual, decay: Self.squaresDecay)
        versus[box.side.opponent.id, default: DecayedTotal()].add(residual, decay: Self.versusDecay)
    }

    /// In the order of ``PlayerSeries``.
    private func series(of appearance: Appearance) -> [Double] {
        let box = appearance.box
        let regulationPoints = Double(box.points) * appearance.regulationShare
        return PlayerSeries.allCases.map { series in
            switch series {
            case .minutes: box.minutes
            case .points: Double(box.points)
            case .fieldGoalsAttempted: Double(box.fieldGoalsAttempted)
            case .threePointersAttempted: Double(box.threePointersAttempted)
            case .freeThrowsAttempted: Double(box.freeThrowsAttempted)
            case .fieldGoalsMade: Double(box.fieldGoalsMade)
            case .threePointersMade: Double(box.threePointersMade)
            case .freeThrowsMade: Double(box.freeThrowsMade)
            case .assists: Double(box.assists)
            case .rebounds: Double(box.rebounds)
            case .offensiveRebounds: Double(box.offensiveRebounds)
            case .turnovers: Double(box.turnovers)
            case .personalFouls: Double(box.personalFouls)
            case .steals: Double(box.steals)
            case .blocks: Double(box.blocks)
            case .plusMinus: Double(box.plusMinus)
            case .start: appearance.isStart ? 1 : 0
            case .regulationMinutes: box.minutes * appearance.regulationShare
            case .vacatedMinutes: appearance.vacated.minutes
            case .vacatedPoints: appearance.vacated.points
            case .opponentFactor: appearance.opponentFactor
            case .adjustedPoints: regulationPoints / appearance.opponentFactor
            case .usageShare: box.usageEvents / max(appearance.teamUsageEvents, 1)
            }
        }
    }

    private mutating func refreshLoad() {
        let games = PlayerSums.priorGames
        load = Load(
            minutes: sums.mean(.regulationMinutes, .h10),
            points: sums.mean(.points, .h10),
            usageEvents: (sums.usageEvents(.h10) + games * Self.priorUsageEvents) / (sums.weight(.h10) + games)
        )
        let rebounds = sums.perMinute(.rebounds, .h25, prior: Self.priorReboundsPerMinute)
        let assists = sums.perMinute(.assists, .h25, prior: Self.priorAssistsPerMinute)
        bigness = 36 * (rebounds - assists)
        role = Role(bigness: bigness)
    }
}
