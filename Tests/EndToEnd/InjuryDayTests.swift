import Basketball
import Foundation
import FoundationNetworking
import Postgres
import Testing

@testable import Pipeline

/// Injury reports in the middle of a day, through the real executables.
@Suite("Injury reports of a day", .serialized)
struct InjuryDayTests {
    private static let scraper = "nbac_injury_report"
    private static let reportTime = "1330"
    private static let table = "nba_raw.nbac_injury_report"

    private struct Player {
        var lookup: String
        var playerID: Int64
        var gameID: String
    }

    @Test("A scraped report shows what was found of each dependency; a poll brings the changed players and no others")
    func aDayOfReports() async throws {
        let calm = try await Undisturbed.shared
        let source = try await Stack.launchSource("injuries")
        let stack = try await Stack.start(settings: ["TIPOFF_SOURCE_URL": source], base: calm.base)
        try await loadTheDay(stack)
        let players = try await healthyPlayers(stack)

        // By hand: the report goes through Phase 3, and the trace shows what was found of each dependency.
        try await say("Out", of: players[0], at: source)
        let scraped = try await stack.tipoff(
            "scrape",
            Self.scraper,
            "--date",
            Undisturbed.slate,
            "--param",
            "report_time=\(Self.reportTime)",
            "--until-phase",
            "3",
            "--wait",
            "--timeout",
            "90"
        )
        #expect(scraped.code == 0, "\(scraped.output)")
        let byHand = try await newestRun(stack, .manual)
        let changedByHand = try await changedPlayers(stack, byHand)
        #expect(changedByHand == [players[0].lookup])
        try await expectVerdicts(stack, byHand)

        // A poll at noon: one source is asked, and exactly the two players of whom something new is said have changed.
        try await say("Questionable", of: players[1], at: source)
        try await say("Out", of: players[2], at: source)
        try await forget(source)
        let poll = try await self.poll(stack)
        #expect(try await stack.wait(poll) == "complete")
        let asked = try await requests(source)
        #expect(!asked.isEmpty && asked.allSatisfy { $0.hasPrefix("/referee/injury/") }, "\(asked)")
        let tasks = try await taskNames(stack, poll, .scrapers)
        #expect(tasks == [Self.scraper])
        let expected = players[1...2].map(\.lookup).sorted()
        let changed = try await changedPlayers(stack, poll)
        #expect(changed == expected)
        let told = try await toldPlayers(stack, poll)
        #expect(told == expected)
        let contexts = try await taskNames(stack, poll, .analytics)
        #expect(contexts.contains("upcoming_player_game_context"))

        // The same report again: nothing has changed, and nothing begins.
        let again = try await self.poll(stack)
        #expect(try await stack.wait(again) == "unchanged")
        #expect(try await changedPlayers(stack, again) == [])
        let later = try await stack.count(
            "SELECT count(*) FROM nba_orchestration.task WHERE run_id = \(again.runID) AND phase > 2"
        )
        let triggers = try await stack.count(
            "SELECT count(*) FROM nba_orchestration.phase_trigger WHERE run_id = \(again.runID) AND phase > 2"
        )
        #expect(later == 0 && triggers == 0)
        try await stack.stop()
    }

    /// The slate's day as a full run finds it, with the report of half past one.
    private func loadTheDay(_ stack: Stack) async throws {
        let only = Registry.standard.enabled(in: .scrapers).filter { $0.discoveredBy == nil && $0.begins(.full, .live) }
            .flatMap { scraper -> [(scraper: String, unit: String, input: JSONValue?)] in
                switch scraper.unit {
                case .date:
                    let input: JSONValue? =
                        scraper.name == Self.scraper ? ["report_time": .string(Self.reportTime)] : nil
                    return [(scraper.name, UnitKind.wholeDate, input)]
                case .team: return Team.all.map { (scraper.name, $0.tricode, nil) }
                case .game, .event, .player: return []
                }
            }
        let run = try await stack.open(.full, Undisturbed.slate, until: .precompute, only: only)
        #expect(try await stack.wait(run) == "complete")
    }

    /// What the planner opens when it polls.
    private func poll(_ stack: Stack) async throws -> RunRecord {
        try await stack.open(
            .delta,
            Undisturbed.slate,
            until: .precompute,
            key: "poll:\(Self.scraper):\(UUID())",
            only: [
                (Self.scraper, UnitKind.wholeDate, ["discover": true, "report_time": .string(Self.reportTime)])
            ]
        )
    }

    /// Three players of three games of whom the report says nothing.
    private func healthyPlayers(_ stack: Stack) async throws -> [Player] {
        let rows = try await stack.pool.query(
            """
            SELECT DISTINCT ON (nba_game_id) nba_game_id, nba_player_id, player_lookup
            FROM nba_analytics.upcoming_player_game_context
            WHERE game_date = \(try GameDate(Undisturbed.slate).postgres) AND removed_at IS NULL AND player_status IS NULL
                AND nba_player_id IS NOT NULL
            ORDER BY nba_game_id, player_lookup LIMIT 3
            """
        )
        let players = try rows.map {
            Player(
                lookup: try $0.decode("player_lookup"),
                playerID: try $0.decode("nba_player_id"),
                gameID: try $0.decode("nba_game_id")
            )
        }
        try #require(players.count == 3)
        return players
    }

    private func newestRun(_ stack: Stack, _ kind: RunKind) async throws -> RunRecord {
        let rows = try await stack.pool.query(
            """
            SELECT \(sql: RunRecord.columns) FROM nba_orchestration.run WHERE kind = \(kind.rawValue)
            ORDER BY opened_at DESC LIMIT 1
            """
        )
        return try RunRecord(row: rows.one())
    }

    private func taskNames(_ stack: Stack, _ run: RunRecord, _ phase: Phase) async throws -> [String] {
        try await stack.pool.query(
            """
            SELECT processor FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND phase = \(Int16(phase.rawValue)) ORDER BY processor
            """
        ).column("processor", as: String.self)
    }

    /// The players whose rows the run wrote.
    private func changedPlayers(_ stack: Stack, _ run: RunRecord) async throws -> [String] {
        try await stack.pool.query(
            "SELECT COALESCE(player_lookup, team_abbr) AS name FROM nba_raw.nbac_injury_report WHERE run_id = \(run.runID) ORDER BY 1"
        ).column("name", as: String.self)
    }

    /// The players whom the message about the raw table names.
    private func toldPlayers(_ stack: Stack, _ run: RunRecord) async throws -> [String] {
        try await stack.pool.query(
            """
            SELECT jsonb_array_elements_text(payload #> '{entities_changed,players}') AS name FROM nba_orchestration.outbox
            WHERE run_id = \(run.runID) AND topic = 'nba-phase2-raw-complete'
                AND payload ->> 'processor_name' = \(Self.scraper)
            ORDER BY 1
            """
        ).column("name", as: String.self)
    }

    /// `tipoff trace` shows a verdict for every dependency that the registry declares for the processors that ran.
    private func expectVerdicts(_ stack: Stack, _ run: RunRecord) async throws {
        let ran = try await taskNames(stack, run, .analytics)
        #expect(ran == ["upcoming_player_game_context", "upcoming_team_game_context"])
        let declared = Registry.standard.enabled(in: .analytics).filter { ran.contains($0.name) }.flatMap { processor in
            processor.inputs.filter { $0.dependency != nil }.map { "\(processor.name) \($0.table)" }
        }
        let traced = try await stack.tipoff("trace", run.runID.uuidString.lowercased(), "--json")
        #expect(traced.code == 0, "\(traced.output)")
        let json = try JSONValue(parsing: traced.output.utf8.map { $0 })
        let found = json["dependencies"]?.arrayValue ?? []
        let shown = found.map { "\($0["processor"]?.stringValue ?? "") \($0["table"]?.stringValue ?? "")" }
        #expect(shown.sorted() == declared.sorted())
        for dependency in found {
            let verdict = dependency["verdict"]?.stringValue ?? ""
            #expect(["fresh", "thin", "late", "stale", "missing"].contains(verdict), "\(dependency)")
            if dependency["table"]?.stringValue == Self.table { #expect(verdict == "fresh", "\(dependency)") }
        }
    }

    // MARK: - The simulated source

    private func say(_ status: String, of player: Player, at source: String) async throws {
        let word: JSONValue = [
            "game_id": .string(player.gameID), "player_id": .int(player.playerID), "status": .string(status),
            "reason": "Rest", "from_hour": 13,
        ]
        _ = try await call("POST", "\(source)/_sim/injury", Data(try word.text(.compact).utf8))
    }

    private func forget(_ source: String) async throws { _ = try await call("DELETE", "\(source)/_sim/requests") }

    private func requests(_ source: String) async throws -> [String] {
        let answer = try JSONValue(parsing: [UInt8](try await call("GET", "\(source)/_sim/requests")))
        return answer["paths"]?.dictionaryValue?.keys.sorted() ?? []
    }

    private func call(_ method: String, _ address: String, _ body: Data? = nil) async throws -> Data {
        var request = URLRequest(url: try #require(URL(string: address)))
        request.httpMethod = method
        request.httpBody = body
        let (data, response) = try await URLSession.shared.data(for: request)
        #expect((response as? HTTPURLResponse)?.statusCode == 200, "\(String(decoding: data, as: UTF8.self))")
        return data
    }
}
