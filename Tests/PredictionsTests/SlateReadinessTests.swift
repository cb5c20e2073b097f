import Testing

@testable import Predictions

@Suite struct SlateReadinessTests {
    private func verdict(
        games: Int = 10,
        known: Bool = true,
        players: Int? = nil,
        expected: Int,
        ready: Int,
        continuation: Bool = false
    ) -> SlateReadiness.Verdict {
        SlateReadiness(
            games: games,
            isScheduleKnown: known,
            players: players ?? expected,
            expected: expected,
            ready: ready,
            isContinuation: continuation
        ).verdict
    }

    @Test(arguments: [(10, 8), (10, 10), (260, 100), (450, 100), (1, 1), (126, 100)])
    func fourFifthsOrAHundredPlayersAreReady(expected: Int, ready: Int) {
        #expect(verdict(expected: expected, ready: ready) == .start(degraded: []))
    }

    @Test(arguments: [(10, 7), (10, 5), (200, 99), (200, 50), (450, 50), (99, 50)])
    func betweenTheRulesASlateStartsAndSaysSo(expected: Int, ready: Int) {
        #expect(
            verdict(expected: expected, ready: ready)
                == .start(degraded: ["\(ready) of \(expected) expected players have complete features"])
        )
    }

    @Test(arguments: [(10, 4), (10, 0), (200, 49), (450, 49), (450, 0), (99, 49), (1, 0)])
    func belowTheMinimumNothingStarts(expected: Int, ready: Int) {
        #expect(
            verdict(expected: expected, ready: ready)
                == .notStarted("\(ready) of \(expected) expected players have complete features")
        )
    }

    @Test func moreReadyPlayersNeverMakeASlateLessReady() {
        func rank(_ verdict: SlateReadiness.Verdict) -> Int {
            switch verdict {
            case .notStarted: 0
            case .start(let reasons): reasons.isEmpty ? 2 : 1
            case .noSlate: -1
            }
        }
        for expected in 1...300 {
            var last = 0
            for ready in 0...expected {
                let now = rank(verdict(expected: expected, ready: ready))
                #expect(now >= last)
                last = now
            }
            #expect(last == 2)
        }
    }

    @Test func aDeltaOfAStartedDateSkipsTheRule() {
        #expect(verdict(expected: 450, ready: 0, continuation: true) == .start(degraded: []))
    }

    @Test func noGamesMeanSomethingOnlyWithASchedule() {
        #expect(verdict(games: 0, expected: 0, ready: 0) == .noSlate)
        guard case .notStarted = verdict(games: 0, known: false, expected: 0, ready: 0) else {
            Issue.record("an unloaded schedule looks like an empty slate")
            return
        }
    }

    @Test func gamesWithoutPlayersAreAFaultAndNotAnEmptySlate() {
        guard case .notStarted = verdict(players: 0, expected: 0, ready: 0) else {
            Issue.record("a slate without context started")
            return
        }
    }

    @Test func onOpeningNightNobodyHasAHistory() {
        #expect(
            verdict(players: 200, expected: 0, ready: 0) == .start(degraded: ["no player has a game before this date"])
        )
    }
}
