public import Basketball

/// What the games of earlier dates say about the next ones: league, teams and players.
///
/// Two operations, in turns: ``features(for:)`` tells the features of a date's games, and ``absorb(players:teams:)`` takes
/// up what happened in them. Features are told from sides of games, which hold nothing of the outcome, and the state only
/// knows dates that were absorbed; for these it tells no features any more. So what happens in a game cannot reach its
/// own features, nor those of another game of its date.
public struct PointsFeatureState: Sendable {
    private var league = LeagueState()
    /// By the team's id.
    private var teams: [Int: TeamState] = [:]
    /// By the id of the team that was played against.
    private var defenses: [Int: RoleDefense] = [:]
    private var players: [Int: PlayerState] = [:]
    private var chances = PlayProbability()
    private var allowances = SeasonAllowances()
    private var currentSeason: (season: Season, firstDate: GameDate)?
    /// The last date that was absorbed; nil before the first.
    public private(set) var lastDate: GameDate?

    /// Before any game.
    public init() {}

    /// The features of players before games of one date, one row a request and in their order.
    ///
    /// A player need not be known, nor be of the team's roster. Throws ``PointsStateError``: `.notLater` unless the date
    /// is later than the last one absorbed, `.mixedDates` for more than one date or season, `.earlierSeason`, and
    /// `.contradictorySides` when one team appears with two games or opponents.
    public func features(for requests: [PointsRequest]) throws(PointsStateError) -> [PointsFeatureRow] {
        guard let first = requests.first?.side else { return [] }
        try check(first.date, first.season)
        var sides: [Int: (side: GameSide, day: TeamDay)] = [:]
        var rows: [PointsFeatureRow] = []
        rows.reserveCapacity(requests.count)
        for request in requests {
            let side = request.side
            guard side.date == first.date, side.season == first.season else { throw .mixedDates }
            guard side.team != side.opponent else { throw .contradictorySides(side.team) }
            let day: TeamDay
            if let known = sides[side.team.id] {
                guard known.side == side else { throw .contradictorySides(side.team) }
                day = known.day
            } else {
                day = teamDay(side)
                sides[side.team.id] = (side, day)
            }
            let context = PointsContext(
                player: request.player,
                state: (players[request.player] ?? PlayerState()).carried(into: side.season),
                side: side,
                day: day,
                seasonStart: seasonStart(side)
            )
            rows.append(PointsFeatureRow(context))
        }
        return rows
    }

    /// Takes up the finished games of one date; without any row nothing changes.
    ///
    /// The order of the rows does not matter. Throws ``PointsStateError`` and takes up nothing unless the date is later
    /// than the last one, every game has two team rows that name each other, and every team has players.
    public mutating func absorb(players boxes: [PlayerBox], teams teamBoxes: [TeamBox]) throws(PointsStateError) {
        guard let finished = try FinishedDate(players: boxes, teams: teamBoxes) else { return }
        try check(finished.date, finished.season)
        // All of the date is judged by what was known before it, so that its games do not see each other.
        let days = finished.sides.map { teamDay($0.box.side) }
        let arrivals = finished.sides.map { newcomers(of: $0) }
        for (side, day) in zip(finished.sides, days) {
            let played = Set(side.players.map(\.player))
            for member in day.absences.members {
                chances.count(member.situation, played: played.contains(member.player))
            }
        }
        for (index, side) in finished.sides.enumerated() {
            absorb(side, day: days[index], newcomers: arrivals[index])
        }
        if currentSeason?.season != finished.season { currentSeason = (finished.season, finished.date) }
        lastDate = finished.date
    }

    private func check(_ date: GameDate, _ season: Season) throws(PointsStateError) {
        if let lastDate, date <= lastDate { throw .notLater(date, last: lastDate) }
        if let current = currentSeason?.season, season < current { throw .earlierSeason(season) }
    }

    private func seasonStart(_ side: GameSide) -> GameDate {
        guard let currentSeason, currentSeason.season == side.season else { return side.date }
        return currentSeason.firstDate
    }

    /// The team and its opponent as they come to a game.
    private func teamDay(_ side: GameSide) -> TeamDay {
        let team = prepared(side.team, side)
        let opponent = prepared(side.opponent, side)
        return TeamDay(
            team: team,
            opponent: opponent,
            defense: defenses[side.opponent.id] ?? RoleDefense(),
            matchup: PointsMatchup(team: team, opponent: opponent, isHome: side.isHome, league: league),
            allowances: allowances.allowances(of: side.opponent, in: side.season),
            absences: TeamAbsences(team, on: side.date, players: players, chances: chances),
            opponentAbsences: TeamAbsences(opponent, on: side.date, players: players, chances: chances)
        )
    }

    private func prepared(_ team: Team, _ side: GameSide) -> TeamState {
        (teams[team.id] ?? TeamState()).prepared(for: side.season, on: side.date, of: team.id, players: players)
    }

    /// Who has a row and fills a place that he did not have before, by player id.
    private func newcomers(of side: FinishedDate.Side) -> [(player: Int, load: PlayerState.Load)] {
        side.players.compactMap { box in
            guard let player = players[box.player], TeamAbsences.isNewcomer(player, to: box.side.team) else {
                return nil
            }
            return (box.player, player.load)
        }
    }

    private mutating func absorb(
        _ side: FinishedDate.Side,
        day: TeamDay,
        newcomers: [(player: Int, load: PlayerState.Load)]
    ) {
        let (own, opponent) = (side.box.side.team.id, side.box.side.opponent.id)
        let share = side.box.regulationShare
        var team = day.team
        team.absorb(own: side.box, opponent: side.opponent)
        league.absorb(own: side.box, opponent: side.opponent)
        allowances.absorb(side)
        var defense = defenses[opponent] ?? RoleDefense()
        defense.fade()
        let starters = side.likelyStarters
        let played = Set(side.players.map(\.player))
        let teamUsageEvents = side.players.reduce(0) { $0 + $1.usageEvents }
        for box in side.players {
            // Taken out of the dictionary, it is changed in place.
            var player = players.removeValue(forKey: box.player) ?? PlayerState()
            player = player.carried(into: box.side.season)
            defense.add(box, by: player, regulationShare: share)
            let others = newcomers.filter { $0.player != box.player }.map(\.load)
            player.absorb(
                PlayerState.Appearance(
                    box: box,
                    regulationShare: share,
                    isStart: starters.contains(box.player),
                    vacated: day.absences.vacated(played: played, newcomers: others),
                    opponentFactor: day.matchup.opponentFactor,
                    allowances: day.allowances,
                    teamUsageEvents: teamUsageEvents,
                    gamesMissed: player.team == own ? day.team.gamesMissed(by: box.player) ?? 0 : 0
                )
            )
            players[box.player] = player
            team.enlist(box.player)
        }
        teams[own] = team
        defenses[opponent] = defense
    }
}

/// A team and its opponent as they come to a game of a date.
struct TeamDay: Sendable {
    var team: TeamState
    var opponent: TeamState
    /// The opponent's.
    var defense: RoleDefense
    var matchup: PointsMatchup
    /// The opponent's, of the season so far.
    var allowances: OpponentAllowances
    var absences: TeamAbsences
    var opponentAbsences: TeamAbsences
}
