import Basketball
import Foundation
import Testing

@Suite struct LinesTests {
    static let tipoff = Date(timeIntervalSince1970: 1_700_000_000)

    static func quote(
        _ book: String,
        _ line: Double,
        minutesBefore: Double,
        over: Int? = -110,
        under: Int? = -110,
        synthetic: Bool = false
    ) -> PointsLineQuote {
        PointsLineQuote(
            bookmaker: book,
            line: line,
            seenAt: tipoff.addingTimeInterval(-60 * minutesBefore),
            overPrice: over,
            underPrice: under,
            isSynthetic: synthetic
        )
    }

    @Test func draftKingsThenFanDuelThenTheLatestOther() throws {
        let dk = Self.quote("DraftKings", 24.5, minutesBefore: 60)
        let fd = Self.quote("fanduel", 25.5, minutesBefore: 10)
        let early = Self.quote("betrivers", 23.5, minutesBefore: 50)
        let late = Self.quote("zbook", 22.5, minutesBefore: 5)
        #expect(PointsLines([early, fd, dk, late], before: Self.tipoff)?.bookmaker == "DraftKings")
        #expect(PointsLines([early, fd, late], before: Self.tipoff)?.current == 25.5)
        #expect(PointsLines([early, late], before: Self.tipoff)?.bookmaker == "zbook")
    }

    @Test func onlyQuotesStrictlyBeforeTipoffCount() {
        let quotes = [
            Self.quote("draftkings", 20.5, minutesBefore: 100), Self.quote("draftkings", 21.5, minutesBefore: 1),
            Self.quote("draftkings", 29.5, minutesBefore: 0), Self.quote("draftkings", 30.5, minutesBefore: -10),
        ]
        let lines = PointsLines(quotes, before: Self.tipoff)
        #expect(lines?.current == 21.5)
        #expect(lines?.opening == 20.5)
        #expect(lines?.movement == 1)
        #expect(PointsLines(quotes.suffix(2), before: Self.tipoff) == nil)
        #expect(PointsLines([], before: Self.tipoff) == nil)
    }

    @Test func theMostEvenLineIsTheMainOne() {
        let quotes = [
            Self.quote("draftkings", 24.5, minutesBefore: 5, over: -105, under: -115),
            Self.quote("draftkings", 29.5, minutesBefore: 5, over: 320, under: -450),
            Self.quote("draftkings", 19.5, minutesBefore: 5, over: nil, under: nil),
        ]
        #expect(PointsLines(quotes, before: Self.tipoff)?.current == 24.5)
    }

    @Test func consensusAndDeviationAreOverBooks() {
        let lines = PointsLines(
            [
                Self.quote("draftkings", 24.5, minutesBefore: 5), Self.quote("draftkings", 20.5, minutesBefore: 50),
                Self.quote("fanduel", 25.5, minutesBefore: 5), Self.quote("betmgm", 26.5, minutesBefore: 5),
            ],
            before: Self.tipoff
        )
        #expect(lines?.books == 3)
        #expect(lines?.consensus == 25.5)
        #expect(lines?.deviation == 1)
        let one = PointsLines([Self.quote("betmgm", 26.5, minutesBefore: 5)], before: Self.tipoff)
        #expect(one?.deviation == nil && one?.consensus == 26.5)
    }

    @Test func aSyntheticLineNeverStandsBesideARealOne() {
        let synthetic = Self.quote("draftkings", 10.5, minutesBefore: 5, synthetic: true)
        let real = Self.quote("betmgm", 26.5, minutesBefore: 500)
        #expect(PointsLines([synthetic, real], before: Self.tipoff)?.current == 26.5)
        #expect(PointsLines([synthetic, real], before: Self.tipoff)?.isSynthetic == false)
        #expect(PointsLines([synthetic], before: Self.tipoff)?.isSynthetic == true)
    }

    @Test(arguments: [(25, 24.5, "OVER"), (20, 24.5, "UNDER"), (24, 24.0, "PUSH"), (0, 0.0, "PUSH")])
    func aWholeLineHitExactlyIsAPush(points: Int, line: Double, result: String) {
        #expect(LineResult(points: points, line: line).rawValue == result)
    }

    @Test(
        arguments: [
            ([30, 25, 26, 27], 24.5, 4, 0), ([10, 25, 24, 27], 24.0, 2, 0), ([10, 11, 30], 20.5, 1, 0),
            ([30, 10, 20, 12], 20.0, 0, 2), ([20, 20], 20.0, 0, 0), ([30, 10, 5], 20.5, 0, 2),
        ] as [([Int], Double, Int, Int)]
    )
    func streaksCountBackAndPassOverPushes(points: [Int], line: Double, over: Int, under: Int) {
        let history = PlayerHistory(
            points.enumerated().map {
                HistoryTests.game(HistoryTests.day("2025-01-01").adding(days: $0).description, points: $1)
            },
            before: HistoryTests.day("2025-02-01")
        )
        let streaks = LineStreaks(history, line: line)
        #expect(streaks.over == over)
        #expect(streaks.under == under)
    }

    static func line(
        _ book: String,
        _ market: GameLineQuote.Market,
        _ point: Double,
        minutesBefore: Double = 5,
        synthetic: Bool = false
    ) -> GameLineQuote {
        GameLineQuote(
            bookmaker: book,
            market: market,
            point: point,
            seenAt: tipoff.addingTimeInterval(-60 * minutesBefore),
            isSynthetic: synthetic
        )
    }

    @Test func theSpreadIsTheTeamsOwnSide() {
        let quotes = [
            Self.line("draftkings", .spread(team: "BOS"), -6.5), Self.line("draftkings", .spread(team: "NYK"), 6.5),
            Self.line("fanduel", .spread(team: "BOS"), -7.5), Self.line("fanduel", .spread(team: "NYK"), 7.5),
            Self.line("fanduel", .spread(team: "NYK"), 1.5, minutesBefore: -3),
            Self.line("fanduel", .spread(team: "NYK"), 2.5, minutesBefore: 300),
            Self.line("draftkings", .total, 220.5),
        ]
        let home = GameLines(quotes, team: "BOS", before: Self.tipoff)
        let away = GameLines(quotes, team: "NYK", before: Self.tipoff)
        #expect(home?.spread == -7)
        #expect(away?.spread == 7)
        #expect(home?.total == 220.5)
        #expect(home?.source == "consensus")
        #expect(GameLines(quotes, team: "LAL", before: Self.tipoff)?.spread == nil)
        #expect(
            GameLines([Self.line("x", .total, 1, synthetic: true)], team: "BOS", before: Self.tipoff)?.source
                == "synthetic"
        )
        #expect(GameLines([], team: "BOS", before: Self.tipoff) == nil)
    }
}
