import Pipeline
import Testing

@testable import Page

@Suite("A player's page")
struct PlayerPageTests {
    private func page(_ line: String?, _ change: (inout PublishedSlate.Player) -> Void = { _ in }) throws -> String {
        let slate = try TonightSample().slate()
        var player = try #require(slate.players.first { $0.lookup == "player1" })
        change(&player)
        return String(decoding: PlayerPage(slate: slate, player: player, line: line).html.utf8, as: UTF8.self)
    }

    private func game(_ points: Int?, line: Double?) -> PublishedSlate.PastGame {
        PublishedSlate.PastGame(points: points, minutes: 30, line: line, isHome: true)
    }

    @Test func pushesAndMissedGamesCountForNeitherSide() {
        let games = [
            game(20, line: 19.5), game(20, line: 20), game(nil, line: 21), game(18, line: 19.5), game(9, line: nil),
        ]
        let tally = GameBars.Tally(games, against: \.line)
        #expect((tally.over, tally.under, tally.push, tally.missed, tally.unjudged) == (1, 1, 1, 1, 1))
        #expect(tally.words == "1 of 3 over (33 %), 1 push, 1 not played")
        #expect(GameBars.Tally([], against: \.line).words == "no game to judge by")
    }

    @Test func theThresholdMovesTheBars() throws {
        let games = (0..<10).map { game(10 + $0, line: 12.5) }
        let low = try page("9.5") { $0.recent = games }
        #expect(low.contains("Against 9.5: <b>10 of 10 over (100 %)</b>"))
        let high = try page("15.5") { $0.recent = games }
        #expect(high.contains("Against 15.5: <b>4 of 10 over (40 %)</b>"))
        #expect(high.contains("Against each day&#39;s own line: <b>7 of 10 over (70 %)</b>"))
    }

    @Test(arguments: ["nan", "-3", "1e9", "abc", "", "inf"])
    func aThresholdThatIsNoLineIsNotTaken(_ line: String) throws {
        let slate = try TonightSample().slate()
        #expect(PlayerPage(slate: slate, player: slate.players[0], line: line).threshold == nil)
    }

    @Test func reasonsForAndAgainstAreBothSaid() throws {
        let page = try page(nil)
        #expect(page.contains("For the under"))
        #expect(page.contains("Against it"))
        #expect(page.contains("Second night of a back-to-back"))
    }

    @Test func whatIsMissingIsSaidAndNotInvented() throws {
        let page = try page(nil) { player in
            player.prediction = nil
            player.offers = []
            player.recent = []
        }
        #expect(page.contains("No projection has been made for him yet."))
        #expect(page.contains("No book has posted a line for him yet."))
        #expect(page.contains("No game of his this season is known yet."))
        #expect(page.contains("not known"))
    }

    @Test func expectedValueUsesTheBestPriceOfTheSide() throws {
        let page = try page(nil) { player in
            player.prediction?.recommendation = "OVER"
            player.prediction?.overProbability = 0.6
            player.prediction?.line = 10.5
            player.offers = [-120, 110].map {
                .init(bookmaker: "b\($0)", line: 10.5, overOdds: $0, underOdds: nil, isSynthetic: false)
            }
            // A better price at a line that is harder to beat is no better price.
            player.offers.append(.init(bookmaker: "c", line: 12.5, overOdds: 150, underOdds: nil, isSynthetic: false))
        }
        // 0.6 · 1.10 − 0.4
        #expect(page.contains("Over at +110: expected +0.26 for each 1 staked"))
        #expect(page.contains("<strong>+110") && page.contains("+150") && !page.contains("<strong>+150"))
    }

    @Test func theWayOfALineIsDrawnAndSaid() throws {
        let moved = try page(nil) { player in
            player.lineHistory = [
                .init(line: 21.5, seenAt: "2024-01-15T13:00:00Z"), .init(line: 20.5, seenAt: "2024-01-15T19:30:00Z"),
                .init(line: 22.5, seenAt: "2024-01-15T22:00:00Z"),
            ]
        }
        #expect(moved.contains("Opened at 21.5, now 22.5 (+1.0 in 2 changes), last "))
        #expect(moved.contains("21.5 from 2024-01-15 13:00 UTC, 20.5 from 2024-01-15 19:30 UTC"))
        #expect(moved.contains("M4 28V28H81.3V50H158.7V6H236"))
        let stands = try page(nil) { $0.lineHistory = [.init(line: 21.5, seenAt: "2024-01-15T13:00:00Z")] }
        #expect(stands.contains("The line has stood at 21.5 since ") && !stands.contains("Opened at"))
    }
}

@Suite("The record")
struct RecordPageTests {
    @Test func withoutGradesThereAreNoFigures() {
        let page = String(decoding: RecordPage(records: []).html.utf8, as: UTF8.self)
        #expect(page.contains("Nothing is graded yet"))
        #expect(!page.contains("<table"))
    }

    /// Figures of Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263.
    @Test func theIntervalIsWilsons() throws {
        let interval = try #require(SystemRecord.interval(81, of: 263))
        #expect(abs(interval.lowerBound - 0.2553) < 0.0001)
        #expect(abs(interval.upperBound - 0.3662) < 0.0001)
        #expect(SystemRecord.interval(0, of: 0) == nil)
    }

    @Test func theHitRateStandsWithItsNumberOfSides() {
        let record = SystemRecord(
            systemID: "moving_average",
            isReplay: false,
            firstDate: "2024-01-01",
            lastDate: "2024-01-15",
            graded: 300,
            voided: 12,
            meanAbsoluteError: 4.567,
            wins: 81,
            losses: 182,
            pushes: 3,
            ranged: 0,
            inside: 0
        )
        let page = String(decoding: RecordPage(records: [record]).html.utf8, as: UTF8.self)
        #expect(page.contains("30.8 %"))
        #expect(page.contains("25.5 % to 36.6 %, n = 263"))
        #expect(page.contains("4.57"))
        #expect(page.contains("Moving Average"))
    }
}

@Suite("Figures")
struct FiguresTests {
    @Test func numbersReadAsReadersExpect() {
        #expect(Figures.decimal(19.449) == "19.4")
        #expect(Figures.decimal(-0.04) == "0.0")
        #expect(Figures.signed(-2.25) == "−2.3")
        #expect(Figures.signed(3) == "+3.0")
        #expect(Figures.percent(0.615) == "62 %")
        #expect(Figures.odds(-110) == "−110")
        #expect(Figures.coordinate(12.0) == "12")
        #expect(Figures.decimal(0.07, places: 2) == "0.07")
        #expect(Figures.minute("2024-01-15T14:03:22.123Z") == "2024-01-15 14:03 UTC")
    }
}
