import Basketball
import Testing

@testable import Models

@Suite struct ProfileTests {
    /// Every date's rows with the dates before it.
    private func told(_ league: SmallLeague) throws -> [(rows: [PointsFeatureRow], before: ArraySlice<LeagueDate>)] {
        var state = PointsFeatureState()
        return try league.dates.indices.map { index in
            let rows = try state.features(for: league.dates[index].requests)
            try state.absorb(players: league.dates[index].players, teams: league.dates[index].teams)
            return (rows, league.dates[..<index])
        }
    }

    @Test func aProfileTellsTheGamesBeforeIt() throws {
        for (rows, before) in try told(try SmallLeague(seed: 3)) {
            for row in rows {
                let own = before.flatMap { $0.players.filter { $0.player == row.player } }
                let recent = own.suffix(10).map { Double($0.points) }
                #expect(row.profile.games == own.count)
                #expect(row.profile.pointsLast10 == (own.isEmpty ? nil : recent.reduce(0, +) / Double(recent.count)))
                let last = own.last.map { min(row.side.date - $0.side.date, PointsProfile.longestRest) }
                #expect(row.profile.restDays == last)
                #expect(row.profile.history.map(\.points) == own.map(\.points))
                #expect(row.profile.history.allSatisfy { $0.date < row.side.date })
            }
        }
    }

    /// The season of a box is the league's own, so that both seasons of the small league are this one and the one before.
    @Test func thePastIsOfTwoSeasonsAndEightyGames() throws {
        var state = PlayerState()
        let teams = SmallLeague.teams
        let first = try GameDate(year: 2019, month: 11, day: 1)
        func play(_ year: Int, _ number: Int) throws {
            let side = GameSide(
                game: try NBAGameID(season: Season(startYear: year), type: .regular, number: number + 1),
                date: first.adding(days: 365 * (year - 2019) + number),
                season: Season(startYear: year),
                team: teams[0],
                opponent: teams[1],
                isHome: true
            )
            state = state.carried(into: side.season)
            state.absorb(
                PlayerState.Appearance(
                    box: PlayerBox(player: 1, side: side, minutes: 30, points: number),
                    regulationShare: 1,
                    isStart: true,
                    vacated: .init(),
                    opponentFactor: 1,
                    allowances: .unknown,
                    teamUsageEvents: 90,
                    gamesMissed: 0
                )
            )
        }
        for number in 0..<50 { try play(2019, number) }
        for number in 0..<50 { try play(2020, number) }
        #expect(state.history.count == 80)
        #expect(state.history.first?.points == 20 && state.history.first?.season == Season(startYear: 2019))
        try play(2021, 0)
        #expect(state.history.count == 51)
        #expect(state.history.first?.season == Season(startYear: 2020))
    }

    @Test func allowancesAreRelativeToTheSeasonSoFar() throws {
        let league = try SmallLeague(seed: 4)
        // Half of the way through the second season.
        let dates = league.dates[20..<30]
        let state = try PointsFeatureState(league.dates[..<30])
        let season = Season(containing: league.dates[30].date)
        var points: [Int: Double] = [:]
        var possessions: [Int: Double] = [:]
        for date in dates {
            for team in date.teams {
                let other = try #require(
                    date.teams.first { $0.side.game == team.side.game && $0.side.team != team.side.team }
                )
                let players = date.players.filter { $0.side == team.side }
                let scored = players.reduce(0) {
                    $0 + 2 * $1.fieldGoalsMade + $1.threePointersMade + $1.freeThrowsMade
                }
                points[team.side.opponent.id, default: 0] += Double(scored)
                possessions[team.side.opponent.id, default: 0] += (team.possessions + other.possessions) / 2
            }
        }
        let games = Double(dates.reduce(0) { $0 + $1.teams.count })
        let (allPoints, allPossessions) = (points.values.reduce(0, +), possessions.values.reduce(0, +))
        let (rate, usual) = (allPoints / allPossessions, allPossessions / games)
        for team in SmallLeague.teams {
            let request = PointsRequest(
                player: 9_999,
                side: GameSide(
                    game: league.dates[30].teams[0].side.game,
                    date: league.dates[30].date,
                    season: season,
                    team: try #require(SmallLeague.teams.first { $0 != team }),
                    opponent: team,
                    isHome: true
                )
            )
            let row = try #require(try state.features(for: [request]).first)
            let own = (points[team.id] ?? 0, possessions[team.id] ?? 0)
            let expected = (own.0 + 12 * usual * rate) / (own.1 + 12 * usual) / rate
            #expect(abs(row.profile.opponent.defense - expected) < 1e-12, "\(team)")
            #expect(row.profile.games == 0 && row.profile.pointsLast10 == nil && row.profile.restDays == nil)
        }
    }

    @Test func aSeasonBeginsWithoutAllowances() throws {
        let league = try SmallLeague(seed: 5)
        let rows = try told(league)
        #expect(rows[20].rows.allSatisfy { $0.profile.opponent == .unknown })
        #expect(rows[30].rows.contains { $0.profile.opponent != .unknown })
    }
}
