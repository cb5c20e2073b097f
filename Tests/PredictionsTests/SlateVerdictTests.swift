import Basketball
import Foundation
import Postgres
import Testing

@testable import Pipeline
@testable import Predictions

@Suite("The verdict at the deadline")
struct SlateVerdictTests {
    @Test(
        "Its level, by the expected players of a hundred who have a prediction",
        arguments: [
            (0, Alerts.Level.critical), (89, .critical), (90, .warning), (94, .warning), (95, nil), (100, nil),
        ] as [(Int, Alerts.Level?)]
    )
    func levels(predicted: Int, level: Alerts.Level?) {
        #expect(SlateVerdict(games: 5, hasStarted: true, expected: 100, predicted: predicted).level == level)
    }

    @Test func theBoundsAreExactForSlatesOfAnySize() {
        // 198 of 220 are 90 %, 209 are 95 %.
        let levels = [197, 198, 208, 209].map {
            SlateVerdict(games: 5, hasStarted: true, expected: 220, predicted: $0).level
        }
        #expect(levels == [.critical, .warning, .warning, nil])
    }

    @Test func gamesWithoutABatchAreCriticalAndADateWithoutGamesIsNothing() {
        #expect(SlateVerdict(games: 5, hasStarted: false, expected: 0, predicted: 0).level == .critical)
        #expect(SlateVerdict(games: 0, hasStarted: false, expected: 0, predicted: 0).level == nil)
        // The first day of a season: nobody can be expected.
        #expect(SlateVerdict(games: 5, hasStarted: true, expected: 0, predicted: 0).level == nil)
    }

    @Test func itIsSpokenOnceAndTakenBackWhenEnoughArePredicted() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2, roster: 25)
            try await slate.write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            try await fixture.predict()
            let players = slate.players.map(\.lookup)
            try await fixture.withdraw(Array(players.prefix(11)))
            try await fixture.watch.judge(at: fixture.at(9, 59))
            #expect(try await fixture.decisions() == [])
            try await fixture.watch.judge(at: fixture.at(10, 0))
            try await fixture.watch.judge(at: fixture.at(10, 1))
            let critical = SlateWatchFixture.Alert(
                signature: "predictions:verdict:2024-01-15",
                level: "critical",
                isOpen: true
            )
            #expect(try await fixture.alerts("verdict") == [critical])
            #expect(try await harness.count("SELECT sum(occurrences) FROM nba_orchestration.alert") == 1)
            try await fixture.restore([players[0]])
            try await fixture.watch.judge(at: fixture.at(10, 2))
            #expect(try await fixture.alerts("verdict").map(\.level) == ["warning"])
            try await fixture.restore(Array(players[1...5]))
            try await fixture.watch.judge(at: fixture.at(10, 3))
            #expect(try await fixture.alerts("verdict").map(\.isOpen) == [false])
            // A verdict is of its moment.
            try await fixture.withdraw(Array(players.prefix(50)))
            try await fixture.watch.judge(at: fixture.at(11, 0))
            #expect(try await fixture.alerts("verdict").map(\.isOpen) == [false])
            #expect(try await fixture.decisions() == ["verdict run"])
        }
    }

    @Test func aSlateWithoutABatchIsCriticalUntilOneEnds() async throws {
        try await PhaseHarness.with("predictions") { harness in
            try await SlateFixture(games: 2).write(harness.pool)
            let fixture = SlateWatchFixture(harness: harness)
            try await fixture.watch.judge(at: fixture.at(10, 0))
            #expect(try await fixture.alerts("verdict").map(\.level) == ["critical"])
            // The batch itself takes it back, without a look of the clocks.
            try await fixture.predict()
            #expect(try await fixture.alerts("verdict").map(\.isOpen) == [false])
        }
    }

    @Test func aDateWithoutGamesHasNoVerdict() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let fixture = SlateWatchFixture(harness: harness)
            try await SlateFixture(games: 2).writeSchedule(harness.pool)
            try await harness.pool.execute("UPDATE nba_raw.nbac_schedule SET is_postponed = true")
            try await fixture.watch.judge(at: fixture.at(10, 0))
            #expect(try await fixture.alerts("verdict").isEmpty)
            #expect(try await fixture.decisions() == [])
        }
    }
}
