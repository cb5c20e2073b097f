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

/// What a replay would change, said before it is done, is what it then changes.
@Suite struct ShadowTests {
    /// A row that something changes: how it is called in the answer and in `row_change`.
    struct Changed: Hashable, Comparable, CustomStringConvertible {
        var table: String
        var key: String
        var kind: String
        var columns: String

        var description: String { "\(table) \(key) \(kind) \(columns)" }
        static func < (left: Changed, right: Changed) -> Bool { left.description < right.description }
    }

    enum Damage: String, CaseIterable {
        case nothing
        /// A value without its hash.
        case value
        /// A row that others of the phase are computed from.
        case team
        case deleted
        case removed
        case invented
        /// A hash without its value.
        case hash

        func statement(_ date: GameDate, _ player: String) -> SQL? {
            let row: SQL = "game_date = \(PostgresDate(date)) AND player_lookup = \(player)"
            return switch self {
            case .nothing: nil
            case .value: "UPDATE nba_analytics.player_game_summary SET points = 99 WHERE \(sql: row)"
            case .team:
                """
                UPDATE nba_analytics.team_offense_game_summary SET fg_attempts = fg_attempts + 7, assists = 1
                WHERE game_date = \(PostgresDate(date)) AND team_abbr =
                    (SELECT team_abbr FROM nba_analytics.player_game_summary WHERE \(sql: row))
                """
            case .deleted: "DELETE FROM nba_analytics.player_game_summary WHERE \(sql: row)"
            case .removed: "UPDATE nba_analytics.player_game_summary SET removed_at = now() WHERE \(sql: row)"
            case .invented:
                "UPDATE nba_analytics.player_game_summary SET player_lookup = 'nobody' WHERE \(sql: row)"
            case .hash: "UPDATE nba_analytics.player_game_summary SET data_hash = NULL WHERE \(sql: row)"
            }
        }
    }

    private func settle(_ bench: Workbench, _ league: SmallLeague) async throws {
        try await league.store(in: bench)
        for date in league.dates { try await bench.openRun(date) }
        for date in league.dates { try await bench.runChain(date, full: true) }
        try await bench.pool.execute("UPDATE nba_orchestration.run SET state = 'complete', finished_at = now()")
    }

    /// Asks the service of Phase 3, in its role, what a replay would change.
    private func shadow(
        _ bench: Workbench,
        _ league: SmallLeague,
        _ date: GameDate,
        _ selection: EntitySelection? = nil
    ) async throws -> (state: String, reason: String?, changed: [Changed]) {
        var restricted = bench.database.configuration
        restricted.role = "tipoff_analytics"
        let pool = PostgresPool(configuration: restricted, maximumConnections: 2, logger: Logger(label: "test"))
        // Before the hour of the nightly audit.
        let night = LeagueClock.instant((league.dates.last ?? date).adding(days: 1), hour: 3, minute: 0)
        let auditor = Auditor(
            pool: pool,
            registry: bench.registry,
            phase: .analytics,
            processors: AnalyticsProcessors.all,
            objects: NoObjects(),
            clock: PipelineClock(reading: { night }),
            settings: AuditSettings(),
            service: "analytics",
            owner: "one",
            logger: Logger(label: "test")
        )
        let id: Int64 = try await bench.pool.query(
            """
            INSERT INTO nba_orchestration.audit (phase, game_date, kind, requested_by, selection)
            VALUES (3, \(PostgresDate(date)), 'shadow', 'ann', \(selection.map { PostgresJSON($0.json.encodedText) }))
            RETURNING audit_id
            """
        ).scalar()
        let answered: Result<Int?, any Error>
        do { answered = .success(try await auditor.round()) } catch { answered = .failure(error) }
        await pool.close()
        #expect(try answered.get() == 1)
        let row = try await bench.pool.query(
            "SELECT state, reason, differences FROM nba_orchestration.audit WHERE audit_id = \(id)"
        ).one()
        let differences = try JSONValue(parsing: row.decode("differences", as: PostgresJSON.self).bytes)
        let changed = (differences.arrayValue ?? []).map { difference in
            Changed(
                table: difference["table"]?.stringValue ?? "",
                key: difference["key"]?.stringValue ?? "",
                kind: difference["kind"]?.stringValue ?? "",
                columns: (difference["columns"] ?? .null).text(of: .sortedKeys)
            )
        }
        return (try row.decode("state"), try row.decode("reason"), changed.sorted())
    }

    /// Replays Phase 3 of a date as its service does, and returns what the database says was changed.
    private func replay(
        _ bench: Workbench,
        _ date: GameDate,
        _ selection: EntitySelection? = nil
    ) async throws -> [Changed] {
        let readers = bench.registry.replayed(in: .analytics)
        let request = RunRequest(
            kind: .manual,
            gameDate: date,
            lane: .backfill,
            firstPhase: .analytics,
            untilPhase: .analytics,
            planKey: "replay:\(UUID())",
            openedBy: "tipoff:ann",
            isReplay: true
        )
        let run = try await bench.pool.transaction { transaction in
            try await RunOpener(registry: bench.registry, role: "scrapers").openDelta(
                request,
                marking: EntitySelection.markers(of: selection, readers: readers, date: date),
                now: Date(),
                in: transaction
            ).run
        }
        #expect(run.isReplay)
        let claimer = TaskClaimer(
            pool: bench.pool,
            phase: .analytics,
            processors: readers.map(\.name),
            owner: "test",
            lease: .seconds(60),
            maximumAttempts: 3
        )
        let finisher = TaskFinisher(
            pool: bench.pool,
            registry: bench.registry,
            service: "analytics",
            instance: "test",
            clock: PipelineClock(),
            onTerminal: nil
        )
        while true {
            let tasks = try await claimer.claim([TaskSelector(runID: run.runID)], limit: 64).tasks
            if tasks.isEmpty { break }
            for task in tasks { try await work(task, bench, finisher) }
        }
        // As the phase's owner ends it.
        try await bench.pool.execute(
            """
            UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)
            """
        )
        let updated = try await bench.pool.query(
            """
            SELECT table_name, row_key, kind, differences::text AS columns FROM nba_orchestration.row_change
            WHERE run_id = \(run.runID)
            """
        ).map { row in
            Changed(
                table: try row.decode("table_name"),
                key: try row.decode("row_key"),
                kind: try row.decode("kind"),
                columns: try JSONValue(parsing: row.decode("columns", as: String.self)).text(of: .sortedKeys)
            )
        }
        // A row that appears has no other trace than itself.
        let inserted = try await bench.pool.query(
            """
            SELECT game_date || '/' || player_lookup AS key FROM nba_analytics.player_game_summary AS t
            WHERE run_id = \(run.runID) AND NOT EXISTS (
                SELECT 1 FROM nba_orchestration.row_change AS c
                WHERE c.run_id = t.run_id AND c.row_key = t.game_date || '/' || t.player_lookup)
            """
        ).column("key", as: String.self).map {
            Changed(table: "nba_analytics.player_game_summary", key: $0, kind: "inserted", columns: "{}")
        }
        return (updated + inserted).sorted()
    }

    private func work(_ task: ClaimedTask, _ bench: Workbench, _ finisher: TaskFinisher) async throws {
        let definition = try #require(bench.registry.processor(task.processor, in: .analytics))
        let processor = try #require(Workbench.processors[task.processor])
        let record = ExecutionRecord()
        let outcome = try await processor.outcome(
            of: Execution(
                task: task,
                definition: definition,
                registry: bench.registry,
                pool: bench.pool,
                objects: NoObjects(),
                clock: PipelineClock(),
                logger: Logger(label: "test"),
                record: record
            )
        )
        let plans = try await bench.pool.transaction(.repeatableRead, readOnly: true) { transaction in
            try await ChangeDetector(comparesValues: task.run.isReplay).plan(all: outcome.writes, reader: transaction)
        }
        _ = try await finisher.finish([
            TaskResult(
                task: task,
                definition: definition,
                ending: .judging(outcome, plans),
                startedAt: Date(),
                duration: .zero,
                triggerMessageID: nil,
                triggerSource: nil,
                record: record
            )
        ])
    }

    @Test("The dry run names exactly the rows that the replay then changes", arguments: Damage.allCases)
    func theDryRunNamesExactlyWhatThenChanges(damage: Damage) async throws {
        try await Workbench.with("shadow") { bench in
            let league = SmallLeague(seed: 46, days: 4)
            try await settle(bench, league)
            let date = league.dates[1]
            let player = try #require(league.players.first { $0.gameDate == date }?.playerLookup)
            if let statement = damage.statement(date, player) { #expect(try await bench.pool.execute(statement) == 1) }
            let digestBefore = try await digest(bench)

            let shadow = try await shadow(bench, league, date)
            #expect(shadow.state == (damage == .nothing ? "same" : "different"), "\(shadow.reason ?? "")")
            #expect(shadow.reason == nil)
            #expect(try await digest(bench) == digestBefore, "the dry run leaves everything as it is")
            #expect(try await bench.count("SELECT count(*) FROM nba_orchestration.alert") == 0)
            let markers = "SELECT count(*) FROM nba_orchestration.change_marker WHERE phase <= 4" as SQL
            #expect(try await bench.count(markers) == 0)

            let wanting = "SELECT count(*) FROM nba_orchestration.change_marker WHERE wants_run" as SQL
            let wantingBefore = try await bench.count(wanting)
            let changed = try await replay(bench, date)
            #expect(changed == shadow.changed)
            #expect(changed.isEmpty == (damage == .nothing))
            if damage == .value {
                #expect(changed.map(\.key) == ["\(date)/\(player)"])
                #expect(changed[0].columns.contains("\"points\":[99,"))
            }
            if damage == .team { #expect(changed.map(\.table) == ["nba_analytics.team_offense_game_summary"]) }

            // What follows from it waits until somebody asks.
            #expect(try await bench.count(wanting) == wantingBefore)
            if damage == .value {
                let later = try await bench.count(
                    """
                    SELECT count(*) FROM nba_orchestration.change_marker
                    WHERE phase = 4 OR game_date > \(PostgresDate(date))
                    """
                )
                #expect(later > 0)
            }
            #expect(try await self.shadow(bench, league, date).changed == [])
        }
    }

    @Test func aSelectionLooksAtItsEntitiesAlone() async throws {
        try await Workbench.with("selection") { bench in
            let league = SmallLeague(seed: 47, days: 3)
            try await settle(bench, league)
            let date = league.dates[1]
            let players = league.players.filter { $0.gameDate == date }.prefix(2).map(\.playerLookup)
            for player in players {
                try await bench.pool.execute(try #require(Damage.value.statement(date, player)))
            }
            let selection = EntitySelection(players: [players[1]])
            let shadow = try await shadow(bench, league, date, selection)
            #expect(shadow.changed.map(\.key) == ["\(date)/\(players[1])"])
            #expect(try await replay(bench, date, selection) == shadow.changed)
            #expect(try await self.shadow(bench, league, date).changed.map(\.key) == ["\(date)/\(players[0])"])
        }
    }

    @Test func aDateWithAnOpenRunIsNotLookedAt() async throws {
        try await Workbench.with("open") { bench in
            let league = SmallLeague(seed: 48, days: 1)
            try await settle(bench, league)
            try await bench.pool.execute("UPDATE nba_orchestration.run SET state = 'open', finished_at = NULL")
            let shadow = try await shadow(bench, league, league.dates[0])
            #expect(shadow.state == "skipped" && shadow.reason == "a run of the date is open")
        }
    }

    private func digest(_ bench: Workbench) async throws -> String {
        let texts = try await bench.pool.query(
            """
            SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) AS text FROM nba_analytics.player_game_summary AS t
            UNION ALL
            SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM nba_analytics.team_offense_game_summary AS t
            UNION ALL SELECT md5(string_agg(h::text, ',' ORDER BY h::text)) FROM nba_orchestration.snapshot_head AS h
            """
        ).column("text", as: String?.self)
        return texts.map { $0 ?? "" }.joined(separator: " ")
    }
}

extension JSONValue {
    fileprivate enum Form { case sortedKeys }

    /// The value with its keys in order, however it was written.
    fileprivate func text(of form: Form) -> String {
        switch self {
        case .object(let object):
            "{"
                + object.map { ($0, $1.text(of: form)) }.sorted { $0.0 < $1.0 }
                .map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        case .array(let values): "[" + values.map { $0.text(of: form) }.joined(separator: ",") + "]"
        default: encodedText
        }
    }
}
