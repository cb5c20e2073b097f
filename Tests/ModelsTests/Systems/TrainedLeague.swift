import Basketball

@testable import Models

/// Models of a small league, trained once for all tests, and the state in which its last season begins.
struct TrainedLeague {
    let models: PointsModelSet
    let state: PointsFeatureState
    let next: GameDay
    let steps: [PointsModelSet.Step]

    static let shared = Result { try TrainedLeague() }

    private init() throws {
        let league = try SeededSeasons(seed: 21, seasons: 2018...2021, daysOfSeason: 10)
        var state = PointsFeatureState()
        var examples = PointsExamples()
        for day in league.days.dropLast(10) {
            let rows = try state.features(for: day.requests)
            for (row, box) in zip(rows, day.players) { examples.append(row, box) }
            try state.absorb(players: day.players, teams: day.teams)
        }
        var steps: [PointsModelSet.Step] = []
        models = try PointsModelSet(training: examples, seed: 5) { steps.append($0) }
        self.steps = steps
        next = league.days[league.days.count - 10]
        self.state = state
    }

    var rows: [PointsFeatureRow] {
        get throws { try state.features(for: next.requests) }
    }

    /// A player who never appeared, against whoever the first row is against.
    var unknown: PointsFeatureRow {
        get throws { try state.features(for: [PointsRequest(player: 999_999, side: next.players[0].side)])[0] }
    }
}
