import Basketball
import Testing

@testable import Models

@Suite struct PointsLeakTests {
    /// The features of every date, told before it is absorbed.
    private func told(_ league: SmallLeague) throws -> [[PointsFeatureRow]] {
        var state = PointsFeatureState()
        return try league.dates.map { date in
            let rows = try state.features(for: date.requests)
            try state.absorb(players: date.players, teams: date.teams)
            return rows
        }
    }

    @Test(arguments: 0..<5)
    func whatHappensOnADateChangesNoFeatureOfIt(seed: Int) throws {
        let league = try SmallLeague(seed: seed)
        let honest = try told(league)
        for target in [0, 7, 19, 20, 33] {
            var absurd = league
            for index in absurd.dates[target].players.indices {
                absurd.dates[target].players[index].minutes = 77
                absurd.dates[target].players[index].points = 77
                absurd.dates[target].players[index].rebounds = 77
                absurd.dates[target].players[index].fieldGoalsAttempted = 77
            }
            for index in absurd.dates[target].teams.indices {
                absurd.dates[target].teams[index].points = 333
                absurd.dates[target].teams[index].fieldGoalsAttempted = 222
            }
            let other = try told(absurd)
            for date in 0...target {
                #expect(isSame(honest[date], other[date]), "seed \(seed), date \(date) of \(target)")
            }
            // A changed date shows in the next ones: the comparison would notice a leak.
            #expect(!isSame(honest[target + 1], other[target + 1]), "seed \(seed), after \(target)")
        }
    }

    @Test(arguments: 0..<5)
    func whoIsMissingOnADateChangesNoFeatureOfTheOthers(seed: Int) throws {
        let league = try SmallLeague(seed: seed)
        for target in [5, 19, 30] {
            let state = try PointsFeatureState(league.dates[..<target])
            let all = try state.features(for: league.dates[target].requests)
            let some = try state.features(for: league.dates[target].requests.filter { $0.player % 3 > 0 })
            #expect(isSame(all.filter { $0.player % 3 > 0 }, some), "seed \(seed), date \(target)")
        }
    }

    @Test func aDateThatWasAbsorbedTellsNoFeatures() throws {
        let league = try SmallLeague(seed: 1)
        let state = try PointsFeatureState(league.dates[...10])
        for index in [0, 9, 10] {
            let date = league.dates[index]
            #expect(throws: PointsStateError.notLater(date.date, last: league.dates[10].date)) {
                try state.features(for: date.requests)
            }
        }
    }

    @Test func aGameThatIsNotAskedForIsNotNeeded() throws {
        let league = try SmallLeague(seed: 2)
        let state = try PointsFeatureState(league.dates[..<25])
        let date = try #require(league.dates[25...].first { $0.teams.count > 2 })
        let game = date.teams[0].side.game
        let all = try state.features(for: date.requests)
        let one = try state.features(for: date.requests.filter { $0.side.game == game })
        #expect(isSame(all.filter { $0.side.game == game }, one))
    }
}
