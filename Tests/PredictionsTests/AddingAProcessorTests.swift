import Basketball
import Logging
import Postgres
import Testing

@testable import Barrier
@testable import Pipeline
@testable import Warehouse

/// The example of docs/runbooks/adding-a-processor.md: a row of the new table, here in how many games in a row a player
/// has scored fifteen points.
private struct ScoringStreak: LaidOutRow {
    var player: String
    var date: GameDate
    var seasonYear: Int
    var games: Int

    static let layout = RowLayout<Self>(
        "nba_precompute.player_scoring_streak",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup"],
        rules: [.range("games_with_fifteen_points", 0...82, "games")],
        [
            .text("player_lookup") { $0.player },
            .date("game_date") { $0.date },
            .integer("season_year") { $0.seasonYear },
            .integer("games_with_fifteen_points") { $0.games },
        ]
    )
}

/// Writes `nba_precompute.player_scoring_streak`: the player's games before the date, counted back from the last one, in
/// which he scored at least fifteen points.
///
/// Reads `upcoming_player_game_context` of the date and `player_game_summary` of the season strictly before it.
private struct ScoringStreakProcessor: Processor {
    static let name = "player_scoring_streak"

    func execute(_ execution: Execution) async throws -> Outcome {
        let date = execution.gameDate
        let (scope, rows) = try await execution.snapshot { reader in
            let scope = try await reader.scope()
            guard !scope.isEmpty else { return (scope, [ScoringStreak]()) }
            let rows = try await reader.query(
                """
                SELECT c.player_lookup, c.season_year, (
                           SELECT count(*) FILTER (WHERE g.short_games = 0) FROM (
                               SELECT count(*) FILTER (WHERE s.points < 15)
                                          OVER (ORDER BY s.game_date DESC) AS short_games
                               FROM nba_analytics.player_game_summary AS s
                               WHERE s.player_lookup = c.player_lookup AND s.season_year = c.season_year
                                   AND s.game_date < c.game_date AND s.player_status = 'active' AND s.removed_at IS NULL
                           ) AS g) AS games
                FROM nba_analytics.upcoming_player_game_context AS c
                WHERE c.game_date = \(date.postgres) AND c.removed_at IS NULL
                    AND (\(scope.isFull) OR c.player_lookup = ANY(\(scope.players.sorted())))
                """
            )
            return (
                scope,
                try rows.map { row in
                    ScoringStreak(
                        player: try row.decode("player_lookup"),
                        date: date,
                        seasonYear: try row.decode("season_year"),
                        games: try row.decode("games")
                    )
                }
            )
        }
        guard !scope.isEmpty else { return .nothingPending(scope) }
        let conditions = [ScopeCondition("game_date", .date(date))]
        let written: WriteScope =
            scope.isFull
            ? .rows(conditions) : .entities(conditions, column: "player_lookup", values: scope.players)
        return Outcome(
            .success,
            scope: scope,
            writes: [TableWrite(rows, scope: written)],
            inScope: scope.isFull ? rows.count : scope.players.count,
            processed: rows.count
        )
    }
}

/// What docs/runbooks/adding-a-processor.md says is enough: a table, a file, a line of the registry, an entry in the
/// service's list.
@Suite("A processor that is added")
struct AddingAProcessorTests {
    private static let summary = "nba_analytics.player_game_summary"

    /// The line of the registry.
    private static let definition = ProcessorDefinition(
        ScoringStreakProcessor.name,
        .precompute,
        level: 1,
        requirement: .optional,
        output: ScoringStreak.table.name,
        inputs: [
            Input("nba_analytics.upcoming_player_game_context", ["season_year"], entities: [.player]),
            Input(summary, ["points", "player_status"], .laterDatesOfSeason, entities: [.player]),
        ]
    )

    private static let table = TableSQL(
        ScoringStreak.table.name,
        "In how many games in a row a player has scored fifteen points before a date",
        key: ["game_date", "player_lookup"],
        [
            .required("player_lookup", "text", "the player"),
            .required("game_date", "date", "the date before which games count", unit: "Eastern date"),
            .required("season_year", "bigint", "the season's first year"),
            .required("games_with_fifteen_points", "bigint", "counted back from the last game", unit: "games"),
        ]
    )

    @Test("A table, a file, a registry line and an entry in the service's list run as every other processor does")
    func fourPlacesAreEnough() async throws {
        try await PhaseHarness.with("precompute") { harness in
            let newest = try #require(WarehouseMigrations.all.map(\.version).max())
            let migration = PostgresMigration(version: newest + 1, name: "scoring streaks", sql: Self.table.text)
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all + [migration]).migrate(harness.pool)
            let added = Self.adding(Self.definition, to: harness)
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)

            let whole = try await added.open(
                slate.date,
                from: .precompute,
                until: .precompute,
                marking: [ScoringStreakProcessor.name]
            )
            try await run(whole, in: added)
            #expect(try await streaks(added) == expected(slate))
            let completions = try await added.count(
                """
                SELECT count(*) FROM nba_orchestration.outbox
                WHERE run_id = \(whole.runID) AND topic = 'nba-phase4-processor-complete'
                    AND payload ->> 'processor_name' = \(ScoringStreakProcessor.name)
                """
            )
            #expect(completions == 1)

            // One player's earlier game is corrected: his row alone is looked at, and it is another one.
            let corrected = try #require(slate.players.first { expected(slate)[$0.lookup] ?? 0 > 0 })
            try await added.pool.execute(
                """
                UPDATE nba_analytics.player_game_summary SET points = 2
                WHERE player_lookup = \(corrected.lookup) AND game_date = \(slate.date.adding(days: -2).postgres)
                """
            )
            let delta = try await added.open(
                slate.date,
                from: .precompute,
                kind: .delta,
                until: .precompute,
                marking: [],
                changed: Self.changed("points", of: corrected, on: slate.date.adding(days: -2), added.context.registry)
            )
            try await run(delta, in: added)
            var after = expected(slate)
            after[corrected.lookup] = 0
            #expect(try await streaks(added) == after)
            #expect(try await processed(delta, added) == 1)
            #expect(try await processed(whole, added) == slate.players.count)
        }
    }

    @Test func aColumnThatItDoesNotNameStartsNothing() throws {
        let registry = Registry(Registry.standard.processors + [Self.definition])
        let player = try #require(SlateFixture(games: 1).players.first)
        let readers = { (column: String) in
            Self.changed(column, of: player, on: SlateFixture.date, registry).markers.map(\.processor)
        }
        #expect(readers("points").contains(ScoringStreakProcessor.name))
        #expect(!readers("assists").contains(ScoringStreakProcessor.name))
    }

    /// The harness with one more line in its registry.
    private static func adding(_ definition: ProcessorDefinition, to harness: PhaseHarness) -> PhaseHarness {
        var context = harness.context
        context.registry = Registry(Registry.standard.processors + [definition])
        return PhaseHarness(
            database: harness.database,
            pool: harness.pool,
            context: context,
            readers: harness.readers,
            directory: harness.directory
        )
    }

    private static func changed(
        _ column: String,
        of player: SlateFixture.Player,
        on date: GameDate,
        _ registry: Registry
    ) -> MarkerSet {
        let change = RowChange(
            kind: .updated,
            date: date,
            entities: [.player: player.lookup, .team: player.team],
            columns: [column]
        )
        return MarkerSet(changes: [change], table: summary, registry: registry)
    }

    /// Does the run's tasks as the precompute service does, with one more processor in its list, and lets the phase's
    /// owner look.
    private func run(_ run: RunRecord, in harness: PhaseHarness) async throws {
        await harness.work(
            run,
            PhaseServiceDefinition(
                phase: .precompute,
                service: "precompute",
                topics: [.phase4Trigger],
                processors: [ScoringStreakProcessor()]
            )
        )
        // A correction concerns processors as well that this service has not got.
        try await harness.pool.execute(
            """
            UPDATE nba_orchestration.task SET state = 'success', finished_at = now()
            WHERE run_id = \(run.runID) AND processor <> \(ScoringStreakProcessor.name)
            """
        )
        let owner = BarrierShell(
            definition: .phase4ToPhase5,
            registry: harness.context.registry,
            pool: harness.pool,
            clock: PipelineClock(),
            isolation: .serializable,
            logger: Logger(label: "test")
        )
        _ = try await owner.evaluate([run.runID])
        #expect(try await harness.phaseState(run, .precompute) == "complete")
    }

    private func streaks(_ harness: PhaseHarness) async throws -> [String: Int] {
        let rows = try await harness.pool.query(
            "SELECT player_lookup, games_with_fifteen_points AS games FROM nba_precompute.player_scoring_streak"
        )
        return try rows.reduce(into: [:]) { found, row in
            found[try row.decode("player_lookup", as: String.self)] = try row.decode("games", as: Int.self)
        }
    }

    private func expected(_ slate: SlateFixture) -> [String: Int] {
        slate.players.reduce(into: [:]) { found, player in
            let latest = (0..<SlateFixture.historyDays).reversed()
            found[player.lookup] = latest.prefix { slate.points(player, $0) >= 15 }.count
        }
    }

    private func processed(_ run: RunRecord, _ harness: PhaseHarness) async throws -> Int {
        try await harness.count(
            """
            SELECT entities_processed FROM nba_orchestration.pipeline_execution_log
            WHERE run_id = \(run.runID) AND processor_name = \(ScoringStreakProcessor.name)
            """
        )
    }
}
