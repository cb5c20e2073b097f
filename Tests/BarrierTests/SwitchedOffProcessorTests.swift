import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Barrier
@testable import Pipeline

/// What a run expects are the enabled processors of the registry, and nothing is kept beside them.
@Suite("A processor that is switched off")
struct SwitchedOffProcessorTests {
    private static func registry(isEnabled: Bool) -> Registry {
        Registry([
            ProcessorDefinition("box_scores", .scrapers, runKinds: [.full]),
            ProcessorDefinition("second_source", .scrapers, runKinds: [.full], isEnabled: isEnabled),
            ProcessorDefinition(
                "box_score_rows",
                .raw,
                requirement: .critical,
                output: "nba_raw.box_score_rows",
                scraper: "box_scores"
            ),
            ProcessorDefinition(
                "second_rows",
                .raw,
                requirement: .critical,
                output: "nba_raw.second_rows",
                scraper: "second_source",
                isEnabled: isEnabled
            ),
            ProcessorDefinition(
                "summary",
                .analytics,
                requirement: .critical,
                output: "nba_analytics.summary",
                inputs: [Input("nba_raw.box_score_rows", ["points"])]
            ),
        ])
    }

    @Test("No run waits for it, nor for what would read its payloads", arguments: [false, true])
    func noRunWaitsForIt(isEnabled: Bool) async throws {
        let template = try await TestCluster.template(named: "barrier") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        try await TestDatabase.with("switched_off", template: template) { database in
            let pool = database.pool()
            let registry = Self.registry(isEnabled: isEnabled)
            let run = try await pool.transaction { transaction in
                try await RunOpener(registry: registry, role: "test").open(
                    RunRequest(
                        kind: .full,
                        gameDate: try GameDate("2024-01-15"),
                        planKey: "switched-off",
                        openedBy: "test"
                    ),
                    now: Date(),
                    in: transaction
                ).run
            }
            let expected = try await pool.query(
                "SELECT processor FROM nba_orchestration.task WHERE run_id = \(run.runID) ORDER BY phase, processor"
            ).column("processor", as: String.self)
            let others = isEnabled ? ["second_source", "second_rows"] : []
            #expect(Set(expected) == Set(["box_scores", "box_score_rows"] + others))

            // Everything that the first source brings is there.
            try await pool.execute(
                """
                UPDATE nba_orchestration.task SET state = 'success', finished_at = now()
                WHERE run_id = \(run.runID) AND processor IN ('box_scores', 'box_score_rows')
                """
            )
            let shell = BarrierShell(
                definition: .phase2ToPhase3,
                registry: registry,
                pool: pool,
                clock: PipelineClock(),
                logger: Logger(label: "test")
            )
            let opened = try await shell.evaluate([run.runID])
            #expect(opened.map(\.topic) == (isEnabled ? [] : [.phase3Trigger]))
            await pool.close()
        }
    }
}
