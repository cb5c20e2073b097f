import Basketball
import Testing

@testable import Models

@Suite struct PointsOrderTests {
    private let league: SmallLeague

    init() throws { league = try SmallLeague(seed: 3) }

    /// Expects the error, and that the state is as it was.
    private func expectRefused(
        _ error: PointsStateError,
        after count: Int = 10,
        _ change: (inout LeagueDate) throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var state = try PointsFeatureState(league.dates[..<count])
        let before = try state.features(for: league.dates[count].requests)
        var date = league.dates[count]
        try change(&date)
        #expect(throws: error, sourceLocation: sourceLocation) {
            try state.absorb(players: date.players, teams: date.teams)
        }
        #expect(state.lastDate == league.dates[count - 1].date, sourceLocation: sourceLocation)
        let after = try state.features(for: league.dates[count].requests)
        #expect(isSame(before, after), sourceLocation: sourceLocation)
    }

    @Test func aDateIsNotAbsorbedTwiceNorOutOfOrder() throws {
        for earlier in [9, 8, 0] {
            let (date, last) = (league.dates[earlier], league.dates[9].date)
            try expectRefused(.notLater(date.date, last: last)) { $0 = date }
        }
    }

    @Test func aSeasonThatIsOverIsRefused() throws {
        try expectRefused(.earlierSeason(Season(startYear: 2021))) { date in
            for index in date.players.indices { date.players[index].side.season = Season(startYear: 2021) }
            for index in date.teams.indices { date.teams[index].side.season = Season(startYear: 2021) }
        }
    }

    @Test func rowsOfOtherDatesAreRefused() throws {
        try expectRefused(.mixedDates) { $0.players += self.league.dates[11].players }
        try expectRefused(.mixedDates) { $0.teams[0].side.date = $0.date.adding(days: 1) }
        try expectRefused(.mixedDates) { $0.players[0].side.season = Season(startYear: 2030) }
        var requests = league.dates[10].requests
        requests.append(league.dates[11].requests[0])
        #expect(throws: PointsStateError.mixedDates) {
            try PointsFeatureState(league.dates[..<10]).features(for: requests)
        }
    }

    @Test func aGameHasTwoSides() throws {
        let game = league.dates[10].teams[0].side.game
        try expectRefused(.notTwoSides(game)) { $0.teams.removeFirst() }
        try expectRefused(.notTwoSides(game)) { $0.teams[0].side.opponent = $0.teams[0].side.team }
        try expectRefused(.notTwoSides(game)) { date in date.teams.append(date.teams[0]) }
    }

    @Test func everySideHasItsPlayersAndEveryPlayerOneSide() throws {
        let side = league.dates[10].teams[0].side
        let player = league.dates[10].players[0]
        try expectRefused(.noPlayers(side.game, side.team)) { $0.players.removeAll { $0.side == side } }
        try expectRefused(.duplicatePlayer(player.player)) { $0.players.append(player) }
        try expectRefused(.strayPlayer(999)) { date in
            var stray = player
            stray.player = 999
            stray.side.isHome.toggle()
            date.players.append(stray)
        }
        try expectRefused(.badMinutes(side.game, player.side.team)) { $0.players[0].minutes = .nan }
        try expectRefused(.badMinutes(side.game, side.team)) { $0.teams[0].minutes = -1 }
    }

    @Test func aTeamPlaysOnceADate() throws {
        let date = try #require(league.dates.first { $0.teams.count > 2 })
        var requests = date.requests
        let opponent = try #require(date.teams.last).side.team
        requests[0].side.opponent = opponent
        #expect(throws: PointsStateError.contradictorySides(requests[0].side.team)) {
            try PointsFeatureState().features(for: requests)
        }
    }

    @Test(arguments: 0..<4)
    func theOrderOfRowsDoesNotMatter(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let shuffled = league.dates.map { date in
            LeagueDate(
                date: date.date,
                players: date.players.shuffled(using: &random),
                teams: date.teams.shuffled(using: &random)
            )
        }
        let requests = league.dates[30].requests
        let ordered = try PointsFeatureState(league.dates[..<30]).features(for: requests)
        let mixed = try PointsFeatureState(shuffled[..<30]).features(for: requests)
        #expect(isSame(ordered, mixed), "seed \(seed)")
    }

    @Test func nothingAbsorbedChangesNothing() throws {
        var state = PointsFeatureState()
        try state.absorb(players: [], teams: [])
        #expect(state.lastDate == nil)
        #expect(try state.features(for: []).isEmpty)
    }
}
