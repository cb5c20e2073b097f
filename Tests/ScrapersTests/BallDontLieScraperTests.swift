import Basketball
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Raw
@testable import Pipeline
@testable import Scrapers
@testable import SourceSim

@Suite struct BallDontLieScraperTests {
    static let path = "/v1/box_scores"

    /// A final game of PHI against NYK in which one man scored everything.
    static func box(home: String = "PHI", status: String = "Final") -> String {
        """
        {"data":[{"date":"2024-01-15","season":2023,"status":"\(status)","period":4,"postseason":false,
        "home_team_score":2,"visitor_team_score":0,
        "home_team":{"id":23,"abbreviation":"\(home)","players":[{"min":"30","fgm":1,"fga":1,"fg3m":0,"fg3a":0,"ftm":0,
        "fta":0,"oreb":0,"dreb":0,"reb":0,"ast":0,"stl":0,"blk":0,"turnover":0,"pf":0,"pts":2,
        "player":{"id":1,"first_name":"Tyrese","last_name":"Maxey"}}]},
        "visitor_team":{"id":20,"abbreviation":"NYK","players":[]}}]}
        """
    }

    @Test func boxScoresAreAskedForWithTheKeyInTheHeader() async throws {
        try await ScraperTests.scrape("bdl_box_scores") {
            $0.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule()))
            $0.answer(Self.path, .init(200, Self.box()))
        } _: { result, source, _ in
            #expect(result.state == "success" && result.recordCount == 1)
            let request = try #require(source.seen.first { $0.path == Self.path })
            #expect(request.headers["authorization"] == "quite-secret" && request.query == ["date": "2024-01-15"])
            let path = try #require(result.outcome?.rawInput?["object_path"]?.stringValue)
            #expect(path.hasPrefix("ball-dont-lie/boxscores/2024-01-15/"))
        }
    }

    @Test(arguments: [
        // (body, status of the schedule's game, state, expected empty)
        (#"{"data":[]}"#, 3, "no_data", false), (#"{"data":[]}"#, 1, "no_data", true),
        (box(status: "2nd Qtr"), 2, "no_data", true), (box(status: "2nd Qtr"), 3, "no_data", false),
        // Somebody played, and the schedule's game is missing.
        (box(home: "BOS"), 3, "partial", false),
    ])
    func whatIsMissingIsJudgedBySchedule(body: String, status: Int, state: String, isExpected: Bool) async throws {
        try await ScraperTests.scrape("bdl_box_scores") {
            $0.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule(status: status)))
            $0.answer(Self.path, .init(200, body))
        } _: { result, _, _ in
            #expect(result.state == state && result.isExpectedEmpty == isExpected)
        }
    }

    @Test func aFinalGameWithoutPlayersMakesItPartial() async throws {
        let day = LeagueDay(
            isKnown: true,
            games: [
                .init(
                    id: try NBAGameID("0022300561"),
                    home: try Team(tricode: "PHI"),
                    away: try Team(tricode: "NYK"),
                    isFinal: true,
                    isPostponed: false
                )
            ]
        )
        let date = try GameDate("2024-01-15")
        let whole = try BallDontLieBoxScores.parse(Array(Self.box().utf8), date: date)
        #expect(BdlBoxScores.judge(whole, day).status == .success)
        let other = try BallDontLieBoxScores.parse(Array(Self.box(home: "BOS").utf8), date: date)
        #expect(
            BdlBoxScores.judge(other, day).status == .partial(reason: "final games without players: 0022300561")
        )
    }

    @Test(arguments: [
        (401, #"{"error":"Unauthorized"}"#, "failed", "http_401"),
        (200, "<html>cloudflare</html>", "pending", "blocked"),
        (200, #"{"message":"no"}"#, "pending", "unexpected_structure"), (429, "", "pending", "http_429"),
    ])
    func aRefusalIsNoEmptyList(status: Int, body: String, state: String, type: String) async throws {
        try await ScraperTests.scrape("bdl_injuries") {
            $0.answer("/v1/player_injuries", .init(status, body))
        } _: { result, _, _ in
            #expect(result.state == state && result.error?.type == type)
            #expect(result.error?.message.contains("quite-secret") == false)
        }
    }

    static func injuries(_ id: Int, next: Int?) -> String {
        let cursor = next.map { #""next_cursor":\#($0),"# } ?? ""
        return """
            {"data":[{"player":{"id":\(id),"first_name":"A","last_name":"B\(id)","team_id":1},"status":"Out"}],
            "meta":{\(cursor)"per_page":100}}
            """
    }

    @Test func pagesFollowTheirCursor() async throws {
        try await ScraperTests.scrape("bdl_injuries") {
            $0.answer(
                "/v1/player_injuries",
                .init(200, Self.injuries(1, next: 17)),
                .init(200, Self.injuries(2, next: 35)),
                .init(200, Self.injuries(3, next: nil))
            )
        } _: { result, source, harness in
            #expect(result.state == "success" && result.recordCount == 3)
            #expect(source.seen.map { $0.query["cursor"] } == [nil, "17", "35"])
            #expect(source.seen.allSatisfy { $0.query["per_page"] == "100" && $0.headers["authorization"] != nil })
            let path = try ObjectPath(validating: try #require(result.outcome?.rawInput?["object_path"]?.stringValue))
            let stored = try await harness.objects.get(path, maximumBytes: 1 << 20)
            #expect(try Payload.pages(stored).count == 3)
        }
    }

    @Test func aCursorThatStandsStillIsRefused() async throws {
        try await ScraperTests.scrape("bdl_injuries") {
            $0.answer("/v1/player_injuries", .init(200, Self.injuries(1, next: 17)))
        } _: { result, source, _ in
            #expect(result.state == "pending" && result.error?.type == "unexpected_structure")
            #expect(source.seen.count == 2)
        }
    }

    @Test(arguments: ["bdl_active_players", "bdl_standings"])
    func aListThatIsTooShortIsNoList(scraper: String) async throws {
        try await ScraperTests.scrape(scraper) {
            $0.answer("/v1/players/active", .init(200, #"{"data":[]}"#))
            $0.answer("/v1/standings", .init(200, #"{"data":[]}"#))
        } _: { result, _, _ in
            #expect(result.state == "pending" && result.error?.type == "too_few_rows")
        }
    }

    /// What no full run asks for, from the stand-in through to the table.
    @Test func theStandInServesGamesAndStatistics() async throws {
        try await SlateTests.with { url in
            try await TaskHarness.with { harness in
                let run = try await harness.open(
                    .manual,
                    try GameDate("2024-01-15"),
                    only: [("bdl_games", "*", nil), ("bdl_player_box_scores", "*", nil)]
                )
                let scraped = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                #expect(scraped.count == 2 && scraped.allSatisfy { $0.state == "success" && $0.recordCount > 0 })
                let loaded = try await harness.work(run, .raw, RawService.processors)
                #expect(loaded.map(\.state) == ["success"])
                let found1 = try await harness.count("nba_raw.bdl_player_boxscores WHERE player_status = 'played'")
                #expect(found1 > 100)
                let found2 = try await harness.count(
                    "nba_raw.bdl_player_boxscores WHERE player_status = 'did_not_play'"
                )
                #expect(found2 > 0)
            }
        }
    }
}
