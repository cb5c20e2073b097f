import Basketball
import Pipeline
import Testing

@testable import Page

@Suite("The slate's page")
struct SlatePageTests {
    private static let hostile = #"<script>alert('x')</script>" onmouseover="y"#

    @Test func hostileTextIsEscapedInEveryPlace() throws {
        var sample = TonightSample()
        sample.name = { _ in Self.hostile }
        sample.text = Self.hostile
        sample.status = "degraded"
        sample.reasons = [Self.hostile]
        sample.halt = ["active": true, "reason": .string(Self.hostile), "since": .string(Self.hostile)]
        let slate = try sample.slate()
        let player = PlayerPage(slate: slate, player: slate.players[0], line: Self.hostile)
        let query = "q=%3Cscript%3Ealert('x')%3C/script%3E%22%20onmouseover=%22y&team=%3Cb%3E"
        let pages = [
            try sample.page(), try sample.page(query), String(decoding: player.html.utf8, as: UTF8.self),
            String(decoding: EmptyState.notFound(Self.hostile).utf8, as: UTF8.self),
        ]
        for page in pages {
            #expect(!page.contains("<script>"))
            #expect(!page.contains("\" onmouseover"))
            #expect(page.contains("&lt;script&gt;"))
        }
    }

    @Test func nothingOnThePageIsInlineOrElsewhere() throws {
        let slate = try TonightSample().slate()
        let player = PlayerPage(slate: slate, player: slate.players[0], line: nil)
        for page in [try TonightSample().page(), String(decoding: player.html.utf8, as: UTF8.self)] {
            #expect(page.matches(of: /<script/).count == 1)
            #expect(!page.contains("style=") && !page.contains("<style") && !page.contains("http"))
            #expect(page.firstMatch(of: /\son[a-z]+=/) == nil)
        }
    }

    @Test(arguments: [350, 20])
    func theFirstLoadStaysBelow150KB(_ players: Int) throws {
        var sample = TonightSample()
        sample.games = players == 350 ? 14 : 1
        sample.playersPerTeam = players == 350 ? 13 : 10
        sample.name = { "Shai Gilgeous-Alexander the \($0)th" }
        let slate = try sample.slate()
        #expect(slate.players.count >= players)
        let bytes = try sample.page().utf8.count + Asset.all.values.reduce(0) { $0 + $1.bytes.count }
        print("first load of \(slate.players.count) players: \(bytes) bytes")
        #expect(bytes <= 150_000)
    }

    @Test func everyPlayerStandsOnExactlyOnePage() throws {
        var sample = TonightSample()
        sample.games = 14
        sample.playersPerTeam = 13
        var seen: [String] = []
        for page in 1...8 {
            seen += try sample.page("page=\(page)").matches(of: /<tr id="p-([a-z0-9]+)"/).map { String($0.1) }
        }
        #expect(seen.count == 364)
        #expect(Set(seen).count == 364)
    }

    @Test func columnsSortBothWaysAndUnknownFiguresComeLast() throws {
        let slate = try TonightSample().slate()
        for sort in SlateQuery.Sort.allCases {
            for prefix in ["", "-"] {
                let players = TonightSample.query("sort=\(prefix)\(sort.rawValue)").apply(to: slate.players)
                #expect(players.count == slate.players.count)
                let first = players.prefix { $0.line != nil }.count
                if sort == .line { #expect(players.dropFirst(first).allSatisfy { $0.line == nil }) }
            }
        }
        let lines = TonightSample.query("sort=line").apply(to: slate.players).compactMap(\.line)
        #expect(lines == lines.sorted(by: >))
        let edges = TonightSample.query("sort=-edge").apply(to: slate.players).compactMap {
            $0.prediction?.edge?.magnitude
        }
        #expect(edges == edges.sorted())
        let page = try TonightSample().page("sort=-line")
        #expect(page.contains("aria-sort=\"ascending\""))
        #expect(page.matches(of: /aria-sort/).count == 1)
    }

    @Test func filtersNarrowTheTableAndSayWhenNobodyFits() throws {
        let slate = try TonightSample().slate()
        let team = slate.players[0].team
        #expect(
            TonightSample.query("team=\(team.lowercased())").apply(to: slate.players).allSatisfy { $0.team == team }
        )
        let over = TonightSample.query("side=over").apply(to: slate.players)
        #expect(!over.isEmpty && over.allSatisfy { $0.prediction?.recommendation == "OVER" })
        #expect(TonightSample.query("q=player+11").apply(to: slate.players).map(\.lookup) == ["player11"])
        let page = try TonightSample().page("q=nobody")
        #expect(page.contains("No player fits"))
        #expect(page.contains("value=\"nobody\""))
    }

    @Test func namesAreFoundWithoutTheirAccents() throws {
        var sample = TonightSample()
        sample.name = { $0 == 2 ? "Nikola Jokić" : "Somebody" }
        let players = try sample.slate().players
        #expect(TonightSample.query("q=jokic").apply(to: players).count == 1)
        #expect(TonightSample.query("q=JOKI%C4%86").apply(to: players).count == 1)
    }

    @Test func aQueryComesBackFromItsOwnLink() {
        for text in ["", "sort=-edge&team=BOS&side=under&q=o%27neal+jr&page=3", "q=%26%3D%23%25", "side=lined"] {
            let query = TonightSample.query(text)
            #expect(TonightSample.query(String(query.link.dropFirst())) == query)
        }
    }

    @Test func nonsenseInTheQueryCountsAsNotAsked() {
        #expect(TonightSample.query("sort=x&side=y&page=-4&team=toolong") == SlateQuery())
        #expect(TonightSample.query("page=99999999999999999999").page == 1)
    }

    @Test func whatIsWrongIsSaidBeforeTheTable() throws {
        var sample = TonightSample()
        sample.status = "degraded"
        sample.reasons = ["phase 3 incomplete"]
        #expect(try sample.page().contains("<strong>Degraded</strong> phase 3 incomplete"))
        sample.status = "late"
        #expect(try sample.page().contains("<strong>Late</strong>"))
        sample.halt = ["active": true, "reason": "odds feed broken", "since": "2024-01-15T18:00:00.000Z"]
        let halted = try sample.page()
        #expect(halted.contains("<strong>Halted</strong> odds feed broken"))
        #expect(halted.contains("2024-01-15 18:00 UTC"))
        let fine = try TonightSample().page()
        #expect(!fine.contains("class=\"note"))
    }

    @Test func emptySlatesSayWhyAndWhatComesNext() throws {
        var sample = TonightSample()
        sample.games = 0
        sample.state = "no_games"
        sample.status = "empty"
        let day = try GameDate("2024-01-15")
        let tomorrow = SlateCalendar(paused: day.adding(days: -1), resumes: day.adding(days: 1))
        #expect(try sample.page(calendar: tomorrow).contains("<h2>No games</h2>"))
        #expect(try sample.page(calendar: tomorrow).contains("Games resume on Tuesday, January 16, 2024"))
        let pause = SlateCalendar(paused: day.adding(days: -1), resumes: day.adding(days: 4))
        #expect(try sample.page(calendar: pause).contains("Break in the schedule"))
        #expect(try sample.page().contains("The schedule holds no later game"))
        sample.games = 1
        sample.playersPerTeam = 0
        sample.state = "scheduled_no_lines"
        #expect(try sample.page().contains("No players yet"))
        #expect(try sample.page().contains("Lines not posted yet"))
    }

    @Test func aDocumentWithoutItsFrameIsRefusedAndNotShownAsEmpty() {
        #expect(throws: PublishedSlateError(field: "games")) {
            try PublishedSlate(
                document: ["slate_date": "2024-01-15", "version": 1, "state": "x", "status": "good", "data": [:]]
            )
        }
        #expect(throws: PublishedSlateError.self) { try PublishedSlate(document: .null) }
    }

    @Test func headersOfTheTableHaveScopesAndRowsLeadToPlayers() throws {
        let page = try TonightSample().page()
        #expect(page.matches(of: /<th scope="col"/).count == 9)
        #expect(page.matches(of: /<th scope="row"><a href="\/players\/2024-01-15\/player/).count == 16)
        #expect(page.contains("href=\"#main\""))
    }
}
