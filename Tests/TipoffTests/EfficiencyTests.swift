import Basketball
import Foundation
import Monitoring
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import TipoffCommands

@Suite struct EfficiencyTests {
    static let full = UUID(uuidString: "3fa94c11-0000-4000-8000-000000000001") ?? UUID()
    static let delta = UUID(uuidString: "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a10") ?? UUID()

    /// One attempt as the log has it.
    struct Attempt {
        var run: UUID
        var phase: Phase
        var processor: String
        var unit = "*"
        var scope: (inScope: Int, processed: Int, changed: Int)
        var isCompared = true
        var seconds = 1.0
        var skip: String?
        var status = "success"
    }

    /// A slate of ten players: the morning's full run, and one player's change that reaches two.
    static let attempts: [Attempt] =
        [
            Attempt(
                run: full,
                phase: .scrapers,
                processor: "nbac_injury_report",
                scope: (12, 12, 0),
                isCompared: false
            ),
            Attempt(run: full, phase: .raw, processor: "nbac_injury_report", scope: (12, 12, 12)),
            Attempt(run: full, phase: .analytics, processor: "upcoming_player_game_context", scope: (10, 10, 10)),
            Attempt(run: full, phase: .precompute, processor: "player_daily_cache", scope: (10, 10, 9)),
        ]
        + (0..<10).map {
            // Ten players of one batch: its two seconds stand in every row.
            Attempt(
                run: full,
                phase: .predictions,
                processor: "player_predictions",
                unit: "player\($0)",
                scope: (1, 1, $0 < 4 ? 1 : 0),
                seconds: 2,
                skip: $0 < 3 ? "insufficient_history" : nil
            )
        } + [
            Attempt(run: full, phase: .publishing, processor: "tonight_document", scope: (2, 2, 0), isCompared: false),
            Attempt(run: delta, phase: .raw, processor: "nbac_injury_report", scope: (1, 1, 1), seconds: 0.05),
            Attempt(
                run: delta,
                phase: .analytics,
                processor: "upcoming_player_game_context",
                scope: (2, 0, 0),
                isCompared: false,
                seconds: 0.3,
                status: "retry"
            ),
            Attempt(
                run: delta,
                phase: .analytics,
                processor: "upcoming_player_game_context",
                scope: (2, 2, 1),
                seconds: 0.2
            ),
            Attempt(
                run: delta,
                phase: .predictions,
                processor: "player_predictions",
                unit: "player0",
                scope: (1, 1, 1),
                seconds: 0.1
            ),
        ]

    private func fill(_ pool: PostgresPool) async throws {
        try await pool.transaction { transaction in
            for (run, kind, opened, seconds) in [
                (Self.full, "full", "2024-01-15T16:00:00Z", 11.0), (Self.delta, "delta", "2024-01-15T19:00:00Z", 0.8),
            ] {
                try await transaction.execute(
                    """
                    INSERT INTO nba_orchestration.run
                        (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by,
                         opened_at, finished_at, state)
                    SELECT \(run), \(kind), '2024-01-15', 'live', 1, 6, 'c', \(kind), 'test', at,
                           at + \(seconds) * interval '1 second', 'complete'
                    FROM (SELECT \(opened)::timestamptz AS at) AS opened
                    """
                )
            }
            for attempt in Self.attempts {
                let began = attempt.run == Self.full ? "2024-01-15T16:00:00Z" : "2024-01-15T19:00:00Z"
                // Predictions are made player by player, in a full run too.
                let isSingle = attempt.run == Self.delta && attempt.phase > .raw || attempt.phase == .predictions
                let mode = isSingle ? "entity_level" : "date_level"
                let (inScope, processed, changed) = attempt.scope
                try await transaction.execute(
                    """
                    INSERT INTO nba_orchestration.pipeline_execution_log
                        (execution_id, correlation_id, run_id, run_kind, lane, phase, processor_name, unit, event_type,
                         game_date, status, started_at, completed_at, duration_seconds, attempt, scope, processing_mode,
                         entities_in_scope, entities_processed, entities_changed, waste_pct, skip_reason, instance,
                         build_commit)
                    SELECT gen_random_uuid(), 'c', \(attempt.run), \(attempt.run == Self.full ? "full" : "delta"), 'live',
                           \(Int16(attempt.phase.rawValue)), \(attempt.processor), \(attempt.unit), 'attempt',
                           '2024-01-15', \(attempt.status), at, at + \(attempt.seconds) * interval '1 second',
                           \(attempt.seconds), 1, 'full', \(mode), \(Int32(inScope)), \(Int32(processed)),
                           \(Int32(changed)), \(attempt.isCompared ? 0.0 : nil), \(attempt.skip), 'test', 'unknown'
                    FROM (SELECT \(began)::timestamptz + \(Int32(attempt.phase.rawValue)) * interval '1 s' AS at) AS began
                    """
                )
            }
        }
    }

    @Test func aRunAndADateSayWhatWasNeeded() async throws {
        try await Database.with { database, pool in
            try await fill(pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            for (name, arguments) in [
                ("efficiency-run", ["--run", "6f1d2c80"]), ("efficiency-date", ["--date", "2024-01-15"]),
            ] {
                let result = await tipoff(["efficiency"] + arguments, environment: environment)
                result.expect(0)
                try expectGolden(
                    result.output.split(separator: "\n", omittingEmptySubsequences: false)
                        .dropLast().map(String.init),
                    name
                )
            }
            let json = try await tipoff("efficiency", "--run", "6f1d2c80", "--json", environment: environment).json()
            let run = try #require(json.objectValue?["runs"]?.arrayValue?.first?.objectValue)
            // Two contexts and one prediction of 10 + 10 + 10 + 2 entities.
            #expect(run["processed"] == .int(3) && run["total"] == .int(32) && run["mode"] == .string("incremental"))
            await tipoff("efficiency", "--date", "2024-01-14", environment: environment).expect(1)
            await tipoff("efficiency", "--run", "ffffffff", environment: environment).expect(1)
            await tipoff("efficiency", "--from", "2024-01-16", "--to", "2024-01-15", environment: environment).expect(2)
        }
    }

    @Test func aWeekThatWastesHoursIsAProblem() async throws {
        try await Database.with { database, pool in
            // Eleven runs of a quarter of an hour in which nothing changed: 2.75 h.
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.pipeline_execution_log
                    (execution_id, correlation_id, run_id, run_kind, lane, phase, processor_name, unit, event_type,
                     game_date, status, started_at, completed_at, duration_seconds, attempt, scope, processing_mode,
                     entities_in_scope, entities_processed, entities_changed, waste_pct, instance, build_commit)
                SELECT gen_random_uuid(), 'c', gen_random_uuid(), 'delta', 'live', 3, 'player_game_summary', '*', 'attempt',
                       date '2024-01-09' + n % 7, 'success', at, at + interval '15 minutes', 900, 1, 'unchanged',
                       'date_level', 400, 400, 0, 100, 'test', 'unknown'
                FROM generate_series(1, 11) AS n, LATERAL (SELECT timestamptz '2024-01-09 12:00Z' + n * interval '1 hour')
                    AS began(at)
                """
            )
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let week = await tipoff(
                "efficiency",
                "--from",
                "2024-01-09",
                "--to",
                "2024-01-15",
                environment: environment
            )
            week.expect(1)
            #expect(week.output.contains("verdict: work entity by entity in player_game_summary"))
            // The file for psql and for the dashboards judges as the command does.
            for (first, verdict) in [("2024-01-09", "build"), ("2024-01-02", "red")] {
                let asked = ["from": first, "to": "2024-01-15"]
                let rows = try await pool.query(MonitoringQueries.waste.statement(asked))
                #expect(try rows.column("verdict", as: String.self) == [verdict])
            }
            // Over two weeks it is 1.4 h a week.
            await tipoff("efficiency", "--from", "2024-01-02", "--to", "2024-01-15", environment: environment).expect(0)
        }
    }

    @Test(arguments: [("analytics 84", 1, 99.8), ("analytics 85", 450, 0), ("analytics 86", 45, 90)])
    func whatWasSkippedIsAShareOfAll(name: String, processed: Int, percent: Double) throws {
        let skipped = try #require(EfficiencyWork.skippedPercent(processed, of: 450))
        #expect(Rounding.halfAway(skipped, places: 1) == percent, "\(name)")
    }

    @Test(
        arguments: [
            (100, 70, 30, 1.0, EfficiencyVerdict.ok), (100, 69, 30, 1, .red), (100, 69, 30, 2.1, .build),
            (100, 69, 10, 2.1, .red), (100, 69, 30, 2, .red), (100, 79, 30, 1.1, .watch), (100, 79, 30, 1, .ok),
            (100, 80, 30, 9, .ok), (0, 0, 30, 9, nil), (10, 20, 30, 9, .ok),
        ] as [(Int, Int, Int, Double, EfficiencyVerdict?)]
    )
    func theVerdictIsByTheThresholds(
        processed: Int,
        changed: Int,
        runs: Int,
        wastedHours: Double,
        verdict: EfficiencyVerdict?
    ) {
        var work = EfficiencyWork(.init(phase: .analytics, processor: "p"))
        (work.compared, work.comparedChanged, work.runs) = (processed, changed, runs)
        work.wasteSeconds = wastedHours * 3600
        #expect(EfficiencyVerdict(work, weeks: 1) == verdict)
    }
}
