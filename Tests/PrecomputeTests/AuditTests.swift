import Analytics
import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Precompute
import Testing
import Warehouse

@testable import Pipeline

/// Incremental must equal full, and where it does not somebody learns of it.
@Suite struct AuditTests {
    /// The auditor of a phase as its service runs it: in its own database role, on the morning after the last date.
    private func audit(
        _ bench: Workbench,
        _ league: SmallLeague,
        _ phase: Phase,
        owner: String = "one",
        processors: [any Processor]? = nil
    ) async throws -> Int? {
        var restricted = bench.database.configuration
        restricted.role = "tipoff_\(phase.name)"
        let pool = PostgresPool(configuration: restricted, maximumConnections: 2, logger: Logger(label: "test"))
        let morning = LeagueClock.instant((league.dates.last ?? SmallLeague.first).adding(days: 1), hour: 7, minute: 0)
        let auditor = Auditor(
            pool: pool,
            registry: bench.registry,
            phase: phase,
            processors: processors ?? (phase == .analytics ? AnalyticsProcessors.all : PrecomputeProcessors.all),
            objects: NoObjects(),
            clock: PipelineClock(reading: { morning }),
            settings: AuditSettings(),
            service: phase.name,
            owner: owner,
            logger: Logger(label: "test")
        )
        let result: Result<Int?, any Error>
        do { result = .success(try await auditor.round()) } catch { result = .failure(error) }
        await pool.close()
        return try result.get()
    }

    /// A league whose dates have been run.
    private func settle(_ bench: Workbench, _ league: SmallLeague) async throws {
        try await league.store(in: bench)
        for date in league.dates { try await bench.openRun(date) }
        for date in league.dates { try await bench.runChain(date, full: true) }
        try await bench.pool.execute("UPDATE nba_orchestration.run SET state = 'complete', finished_at = now()")
    }

    private func answers(_ bench: Workbench) async throws -> [String] {
        try await bench.pool.query(
            "SELECT phase || ' ' || game_date || ' ' || state AS text FROM nba_orchestration.audit ORDER BY audit_id"
        ).column("text")
    }

    private func ask(_ bench: Workbench, _ date: GameDate, _ phase: Phase) async throws {
        try await bench.pool.execute(
            """
            INSERT INTO nba_orchestration.audit (phase, game_date, kind, requested_by)
            VALUES (\(Int16(phase.rawValue)), \(PostgresDate(date)), 'requested', 'ann')
            """
        )
    }

    @Test func anUntouchedWarehouseYieldsNoDifferenceAndTheNightIsPlannedOnce() async throws {
        try await Workbench.with("audit") { bench in
            let league = SmallLeague(seed: 41, days: 7)
            try await settle(bench, league)
            for phase in [Phase.analytics, .precompute] {
                #expect(try await audit(bench, league, phase) == 5)
                #expect(try await audit(bench, league, phase) == 0)
            }
            let rows = try await bench.pool.query(
                """
                SELECT phase, game_date, state, rows_compared, rows_different, compared, league_day
                FROM nba_orchestration.audit ORDER BY audit_id
                """
            )
            #expect(rows.count == 10)
            for row in rows {
                let found = try row.decode("compared", as: PostgresJSON?.self)
                    .map { String(decoding: $0.bytes, as: UTF8.self) }
                #expect(try row.decode("state", as: String.self) == "same", "\(found ?? "")")
                #expect(try row.decode("rows_different", as: Int.self) == 0)
            }
            // The two latest dates are always among them, and what was compared is every stored row.
            for phase in [3, 4] {
                let dates = try rows.filter { Int(try $0.decode("phase", as: Int16.self)) == phase }
                    .map { try GameDate(try $0.decode("game_date", as: PostgresDate.self)) }
                #expect(Set(dates).count == 5)
                #expect(Set(dates).isSuperset(of: league.dates.suffix(2)))
            }
            let last = try #require(league.dates.last)
            let compared = try await bench.count(
                "SELECT rows_compared FROM nba_orchestration.audit WHERE phase = 4 AND game_date = \(PostgresDate(last))"
            )
            var stored = 0
            for table in WarehouseTables.precompute {
                stored += try await bench.count(
                    """
                    SELECT count(*) FROM \(sql: .table(table.name))
                    WHERE \(identifier: table.dateColumn ?? "") = \(PostgresDate(last)) AND removed_at IS NULL
                    """
                )
            }
            #expect(compared == stored && stored > 100)
            #expect(try await bench.count("SELECT count(*) FROM nba_orchestration.alert") == 0)
            #expect(try await bench.count("SELECT count(*) FROM nba_orchestration.change_marker WHERE phase <= 4") == 0)
        }
    }

    enum Damage: String, CaseIterable {
        case value, deleted, removed, invented, feature
    }

    @Test(arguments: Damage.allCases)
    func aRowCorruptedBehindTheSystemsBackIsFoundAndRepairedByTheFollowingRun(damage: Damage) async throws {
        try await Workbench.with("corrupted") { bench in
            let league = SmallLeague(seed: 42, days: 4)
            try await settle(bench, league)
            let date = league.dates[3]
            let player = try #require(league.players.first { $0.gameDate == date }?.playerLookup)
            let phase: Phase = damage == .feature ? .precompute : .analytics
            let row: SQL = "game_date = \(PostgresDate(date)) AND player_lookup = \(player)"
            let statement: SQL =
                switch damage {
                case .value: "UPDATE nba_analytics.player_game_summary SET points = 99 WHERE \(sql: row)"
                case .deleted: "DELETE FROM nba_analytics.player_game_summary WHERE \(sql: row)"
                case .removed: "UPDATE nba_analytics.player_game_summary SET removed_at = now() WHERE \(sql: row)"
                case .invented:
                    "UPDATE nba_analytics.player_game_summary SET player_lookup = 'nobody' WHERE \(sql: row)"
                case .feature:
                    """
                    UPDATE nba_precompute.ml_feature_store_v2 SET features = jsonb_set(features, '{0}', '-1')
                    WHERE \(sql: row)
                    """
                }
            #expect(try await bench.pool.execute(statement) == 1)
            try await ask(bench, date, phase)
            #expect((try await audit(bench, league, phase) ?? 0) > 0)
            let found = try await bench.pool.query(
                """
                SELECT rows_different, differences->0->>'key' AS key, differences->0->>'kind' AS kind,
                       differences->0->'columns' AS columns
                FROM nba_orchestration.audit WHERE kind = 'requested' AND state = 'different'
                """
            ).one()
            #expect(try found.decode("rows_different", as: Int.self) == (damage == .invented ? 2 : 1))
            #expect(try found.decode("key", as: String.self) == "\(date)/\(player)")
            let kind: String = try found.decode("kind")
            #expect(kind == ([.value, .feature].contains(damage) ? "different" : "missing"))
            if damage == .value {
                let columns = try JSONValue(parsing: found.decode("columns", as: PostgresJSON.self).bytes)
                #expect(columns["points"]?.arrayValue?.first == .int(99))
                #expect(columns.dictionaryValue?.count == 1)
            }
            let open: SQL = """
                SELECT count(*) FROM nba_orchestration.alert
                WHERE signature = \("audit:\(phase.name):\(date)") AND resolved_at IS NULL
                """
            #expect(try await bench.count(open) == 1)
            #expect(try await bench.count("SELECT count(*) FROM nba_orchestration.alert") == 1)
            let wanted = try await bench.count(
                """
                SELECT count(*) FROM nba_orchestration.change_marker
                WHERE game_date = \(PostgresDate(date)) AND phase <= 4 AND kind = 'full' AND wants_run
                """
            )
            #expect(wanted == 1)
            // Until it is repaired the date is not at rest; afterwards it is the same again.
            try await ask(bench, date, phase)
            #expect(try await audit(bench, league, phase) == 1)
            for day in league.dates { try await bench.runChain(day) }
            try await ask(bench, date, phase)
            #expect(try await audit(bench, league, phase) == 1)
            let states = try await bench.pool.query(
                "SELECT state FROM nba_orchestration.audit WHERE kind = 'requested' ORDER BY audit_id"
            ).column("state", as: String.self)
            #expect(states == ["different", "skipped", "same"])
            #expect(try await bench.count(open) == 0)
            for day in league.dates {
                for (name, result) in try await bench.runChain(day, full: true) {
                    #expect(result.changed == 0, "\(name) on \(day)")
                }
            }
        }
    }

    @Test func aDateThatIsNotAtRestIsSkippedAndSaysWhy() async throws {
        try await Workbench.with("restless") { bench in
            var league = SmallLeague(seed: 43, days: 2)
            try await settle(bench, league)
            let date = league.dates[1]
            league.players[0].score(77)
            for index in league.gamebooks.indices
            where league.gamebooks[index].game.playerLookup == league.players[0].playerLookup {
                league.gamebooks[index].game.score(77)
            }
            try await league.store(in: bench)
            #expect(try await audit(bench, league, .analytics) == 2)
            #expect(try await answers(bench).contains("3 \(league.dates[0]) skipped"))
            for day in league.dates { try await bench.runChain(day) }
            try await bench.pool.execute(
                """
                INSERT INTO nba_orchestration.run
                    (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by)
                VALUES (gen_random_uuid(), 'delta', \(PostgresDate(date)), 'live', 3, 6, 'test', 'test-open', 'test')
                """
            )
            try await ask(bench, date, .precompute)
            try await ask(bench, date.adding(days: 30), .precompute)
            #expect((try await audit(bench, league, .precompute) ?? 0) > 0)
            let reasons = try await bench.pool.query(
                "SELECT DISTINCT reason FROM nba_orchestration.audit WHERE state = 'skipped' ORDER BY reason"
            ).column("reason", as: String.self)
            #expect(
                reasons == [
                    "a run of the date is open", "changes of the date wait to be carried on",
                    "no run has carried the date through the phase",
                ]
            )
            #expect(try await bench.count("SELECT count(*) FROM nba_orchestration.alert") == 0)
        }
    }

    @Test func aRowInQuarantineIsNoDifference() async throws {
        try await Workbench.with("refused") { bench in
            var league = SmallLeague(seed: 45, days: 1)
            // So many shots make a pace that no game has.
            league.boxes[0].fieldGoalsAttempted = 190
            try await settle(bench, league)
            let quarantined = await bench.quarantined.all
            #expect(quarantined.contains { $0.hasPrefix("nba_analytics.team_offense_game_summary pace_range") })
            // The defence without its offence waits for it, which would put the audit off.
            try await bench.pool.execute("DELETE FROM nba_orchestration.change_marker")
            #expect(try await audit(bench, league, .analytics) == 1)
            let found = try await answers(bench)
            #expect(found == ["3 \(league.dates[0]) same"])
        }
    }

    /// Cannot compute.
    private struct Broken: Processor {
        static let name = "team_offense_game_summary"
        func execute(_ execution: Execution) async throws -> Outcome {
            throw TaskError(.permanent, type: "broken", "no formula")
        }
    }

    @Test func oneReplicaAnswersAndWhatCannotBeComputedIsTold() async throws {
        try await Workbench.with("replicas") { bench in
            let league = SmallLeague(seed: 44, days: 1)
            try await settle(bench, league)
            #expect(try await audit(bench, league, .analytics, owner: "one", processors: [Broken()]) == 1)
            #expect(try await audit(bench, league, .analytics, owner: "two") == nil)
            #expect(try await answers(bench) == ["3 \(league.dates[0]) failed"])
            let alert = try await bench.pool.query(
                "SELECT level, detail->>'error' AS error FROM nba_orchestration.alert"
            )
            .one()
            #expect(try alert.decode("level", as: String.self) == "warning")
            #expect(try alert.decode("error", as: String.self) == "broken: no formula")
            // Work of the phase goes first.
            try await ask(bench, league.dates[0], .analytics)
            try await bench.pool.execute(
                """
                INSERT INTO nba_orchestration.task (run_id, processor, unit, game_date, phase, requirement, state)
                SELECT run_id, 'player_game_summary', '*', game_date, 3, 'critical', 'running' FROM nba_orchestration.run
                """
            )
            #expect(try await audit(bench, league, .analytics) == 0)
            try await bench.pool.execute("UPDATE nba_orchestration.task SET state = 'success'")
            #expect(try await audit(bench, league, .analytics) == 1)
            #expect(try await answers(bench).last == "3 \(league.dates[0]) same")
        }
    }
}
