import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing

@testable import Alerting

/// Each monitor with a case that must trip it and one that must not.
@Suite struct MonitorTests {
    static let date = GameDate.known("2024-01-15")

    /// A run with one raw task whose scrape has handed something over and whose wake-up was sent so long ago.
    private static func wake(
        _ harness: TaskHarness,
        minutesAgo: Double,
        lane: Lane = .live,
        input: Bool = true,
        unit: String = "*"
    ) async throws -> RunRecord {
        let run = try await harness.open(.full, date, only: [])
        try await harness.pool.execute(
            "UPDATE nba_orchestration.run SET lane = \(lane.rawValue) WHERE run_id = \(run.runID)"
        )
        try await harness.pool.execute(
            """
            INSERT INTO nba_orchestration.task (run_id, processor, unit, game_date, phase, requirement, input)
            VALUES (\(run.runID), 'nbac_injury_report', \(unit), \(date.postgres), 2, 'required',
                    \(input ? PostgresJSON("{}") : nil))
            """
        )
        try await harness.pool.execute(
            """
            INSERT INTO nba_orchestration.outbox
                (message_id, producer, topic, payload, run_id, starts_phase, starts_unit, state, created_at)
            VALUES (gen_random_uuid(), 'scrapers', 'nba-phase1-scrapers-complete', '{}', \(run.runID), 2, \(unit), 'sent',
                    now() - \(minutesAgo) * interval '1 minute')
            """
        )
        return run
    }

    /// A task of the same processor that has just ended.
    private static func progress(_ harness: TaskHarness) async throws {
        let run = try await wake(harness, minutesAgo: 0, unit: "ends")
        try await harness.pool.execute(
            """
            UPDATE nba_orchestration.task SET state = 'success', finished_at = now() WHERE run_id = \(run.runID)
            """
        )
    }

    private static func log(
        _ harness: TaskHarness,
        _ status: String,
        processor: String = "nbac_injury_report",
        unit: String = "*",
        minutesAgo: Double = 1,
        times: Int = 1
    ) async throws {
        try await harness.pool.execute(
            """
            INSERT INTO nba_orchestration.pipeline_execution_log
                (execution_id, correlation_id, run_id, run_kind, lane, phase, processor_name, unit, event_type, game_date,
                 status, started_at, completed_at, duration_seconds, attempt, scope, processing_mode, instance,
                 build_commit)
            SELECT gen_random_uuid(), 'c', gen_random_uuid(), 'full', 'live', 2, \(processor), \(unit), 'attempt',
                   \(date.postgres), \(status), now(), now() - \(minutesAgo) * interval '1 minute', 1, 1, 'full',
                   'date_level', 'i', 'b'
            FROM generate_series(1, \(Int32(times)))
            """
        )
    }

    private static func ask(
        _ monitor: Monitor,
        _ harness: TaskHarness,
        _ settings: WatchSettings = WatchSettings()
    ) async throws -> [Finding] {
        try await monitor.ask(harness.watchContext(settings))
    }

    @Test func workThatNobodyClaimsIsNamedWithItsServiceAndWhatToType() async throws {
        try await TaskHarness.with { harness in
            let run = try await Self.wake(harness, minutesAgo: 5)
            let found = try await Self.ask(.stuckWork, harness)
            let finding = try #require(found.first)
            #expect(found.count == 1)
            #expect(finding.signature == "service:raw")
            #expect(finding.names == ["nbac_injury_report"])
            #expect(finding.next == "restart raw")
            #expect(finding.runID == run.runID)
            #expect(finding.title.contains("nbac_injury_report"))
            #expect(finding.correlationID == run.correlationID)
        }
    }

    @Test func workThatCannotGoOnYetIsNotStuck() async throws {
        try await TaskHarness.with { harness in
            _ = try await Self.wake(harness, minutesAgo: 3)
            _ = try await Self.wake(harness, minutesAgo: 50, input: false, unit: "waits for its scrape")
            let retried = try await Self.wake(harness, minutesAgo: 50, unit: "waits for a retry")
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.task SET next_attempt_at = now() + interval '1 minute', attempts = 1
                WHERE run_id = \(retried.runID)
                """
            )
            let closed = try await Self.wake(harness, minutesAgo: 50, unit: "of a run that is over")
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.run SET state = 'cancelled', finished_at = now() WHERE run_id = \(closed.runID)
                """
            )
            let found = try await Self.ask(.stuckWork, harness)
            #expect(found.isEmpty)
        }
    }

    @Test func aProcessorThatMakesProgressOnlyLetsWaitForSoLong() async throws {
        try await TaskHarness.with { harness in
            try await Self.progress(harness)
            _ = try await Self.wake(harness, minutesAgo: 5)
            var found = try await Self.ask(.stuckWork, harness)
            #expect(found.isEmpty, "its turn will come")
            _ = try await Self.wake(harness, minutesAgo: 13, lane: .backfill, unit: "backfill")
            found = try await Self.ask(.stuckWork, harness)
            #expect(found.isEmpty, "a backfill may wait as long as there is progress")
            _ = try await Self.wake(harness, minutesAgo: 13, unit: "live")
            found = try await Self.ask(.stuckWork, harness)
            #expect(found.first?.names == ["nbac_injury_report (live)"])
        }
    }

    @Test func anExecutionThatDoesNotEndIsStuckThoughOthersEnd() async throws {
        try await TaskHarness.with { harness in
            try await Self.progress(harness)
            let run = try await Self.wake(harness, minutesAgo: 1)
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.task SET state = 'running', claimed_at = now() - interval '3 minutes'
                WHERE run_id = \(run.runID)
                """
            )
            var found = try await Self.ask(.stuckWork, harness)
            #expect(found.isEmpty)
            try await harness.pool.execute(
                "UPDATE nba_orchestration.task SET claimed_at = now() - interval '5 minutes' WHERE run_id = \(run.runID)"
            )
            found = try await Self.ask(.stuckWork, harness)
            #expect(found.map(\.signature) == ["service:raw"])
        }
    }

    @Test func aPhaseWhoseTasksHaveEndedAndThatStaysOpenNamesItsOrchestrator() async throws {
        try await TaskHarness.with { harness in
            let run = try await Self.wake(harness, minutesAgo: 1)
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.task SET state = 'success', finished_at = now() - interval '5 minutes'
                WHERE run_id = \(run.runID)
                """
            )
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.run_phase SET state = 'open', opened_at = now() - interval '9 minutes'
                WHERE run_id = \(run.runID) AND phase <= 2
                """
            )
            var found = try await Self.ask(.stuckOrchestrator, harness)
            #expect(found.map(\.signature) == ["service:phase2-to-phase3"])
            try await harness.pool.execute(
                "UPDATE nba_orchestration.task SET finished_at = now() WHERE run_id = \(run.runID)"
            )
            found = try await Self.ask(.stuckOrchestrator, harness)
            #expect(found.isEmpty)
        }
    }

    @Test func messagesThatTheBrokerHasNotGotNameTheirProducer() async throws {
        try await TaskHarness.with { harness in
            let run = try await Self.wake(harness, minutesAgo: 3)
            var found = try await Self.ask(.outboxAge, harness)
            #expect(found.isEmpty, "sent ones wait for their tasks, not for the broker")
            try await harness.pool.execute(
                "UPDATE nba_orchestration.outbox SET state = 'pending' WHERE run_id = \(run.runID)"
            )
            found = try await Self.ask(.outboxAge, harness)
            #expect(found.map(\.signature) == ["service:scrapers"])
        }
    }

    @Test func changesThatNoRunWillCarryOnAreTold() async throws {
        try await TaskHarness.with { harness in
            try await harness.pool.execute(
                """
                INSERT INTO nba_orchestration.change_marker (processor, game_date, kind, entity, phase, wants_run, marked_at)
                VALUES ('player_daily_cache', '2023-12-01', 'player', 'waits', 4, true, now() - interval '40 minutes'),
                       ('player_daily_cache', '2023-12-02', 'player', 'waits for a backfill', 4, false,
                        now() - interval '40 minutes'),
                       ('player_daily_cache', '2023-12-03', 'player', 'fresh', 4, true, now()),
                       ('player_daily_cache', '2023-12-04', 'player', 'its first run comes', 4, true,
                        now() - interval '40 minutes'),
                       ('tonight_document', '2023-12-02', 'player', 'a slate that is over', 6, true,
                        now() - interval '40 minutes')
                """
            )
            for day in 1...3 {
                let run = try await harness.open(.full, GameDate.known("2023-12-0\(day)"), only: [])
                try await harness.pool.execute(
                    "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)"
                )
            }
            var found = try await Self.ask(.markerAge, harness)
            #expect(found.map(\.signature) == ["watch:markers:2023-12-01"])
            #expect(found.first?.names == ["player_daily_cache"])
            _ = try await harness.open(.delta, GameDate.known("2023-12-01"), only: [])
            found = try await Self.ask(.markerAge, harness)
            #expect(found.isEmpty, "an open run carries them on")
        }
    }

    @Test func deadLettersWithoutAnAlertOfTheirOwnAreTold() async throws {
        try await TaskHarness.with { harness in
            func insert(_ topic: String, _ reason: String, _ state: String) async throws {
                try await harness.pool.execute(
                    """
                    INSERT INTO nba_orchestration.dead_letter
                        (cluster, topic, partition, "offset", consumer, reason, detail, processor, state)
                    VALUES ('c', \(topic), -1, (random() * 1e9)::bigint, 'raw', \(reason), 'd', \(topic), \(state))
                    """
                )
            }
            try await insert("decided", "r", "resolved")
            try await insert("told", "r", "new")
            try await harness.raise("dead_letter:told:r")
            var found = try await Self.ask(.deadLetters, harness)
            #expect(found.isEmpty)
            try await insert("nbac_schedule", "r", "new")
            try await insert("nbac_schedule", "r", "new")
            found = try await Self.ask(.deadLetters, harness)
            #expect(found.first?.names == ["nbac_schedule (2)"])
            #expect(found.first?.next == "tipoff dlq ls")
        }
    }

    @Test func aDecidedRunThatIsNotThereIsTold() async throws {
        try await TaskHarness.with { harness in
            let run = try await harness.open(.full, Self.date, only: [])
            func decide(_ key: String, _ verdict: String, _ runID: UUID?) async throws {
                try await harness.pool.execute(
                    """
                    INSERT INTO nba_orchestration.planner_decision
                        (window_key, game_date, day_state, verdict, reason, due_at, decided_at, run_id)
                    VALUES (\(key), \(Self.date.postgres), 'game_day', \(verdict), 'r', now(), now(), \(runID))
                    """
                )
            }
            try await decide("opened", "run", run.runID)
            try await decide("skipped", "skip", nil)
            try await decide("clock:predictions:2024-01-15:verdict", "run", nil)
            var found = try await Self.ask(.decisions, harness)
            #expect(found.isEmpty)
            try await decide("plan:pregame:lost", "run", UUID())
            found = try await Self.ask(.decisions, harness)
            #expect(found.first?.names == ["plan:pregame:lost"])
        }
    }

    @Test func aSilentPlannerIsToldAndOneThatHasNothingToDecideIsNot() async throws {
        try await TaskHarness.with { harness in
            var found = try await Self.ask(.planner, harness)
            #expect(found.isEmpty, "where nobody has ever planned nobody is missed")
            let lease = RoleLease(pool: harness.pool, role: "planner", owner: "a", duration: .seconds(15))
            _ = try await lease.acquire()
            try await harness.pool.execute(
                """
                INSERT INTO nba_orchestration.planner_decision
                    (window_key, game_date, day_state, verdict, reason, due_at, decided_at)
                VALUES ('w', \(LeagueClock.gameDate(of: .now).postgres), 'off_season', 'skip', 'r', now(),
                        now() - interval '20 hours')
                """
            )
            found = try await Self.ask(.planner, harness)
            #expect(found.isEmpty, "no games, nothing to decide")
            try await harness.pool.execute(
                """
                INSERT INTO nba_raw.nbac_schedule
                    (game_id, nba_game_id, season_year, season_type, game_date, tipoff_at, game_status, is_postponed,
                     home_team_tricode, away_team_tricode)
                VALUES ('20240115_ORL_CLE', '0022300550', 2023, 'regular', '2024-01-15', now() + interval '5 hours', 1, false,
                        'CLE', 'ORL')
                """
            )
            found = try await Self.ask(.planner, harness)
            #expect(found.map(\.signature) == ["watch:planner"])
            try await harness.pool.execute(
                "UPDATE nba_orchestration.lease SET seen_at = now() - interval '5 minutes' WHERE role = 'planner'"
            )
            found = try await Self.ask(.planner, harness)
            #expect(found.map(\.signature) == ["service:scrapers"])
        }
    }

    @Test(arguments: [
        (0, 1000, nil), (1, 2, nil), (3, 3, Alerts.Level.critical), (1, 21, nil), (1, 20, .warning), (2, 20, .error),
        (49, 1000, nil), (50, 1000, .warning), (100, 1000, .error), (1000, 1000, .critical),
    ])
    func theShareThatFailsHasItsLevel(_ failed: Int, _ executions: Int, _ level: Alerts.Level?) {
        #expect(Monitor.errorLevel(failed: failed, of: executions, WatchSettings()) == level)
    }

    @Test func failuresOfTwoHoursArePutTogetherByPhase() async throws {
        try await TaskHarness.with { harness in
            try await Self.log(harness, "success", times: 39)
            try await Self.log(harness, "retry", times: 30)
            try await Self.log(harness, "failed", minutesAgo: 130, times: 30)
            try await Self.log(harness, "failed", times: 1)
            var found = try await Self.ask(.errorRate, harness)
            #expect(found.isEmpty, "1 of 40 is 2.5 %")
            try await Self.log(harness, "failed", processor: "nbac_schedule", times: 2)
            found = try await Self.ask(.errorRate, harness)
            #expect(found.map(\.signature) == ["watch:errors:raw"])
            #expect(found.first?.names == ["nbac_injury_report", "nbac_schedule"])
        }
    }

    @Test func aTaskThatIsExecutedAgainAndAgainIsAStormAndManyUnitsAreNone() async throws {
        try await TaskHarness.with { harness in
            for unit in 0..<60 { try await Self.log(harness, "success", unit: "\(unit)") }
            try await Self.log(harness, "retry", times: 50)
            var found = try await Self.ask(.storm, harness)
            #expect(found.isEmpty)
            try await Self.log(harness, "retry")
            found = try await Self.ask(.storm, harness)
            #expect(found.map(\.signature) == ["watch:storm:nbac_injury_report:2024-01-15"])
        }
    }

    @Test func aForgottenHaltIsTold() async throws {
        try await TaskHarness.with { harness in
            try await harness.pool.execute(
                """
                INSERT INTO nba_publishing.halt (reason, actor, since)
                VALUES ('wrong lines', 'ann', now() - interval '35 hours')
                """
            )
            var found = try await Self.ask(.halt, harness)
            #expect(found.isEmpty)
            try await harness.pool.execute("UPDATE nba_publishing.halt SET since = now() - interval '37 hours'")
            found = try await Self.ask(.halt, harness)
            #expect(found.map(\.signature) == ["watch:halt"])
        }
    }

    @Test("Something needed that is overdue for half an hour is told by its date, until it is there or accepted")
    func overdueOutputs() async throws {
        try await TaskHarness.with { harness in
            let now = try #require(Instant.parse("2024-01-16T15:00:00Z"))
            func expect(_ processor: String, _ date: String, _ requirement: String, due: String) async throws {
                try await harness.pool.execute(
                    """
                    INSERT INTO nba_orchestration.expected_output
                        (game_date, phase, processor, game_id, season_year, level, requirement, begins_at, due_at,
                         is_repairable)
                    VALUES (\(GameDate.known(date).postgres), 2, \(processor), '*', 2023, 0, \(requirement),
                            '2024-01-01T00:00:00Z', \(due)::timestamptz, true)
                    """
                )
            }
            func found() async throws -> [Finding] {
                try await Monitor.overdueOutputs.ask(harness.watchContext(now: now))
            }
            try await expect("nbac_schedule", "2024-01-15", "critical", due: "2024-01-16T14:31:00Z")
            try await expect("bdl_games", "2024-01-15", "optional", due: "2024-01-16T01:00:00Z")
            try await expect("nbac_schedule", "2024-01-08", "critical", due: "2024-01-08T14:00:00Z")
            var findings = try await found()
            #expect(findings.isEmpty, "29 minutes, an optional one, and one of eight days ago")
            try await expect("nbac_team_boxscore", "2024-01-15", "required", due: "2024-01-16T14:30:00Z")
            findings = try await found()
            #expect(findings.map(\.signature) == ["watch:overdue:2024-01-15"])
            #expect(findings.first?.names == ["nbac_team_boxscore"] && findings.first?.size == 1)
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.expected_output SET accepted_by = 'ann', accepted_reason = 'lost', accepted_at = now()
                """
            )
            findings = try await found()
            #expect(findings.isEmpty)
        }
    }

    @Test("Three slates in a row that went through without a pick are told; one with a pick among them is not")
    func slatesWithoutAPick() async throws {
        try await TaskHarness.with { harness in
            let now = try #require(Instant.parse("2024-01-18T15:00:00Z"))
            func found() async throws -> [String] {
                try await Monitor.picks.ask(harness.watchContext(now: now)).map(\.signature)
            }
            for day in 12...17 {
                let date = GameDate.known("2024-01-\(day)")
                // Nothing is played on the 16th.
                if day != 16 {
                    try await harness.pool.execute(
                        """
                        INSERT INTO nba_raw.nbac_schedule
                            (game_id, nba_game_id, season_year, season_type, game_date, game_status, is_postponed,
                             home_team_tricode, away_team_tricode)
                        VALUES (\("202401\(day)_NYK_PHI"), \("00223005\(day)"), 2023, 'regular', \(date.postgres), 3, false,
                                'PHI', 'NYK')
                        """
                    )
                }
                let run = try await harness.open(.full, date, only: [])
                try await harness.pool.execute(
                    "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)"
                )
            }
            var signatures = try await found()
            #expect(signatures == ["watch:picks"])
            try await harness.pool.execute(
                """
                INSERT INTO nba_publishing.pick_event
                    (game_date, game_id, player_lookup, player_name, stat_type, side, event, occurred_at, team_abbr,
                     opponent_team_abbr, tipoff_at, bookmaker, points_line, price_american, win_probability, expected_value,
                     edge, predicted_points, system_id, model_version, reasons, run_id, execution_id)
                VALUES ('2024-01-14', '20240114_NYK_PHI', 'joelembiid', 'Joel Embiid', 'points', 'OVER', 'shown',
                        '2024-01-14T15:00:00Z', 'PHI', 'NYK', '2024-01-15T00:30:00Z', 'draftkings', 30.5, -115, 0.6, 0.1, 4,
                        34.5, 'ensemble', '1', '{}', gen_random_uuid(), gen_random_uuid())
                """
            )
            signatures = try await found()
            #expect(signatures.isEmpty, "the 14th, 15th and 17th are the last three slates")
        }
    }
}

extension GameDate {
    static func known(_ text: String) -> GameDate {
        do { return try GameDate(text) } catch { preconditionFailure("\(text) is no date") }
    }
}
