import PipelineTestKit
import Basketball
import Foundation
import Postgres
import Testing
import Upstream
import Warehouse

@testable import Pipeline
@testable import Raw

@Suite struct RawProcessorTests {
    static let start = Date(timeIntervalSince1970: 1_705_395_600)

    static func day(_ text: String = "2024-01-15") throws -> GameDate { try GameDate(text) }

    static func box(_ points: Int = 125, id: String = "0022300561") -> [UInt8] {
        func team(_ teamID: Int, _ code: String, _ free: Int) -> String {
            """
            {"teamId":\(teamID),"teamTricode":"\(code)","teamName":"X","teamCity":"Y","statistics":{"minutes":"240:00",
             "fieldGoalsMade":45,"fieldGoalsAttempted":90,"threePointersMade":15,"threePointersAttempted":36,
             "freeThrowsMade":\(free),"freeThrowsAttempted":\(free),"reboundsOffensive":10,"reboundsDefensive":35,
             "reboundsTotal":45,"assists":25,"steals":7,"blocks":5,"turnovers":12,"foulsPersonal":18,
             "points":\(105 + free),"plusMinusPoints":6.0}}
            """
        }
        return Array(
            """
            {"boxScoreTraditional":{"gameId":"\(id)","homeTeam":\(team(1_610_612_755, "PHI", points - 105)),
             "awayTeam":\(team(1_610_612_752, "NYK", 14))}}
            """.utf8
        )
    }

    static let boxPath = "nba-com/team-boxscore/2024-01-15/0022300561/20240116_090000.json"

    static func schedule(_ games: [(number: Int, date: String)], season: String = "2023-24") -> [UInt8] {
        let entries = games.map { number, date in
            """
            {"gameId":"00223\(String(String(100_000 + number).dropFirst()))","gameStatus":1,"gameStatusText":"7:30 pm ET","gameDateEst":"\(date)T00:00:00Z",
             "gameDateTimeEst":"\(date)T19:30:00Z","postponedStatus":"N",
             "homeTeam":{"teamId":1610612755,"teamTricode":"PHI","score":0},
             "awayTeam":{"teamId":1610612752,"teamTricode":"NYK","score":0}}
            """
        }
        return Array(
            """
            {"leagueSchedule":{"seasonYear":"\(season)","gameDates":[{"games":[\(entries.joined(separator: ","))]}]}}
            """.utf8
        )
    }

    @Test func aPayloadBecomesRowsAndTheSameBytesAreNotReadAgain() async throws {
        try await TaskHarness.with { harness in
            let date = try Self.day()
            func run(_ body: [UInt8], at seconds: Double) async throws -> TaskResult {
                let run = try await harness.open(.postgame, date, only: [])
                try await harness.handOver(
                    body,
                    at: Self.boxPath,
                    scraper: "nbac_team_boxscore",
                    unit: "0022300561",
                    run: run,
                    capturedAt: Self.start.addingTimeInterval(seconds)
                )
                let results = try await harness.work(run, .raw, RawService.processors)
                try #require(results.count == 1)
                return results[0]
            }
            let first = try await run(Self.box(), at: 0)
            #expect(first.state == "success" && first.changed == 2)
            let rows = try await harness.pool.query(
                "SELECT game_id, team_abbr, points, is_home, minutes FROM nba_raw.nbac_team_boxscore ORDER BY team_abbr"
            )
            #expect(try rows.column("game_id", as: String.self) == ["20240115_NYK_PHI", "20240115_NYK_PHI"])
            #expect(try rows.column("points", as: Int.self) == [119, 125])
            #expect(try rows.column("is_home", as: Bool.self) == [false, true])

            let again = try await run(Self.box(), at: 60)
            #expect(again.state == "success" && again.outcome?.skipReason == "same_payload")
            #expect(again.messageScope == .unchanged && again.recordCount == 2 && again.changed == 0)

            let corrected = try await run(Self.box(126), at: 120)
            #expect(corrected.changed == 1)
            #expect(corrected.entityChanges.teams == ["PHI"])
            #expect(
                try await harness.count(
                    "nba_orchestration.change_marker WHERE processor = 'team_offense_game_summary' AND entity = 'PHI'"
                ) == 1
            )

            let late = try await run(Self.box(), at: 30)
            #expect(late.state == "superseded")
            #expect(try await harness.count("nba_raw.nbac_team_boxscore WHERE points = 126") == 1)
        }
    }

    @Test func aPartialPayloadNeverRemovesWhatWasThereAndIsReadAgain() async throws {
        try await TaskHarness.with { harness in
            let date = try Self.day()
            let broken = String(decoding: Self.box(), as: UTF8.self).replacingOccurrences(
                of: "\"points\":119",
                with: "\"points\":118"
            )
            for expected in ["partial", "partial"] {
                let run = try await harness.open(.postgame, date, only: [])
                try await harness.handOver(
                    Array(broken.utf8),
                    at: Self.boxPath,
                    scraper: "nbac_team_boxscore",
                    unit: "0022300561",
                    run: run,
                    capturedAt: Self.start
                )
                let result = try #require(try await harness.work(run, .raw, RawService.processors).first)
                #expect(result.state == expected && result.recordsFailed == 1)
                #expect(result.outcome?.metadata["reason"]?.stringValue?.contains("points_do_not_add_up") == true)
            }
            for (body, state) in [(Self.box(), "success"), (Array(broken.utf8), "failed")] {
                let run = try await harness.open(.postgame, date, only: [])
                try await harness.handOver(
                    body,
                    at: Self.boxPath,
                    scraper: "nbac_team_boxscore",
                    unit: "0022300561",
                    run: run,
                    capturedAt: Self.start.addingTimeInterval(60)
                )
                let result = try #require(try await harness.work(run, .raw, RawService.processors).first)
                #expect(result.state == state)
            }
            #expect(try await harness.count("nba_raw.nbac_team_boxscore WHERE removed_at IS NULL") == 2)
        }
    }

    @Test(arguments: [
        ("no_data", true, "no_data"), ("no_data", false, "no_data"), ("failed", false, "failed"),
    ])
    func aScrapeWithoutPayloadEndsItsRawTask(status: String, isExpected: Bool, state: String) async throws {
        try await TaskHarness.with { harness in
            let run = try await harness.open(.postgame, try Self.day(), only: [])
            try await harness.handOver(
                [
                    "status": .string(status), "expected_empty": .bool(isExpected), "error_type": "blocked",
                    "error_message": "no",
                ],
                scraper: "nbac_player_boxscore",
                run: run
            )
            let result = try #require(try await harness.work(run, .raw, RawService.processors).first)
            #expect(result.state == state && result.isExpectedEmpty == isExpected)
            if state == "failed" { #expect(result.outcome?.metadata["reason"] == "blocked: no") }
            #expect(try await harness.count("nba_orchestration.dead_letter") == 0)
        }
    }

    @Test func aRawTaskWaitsForItsScrape() async throws {
        try await TaskHarness.with { harness in
            let run = try await harness.open(.postgame, try Self.day())
            #expect(try await harness.work(run, .raw, RawService.processors).isEmpty)
            #expect(try await harness.count("nba_orchestration.task WHERE phase = 2 AND state = 'pending'") > 0)
        }
    }

    @Test(
        arguments: [
            (Array("{}".utf8), nil, "unexpected_structure"), (Array("<html>".utf8), nil, "blocked"),
            ([], nil, "empty_payload"),
            (box(id: "0022300562"), nil, "wrong_subject"),
            (box(), String(repeating: "0", count: 64), "checksum_mismatch"),
        ] as [([UInt8], String?, String)]
    )
    func aPayloadThatCannotBeUsedIsAPermanentError(body: [UInt8], sha256: String?, type: String) async throws {
        try await TaskHarness.with { harness in
            let run = try await harness.open(.postgame, try Self.day(), only: [])
            try await harness.handOver(
                body,
                at: Self.boxPath,
                scraper: "nbac_team_boxscore",
                unit: "0022300561",
                run: run,
                capturedAt: Self.start,
                sha256: sha256
            )
            let result = try #require(try await harness.work(run, .raw, RawService.processors).first)
            #expect(result.state == "failed" && result.error?.type == type)
            #expect(try await harness.count("nba_orchestration.dead_letter") == 1)
        }
    }

    @Test func theDeadLetterOfARawTaskRunsItAgainInsteadOfReportingItDone() async throws {
        try await TaskHarness.with { harness in
            let run = try await harness.open(.postgame, try Self.day(), only: [])
            try await harness.handOver(
                Array("{}".utf8),
                at: Self.boxPath,
                scraper: "nbac_team_boxscore",
                unit: "0022300561",
                run: run,
                capturedAt: Self.start
            )
            try await harness.work(run, .raw, RawService.processors)
            let row = try await harness.pool.query("SELECT topic, payload FROM nba_orchestration.dead_letter").one()
            let topic = try #require(Topic(rawValue: try row.decode("topic")))
            let envelope = try Envelope(
                decoding: try row.decode("payload", as: [UInt8].self),
                origin: MessageOrigin(
                    cluster: "test",
                    topic: topic.rawValue,
                    partition: 0,
                    offset: 1,
                    timestampMilliseconds: 0
                )
            )
            let manual = ManualRuns(registry: harness.registry, role: "raw")
            let again = try await harness.pool.transaction { transaction in
                try await manual.accept(envelope, on: topic, now: harness.clock.now, in: transaction).run
            }
            try await harness.objects.put(try ObjectPath(validating: Self.boxPath), bytes: Self.box())
            let result = try #require(try await harness.work(again, .raw, RawService.processors).first)
            #expect(result.task.processor == "nbac_team_boxscore" && result.task.unit == "0022300561")
            #expect(result.state == "failed", "the payload is another one than the scrape had")
            #expect(result.error?.type == "checksum_mismatch")
        }
    }

    @Test(arguments: [
        JSONValue.object([:]), ["status": "fine"], ["status": "success"],
        ["status": "success", "object_path": "../x", "captured_at": "2024-01-16T09:00:00Z"],
        ["status": "success", "object_path": "a/b.json"],
        ["status": "success", "object_path": "a/b.json", "captured_at": "yesterday"],
    ])
    func anInputThatNamesNoPayloadIsAPermanentError(input: JSONValue) async throws {
        try await TaskHarness.with { harness in
            let run = try await harness.open(.postgame, try Self.day(), only: [])
            try await harness.handOver(input, scraper: "nbac_player_boxscore", run: run)
            let result = try #require(try await harness.work(run, .raw, RawService.processors).first)
            #expect(result.state == "failed" && result.error?.kind == .permanent)
        }
    }

    @Test func aMovedGameTellsTheReadersOfBothDates() async throws {
        try await TaskHarness.with { harness in
            let games = (1...20).map { (number: $0, date: "2024-01-15") }
            func run(_ games: [(number: Int, date: String)], at seconds: Double) async throws -> TaskResult {
                let run = try await harness.open(.postgame, try Self.day(), only: [])
                try await harness.handOver(
                    Self.schedule(games),
                    at: "nba-com/schedule/2023-24/20240116_09000\(Int(seconds)).json",
                    scraper: "nbac_schedule_api",
                    run: run,
                    capturedAt: Self.start.addingTimeInterval(seconds)
                )
                return try #require(try await harness.work(run, .raw, RawService.processors).first)
            }
            #expect(try await run(games, at: 0).changed == 20)
            try await harness.pool.execute("DELETE FROM nba_orchestration.change_marker")
            var moved = games
            moved[3].date = "2024-02-20"
            #expect(try await run(moved, at: 1).state == "success")
            let marked = try await harness.pool.query(
                """
                SELECT DISTINCT game_date::text AS day FROM nba_orchestration.change_marker
                WHERE processor = 'upcoming_player_game_context' ORDER BY 1
                """
            )
            #expect(try marked.column("day", as: String.self) == ["2024-01-15", "2024-02-20"])

            // A source that lost games must not remove them.
            #expect(try await run(Array(moved.prefix(17)), at: 2).error?.type == "quarantined")
            let fewer = try await run(Array(moved.prefix(18)), at: 3)
            #expect(fewer.changed == 2)
            #expect(try await harness.count("nba_raw.nbac_schedule WHERE removed_at IS NULL") == 18)
        }
    }

    @Test func aRealSeasonAndARealSlateAreStored() async throws {
        guard let schedule = try ReferencePayload.bytes("payloads/nbac_schedule_api/season_2024-25.json.gz"),
            let props = try ReferencePayload.bytes("payloads/oddsa_player_props/2024-02-22_ORL_CLE.json"),
            let lines = try ReferencePayload.bytes("payloads/oddsa_game_lines_his/2024-01-24_ATL_GSW.json")
        else { return }
        try await TaskHarness.with { harness in
            let run = try await harness.open(.full, try Self.day("2025-01-15"), only: [])
            try await harness.handOver(
                schedule,
                at: "nba-com/schedule/2024-25/20250630_000000.json",
                scraper: "nbac_schedule_api",
                run: run,
                capturedAt: Self.start
            )
            try await harness.handOver(
                props,
                at: "a/props.json",
                scraper: "oddsa_player_props",
                unit: "f54c4a22568ce9dc33fb410d1b0e75e9",
                run: run,
                capturedAt: Self.start
            )
            try await harness.handOver(
                lines,
                at: "a/lines.json",
                scraper: "oddsa_game_lines",
                unit: "cd0bc7d0c238f4446ce1c03d0cea7ec4",
                run: run,
                capturedAt: Self.start
            )
            let results = try await harness.work(run, .raw, RawService.processors)
            #expect(results.map(\.state) == ["success", "success", "success"])
            #expect(try await harness.count("nba_raw.nbac_schedule") == 1321)
            #expect(try await harness.count("nba_raw.odds_api_game_lines WHERE is_after_tipoff") == 8)
            #expect(
                try await harness.count("nba_raw.odds_api_player_points_props WHERE game_id = '20240222_ORL_CLE'") > 50
            )
        }
    }
}
