import Access
import Basketball
import Foundation
import KafkaTestKit
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite("The console's users, and what its panels ask") struct ConsoleCommandTests {
    @Test func aDrawnPasswordIsPrintedOnceAndStoredAsAHash() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url, "USER": "ann"]
            let added = await tipoff(
                "console",
                "user",
                "add",
                "vic",
                "--role",
                "viewer",
                "--json",
                environment: environment
            )
            added.expect(0)
            let password = try #require(try added.json()["password"]?.stringValue)
            #expect(password.count >= PasswordHash.shortestPassword)
            let row = try await pool.query(
                "SELECT role, password_hash, created_by FROM nba_orchestration.console_user"
            ).one()
            let stored: String = try row.decode("password_hash")
            #expect(stored.hasPrefix("pbkdf2-sha256$600000$"))
            #expect(!stored.contains(password))
            #expect(try row.decode("created_by", as: String.self) == "tipoff:ann")
            let user = try await ConsoleSessions(pool: pool).user("vic", password: password)
            #expect(user?.role == .viewer)
            let again = await tipoff("console", "user", "add", "vic", "--role", "operator", environment: environment)
            again.expect(1)
            #expect(again.errors.contains("is a user already"))
            let listed = await tipoff("console", "user", "ls", environment: environment)
            listed.expect(0)
            #expect(listed.output.contains("vic") && !listed.output.contains(password))
        }
    }

    @Test func aChangedPasswordEndsWhatTheOldOneOpened() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let users = ConsoleUsers(pool: pool)
            let old = await PasswordHash.make("the old password", rounds: 1000)
            #expect(try await users.add("vic", role: .viewer, password: old, by: "test"))
            let sessions = ConsoleSessions(pool: pool)
            let token = try await sessions.open("vic", lifetime: .seconds(60))
            #expect(try await sessions.session(token, isToken: false)?.user == "vic")
            let changed = await tipoff("console", "user", "change", "vic", "--new-password", environment: environment)
            changed.expect(0)
            #expect(changed.output.contains("shown once"))
            #expect(try await sessions.session(token, isToken: false) == nil)
            #expect(try await sessions.user("vic", password: "the old password") == nil)
            let removed = await tipoff("console", "user", "rm", "vic", environment: environment)
            removed.expect(0)
            let unknown = await tipoff("console", "user", "rm", "vic", environment: environment)
            unknown.expect(1)
        }
    }

    @Test func aTokenIsListedWithoutItselfAndEndedAlone() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let hash = await PasswordHash.make("a long enough password", rounds: 1000)
            #expect(try await ConsoleUsers(pool: pool).add("ann", role: .operator, password: hash, by: "test"))
            let sessions = ConsoleSessions(pool: pool)
            var tokens: [String] = []
            for label in ["grafana", "cron"] {
                let made = await tipoff("console", "token", "add", "ann", "--label", label, environment: environment)
                made.expect(0)
                tokens.append(made.output.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            let browser = try await sessions.open("ann", lifetime: .seconds(60))
            let listed = await tipoff("console", "token", "ls", environment: environment)
            listed.expect(0)
            #expect(listed.output.contains("grafana") && listed.output.contains("cron"))
            for token in tokens { #expect(!listed.output.contains(token)) }
            let removed = await tipoff("console", "token", "rm", "ann", "--label", "grafana", environment: environment)
            removed.expect(0)
            #expect(try await sessions.session(tokens[0], isToken: true) == nil)
            #expect(try await sessions.session(tokens[1], isToken: true)?.user == "ann")
            #expect(try await sessions.session(browser, isToken: false)?.user == "ann")
            let again = await tipoff("console", "token", "rm", "ann", "--label", "grafana", environment: environment)
            again.expect(1)
        }
    }

    @Test(arguments: ["Ann", "", "a b", "-x", "a/b", "'; drop"])
    func whatIsNoNameIsWrongUsage(_ name: String) async {
        let result = await tipoff("console", "user", "add", "--role", "viewer", "--", name)
        #expect(result.code == 2)
    }

    @Test func nobodyButTheConsoleReadsHashes() async throws {
        try await Database.with { database, _ in
            for role in ["tipoff_readonly", "tipoff_operator", "tipoff_publishing", "tipoff_reader", "tipoff_scrapers"]
            {
                var configuration = database.configuration
                configuration.role = role
                let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: .quiet)
                let statements: [SQL] = [
                    "SELECT 1 FROM nba_orchestration.console_user", "SELECT 1 FROM nba_orchestration.console_session",
                ]
                for statement in statements {
                    await #expect(throws: PostgresError.self, "\(role): \(statement.text)") {
                        try await pool.execute(statement)
                    }
                }
                await pool.close()
            }
        }
    }

    @Test func failuresOfOneCauseAreOneLineAndEmptySourcesAnother() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_CLOCK": "2024-01-15T15:00:00Z"]
            let calm = await tipoff("errors", environment: environment)
            calm.expect(0)
            let runID = UUID()
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.run
                    (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by)
                VALUES (\(runID), 'full', '2024-01-15', 'live', 1, 6, 'c', 'k', 'test')
                """
            )
            try await Self.log(pool, "oddsa_events", "retry", "no connection", 1, type: "transport", run: runID)
            var result = await tipoff("errors", "--json", environment: environment)
            result.expect(0)
            #expect(try result.json()[0]?["kind"] == "retried", "it was not given up")
            for (status, message, minute) in [
                ("failed", "event 17 is not known", 3), ("failed", "event 18 is not known", 4),
                ("no_data", nil as String?, 5), ("success", nil, 6),
            ] {
                let type = message.map { _ in "unknown_event" }
                try await Self.log(pool, "oddsa_events", status, message, minute, type: type, run: runID)
            }
            result = await tipoff("errors", "--json", environment: environment)
            result.expect(1)
            let causes = try #require(try result.json().arrayValue)
            #expect(causes.map { $0["times"]?.intValue } == [2, 1, 1])
            #expect(causes.map { $0["kind"]?.stringValue } == ["failure", "retried", "expected"])
            #expect(causes[0]["message"] == "event 18 is not known")
            #expect(causes[0]["run_id"]?.stringValue == runID.uuidString.lowercased())
            try await pool.execute("UPDATE nba_orchestration.run SET opened_at = now() - interval '25 hours'")
            let later = await tipoff("errors", environment: environment)
            later.expect(0)
        }
    }

    @Test func aSourceIsFailingByItsLastAttemptAlone() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_CLOCK": "2024-01-15T15:00:00Z"]
            try await Self.log(pool, "oddsa_events", "failed", "no connection", 1)
            try await Self.log(pool, "oddsa_events", "success", nil, 2)
            try await Self.log(pool, "nbac_schedule", "success", nil, 1)
            try await Self.log(pool, "nbac_schedule", "failed", "refused", 2)
            let result = await tipoff("sources", "--json", environment: environment)
            result.expect(1)
            let scrapers = try #require(try result.json()["scrapers"]?.arrayValue)
            #expect(scrapers.map { $0["scraper"]?.stringValue } == ["nbac_schedule", "oddsa_events"])
            #expect(scrapers.map { $0["state"]?.stringValue } == ["failing", "ok"])
            #expect(scrapers[0]["last_success_at"]?.stringValue == "2024-01-15T14:01:00.000Z")
            #expect(scrapers[1]["last_error"]?.stringValue == "no connection")
        }
    }

    @Test func aRunIsShownWithItsTasksAndWhatWasAskedOfIt() async throws {
        try await Database.with { database, pool in
            let opener = RunOpener(registry: .standard, role: "scrapers")
            let request = RunRequest(
                kind: .full,
                gameDate: try GameDate("2024-01-15"),
                untilPhase: .publishing,
                planKey: "test:\(UUID())",
                openedBy: "test"
            )
            let run = try await pool.transaction { try await opener.open(request, now: Date(), in: $0).run }
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.operator_request (action, run_id, phase, actor, reason)
                VALUES ('force_phase', \(run.runID), 2, 'console:ann', 'source is down')
                """
            )
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let shown = await tipoff("run", "show", run.runID.uuidString, "--json", environment: environment)
            shown.expect(0)
            let json = try shown.json()
            #expect(json["phases"]?.arrayValue?.count == 6)
            #expect((json["tasks"]?.arrayValue?.count ?? 0) > 20)
            #expect(json["requests"]?[0]?["actor"]?.stringValue == "console:ann")
            let text = await tipoff("run", "show", run.runID.uuidString, environment: environment)
            #expect(text.output.contains("force_phase") && text.output.contains("PROCESSOR"))
            let unknown = await tipoff("run", "show", UUID().uuidString, environment: environment)
            unknown.expect(1)
        }
    }

    private static func log(
        _ pool: PostgresPool,
        _ scraper: String,
        _ status: String,
        _ message: String?,
        _ minute: Int,
        type: String? = nil,
        run: UUID = UUID()
    ) async throws {
        let at = try #require(Instant.parse("2024-01-15T14:0\(minute):00.000Z"))
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.pipeline_execution_log
                (execution_id, correlation_id, run_id, run_kind, lane, phase, processor_name, unit, event_type, game_date,
                 status, started_at, completed_at, duration_seconds, attempt, scope, processing_mode, error_type,
                 error_message, instance, build_commit)
            VALUES (\(UUID()), 'c', \(run), 'full', 'live', 1, \(scraper), '*', 'completed', '2024-01-15', \(status),
                    \(at), \(at), 1, 1, 'full', 'full', \(type), \(message), 'test', 'test')
            """
        )
    }
}
