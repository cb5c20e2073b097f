import Basketball
import Postgres
import Testing
import Warehouse

@testable import Pipeline

/// A column that is NULL in every row of a season is one that nobody fills.
@Suite struct FilledColumnsTests {
    /// What this league does not play out, with the test that shows the column filled.
    static let elsewhere = [
        "nba_analytics.team_offense_game_summary.referee_crew": "TeamOffenseZonesTests.theCrewIsTheGames",
        "nba_analytics.team_defense_game_summary.referee_crew": "TeamDefenseTests.crewAndInactivePlayersAreTheOwnRows",
        "nba_precompute.player_composite_factors.warnings": "CompositeFactorsTests.theUnusualIsNamed",
    ]

    @Test func everyColumnOfAnalyticsAndPrecomputeHasValues() async throws {
        try await Workbench.with("filled") { bench in
            var league = SmallLeague(seed: 71, days: 17, teams: Team.all.map(\.tricode))
            let day = try #require(league.dates.last)
            league.addRoster(of: "BOS", arrived: league.dates[0])
            for index in league.schedule.indices where league.schedule[index].homeTeamTricode == "BOS" {
                (league.schedule[index].arenaCity, league.schedule[index].isNeutralSite) = ("Boston", false)
            }
            for index in league.injuries.indices where league.injuries[index].player != nil {
                league.injuries[index].state.reason = "Injury/Illness - Knee; Soreness"
            }
            try await league.store(in: bench)
            for date in league.dates {
                for name in Workbench.chain.prefix(3) { try await bench.run(name, date, full: true) }
            }
            try await bench.pool.execute("ANALYZE")
            // On the second date much is unknown, and the rows say what.
            for date in [league.dates[1], day] { try await bench.runChain(date, full: true) }
            var empty: Set<String> = []
            for table in WarehouseTables.analytics + WarehouseTables.precompute {
                let columns = try await bench.pool.query(
                    """
                    SELECT column_name::text AS name FROM information_schema.columns
                    WHERE table_schema || '.' || table_name = \(table.name)
                    """
                ).column("name", as: String.self)
                let tail = Set(["source_object", "captured_at", "removed_at"])
                for column in columns where !tail.contains(column) {
                    let rows = try await bench.count(
                        "SELECT count(\(identifier: column)) FROM \(sql: .table(table.name))"
                    )
                    if rows == 0 { empty.insert("\(table.name).\(column)") }
                }
            }
            #expect(empty.sorted() == Self.elsewhere.keys.sorted())
        }
    }
}
