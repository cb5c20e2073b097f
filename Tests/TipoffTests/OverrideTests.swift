import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// What an operator says about a player: stored, audited and on its way in one transaction.
@Suite struct OverrideTests {
    static let clock = "2024-01-15T12:00:00-05:00"

    private func with(
        _ body: @Sendable (_ environment: [String: String], PostgresPool, Broker) async throws -> Void
    ) async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            try await NamesTests.fill(pool)
            let root = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
            defer {
                do { try FileManager.default.removeItem(at: root) } catch {
                    Issue.record("\(root.path) stays: \(error)")
                }
            }
            let environment = broker.environment.merging([
                "TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": root.path, "TIPOFF_CLOCK": Self.clock,
                "USER": "ann",
            ]) { $1 }
            try await body(environment, pool, broker)
        }
    }

    static let out = [
        "override", "player", "nicolas claxton", "--status", "out", "--until", "2024-01-17", "--reason", "ankle",
    ]

    @Test func aWordIsAPayloadARunAnAuditRowAndAMessage() async throws {
        try await with { environment, pool, broker in
            let result = await tipoff(Self.out + ["--json"], environment: environment)
            result.expect(0)
            let runID = try #require(try result.json()["run_id"]?.stringValue)
            let row = try await pool.query(
                """
                SELECT r.run_id::text, r.kind, r.first_phase, r.until_phase, r.game_date = '2024-01-15' AS is_today, t.processor, t.unit,
                       t.input->>'object_path' AS path, p.state AS phase_state, o.reason, o.value->>'status' AS status
                FROM nba_orchestration.run AS r JOIN nba_orchestration.task AS t USING (run_id)
                JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase = 2,
                    nba_orchestration.override AS o
                WHERE o.value->>'run_id' = r.run_id::text
                """
            ).one()
            #expect(try row.decode("run_id", as: String.self) == runID)
            #expect(try row.decode("kind", as: String.self) == "delta" && row.decode("is_today", as: Bool.self))
            #expect(try row.decode("first_phase", as: Int16.self) == 2)
            // Nobody has run the date yet, and one team is no slate.
            #expect(try row.decode("until_phase", as: Int16.self) == 2)
            #expect(try row.decode("processor", as: String.self) == "operator_player_status")
            #expect(try row.decode("unit", as: String.self) == "nicolasclaxton")
            #expect(try row.decode("phase_state", as: String.self) == "open")
            #expect(try row.decode("reason", as: String.self) == "ankle")
            let path: String = try row.decode("path")
            #expect(path.hasPrefix("operator/player-status/2024-01-15/nicolasclaxton/"))
            let stored = try await tipoff("object", "cat", path, "--json", environment: environment).json()
            #expect(stored["payload"]?["until"] == "2024-01-17")
            #expect(try await broker.read(.phase1ScrapersComplete, count: 1).count == 1)
            let listed = try await tipoff("override", "ls", "--json", environment: environment).json()
            #expect(listed[0]?["player_name"] == "Nicolas Claxton" && listed[0]?["status"] == "out")
        }
    }

    @Test func takingItBackIsAWordToo() async throws {
        try await with { environment, pool, _ in
            await tipoff(Self.out, environment: environment).expect(0)
            let cleared = await tipoff(
                ["override", "clear", "Nic Claxton", "--reason", "he plays"],
                environment: environment
            )
            // The other spelling is nobody until somebody says so.
            cleared.expect(1)
            #expect(cleared.errors.contains("Nicolas Claxton"))
            await tipoff(["override", "clear", "nicolasclaxton", "--reason", "he plays"], environment: environment)
                .expect(0)
            let standing = try await tipoff("override", "ls", "--json", environment: environment).json()
            #expect(standing == [])
            let all = try await tipoff("override", "ls", "--all", "--json", environment: environment).json()
            #expect(all.arrayValue?.count == 2 && all[0]?["status"] == "cleared")
            let runs: Int = try await pool.query("SELECT count(*) FROM nba_orchestration.run").scalar()
            #expect(runs == 2)
            await tipoff(["override", "clear", "nicolasclaxton", "--reason", "x"], environment: environment).expect(1)
        }
    }

    static let refused: [(arguments: [String], code: Int32)] = [
        (["Nobody Atall", "--status", "out", "--until", "today", "--reason", "x"], 1),
        (["Nicolas Claxton", "--status", "hurt", "--until", "today", "--reason", "x"], 2),
        (["Nicolas Claxton", "--status", "out", "--until", "yesterday", "--reason", "x"], 2),
        (["Nicolas Claxton", "--status", "out", "--until", "2025-01-15", "--reason", "x"], 2),
        (["Nicolas Claxton", "--status", "out", "--from", "yesterday", "--until", "today", "--reason", "x"], 2),
        (["Nicolas Claxton", "--status", "out", "--until", "today", "--reason", " "], 2),
    ]

    @Test(arguments: refused)
    func whatCannotBeSaidChangesNothing(arguments: [String], code: Int32) async throws {
        try await with { environment, pool, _ in
            for name in ["player", "set"] {
                await tipoff(["override", name] + arguments, environment: environment).expect(code)
            }
            let rows: Int = try await pool.query(
                "SELECT (SELECT count(*) FROM nba_orchestration.run) + (SELECT count(*) FROM nba_orchestration.override)"
            ).scalar()
            #expect(rows == 0)
        }
    }
}
