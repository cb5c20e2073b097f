import PipelineTestKit
import Basketball
import Foundation
import HTTPFetch
import Postgres
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers

@Suite struct ScraperTests {
    static let schedulePath = "/stats/scheduleleaguev2int"
    static let logPath = "/stats/leaguegamelog"
    static let eventsPath = "/v4/sports/basketball_nba/events"
    static let event = "f54c4a22568ce9dc33fb410d1b0e75e9"
    static let oddsPath = "/v4/sports/basketball_nba/events/\(event)/odds"
    static let boxPath = "/stats/boxscoretraditionalv3"
    /// The scrape and the raw task of the game's team box score.
    static let boxTasks: SQL = "nba_orchestration.task WHERE unit = '0022300561' AND processor = 'nbac_team_boxscore'"

    static func settings(_ url: String, age: Duration = .seconds(30)) -> SourceSettings {
        var settings = SourceSettings.standIn(url, key: "quite-secret")
        settings.timeout = .seconds(10)
        settings.scheduleAge = age
        return settings
    }

    static func schedule(status: Int = 3, date: String = "2024-01-15", extra: String = "") -> String {
        """
        {"leagueSchedule":{"seasonYear":"2023-24","gameDates":[{"games":[
        {"gameId":"0022300561","gameStatus":\(status),"gameStatusText":"x","gameDateEst":"\(date)T00:00:00Z",
         "gameDateTimeEst":"\(date)T19:30:00Z","homeTeam":{"teamId":1610612755,"teamTricode":"PHI","score":119},
         "awayTeam":{"teamId":1610612752,"teamTricode":"NYK","score":125}}\(extra)]}]}}
        """
    }

    static let emptyLog = """
        {"resultSets":[{"headers":[\(GameLogPayload.requiredHeaders.map { "\"\($0)\"" }.joined(separator: ","))],"rowSet":[]}]}
        """

    static func odds(_ outcomes: String) -> String {
        """
        {"id":"\(event)","commence_time":"2024-01-16T00:30:00Z","home_team":"Philadelphia 76ers",
         "away_team":"New York Knicks","bookmakers":[{"key":"fanduel","markets":[{"key":"player_points",
         "last_update":"2024-01-15T20:00:00Z","outcomes":[\(outcomes)]}]}]}
        """
    }

    /// Runs one scrape task against a scripted source and gives its end to the body.
    static func scrape(
        _ scraper: String,
        unit: String = "*",
        kind: RunKind = .full,
        date: String = "2024-01-15",
        _ script: @Sendable (ScriptedSource) -> Void,
        _ check: @Sendable (TaskResult, ScriptedSource, TaskHarness) async throws -> Void
    ) async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                script(source)
                let run = try await harness.open(kind, try GameDate(date), only: [(scraper, unit, nil)])
                let results = try await harness.work(run, .scrapers, ScrapersService.processors(settings(url)))
                let result = try #require(results.first { $0.task.processor == scraper })
                try await check(result, source, harness)
            }
        }
    }

    @Test func aPayloadIsStoredByteForByteAndHandedOver() async throws {
        let body = Self.schedule()
        try await Self.scrape("nbac_schedule_api") {
            $0.answer(Self.schedulePath, .init(200, body))
        } _: { result, source, harness in
            #expect(result.state == "success" && result.recordCount == 1)
            let input = try #require(result.outcome?.rawInput)
            let path = try ObjectPath(validating: try #require(input["object_path"]?.stringValue))
            #expect(PayloadKey(path: path.string)?.scraper == "nbac_schedule_api")
            let stored = try await harness.objects.get(path, maximumBytes: 1 << 20)
            #expect(stored == Array(body.utf8))
            #expect(input["sha256"]?.stringValue == SHA256.hash(stored).hex)
            let request = try #require(source.seen.first)
            #expect(request.query["Season"] == "2023-24" && request.headers["user-agent"] == SourceClient.userAgent)
            // The final game of the date is a unit of the team box score, with its raw task.
            #expect(try await harness.count(Self.boxTasks) == 2)
            #expect(
                try await harness.count(
                    """
                    nba_orchestration.task WHERE processor = 'nbac_schedule' AND phase = 2
                        AND input->>'object_path' = \(path.string) AND input->>'status' = 'success'
                    """
                ) == 1
            )
        }
    }

    @Test(arguments: [
        (RunKind.full, 3, 2), (.postgame, 3, 2), (.pregame, 3, 0), (.full, 1, 0), (.full, 2, 0), (.delta, 3, 0),
    ])
    func onlyFinalGamesOfRunsThatReadThemBecomeUnits(kind: RunKind, status: Int, tasks: Int) async throws {
        try await Self.scrape("nbac_schedule_api", kind: kind) {
            $0.answer(Self.schedulePath, .init(200, Self.schedule(status: status)))
        } _: { result, _, harness in
            #expect(result.state == "success")
            let found = try await harness.count(Self.boxTasks)
            #expect(found == tasks)
        }
    }

    @Test(arguments: [
        // (status of the game in the schedule, expected empty)
        (1, true), (2, true), (3, false),
    ])
    func noPlayersAreExpectedOnlyWhenTheScheduleHasNoFinal(status: Int, isExpected: Bool) async throws {
        try await Self.scrape("nbac_player_boxscore") {
            $0.answer(Self.schedulePath, .init(200, Self.schedule(status: status)))
            $0.answer(Self.logPath, .init(200, Self.emptyLog))
        } _: { result, source, harness in
            #expect(result.state == "no_data" && result.isExpectedEmpty == isExpected)
            #expect(source.count(Self.schedulePath) == 1)
            let handed = try await harness.pool.query(
                "SELECT input FROM nba_orchestration.task WHERE processor = 'nbac_player_boxscores'"
            )
            let input = try JSONValue(
                parsing: try #require(handed.first).decode("input", as: PostgresJSON.self).text
            )
            #expect(input["status"] == "no_data" && input["expected_empty"]?.boolValue == isExpected)
        }
    }

    @Test func withoutAnyScheduleNothingIsCalledExpected() async throws {
        for answer in [ScriptedSource.Answer(500), .init(200, Self.schedule(date: "2024-01-14"))] {
            try await Self.scrape("nbac_player_boxscore") {
                $0.answer(Self.schedulePath, answer)
                $0.answer(Self.logPath, .init(200, Self.emptyLog))
            } _: { result, _, _ in
                #expect(result.state == "no_data" && result.isExpectedEmpty == (answer.status == 200))
            }
        }
    }

    @Test(arguments: [
        ("[]", "2024-01-15", "no_data", false), ("[]", "2024-01-16", "no_data", true),
        (
            "[{\"id\":\"\(event)\",\"commence_time\":\"2024-01-16T00:30:00Z\",\"home_team\":\"Philadelphia 76ers\",\"away_team\":\"New York Knicks\"}]",
            "2024-01-15", "success", false
        ),
        // Two known teams that the schedule does not pair.
        (
            "[{\"id\":\"\(event)\",\"commence_time\":\"2024-01-16T00:30:00Z\",\"home_team\":\"Boston Celtics\",\"away_team\":\"New York Knicks\"}]",
            "2024-01-15", "no_data", false
        ),
        // Of the next Eastern day.
        (
            "[{\"id\":\"\(event)\",\"commence_time\":\"2024-01-16T05:30:00Z\",\"home_team\":\"Philadelphia 76ers\",\"away_team\":\"New York Knicks\"}]",
            "2024-01-15", "no_data", false
        ),
    ])
    func eventsAreJudgedBySchedule(body: String, date: String, state: String, isExpected: Bool) async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(Self.schedulePath, .init(200, Self.schedule(status: 1)))
                source.answer(Self.eventsPath, .init(200, body))
                source.answer(Self.oddsPath, .init(204))
                let run = try await harness.open(
                    .full,
                    try GameDate(date),
                    only: [("nbac_schedule_api", "*", nil), ("oddsa_events", "*", nil)]
                )
                let results = try await harness.work(run, .scrapers, ScrapersService.processors(Self.settings(url)))
                let events = try #require(results.first { $0.task.processor == "oddsa_events" })
                #expect(events.state == state && events.isExpectedEmpty == isExpected)
                let query = try #require(source.seen.first { $0.path == Self.eventsPath }).query
                #expect(query["commenceTimeFrom"] == "\(date)T05:00:00Z")
                #expect(query["commenceTimeTo"]?.hasSuffix("T04:59:59Z") == true)
                // The two scrapers of the event ran as units, found nothing, and say so.
                let units = results.filter { $0.task.unit == Self.event }
                #expect(units.map(\.state) == (state == "success" ? ["no_data", "no_data"] : []))
                #expect(units.allSatisfy { !$0.isExpectedEmpty })
            }
        }
    }

    @Test func pricesOfAnEventAreStoredUnderTheirTeams() async throws {
        let outcome = "{\"name\":\"Over\",\"description\":\"Joel Embiid\",\"price\":-110,\"point\":33.5}"
        try await Self.scrape("oddsa_player_props", unit: Self.event) {
            $0.answer(Self.oddsPath, .init(200, Self.odds(outcome)))
        } _: { result, source, _ in
            #expect(result.state == "success" && result.recordCount == 1)
            let path = try #require(result.outcome?.rawInput?["object_path"]?.stringValue)
            #expect(path.hasPrefix("odds-api/player-props/2024-01-15/\(Self.event)-NYKPHI/"))
            #expect(source.seen.first?.query["markets"] == "player_points")
            #expect(source.seen.first?.query["apiKey"] == "quite-secret")
        }
        try await Self.scrape("oddsa_player_props", unit: Self.event) {
            $0.answer(Self.oddsPath, .init(200, Self.odds("")))
        } _: { result, _, _ in
            #expect(result.state == "no_data" && !result.isExpectedEmpty)
        }
    }

    @Test(arguments: [
        (401, "failed", "http_401", 1), (422, "failed", "http_422", 1), (400, "failed", "http_400", 1),
        (403, "pending", "blocked", 1), (503, "pending", "http_503", 3), (429, "pending", "http_429", 3),
    ])
    func aRefusalIsTypedAndTheKeyIsNeverShown(status: Int, state: String, type: String, requests: Int) async throws {
        try await Self.scrape("oddsa_events") {
            $0.answer(Self.schedulePath, .init(200, Self.schedule()))
            $0.answer(Self.eventsPath, .init(status, "{\"message\":\"no\"}"))
        } _: { result, source, harness in
            #expect(result.state == state && result.error?.type == type)
            #expect(source.count(Self.eventsPath) == requests)
            #expect(result.error?.message.contains("quite-secret") == false)
            let rows = try await harness.pool.query(
                """
                SELECT (SELECT COALESCE(string_agg(d::text, ''), '') FROM nba_orchestration.dead_letter AS d)
                    || (SELECT string_agg(t::text, '') FROM nba_orchestration.task AS t)
                    || (SELECT string_agg(l::text, '') FROM nba_orchestration.pipeline_execution_log AS l)
                    || (SELECT string_agg(o::text, '') FROM nba_orchestration.outbox AS o) AS everything
                """
            )
            let everything: String = try #require(rows.first).decode("everything")
            #expect(!everything.contains("quite-secret") && everything.contains(type))
        }
    }

    @Test func aBusySourceIsAskedAgainWithinTheAttempt() async throws {
        try await Self.scrape("nbac_schedule_api") {
            $0.answer(
                Self.schedulePath,
                .init(503),
                .init(429, "", headers: ["Retry-After": "1"]),
                .init(200, Self.schedule())
            )
        } _: { result, source, _ in
            #expect(result.state == "success")
            #expect(source.count(Self.schedulePath) == 3)
        }
    }

    @Test(arguments: [
        ("<html><title>Access Denied</title></html>", "blocked", false),
        ("{\"leagueSchedule\":", "malformed_payload", true),
        ("", "empty_payload", true), ("{}", "unexpected_structure", true), ("\u{0}\u{1}", "undecodable_payload", true),
    ])
    func aBodyThatCannotBeUsedIsKeptAndTriedAgain(body: String, type: String, endsAtThird: Bool) async throws {
        try await Self.scrape("nbac_schedule_api") {
            $0.answer(Self.schedulePath, .init(200, body))
        } _: { result, source, harness in
            #expect(result.state == "pending" && result.error?.type == type)
            let kept = try await harness.objects.list(prefix: "quarantine/nbac_schedule_api/2024-01-15/", limit: 10)
            #expect(kept.map(\.byteCount) == [body.utf8.count])
            #expect(try await harness.objects.list(prefix: "nba-com/", limit: 10).isEmpty)

            try await harness.pool.execute(
                "UPDATE nba_orchestration.task SET attempts = 2, next_attempt_at = NULL WHERE phase = 1"
            )
            let base = try #require(source.seen.first?.headers["host"])
            let third = try #require(
                try await harness.work(
                    result.task.run,
                    .scrapers,
                    ScrapersService.processors(Self.settings("http://\(base)"))
                ).first
            )
            #expect(third.state == (endsAtThird ? "failed" : "pending"))
        }
    }

    @Test func anUndeclaredGzipBodyIsReadAndStoredAsItCame() async throws {
        // gzip -9 of the schedule's text, without a Content-Encoding header.
        let packed = try Self.gzip(Self.schedule())
        try await Self.scrape("nbac_schedule_api") {
            $0.answer(Self.schedulePath, .init(200, packed))
        } _: { result, _, harness in
            #expect(result.state == "success")
            let path = try ObjectPath(validating: try #require(result.outcome?.rawInput?["object_path"]?.stringValue))
            #expect(try await harness.objects.get(path, maximumBytes: 1 << 20) == packed)
        }
    }

    /// A gzip stream of stored (uncompressed) blocks, RFC 1951 §3.2.4.
    static func gzip(_ text: String) throws -> [UInt8] {
        let bytes = Array(text.utf8)
        try #require(bytes.count < 65_536)
        let length = UInt16(bytes.count)
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        func little<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(length) + little(~length) + bytes + little(~crc)
            + little(UInt32(bytes.count))
    }

    @Test func aBackfillFetchesTheScheduleOnce() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(Self.schedulePath, .init(200, Self.schedule(), headers: ["ETag": "\"1\""]))
                let processors = ScrapersService.processors(Self.settings(url))
                var paths: Set<String> = []
                for offset in 0..<20 {
                    let date = try GameDate("2024-01-01").adding(days: offset)
                    let run = try await harness.open(.full, date, only: [("nbac_schedule_api", "*", nil)])
                    for result in try await harness.work(run, .scrapers, processors) where result.task.unit == "*" {
                        #expect(result.state == "success")
                        paths.insert(try #require(result.outcome?.rawInput?["object_path"]?.stringValue))
                    }
                }
                #expect(paths.count == 1)
                #expect(source.count(Self.schedulePath) == 1)
            }
        }
    }

    @Test func anOldScheduleIsCheckedByItsMark() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(
                    Self.schedulePath,
                    .init(200, Self.schedule(status: 1), headers: ["ETag": "\"1\""]),
                    .init(304),
                    .init(200, Self.schedule(status: 1)),
                    .init(200, Self.schedule(status: 3))
                )
                let processors = ScrapersService.processors(Self.settings(url, age: .zero))
                var paths: [String] = []
                for _ in 0..<4 {
                    let run = try await harness.open(
                        .pregame,
                        try GameDate("2024-01-15"),
                        only: [("nbac_schedule_api", "*", nil)]
                    )
                    let result = try #require(try await harness.work(run, .scrapers, processors).first)
                    paths.append(try #require(result.outcome?.rawInput?["object_path"]?.stringValue))
                }
                #expect(source.seen.map { $0.headers["if-none-match"] } == [nil, "\"1\"", "\"1\"", nil])
                // 304 and the same bytes keep the object; the changed schedule is a new one, even in the same second.
                #expect(Set(paths[0...2]).count == 1 && paths[3] != paths[0])
                let first = try await harness.objects.get(try ObjectPath(validating: paths[0]), maximumBytes: 1 << 20)
                #expect(first == Array(Self.schedule(status: 1).utf8))
            }
        }
    }

    @Test(arguments: [
        ("nbac_team_boxscore", "../../etc"), ("nbac_team_boxscore", "0092300561"), ("oddsa_player_props", "abc"),
        ("oddsa_game_lines", "f54c4a22568ce9dc33fb410d1b0e75e9/x"),
        ("oddsa_game_lines", "F54C4A22568CE9DC33FB410D1B0E75E9"),
    ])
    func aUnitIsCheckedBeforeItReachesAURL(scraper: String, unit: String) async throws {
        try await Self.scrape(scraper, unit: unit) { _ in
        } _: { result, source, _ in
            #expect(result.state == "failed" && result.error?.type == "invalid_unit")
            #expect(source.seen.isEmpty)
        }
    }

    @Test(arguments: [ScriptedSource.Answer(500, "{}"), .init(200, #"{"resultSets":[]}"#)])
    func theOlderBoxScoreIsAskedWhenTheNewerOneFails(answer: ScriptedSource.Answer) async throws {
        let line = """
            240:00","FGM":45,"FGA":90,"FG3M":15,"FG3A":36,"FTM":20,"FTA":20,"OREB":10,"DREB":35,"REB":45,"AST":25,"STL":7,
            "BLK":5,"TO":12,"PF":18,"PTS":125,"PLUS_MINUS":6.0
            """
        let pairs = line.replacingOccurrences(of: "\n", with: "").split(separator: ",").dropFirst().map {
            $0.split(separator: ":").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: "\"")) }
        }
        let headers =
            ["GAME_ID", "TEAM_ID", "TEAM_NAME", "TEAM_ABBREVIATION", "TEAM_CITY", "MIN"] + pairs.map { $0[0] }
        let rows = [(1_610_612_755, "PHI"), (1_610_612_752, "NYK")].map { id, code in
            (["\"0022300561\"", "\(id)", "\"X\"", "\"\(code)\"", "\"Y\"", "\"240:00\""] + pairs.map { $0[1] })
                .joined(separator: ",")
        }
        let older = """
            {"resource":"boxscore","parameters":{"GameID":"0022300561"},"resultSets":[
            {"name":"PlayerStats","headers":["GAME_ID","TEAM_ID","PTS"],"rowSet":[]},
            {"name":"TeamStats","headers":["\(headers.joined(separator: "\",\""))"],
             "rowSet":[[\(rows.joined(separator: "],["))]]}]}
            """
        try await Self.scrape("nbac_team_boxscore", unit: "0022300561") {
            $0.answer(Self.boxPath, answer)
            $0.answer("/stats/boxscoretraditionalv2", .init(200, older))
        } _: { result, source, _ in
            #expect(result.state == "success" && result.recordCount == 2)
            #expect(source.seen.last?.query["GameID"] == "0022300561")
        }
    }

    @Test func beforeTheTipABoxScoreHasNoData() async throws {
        let box = """
            {"boxScoreTraditional":{"gameId":"0022300561","homeTeam":{"teamId":1610612755,"teamTricode":"PHI","statistics":null},
             "awayTeam":{"teamId":1610612752,"teamTricode":"NYK","statistics":null}}}
            """
        for answer in [ScriptedSource.Answer(200, box), .init(404, "{}")] {
            try await Self.scrape("nbac_team_boxscore", unit: "0022300561") {
                $0.answer(Self.boxPath, answer)
            } _: { result, _, _ in
                #expect(result.state == "no_data" && !result.isExpectedEmpty)
            }
        }
    }

    @Test(arguments: [
        ([], SeasonType.regular), (["0022300561"], .regular), (["0042300101", "0042300102"], .playoffs),
        (["0052300101", "0042300101", "0052300111"], .playIn), (["0062300001"], .cupFinal),
    ])
    func theKindOfGamesIsToldByTheirIDs(ids: [String], type: SeasonType) throws {
        let teams = Team.all
        let games = try ids.map {
            LeagueDay.Game(id: try NBAGameID($0), home: teams[0], away: teams[1], isFinal: true, isPostponed: false)
        }
        #expect(NbacPlayerBoxscore.seasonType(LeagueDay(isKnown: true, games: games)) == type)
    }
}
