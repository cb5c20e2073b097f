import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Pipeline

/// Always nothing and always everything are both told; an ordinary day is not.
@Suite struct ChangeGuardTests {
    /// A league of two settled dates, with the guards as their service runs them on the morning after.
    private func with(
        _ name: String,
        _ body: @Sendable (Workbench, SmallLeague, ChangeGuards) async throws -> Void
    ) async throws {
        try await Workbench.with(name) { bench in
            let league = SmallLeague(seed: 51, days: 3, teamSize: 12)
            try await league.store(in: bench)
            for date in league.dates { try await bench.openRun(date) }
            for date in league.dates { try await bench.runChain(date, full: true) }
            try await bench.pool.execute(
                "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now(), kind = 'postgame'"
            )
            var restricted = bench.database.configuration
            restricted.role = "tipoff_phase4_to_phase5"
            let pool = PostgresPool(configuration: restricted, maximumConnections: 2, logger: Logger(label: "test"))
            let morning = LeagueClock.instant(league.dates[2].adding(days: 1), hour: 7, minute: 0)
            let guards = ChangeGuards(
                pool: pool,
                registry: bench.registry,
                clock: PipelineClock(reading: { morning }),
                hour: 6,
                role: "phase4-to-phase5",
                owner: "one",
                logger: Logger(label: "test")
            )
            let result: Result<Void, any Error>
            do { result = .success(try await body(bench, league, guards)) } catch { result = .failure(error) }
            await pool.close()
            try result.get()
        }
    }

    /// A raw task that ended on a date.
    private func report(
        _ bench: Workbench,
        _ processor: String,
        _ date: GameDate,
        changed: Int,
        state: String = "success"
    ) async throws {
        try await bench.pool.execute(
            """
            INSERT INTO nba_orchestration.task
                (run_id, processor, unit, game_date, phase, requirement, state, entities_changed, finished_at)
            SELECT run_id, \(processor), '*', game_date, 2, 'required', \(state), \(Int32(changed)), now()
            FROM nba_orchestration.run WHERE game_date = \(PostgresDate(date))
            """
        )
    }

    private func verdicts(_ bench: Workbench) async throws -> [String: String] {
        let rows = try await bench.pool.query("SELECT guard, verdict FROM nba_orchestration.guard_check")
        return Dictionary(
            uniqueKeysWithValues: zip(
                try rows.column("guard", as: String.self),
                try rows.column("verdict", as: String.self)
            )
        )
    }

    private func marked(_ bench: Workbench) async throws -> Set<String> {
        Set(
            try await bench.pool.query(
                """
                SELECT processor || ' ' || game_date AS text FROM nba_orchestration.change_marker
                WHERE kind = 'full' AND wants_run AND phase <= 4
                """
            ).column("text", as: String.self)
        )
    }

    private func openAlerts(_ bench: Workbench) async throws -> [String] {
        try await bench.pool.query(
            "SELECT signature FROM nba_orchestration.alert WHERE resolved_at IS NULL ORDER BY signature"
        ).column("signature")
    }

    @Test func nothingToLookAtIsUnknownAndNotQuiet() async throws {
        try await with("unknown") { bench, _, guards in
            #expect(try await guards.round() == 0)
            let seen = try await verdicts(bench)
            #expect(seen["silent_source"] == "unknown" && seen["everything_changed"] == "unknown")
            // Once a day, whoever asks.
            #expect(try await guards.round() == nil)
            #expect(try await bench.count("SELECT count(*) FROM nba_orchestration.guard_check") == 3)
        }
    }

    struct Silence: Sendable, CustomTestStringConvertible {
        var changed: [Int]
        var state = "success"
        var fires: Bool
        var testDescription: String { "\(changed) \(state)" }
    }

    @Test(arguments: [
        Silence(changed: [30, 0, 0], fires: true), Silence(changed: [30, 0, 1], fires: false),
        Silence(changed: [0, 30, 0], fires: false), Silence(changed: [30, 0, 0], state: "failed", fires: false),
    ])
    func aDailySourceThatReportsNothingTwiceIsTold(_ silence: Silence) async throws {
        try await with("silent") { bench, league, guards in
            for (date, changed) in zip(league.dates, silence.changed) {
                try await report(bench, "nbac_player_boxscores", date, changed: changed, state: silence.state)
            }
            try await guards.round()
            #expect(try await verdicts(bench)["silent_source"] == (silence.fires ? "fired" : "quiet"))
            let alerts = silence.fires ? ["guard:silent_source:nbac_player_boxscores"] : []
            #expect(try await openAlerts(bench) == alerts)
            let readers = bench.registry.readers(of: "nba_raw.nbac_player_boxscores").map(\.reader.name)
            #expect(readers.count >= 2)
            let expected = silence.fires ? Set(readers.map { "\($0) \(league.dates[2])" }) : []
            #expect(try await marked(bench) == expected)
            guard silence.fires else { return }
            // The next day: the alert stays one, and nothing is computed a second time.
            try await bench.pool.execute("DELETE FROM nba_orchestration.change_marker")
            try await bench.pool.execute("DELETE FROM nba_orchestration.guard_check")
            try await guards.round()
            #expect(try await openAlerts(bench) == alerts)
            #expect(try await marked(bench).isEmpty)
            // A date that reports again is well.
            try await bench.pool.execute("DELETE FROM nba_orchestration.guard_check")
            try await bench.pool.execute("UPDATE nba_orchestration.task SET entities_changed = 7")
            try await guards.round()
            #expect(try await openAlerts(bench).isEmpty)
        }
    }

    @Test(arguments: [(rows: 50, fires: true), (rows: 49, fires: false)])
    func oneHashOverManyRowsIsTold(rows: Int, fires: Bool) async throws {
        try await with("onehash") { bench, league, guards in
            let date = league.dates[2]
            try await report(bench, "nbac_player_boxscores", date, changed: 100)
            let old: SQL = "UPDATE nba_raw.nbac_player_boxscores SET updated_at = now() - interval '2 days'"
            try await bench.pool.execute(old)
            try await bench.pool.execute(
                """
                UPDATE nba_raw.nbac_player_boxscores SET data_hash = '0123456789abcdef', updated_at = now()
                WHERE ctid IN (SELECT ctid FROM nba_raw.nbac_player_boxscores LIMIT \(Int64(rows)))
                """
            )
            try await guards.round()
            #expect(try await verdicts(bench)["one_hash"] == (fires ? "fired" : "quiet"))
            #expect(try await openAlerts(bench) == (fires ? ["guard:one_hash:nbac_player_boxscores"] : []))
            #expect(try await marked(bench).isEmpty != fires)
        }
    }

    @Test(arguments: [(reported: 2, fires: true), (reported: 40, fires: false)])
    func allRowsChangedAfterFewChangesOfTheSourcesIsTold(reported: Int, fires: Bool) async throws {
        try await with("everything") { bench, league, guards in
            let date = league.dates[2]
            // A column that is another one every time it is computed.
            try await bench.pool.execute(
                """
                UPDATE nba_analytics.upcoming_player_game_context SET pace_differential = 77, data_hash = 'other'
                WHERE game_date = \(PostgresDate(date))
                """
            )
            try await bench.pool.execute("UPDATE nba_orchestration.snapshot_head SET digest = NULL")
            let result = try await bench.run("upcoming_player_game_context", date, full: true)
            #expect(result.changed >= 50)
            try await report(bench, "nbac_injury_report", date, changed: reported)
            try await bench.pool.execute(
                """
                INSERT INTO nba_orchestration.task
                    (run_id, processor, unit, game_date, phase, requirement, state, execution_id, finished_at)
                SELECT r.run_id, 'upcoming_player_game_context', '*', r.game_date, 3, 'critical', 'success',
                       (SELECT DISTINCT execution_id FROM nba_orchestration.row_change
                        WHERE table_name = 'nba_analytics.upcoming_player_game_context'), now()
                FROM nba_orchestration.run AS r WHERE r.game_date = \(PostgresDate(date))
                """
            )
            try await guards.round()
            #expect(try await verdicts(bench)["everything_changed"] == (fires ? "fired" : "quiet"))
            let name = "upcoming_player_game_context"
            #expect(try await openAlerts(bench) == (fires ? ["guard:everything_changed:\(name)"] : []))
            let all = try await marked(bench)
            #expect(all == (fires ? ["\(name) \(date)"] : []))
        }
    }

    @Test func everyDailySourceIsARawProcessorOfTheRegistry() {
        for name in Registry.dailySources.values.flatMap(\.self) {
            let definition = Registry.standard.processor(name, in: .raw)
            #expect(definition?.isEnabled == true && definition?.output != nil, "\(name)")
        }
    }
}
