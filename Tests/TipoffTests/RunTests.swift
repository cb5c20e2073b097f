import Basketball
import Foundation
import Kafka
import KafkaTestKit
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// Ends open runs as the services would.
struct FakeServices: Sendable {
    let pool: PostgresPool
    /// The outcome of the run of a date.
    var outcome: @Sendable (GameDate) -> String = { _ in "complete" }
    var isDegraded: @Sendable (GameDate) -> Bool = { _ in false }

    /// Until it is cancelled. Hands each round's open runs, oldest first, to `observe`.
    func run(_ observe: @Sendable ([GameDate]) async -> Void = { _ in }) async throws {
        while !Task.isCancelled {
            let rows = try await pool.query(
                "SELECT run_id, game_date FROM nba_orchestration.run WHERE state = 'open' ORDER BY opened_at, game_date"
            )
            await observe(try rows.map { try $0.gameDate("game_date") })
            if let row = rows.first {
                let runID: UUID = try row.decode("run_id")
                let state = outcome(try row.gameDate("game_date"))
                let isDegraded = isDegraded(try row.gameDate("game_date"))
                try await pool.transaction { transaction in
                    try await transaction.execute(
                        """
                        UPDATE nba_orchestration.task SET state = 'success', finished_at = now() WHERE run_id = \(runID)
                        """
                    )
                    try await transaction.execute(
                        """
                        UPDATE nba_orchestration.run_phase SET state = \(state), closed_at = now(),
                            degraded_reasons = \(isDegraded ? ["lines were late"] : [])
                        WHERE run_id = \(runID) AND state IN ('open', 'waiting')
                        """
                    )
                    try await transaction.execute(
                        """
                        UPDATE nba_orchestration.run SET state = \(state), finished_at = now(), reason = 'by the test',
                            degraded = \(isDegraded)
                        WHERE run_id = \(runID)
                        """
                    )
                }
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Runs the body while the services work.
    func during<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        let services = Task { try await run() }
        let result = try await body()
        services.cancel()
        _ = await services.result
        return result
    }
}

@Suite struct RunTests {
    @Test func openedRunIsInTheDatabaseAndItsTriggerOnTheTopic() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            let environment = broker.environment.merging(["TIPOFF_DATABASE_URL": database.url, "USER": "ann"]) { $1 }
            let result = await tipoff(
                "run",
                "open",
                "--kind",
                "full",
                "--date",
                "2024-01-15",
                "--until-phase",
                "4",
                "--json",
                environment: environment
            )
            result.expect(0)
            let runID = try #require(try result.json()["run_id"]?.stringValue)
            let row = try await pool.query(
                """
                SELECT opened_by, until_phase, plan_key LIKE 'cli:%' AS is_cli,
                       (SELECT producer || ' ' || state FROM nba_orchestration.outbox) AS outbox,
                       (SELECT count(*) FROM nba_orchestration.task) AS tasks
                FROM nba_orchestration.run
                """
            ).one()
            #expect(try row.decode("opened_by", as: String.self) == "tipoff:ann")
            #expect(try row.decode("until_phase", as: Int16.self) == 4)
            #expect(try row.decode("is_cli", as: Bool.self))
            #expect(try row.decode("outbox", as: String.self) == "scrapers sent", "scrapers sends it again if needed")
            #expect(try row.decode("tasks", as: Int64.self) > 0)
            let message = try #require(try await broker.read(.phase1Trigger, count: 1).first)
            let envelope = try Envelope(
                decoding: message.value ?? [],
                origin: .init(cluster: "c", topic: "t", partition: 0, offset: 0, timestampMilliseconds: 0)
            )
            #expect(envelope.runID?.uuidString.lowercased() == runID)
        }
    }

    @Test(arguments: [("complete", Int32(0)), ("failed", 1)])
    func waitingEndsWithTheRunsOutcome(_ state: String, _ code: Int32) async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            let environment = broker.environment.merging(["TIPOFF_DATABASE_URL": database.url]) { $1 }
            let services = FakeServices(pool: pool, outcome: { _ in state })
            let result = try await services.during {
                await tipoff("run", "open", "--date", "2024-01-15", "--wait", environment: environment)
            }
            result.expect(code)
            #expect(result.output.contains("phase 1 scrapers"))
            #expect(result.output.contains("\(state): full run of 2024-01-15"))
            #expect(result.errors.contains("next: tipoff trace") == (code != 0))
        }
    }

    @Test func waitingGivesUpAfterItsTimeAndTheRunGoesOn() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            let environment = broker.environment.merging(["TIPOFF_DATABASE_URL": database.url]) { $1 }
            let result = await tipoff(
                "run",
                "open",
                "--date",
                "2024-01-15",
                "--wait",
                "--timeout",
                "0.3",
                environment: environment
            )
            result.expect(1)
            #expect(result.errors.contains("it goes on"))
            let state: String = try await pool.query("SELECT state FROM nba_orchestration.run").scalar()
            #expect(state == "open")
        }
    }

    @Test func scrapeOpensOnlyThatScraper() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            let environment = broker.environment.merging(["TIPOFF_DATABASE_URL": database.url]) { $1 }
            await tipoff(
                "scrape",
                "nbac_team_boxscore",
                "--date",
                "2024-01-15",
                "--unit",
                "0022300555",
                "--param",
                "game_date=2024-01-15",
                environment: environment
            ).expect(0)
            let rows = try await pool.query(
                "SELECT processor, unit, input->>'game_date' AS day FROM nba_orchestration.task ORDER BY phase"
            )
            #expect(try rows.column("processor", as: String.self) == ["nbac_team_boxscore", "nbac_team_boxscore"])
            #expect(try rows.column("unit", as: String.self) == ["0022300555", "0022300555"])
            #expect(try rows[0].decode("day", as: String?.self) == "2024-01-15")
        }
    }

    @Test func operatorRequestsAreFiledForTheOwner() async throws {
        try await Database.with { database, pool in
            let runID = UUID()
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.run
                    (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by)
                VALUES (\(runID), 'full', '2024-01-15', 'live', 1, 6, 'c', 'k', 'tipoff:ann')
                """
            )
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.run_phase (run_id, phase, state, deadline_at) VALUES
                    (\(runID), 1, 'open', now()), (\(runID), 2, 'open', now()), (\(runID), 3, 'waiting', now())
                """
            )
            // The owner: answers what is filed.
            let owner = Task {
                while !Task.isCancelled {
                    try await pool.execute(
                        """
                        UPDATE nba_orchestration.operator_request SET executed_at = now(), result = 'done', outcome = 'done by the owner'
                        WHERE executed_at IS NULL
                        """
                    )
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            let environment = ["TIPOFF_DATABASE_URL": database.url, "USER": "ann"]
            let cancel = await tipoff(
                "run",
                "cancel",
                "--run",
                runID.uuidString,
                "--reason",
                "wrong date",
                "--yes",
                environment: environment
            )
            cancel.expect(0)
            #expect(cancel.output.contains("done by the owner"))
            await tipoff(
                "run",
                "force",
                "--run",
                runID.uuidString,
                "--phase",
                "2",
                "--without",
                "nobody",
                "--reason",
                "r",
                environment: environment
            ).expect(2)
            await tipoff(
                "run",
                "force",
                "--run",
                runID.uuidString,
                "--phase",
                "2",
                "--without",
                "oddsa_events",
                "--reason",
                "r",
                "--yes",
                environment: environment
            ).expect(0)
            owner.cancel()
            _ = await owner.result
            let rows = try await pool.query(
                "SELECT action, phase, processor, actor FROM nba_orchestration.operator_request ORDER BY request_id"
            )
            #expect(try rows.column("action", as: String.self) == ["cancel_run", "force_phase"])
            #expect(try rows.column("phase", as: Int16.self) == [2, 2], "the phase that is open")
            #expect(try rows.column("actor", as: String.self) == ["tipoff:ann", "tipoff:ann"])
        }
    }

    /// A run with one task, and an owner that answers every request in the given words.
    private func answered<R: Sendable>(
        _ result: String,
        opening openedRunID: UUID? = nil,
        state: String = "open",
        _ body: (UUID, [String: String], PostgresPool) async throws -> R
    ) async throws -> R {
        try await Database.with { database, pool in
            let runID = UUID()
            for (id, state) in [(runID, state), (openedRunID, "complete")] {
                guard let id else { continue }
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.run (run_id, kind, game_date, lane, first_phase, until_phase,
                        correlation_id, plan_key, opened_by, state, finished_at)
                    VALUES (\(id), 'full', '2024-01-15', 'live', 1, 6, 'c', \(id.uuidString), 'test', \(state),
                            CASE WHEN \(state) <> 'open' THEN now() END)
                    """
                )
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.run_phase (run_id, phase, state, deadline_at)
                    VALUES (\(id), 3, \(state), now())
                    """
                )
            }
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.task (run_id, processor, unit, game_date, phase, requirement, state)
                VALUES (\(runID), 'player_game_summary', '*', '2024-01-15', 3, 'critical', 'failed')
                """
            )
            let owner = Task {
                while !Task.isCancelled {
                    try await pool.execute(
                        """
                        UPDATE nba_orchestration.operator_request SET executed_at = now(), result = \(result),
                            outcome = 'in words', opened_run_id = \(openedRunID) WHERE executed_at IS NULL
                        """
                    )
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            let value: Result<R, any Error>
            do {
                value = .success(try await body(runID, ["TIPOFF_DATABASE_URL": database.url, "USER": "ann"], pool))
            } catch {
                value = .failure(error)
            }
            owner.cancel()
            _ = await owner.result
            return try value.get()
        }
    }

    @Test func aTaskOfAnEndedRunCanBeRetriedAndTheNewRunIsFollowed() async throws {
        let opened = UUID()
        try await answered("done", opening: opened, state: "failed") { runID, environment, pool in
            let arguments = [
                "task", "retry", "--run", runID.uuidString, "--processor", "player_game_summary", "--reason", "r",
                "--json",
            ]
            let filed = await tipoff(arguments, environment: environment)
            filed.expect(0)
            #expect(try filed.json()["result"]?.stringValue == "done")
            #expect(try filed.json()["opened_run_id"]?.stringValue == opened.uuidString.lowercased())
            let waited = await tipoff(arguments + ["--wait"], environment: environment)
            waited.expect(0)
            #expect(try waited.json()["run_id"]?.stringValue == opened.uuidString.lowercased())
            let rows = try await pool.query(
                "SELECT action, phase, processor, unit FROM nba_orchestration.operator_request LIMIT 1"
            ).one()
            #expect(try rows.decode("action", as: String.self) == "retry_task")
            #expect(try rows.decode("phase", as: Int16.self) == 3)
            #expect(try rows.decode("processor", as: String.self) == "player_game_summary")
            #expect(try rows.decode("unit", as: String.self) == "*")
        }
    }

    @Test(
        "Exit code 1 says that the owner did not do it",
        arguments: [("done", Int32(0)), ("nothing_to_do", 0), ("refused", 1), ("failed", 1)]
    )
    func exitCodesOfRequests(result: String, code: Int32) async throws {
        try await answered(result) { runID, environment, _ in
            for arguments in [
                ["run", "force", "--run", runID.uuidString, "--phase", "6", "--reason", "r", "--yes"],
                ["run", "cancel", "--run", runID.uuidString, "--reason", "r", "--yes"],
                ["task", "retry", "--run", runID.uuidString, "--processor", "player_game_summary", "--reason", "r"],
            ] {
                let answer = await tipoff(arguments, environment: environment)
                answer.expect(code)
                #expect(answer.output.contains("\(result): in words"))
            }
        }
    }

    @Test func withoutYesARequestOnlyShowsWhatItWouldEnd() async throws {
        try await answered("done") { runID, environment, pool in
            try await pool.execute(
                "UPDATE nba_orchestration.task SET state = 'pending' WHERE run_id = \(runID)"
            )
            let words = ["--run", runID.uuidString, "--reason", "r"]
            for action in [["run", "force", "--phase", "3"], ["run", "cancel"]] {
                let preview = await tipoff(action + words, environment: environment)
                preview.expect(0)
                #expect(preview.output.contains("player_game_summary") && preview.output.contains("--yes"))
                let json = try await tipoff(action + words + ["--json"], environment: environment).json()
                #expect(json["is_done"] == false && json["tasks"]?.arrayValue?.count == 1)
            }
            let requests = try await pool.query("SELECT 1 AS one FROM nba_orchestration.operator_request")
            #expect(requests.isEmpty)
        }
    }

    @Test func aRequestWithoutAReasonIsNotFiled() async throws {
        try await answered("done") { runID, environment, pool in
            for action in [
                ["run", "cancel"], ["run", "force", "--phase", "3"], ["task", "retry", "--processor", "p"],
            ] {
                await tipoff(action + ["--run", runID.uuidString], environment: environment).expect(2)
                await tipoff(action + ["--run", runID.uuidString, "--help"], environment: environment).expect(0)
            }
            let requests = try await pool.query("SELECT 1 AS one FROM nba_orchestration.operator_request")
            #expect(requests.isEmpty)
        }
    }

    @Test func narratorTellsEachPhaseOnce() {
        var progress = RunProgress(
            runID: UUID(),
            kind: .full,
            gameDate: StatusTests.date,
            correlationID: "c",
            state: "open",
            isDegraded: false,
            seconds: 1.2,
            steps: [
                .init(phase: .scrapers, state: "open", done: 3, total: 27, seconds: 0.2, reasons: [], failed: []),
                .init(phase: .raw, state: "waiting", done: 0, total: 27, seconds: 0, reasons: [], failed: []),
            ]
        )
        var narrator = RunNarrator()
        #expect(narrator.tell(progress) == .init(lines: [], current: "phase 1 scrapers     3 of 27 tasks      0.2 s"))
        progress.steps[0].state = "complete"
        progress.steps[0].done = 27
        progress.steps[1].state = "open"
        #expect(narrator.tell(progress).lines == ["phase 1 scrapers     27 of 27 tasks     0.2 s"])
        #expect(narrator.tell(progress).lines == [])
        progress.steps[1] = .init(
            phase: .raw,
            state: "failed",
            done: 27,
            total: 27,
            seconds: 1,
            reasons: ["why\u{1B}"],
            failed: ["nbac_schedule"]
        )
        progress.state = "failed"
        progress.reason = "because"
        #expect(
            narrator.tell(progress).lines == [
                "phase 2 raw          27 of 27 tasks     1.0 s  FAILED", "    degraded: why\\u{1b}",
                "    failed: nbac_schedule", "failed: full run of 2024-01-15 in 1.2 s (because)",
            ]
        )
    }
}
