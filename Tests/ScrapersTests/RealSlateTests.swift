import Basketball
import FlyingFox
import FlyingSocks
import Foundation
import PipelineTestKit
import Raw
import Testing

@testable import Pipeline
@testable import Scrapers
@testable import SourceSim

/// What each source has of a real date, from the shared data alone, through every scraper and raw processor;
/// docs/acceptance.md lists what ends without rows.
@Suite struct RealSlateTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let date = "2024-01-15"

    /// The end of a processor's tasks, as the page has it.
    struct End: Hashable, Comparable {
        var phase: Int
        var processor: String
        var state: String
        var reason: String

        static func < (left: End, right: End) -> Bool {
            (left.phase, left.processor, left.state) < (right.phase, right.processor, right.state)
        }
    }

    /// The rows of the page's table of the date.
    static func listed() throws -> [(end: End, why: String)] {
        let page = String(decoding: try Data(contentsOf: root.appending(path: "docs/acceptance.md")), as: UTF8.self)
        let chapters = page.replacing("\n## ", with: "\u{1}").split(separator: "\u{1}")
        let chapter = try #require(chapters.first { $0.hasPrefix("What 2024-01-15 has not") })
        return chapter.split(separator: "\n").filter { $0.hasPrefix("|") }.dropFirst(2).map { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let end = End(
                phase: Int(cells[0]) ?? 0,
                processor: cells[1].replacing("`", with: ""),
                state: cells[2],
                reason: cells[3]
            )
            return (end, cells[4])
        }
    }

    @Test func whatTheRealDateHasNotIsListedWithItsReason() async throws {
        let beside = Self.root.appending(path: "../shared/data").standardizedFileURL
        let data = ProcessInfo.processInfo.environment["TIPOFF_TEST_DATA"].map { URL(fileURLWithPath: $0) } ?? beside
        guard FileManager.default.fileExists(atPath: data.appending(path: "schedules").path) else {
            print("notice: skipped, no ../shared/data")
            return
        }
        let ends = try await RealSources.serve(data) { url in
            try await TaskHarness.with { harness in
                let processors = ScrapersService.processors(ScraperTests.settings(url, age: .seconds(3600)))
                let run = try await harness.open(.full, try GameDate(Self.date))
                let scraped = try await harness.work(run, .scrapers, processors)
                let loaded = try await harness.work(run, .raw, RawService.processors)
                let asked = Set(scraped.map(\.task.processor))
                let first = harness.registry.enabled(in: .scrapers).filter {
                    $0.begins(.full, .live) && $0.discoveredBy == nil
                }
                #expect(asked.isSuperset(of: first.map(\.name)))
                // What operators lay down is nobody's scrape.
                let sources = harness.registry.enabled(in: .raw).map(\.name).filter { $0 != "operator_player_status" }
                // A processor of which no unit was found has no task.
                let unasked = Set(sources).subtracting(loaded.map(\.task.processor)).map {
                    End(phase: 2, processor: $0, state: "not asked", reason: "no_unit_found")
                }
                #expect(loaded.contains { $0.state == "success" })
                return Set((scraped + loaded).filter { $0.state != "success" }.map(Self.end) + unasked)
            }
        }
        let listed = try Self.listed()
        #expect(ends.sorted() == listed.map(\.end))
        #expect(listed.allSatisfy { $0.why.count > 10 })
    }

    private static func end(_ result: TaskResult) -> End {
        End(
            phase: Int(result.task.phase.rawValue),
            processor: result.task.processor,
            state: result.state,
            reason: result.outcome?.skipReason ?? result.error?.type ?? "–"
        )
    }
}

/// The shared data as the sites would serve it: schedule, box scores and game lines of the season, and the payloads that were
/// captured of the date. Nothing is made up: what is not there is not found.
enum RealSources {
    static let captured = [
        "/v1/box_scores": "bdl_box_scores/2024-01-15.json.gz",
        "/apis/site/v2/sports/basketball/nba/scoreboard": "espn_scoreboard/2024-01-15.json.gz",
        "/stats/scoreboardV2": "nbac_scoreboard_v2/2024-01-15.json",
    ]
    /// The one game of which a page was captured.
    static let page = (game: "401585183", file: "espn_game_boxscore/2024-01-15_HOU_PHI.html.gz")

    static func answer(_ request: SimRequest, _ payloads: URL, _ simulator: Simulator) async throws -> SimReply {
        if let file = captured[request.path] {
            return SimReply(body: [UInt8](try Data(contentsOf: payloads.appending(path: file))))
        }
        if request.path == "/nba/boxscore", request.query["gameId"] == page.game {
            let body = [UInt8](try Data(contentsOf: payloads.appending(path: page.file)))
            return SimReply(contentType: "text/html", body: body)
        }
        let isRecorded =
            ["/stats/scheduleleaguev2int", "/stats/leaguegamelog", "/stats/boxscoretraditionalv3"].contains(
                request.path
            )
            || request.path.hasPrefix("/static/json/staticData/scheduleLeague")
            || request.path.hasPrefix("/v4/sports/basketball_nba/events")
                && request.query["markets"]?.contains("player") != true
        guard isRecorded else { return .refusal(404, "not in the shared data") }
        return await simulator.reply(to: request)
    }

    static func serve<R: Sendable>(_ data: URL, _ body: @Sendable (String) async throws -> R) async throws -> R {
        let simulator = Simulator(source: try RealLeague(folder: data), asOf: nil)
        let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: 0), logger: .disabled)
        await server.appendRoute("*") { request in
            let query = request.query.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
            let headers = Dictionary(request.headers.map { ($0.key.rawValue.lowercased(), $0.value) }) { $1 }
            let question = SimRequest(
                method: request.method.rawValue,
                target: request.path + (query.isEmpty ? "" : "?\(query)"),
                headers: headers
            )
            let reply = try await answer(question, data.appending(path: "payloads"), simulator)
            return HTTPResponse(
                statusCode: HTTPStatusCode(reply.status, phrase: "Recorded"),
                headers: HTTPHeaders(
                    Dictionary(reply.headers.map { (HTTPHeader($0.0), $0.1) }, uniquingKeysWith: { $1 })
                ),
                body: Data(reply.body)
            )
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            try await server.waitUntilListening()
            guard case .ip4(_, let port) = await server.listeningAddress else { throw SocketError.unsupportedAddress }
            return try await body("http://127.0.0.1:\(port)")
        }
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
