import Basketball
import Foundation
import PipelineTestKit
import Postgres
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers

@Suite struct BigDataBallScraperTests {
    static let list = "/drive/v3/files"
    static let file = "1aBcDeFgHiJ_-0123456789"

    static func files(_ names: [(id: String, name: String)], next: String? = nil) -> String {
        let entries = names.map {
            #"{"id":"\#($0.id)","name":"\#($0.name)","modifiedTime":"2024-01-16T09:00:00.000Z"}"#
        }
        let mark = next.map { #""nextPageToken":"\#($0)","# } ?? ""
        return #"{"kind":"drive#fileList",\#(mark)"files":[\#(entries.joined(separator: ","))]}"#
    }

    static func play(_ period: Int, _ type: String) -> String {
        var cells: [String: String] = [
            "game_id": "22300561", "date": "2024-01-15", "period": "\(period)", "away_score": "125",
            "home_score": "119", "remaining_time": "0:00:00", "elapsed": "0:12:00", "play_id": "1",
        ]
        cells["event_type"] = type
        let headers = BigDataBallPayload.requiredHeaders
        return headers.joined(separator: ",") + "\n" + headers.map { cells[$0] ?? "" }.joined(separator: ",")
    }

    @Test func aFoundFileIsFetchedByItsIdWithTheTokenInAHeader() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule()))
                source.answer(
                    Self.list,
                    .init(200, Self.files([("other-file-id", "[2024-01-15]-combined-stats.csv")], next: "t/2")),
                    .init(200, Self.files([(Self.file, "[2024-01-15]-0022300561-NYK@PHI.csv")]))
                )
                source.answer("\(Self.list)/\(Self.file)", .init(200, Self.play(4, "end of period")))
                let run = try await harness.open(
                    .postgame,
                    try GameDate("2024-01-15"),
                    only: [("nbac_schedule_api", "*", nil), ("bigdataball_discovery", "*", nil)]
                )
                // The schedule comes first, as it does on the day.
                try await harness.pool.execute(
                    "UPDATE nba_orchestration.task SET level = 1 WHERE processor = 'bigdataball_discovery'"
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let ours = results.filter { $0.task.processor.hasPrefix("bigdataball") }
                #expect(ours.map(\.state) == ["success", "success"])
                #expect(ours.last?.task.unit == "0022300561")
                let asked = source.seen.filter { $0.path.hasPrefix(Self.list) }
                #expect(asked.allSatisfy { $0.headers["authorization"] == "Bearer quite-secret" })
                #expect(asked[0].query["q"]?.contains("2024-01-15") == true)
                #expect(asked.map { $0.query["pageToken"] } == [nil, "t/2", nil])
                #expect(asked.last?.query["alt"] == "media")
                let path = try #require(ours.last?.outcome?.rawInput?["object_path"]?.stringValue)
                #expect(path.hasPrefix("big-data-ball/play-by-play/2024-01-15/game_0022300561/"))
                #expect(ours.last?.outcome?.rawInput?["game_id"] == "20240115_NYK_PHI")
            }
        }
    }

    @Test(arguments: [
        (3, "[2024-01-15]-0022300561-NYK@PHI.csv", "success", false), (3, nil, "no_data", false),
        (1, nil, "no_data", true),
        (3, "[2024-01-14]-0022300561-NYK@PHI.csv", "no_data", false),
        (3, "[2024-01-15]-0022300562-CHI@CLE.csv", "partial", false),
    ])
    func theScheduleSaysWhatIsMissing(status: Int, name: String?, state: String, isExpected: Bool) async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule(status: status)))
                source.answer(Self.list, .init(200, Self.files(name.map { [(Self.file, $0)] } ?? [])))
                let run = try await harness.open(
                    .postgame,
                    try GameDate("2024-01-15"),
                    only: [("nbac_schedule_api", "*", nil), ("bigdataball_discovery", "*", nil)]
                )
                let processors = ScrapersService.processors(ScraperTests.settings(url))
                try await harness.pool.execute(
                    "UPDATE nba_orchestration.task SET level = 1 WHERE processor = 'bigdataball_discovery'"
                )
                let results = try await harness.work(run, .scrapers, processors)
                let found = try #require(results.first { $0.task.processor == "bigdataball_discovery" })
                #expect(found.state == state && found.isExpectedEmpty == isExpected)
            }
        }
    }

    @Test(
        arguments: [
            (ScriptedSource.Answer(200, play(4, "end of period")), "success", nil),
            (.init(200, play(3, "end of period")), "partial", nil),
            (.init(404, "{}"), "no_data", nil),
            (.init(200, "<html><title>Sign in</title></html>"), "pending", "blocked"),
            (.init(200, "{\"error\":{\"code\":403}}"), "pending", "unexpected_structure"),
            (.init(401, "{}"), "failed", "http_401"),
        ] as [(ScriptedSource.Answer, String, String?)]
    )
    func aDownloadIsJudgedByItsPlays(answer: ScriptedSource.Answer, state: String, type: String?) async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                source.answer("\(Self.list)/\(Self.file)", answer)
                let run = try await harness.open(
                    .postgame,
                    try GameDate("2024-01-15"),
                    only: [("bigdataball_pbp", "0022300561", ["file_id": .string(Self.file)])]
                )
                let results = try await harness.work(
                    run,
                    .scrapers,
                    ScrapersService.processors(ScraperTests.settings(url))
                )
                let result = try #require(results.first)
                #expect(result.state == state && result.error?.type == type && !result.isExpectedEmpty)
                #expect(result.error?.message.contains("quite-secret") != true)
            }
        }
    }

    @Test func aFileIdIsCheckedBeforeItReachesAURL() async throws {
        for input in [nil, ["file_id": "../../etc"], ["file_id": 7]] as [JSONValue?] {
            try await TaskHarness.with { harness in
                try await ScriptedSource.with { source, url in
                    let run = try await harness.open(
                        .postgame,
                        try GameDate("2024-01-15"),
                        only: [("bigdataball_pbp", "0022300561", input)]
                    )
                    let results = try await harness.work(
                        run,
                        .scrapers,
                        ScrapersService.processors(ScraperTests.settings(url))
                    )
                    #expect(results.first?.error?.type == "invalid_input" && source.seen.isEmpty)
                }
            }
        }
    }
}
