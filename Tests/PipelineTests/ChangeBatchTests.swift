import Basketball
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline

/// Incremental writes that are compared together.
@Suite("Comparing writes in a batch")
struct ChangeBatchTests {
    private struct Seat: WarehouseRow {
        static let table = TableDefinition(
            "nba_analytics.seat",
            key: ["game_date", "player_lookup"],
            entities: [.player: "player_lookup", .team: "team_abbr"],
            columns: [.date("game_date"), .text("player_lookup"), .text("team_abbr")]
        )
        var date: GameDate
        var player: String
        var team: String
        var cells: [Cell] { [.date(date), .text(player), .text(team)] }
    }

    @Test("A row that moves to another team is a change of the team it left, beside a row that is removed")
    func bothTeamsOfAMoveAreNamed() async throws {
        try await TestDatabase.with("batch") { database in
            let pool = database.pool(maximumConnections: 1)
            _ = try await PostgresMigrator(migrations: [OrchestrationSchema.migration]).migrate(pool)
            try await pool.execute(
                """
                CREATE TABLE nba_analytics.seat (game_date date, player_lookup text, team_abbr text, data_hash text,
                    removed_at timestamptz, PRIMARY KEY (game_date, player_lookup))
                """
            )
            try await pool.execute(
                """
                CREATE TABLE nba_orchestration.quarantined_row (table_name text, row_key text, resolved_at timestamptz)
                """
            )
            try await pool.execute(
                """
                INSERT INTO nba_analytics.seat VALUES ('2024-01-15', 'mover', 'BOS', 'old'),
                    ('2024-01-15', 'leaver', 'CHI', 'old')
                """
            )
            let date = try GameDate("2024-01-15")
            let writes = [[Seat(date: date, player: "mover", team: "ATL")], []].enumerated().map { index, rows in
                TableWrite(
                    rows,
                    scope: .entities(
                        [ScopeCondition("game_date", .date(date))],
                        column: "player_lookup",
                        values: [index == 0 ? "mover" : "leaver"]
                    )
                )
            }
            let plans = try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
                try await ChangeDetector().plan(all: writes, reader: transaction)
            }
            let teams = plans.map { plan in Set(plan.changes.compactMap { $0.entities[.team] }) }
            #expect(teams == [["ATL", "BOS"], ["CHI"]])
            await pool.close()
        }
    }
}
