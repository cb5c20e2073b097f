public import Basketball
public import Warehouse

/// The formulas of `upcoming_player_game_context`.
public enum PlayerContexts {
    public struct Inputs: Sendable {
        public var date: GameDate
        /// Games of the date that are to be played or were.
        public var games: [SlateGame] = []
        /// The players to look at.
        public var candidates: Set<String> = []
        public var players: PlayerHistories
        /// The latest row in any season of players with a line and no row this season.
        public var lastKnown: [String: PlayerHistories.Record] = [:]
        /// By tricode.
        public var teams: [String: TeamHistory] = [:]
        public var lines = PlayerLineQuotes()
        public var gameLines = GameLineQuotes()
        public var availability = PlayerAvailability()
        /// What the opponents' defences allowed, by tricode.
        public var defenses: [String: GamesBefore<DefenseGame>] = [:]
        /// By lookup.
        public var birthDates: [String: GameDate] = [:]

        public init(date: GameDate) {
            self.date = date
            players = PlayerHistories(date: date, records: [:])
        }
    }

    public struct Result: Sendable, Hashable {
        public var rows: [UpcomingPlayerGameContext] = []
        /// Players with a line whose history names neither team of its game.
        public var linesWithoutTeam: [String] = []
    }

    /// A player who has not been seen for longer is not expected.
    static let recentDays = 30

    /// The first day on which a player must have been seen: 30 days before the date or, when his whole team has not
    /// played in them (the spring of 2020), before the team's last game.
    public static func firstRecentDay(_ team: TeamHistory) -> GameDate {
        let first = team.date.adding(days: -recentDays)
        guard let last = team.games.last?.date, last < first else { return first }
        return last.adding(days: -recentDays)
    }

    /// What all players of a team share.
    private struct Side {
        var rotation: TeamRotation
        var travel: TeamTravel
        var lines: GameLines?
    }

    /// One row a player who is expected to play. Pure; throws for a tricode that is no team's.
    public static func compute(_ inputs: Inputs) throws -> Result {
        var result = Result()
        var games: [String: SlateGame] = [:]
        for game in inputs.games { for team in game.teams { games[team] = game } }
        var sides: [String: Side] = [:]
        for player in inputs.candidates.sorted() {
            let record = inputs.players.records[player] ?? inputs.lastKnown[player]
            guard let record, let game = games[record.team] else {
                if inputs.lines.byPlayer[player] != nil { result.linesWithoutTeam.append(player) }
                continue
            }
            let lines = inputs.lines.lines(of: player, in: game)
            if lines == nil {
                if inputs.lines.byPlayer[player] != nil { result.linesWithoutTeam.append(player) }
                let team = inputs.teams[record.team] ?? TeamHistory([], before: inputs.date)
                guard inputs.players.records[player] != nil, record.lastSeen >= firstRecentDay(team) else { continue }
            }
            let side = try sides[record.team] ?? side(record.team, game, inputs)
            sides[record.team] = side
            result.rows.append(row(player, record, game, lines, side, inputs))
        }
        return result
    }

    private static func side(_ team: String, _ game: SlateGame, _ inputs: Inputs) throws -> Side {
        Side(
            rotation: TeamRotation(team, before: game.tipoffAt, inputs),
            travel: try TeamTravel(
                inputs.teams[team] ?? TeamHistory([], before: inputs.date),
                team: Team(tricode: team),
                home: Team(tricode: game.home),
                at: game.site()
            ),
            lines: inputs.gameLines.lines(of: team, in: game)
        )
    }

    private static func row(
        _ player: String,
        _ record: PlayerHistories.Record,
        _ game: SlateGame,
        _ lines: PointsLines?,
        _ side: Side,
        _ inputs: Inputs
    ) -> UpcomingPlayerGameContext {
        let history = record.history
        let load = RestAndLoad(history)
        let form = PlayerForm(history)
        let isKnown = load.daysRest != nil
        let opponent = game.opponent(of: record.team) ?? ""
        let streaks = isKnown ? lines.map { LineStreaks(history, line: $0.current) } : nil
        let pace = inputs.teams[record.team]?.paceLast10
        let opponentPace = inputs.teams[opponent]?.paceLast10
        let absences = TeamAbsences(besides: player, of: record.team, before: game.tipoffAt, inputs)
        let difference = pace.flatMap { pace in opponentPace.map { (pace - $0).stored } }
        var row = UpcomingPlayerGameContext(
            playerLookup: player,
            nbaPlayerID: record.nbaPlayerID,
            playerFullName: record.fullName,
            gameID: game.gameID,
            nbaGameID: game.nbaGameID,
            gameDate: game.date,
            seasonYear: game.seasonYear,
            teamAbbr: record.team,
            opponentTeamAbbr: opponent,
            homeGame: record.team == game.home,
            tipoffAt: game.tipoffAt,
            seasonPhase: seasonPhase(game),
            hasPropLine: lines != nil,
            currentPointsLine: lines?.current,
            openingPointsLine: lines?.opening,
            lineMovement: lines?.movement,
            currentPointsLineSource: lines?.bookmaker,
            isLineSynthetic: lines?.isSynthetic,
            pointsLineConsensus: lines?.consensus,
            pointsLineStd: lines?.deviation,
            pointsLineBooks: lines?.books,
            daysRest: load.daysRest,
            daysRestBeforeLastGame: load.daysRestBeforeLastGame,
            backToBack: load.isBackToBack,
            gamesInLast7Days: isKnown ? load.gamesLast7 : nil,
            gamesInLast14Days: isKnown ? load.gamesLast14 : nil,
            minutesInLast7Days: isKnown ? load.minutesLast7 : nil,
            minutesInLast14Days: isKnown ? load.minutesLast14 : nil,
            avgMinutesPerGameLast7: load.minutesPerGameLast7,
            backToBacksLast14Days: isKnown ? load.backToBacksLast14 : nil,
            avgUsageRateLast7Days: load.usagePercentLast7,
            pointsAvgLast5: form.pointsAverageLast5,
            pointsAvgLast10: form.pointsAverageLast10,
            propOverStreak: streaks?.over,
            propUnderStreak: streaks?.under,
            paceDifferential: difference,
            opponentPaceLast10: opponentPace,
            playerStatus: inputs.availability.word(on: player, before: game.tipoffAt),
            starTeammatesOut: absences?.starsOut,
            questionableTeammates: absences?.questionable,
            probableTeammates: absences?.probable,
            historyGames: form.gamesPlayed,
            historyLastGameDate: form.lastGameDate,
            dataQualityTier: SampleTier(games: form.gamesPlayed).rawValue
        )
        row.gameLines = side.lines
        row.opponentDefRatingLast10 = inputs.teams[opponent]?.defensiveRatingLast10
        row.opponentFtRateAllowed = inputs.defenses[opponent]?.mean(ofLast: 10, \.freeThrowRate)?.stored
        row.opponentDaysRest = inputs.teams[opponent]?.daysRest
        row.travel = side.travel
        row.playerAge = inputs.birthDates[player].map { game.date.years(since: $0) }
        row.usageRateLast10 = form.usagePercentLast10
        row.projectedUsageRate = side.rotation.projectedUsage(of: player)
        row.teammateUsageOut = side.rotation.usageOut(besides: player)
        return row
    }

    /// The kind of game decides first, because a shifted season plays regular games in May.
    static func seasonPhase(_ game: SlateGame) -> String {
        switch game.seasonType {
        case .playoffs: return "playoffs"
        case .playIn: return "play_in"
        default: break
        }
        switch game.date.month {
        case 10, 11: return "early"
        case 12, 1, 2: return "mid"
        default: return "late"
        }
    }
}
