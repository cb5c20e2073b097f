import Foundation
import Logging
import Pipeline
import Postgres
import PostgresTestKit
import Testing

/// The database is lost, its backup is older than the work.
@Suite("Recovery", .serialized)
struct RecoveryTests {
    /// The nightly audit would mend what the tests spoil.
    private static let noNight = ["TIPOFF_AUDIT_HOUR": "23"]

    @Test("After a restored backup, recover brings every table to where it was")
    func theDatabaseIsLost() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(settings: Self.noNight, base: calm.base)
        let history = try await stack.digests()
        let backup = try Backup(of: stack)
        let since = "2024-01-15T13:29:00Z"

        let run = try await stack.open(.full, Undisturbed.slate, until: .precompute)
        #expect(try await stack.wait(run) == "complete")
        let before = try await stack.digests()

        try await stack.restore(backup)
        #expect(before != history)
        #expect(try await stack.digests() == history, "the work is lost")

        let preview = try await stack.tipoff("recover", "--since", since, "--reason", "disk lost")
        #expect(preview.code == 0 && preview.output.contains("\(Undisturbed.slate)  "), "\(preview.output)")
        #expect(preview.output.contains("--yes does it"))
        #expect(
            try await stack.count("SELECT count(*) FROM nba_orchestration.run WHERE starts_with(plan_key, 'recover:')")
                == 0
        )
        let recovered = try await stack.tipoff("recover", "--since", since, "--reason", "disk lost", "--yes")
        #expect(recovered.code == 0, "\(recovered.output)")

        let after = try await stack.digests()
        for (table, digest) in before { #expect(after[table] == digest, "\(table) differs") }
        let again = try await stack.tipoff("recover", "--since", since, "--reason", "disk lost")
        #expect(again.output.contains("nothing is missing"), "\(again.output)")
        let actions = try await stack.tipoff("actions", "--actor", "tipoff:test")
        #expect(actions.output.contains("disk lost"))
        try await stack.stop()
    }

    @Test("A replay of Phase 3 changes what its dry run named, and nothing follows until it is asked for")
    func replayOfAPastDate() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(settings: Self.noNight, base: calm.base)
        let date = Undisturbed.history[2]
        let before = try await stack.digests()
        let spoilt = try await stack.pool.execute(
            """
            UPDATE nba_analytics.player_game_summary SET points = points + 50
            WHERE (game_date, player_lookup) IN (
                SELECT game_date, player_lookup FROM nba_analytics.player_game_summary
                WHERE game_date = \(date)::text::date AND removed_at IS NULL ORDER BY player_lookup LIMIT 2)
            """
        )
        #expect(spoilt == 2)
        let words = ["replay", "--date", date, "--from-phase", "3", "--reason", "points are wrong"]
        let shadow = try await stack.tipoff(words + ["--shadow", "--json"])
        #expect(shadow.code == 0, "\(shadow.output)")
        let named = try JSONValue(parsing: shadow.output)["shadows"]?[0]?["differences"]?.arrayValue ?? []
        #expect(named.count == 2, "\(shadow.output)")

        let runsBefore = try await stack.count("SELECT count(*) FROM nba_orchestration.run")
        let done = try await stack.tipoff(words + ["--yes", "--wait", "--json"])
        #expect(done.code == 0, "\(done.output)")
        let report = try JSONValue(parsing: done.output)
        let runID = try #require(report["runs"]?[0]?["run_id"]?.stringValue.flatMap { UUID(uuidString: $0) })
        let changed = try await stack.pool.query(
            """
            SELECT table_name || ' ' || row_key AS name FROM nba_orchestration.row_change
            WHERE run_id = \(runID) ORDER BY name
            """
        ).column("name", as: String.self)
        let names = named.map { "\($0["table"]?.stringValue ?? "") \($0["key"]?.stringValue ?? "")" }.sorted()
        #expect(changed == names)
        let after = try await stack.digests()
        for (table, digest) in before { #expect(after[table] == digest, "\(table) differs") }

        // Longer than any wait after which a change on another date has its run.
        #expect(report["waiting"]?.arrayValue?.isEmpty == false, "\(done.output)")
        try await Task.sleep(for: .seconds(5))
        #expect(try await stack.count("SELECT count(*) FROM nba_orchestration.run") == runsBefore + 1)
        let asked = try await stack.tipoff(
            [
                "replay", "--date", date, "--from-phase", "3", "--until-phase", "4", "--reason", "now all", "--yes",
                "--wait",
            ]
        )
        #expect(asked.code == 0, "\(asked.output)")
        let phases = try await stack.pool.query(
            """
            SELECT p.phase FROM nba_orchestration.run_phase AS p JOIN nba_orchestration.run AS r USING (run_id)
            WHERE r.reason = 'now all' AND p.state = 'complete' ORDER BY p.phase
            """
        ).column("phase", as: Int16.self)
        #expect(phases == [3, 4])
        try await stack.stop()
    }

    @Test("A replay of Phase 2 reads the stored payloads again and mends what was garbled")
    func replayOfPayloads() async throws {
        let calm = try await Undisturbed.shared
        let stack = try await Stack.start(settings: Self.noNight, base: calm.base)
        let run = try await stack.open(.full, Undisturbed.slate, until: .raw)
        #expect(try await stack.wait(run) == "complete")
        let before = try await stack.digests()
        try await stack.pool.execute(
            "UPDATE nba_raw.odds_api_player_points_props SET player_name = 'Nobody' WHERE game_date = '2023-10-30'"
        )
        let replayed = try await stack.tipoff(
            "replay",
            "--date",
            Undisturbed.slate,
            "--from-phase",
            "2",
            "--reason",
            "names are garbled",
            "--yes",
            "--wait"
        )
        #expect(replayed.code == 0, "\(replayed.output)")
        let props = "nba_raw.odds_api_player_points_props"
        let after = try await stack.digests()[props]
        #expect(after == before[props])
        try await stack.stop()
    }
}

/// A dump of a stack's database, as an operator's backup is.
struct Backup: Sendable {
    let file: URL

    init(of stack: Stack) throws {
        file = stack.directory.appending(path: "backup.dump")
        try Self.run("pg_dump", ["--format=custom", "--file", file.path, stack.database.url])
    }

    func restore(to url: String) throws {
        try Self.run("pg_restore", ["--dbname", url, "--exit-on-error", "--jobs", "2", file.path])
    }

    private static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw StackError(description: "\(program) failed: \(text.prefix(2000))")
        }
    }
}

extension Stack {
    /// The services end, the database goes back to the backup, and the services start. What the broker holds stays.
    func restore(_ backup: Backup) async throws {
        try await restarted { try await restoreDatabase(backup) }
    }

    private func restoreDatabase(_ backup: Backup) async throws {
        let admin = try await TestCluster.shared().configuration()
        let pool = PostgresPool(configuration: admin, maximumConnections: 1, logger: Logger(label: "test"))
        let result: Result<Void, any Error>
        do {
            try await pool.execute("DROP DATABASE \(identifier: database.name) WITH (FORCE)")
            try await pool.execute("CREATE DATABASE \(identifier: database.name) TEMPLATE template0")
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await pool.close()
        try result.get()
        try backup.restore(to: database.url)
        // Connections of the former database are found dead one by one.
        for _ in 0..<20 {
            do {
                _ = try await count("SELECT count(*) FROM nba_orchestration.run")
            } catch let error as PostgresError {
                guard error.isInfrastructure else { throw error }
            }
        }
    }
}
