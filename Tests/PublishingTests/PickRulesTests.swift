import Basketball
import Foundation
import Testing

@testable import Publishing

/// Which sides become picks.
@Suite struct PickRulesTests {
    private let now = Date(timeIntervalSince1970: 1_705_345_200)

    private func slate(_ change: (inout Slate.Player) -> Void = { _ in }) throws -> Slate {
        let game = Slate.Game(
            gameID: "20240115_BOS_LAL",
            home: "LAL",
            away: "BOS",
            tipoffAt: now.addingTimeInterval(3600),
            status: .scheduled
        )
        let players = (0..<14).map { number in
            var player = Slate.Player(lookup: "p\(number)", gameID: game.gameID, team: "BOS", isHome: false)
            player.offers = [
                .init(bookmaker: "fanduel", line: 20.5, overOdds: -110, underOdds: 105, isSynthetic: false),
                .init(bookmaker: "betmgm", line: 20.5, overOdds: -110, underOdds: 105, isSynthetic: false),
            ]
            change(&player)
            return player
        }
        return Slate(date: try GameDate("2024-01-15"), games: [game], players: players, reasons: [])
    }

    private func candidate(
        _ player: String,
        _ change: (inout PickCandidate) -> Void = { _ in }
    ) -> PickCandidate {
        var candidate = PickCandidate(
            player: player,
            gameID: "20240115_BOS_LAL",
            bookmaker: "fanduel",
            line: 20.5,
            recommendation: "UNDER",
            overPrice: -110,
            underPrice: 105,
            overProbability: 0.4,
            overExpectedValue: -0.2,
            underExpectedValue: 0.23,
            edge: -4,
            predicted: 16.5,
            qualityScore: 90,
            systemID: "ensemble",
            modelVersion: "1",
            reasons: [.under: ["a", "b", "c", "d"], .over: ["e"]]
        )
        change(&candidate)
        return candidate
    }

    private func shown(_ events: [PickEvent]) -> [Pick] { PickEvent.applied(events, to: []) }

    @Test func aSideIsLockedAtItsPrice() throws {
        let rules = PickRules(slate: try slate(), mayShow: true, now: now)
        let picks = shown(rules.events([], [candidate("p1")]))
        let pick = try #require(picks.first)
        #expect(pick.key == .init(gameID: "20240115_BOS_LAL", player: "p1", side: .under))
        #expect(pick.offer.price == 105 && pick.offer.winProbability == 0.6 && pick.offer.expectedValue == 0.23)
        #expect(pick.offer.reasons == ["a", "b", "c"] && pick.opponent == "LAL" && pick.shownAt == now)
    }

    @Test(
        arguments: [
            "an edge below three points": { $0.edge = -2.9 }, "no price": { $0.underPrice = nil },
            "a pass": { $0.recommendation = "PASS" }, "thin data": { $0.qualityScore = 79.9 },
            "odds that nobody means": { $0.underPrice = 12_000 }, "a line of nothing": { $0.line = 0 },
            "a line that has moved": { $0.line = 21.5 }, "a price that has moved": { $0.underPrice = 110 },
            "a bookmaker who offers nothing": { $0.bookmaker = "draftkings" },
            "a stranger": { $0.player = "nobody" }, "another game": { $0.gameID = "20240115_MIA_NYK" },
        ] as [String: @Sendable (inout PickCandidate) -> Void]
    )
    func isNoPick(why: String, spoil: @Sendable (inout PickCandidate) -> Void) throws {
        let rules = PickRules(slate: try slate(), mayShow: true, now: now)
        #expect(rules.events([], [candidate("p1", spoil)]).isEmpty, "\(why)")
    }

    @Test(arguments: [("out", false), ("doubtful", false), ("questionable", true), (nil, true)])
    func whoWillHardlyPlayIsNoPick(status: String?, isShown: Bool) throws {
        let rules = PickRules(slate: try slate { $0.injuryStatus = status }, mayShow: true, now: now)
        #expect(rules.events([], [candidate("p1")]).isEmpty != isShown)
    }

    @Test func theBestPriceOfAPlayerCountsAndTenStandAtOnce() throws {
        let rules = PickRules(slate: try slate(), mayShow: true, now: now)
        let candidates = (0..<14).flatMap { number in
            [
                candidate("p\(number)") { $0.underExpectedValue = 0.1 + Double(number) / 100 },
                candidate("p\(number)") {
                    $0.bookmaker = "betmgm"
                    $0.underExpectedValue = 0.2 + Double(number) / 100
                },
            ]
        }
        let picks = shown(rules.events([], candidates))
        #expect(picks.map(\.key.player) == (4..<14).reversed().map { "p\($0)" })
        #expect(picks.allSatisfy { $0.offer.bookmaker == "betmgm" })
        // A better one finds no place, and the other side of a pick neither.
        let late = candidate("p0") { $0.underExpectedValue = 0.9 }
        #expect(rules.events(picks, candidates + [late]).isEmpty)
        let other = candidate("p13") {
            $0.recommendation = "OVER"
            $0.overExpectedValue = 0.5
            $0.edge = 5
        }
        #expect(rules.events(Array(picks.dropFirst(3)), [other]).map(\.key.side) == [.over])
        #expect(rules.events(picks.filter { $0.key.player == "p13" }, [other]).isEmpty)
    }

    @Test func silenceTakesNothingBack() throws {
        let rules = PickRules(slate: try slate(), mayShow: true, now: now)
        let picks = shown(rules.events([], [candidate("p1")]))
        #expect(rules.events(picks, []).isEmpty)
        var empty = try slate()
        empty.players = []
        #expect(PickRules(slate: empty, mayShow: true, now: now).events(picks, []).isEmpty)
    }

    @Test func aGameThatLeavesTheScheduleIsPostponedOnlyBeforeItsTip() throws {
        let picks = shown(PickRules(slate: try slate(), mayShow: true, now: now).events([], [candidate("p1")]))
        var gone = try slate()
        gone.games = []
        let before = PickRules(slate: gone, mayShow: true, now: now).events(picks, [])
        #expect(PickEvent.applied(before, to: picks).map(\.retraction?.reason) == [.gamePostponed])
        let late = now.addingTimeInterval(3600)
        #expect(PickRules(slate: gone, mayShow: true, now: late).events(picks, []).isEmpty)
        // A flag that was set in error goes again, also after the tip.
        var postponed = try slate()
        postponed.games[0].status = .postponed
        let taken = PickEvent.applied(
            PickRules(slate: postponed, mayShow: true, now: late).events(picks, []),
            to: picks
        )
        #expect(taken.map(\.isOpen) == [false])
        var played = try slate()
        played.games[0].status = .final
        let back = PickRules(slate: played, mayShow: true, now: late).events(taken, [])
        #expect(PickEvent.applied(back, to: taken).map(\.isOpen) == [true])
    }

    @Test func aPickThatMayComeBackKeepsItsPlace() throws {
        let all = (0..<14).map { number in
            candidate("p\(number)") { $0.underExpectedValue = 0.1 + Double(number) / 100 }
        }
        let picks = shown(PickRules(slate: try slate(), mayShow: true, now: now).events([], all))
        #expect(picks.count == PickRules.mostOpen)
        let hurt = try slate { if $0.lookup == "p13" { $0.injuryStatus = "out" } }
        let events = PickRules(slate: hurt, mayShow: true, now: now).events(picks, all)
        #expect(events.map(\.key.player) == ["p13"])
    }

    @Test func nothingHappensToAPickOnceItsGameHasBegun() throws {
        let picks = shown(PickRules(slate: try slate(), mayShow: true, now: now).events([], [candidate("p1")]))
        let out = try slate { $0.injuryStatus = "out" }
        #expect(PickRules(slate: out, mayShow: true, now: now).events(picks, []).count == 1)
        let late = now.addingTimeInterval(3600)
        #expect(PickRules(slate: out, mayShow: true, now: late).events(picks, []).isEmpty)
        var started = out
        started.games[0].status = .inProgress
        #expect(PickRules(slate: started, mayShow: true, now: now).events(picks, []).isEmpty)
        #expect(PickRules(slate: started, mayShow: true, now: now).events([], [candidate("p2")]).isEmpty)
    }
}
