import Testing
import Warehouse

@testable import Pipeline

@Suite struct ComputeRegistryTests {
    // The predecessor's seven; what nobody reads here (a second provider's box scores and lines) is the league's own box
    // score and its schedule.
    @Test func aPlayersSummaryDeclaresItsSevenSources() throws {
        let summary = try #require(Registry.standard.processors.first { $0.name == "player_game_summary" })
        #expect(
            Set(summary.inputs.map(\.table)) == [
                "nba_raw.nbac_gamebook_player_stats", "nba_raw.nbac_player_boxscores",
                "nba_raw.bigdataball_play_by_play", "nba_raw.nbac_play_by_play",
                "nba_raw.odds_api_player_points_props", "nba_raw.nbac_schedule",
                "nba_analytics.team_offense_game_summary",
            ],
            "analytics 12"
        )
        #expect(summary.inputs.count == 7, "analytics 12")
    }

    // analytics 58
    @Test(arguments: [
        (15, "high"), (20, "high"), (10, "medium"), (12, "medium"), (14, "medium"), (9, "low"), (5, "low"), (1, "low"),
    ])
    func aDefencesTierIsItsNumberOfGames(games: Int, tier: String) {
        #expect(TeamDefenseZoneAnalysis.tier(games: games) == tier)
    }

    @Test func everyInputNamesColumnsThatTheTableHas() {
        let tables = Dictionary(
            uniqueKeysWithValues: (WarehouseTables.raw + WarehouseTables.analytics + WarehouseTables.precompute)
                .map { ($0.name, $0) }
        )
        for processor in Registry.standard.processors where [.analytics, .precompute].contains(processor.phase) {
            for input in processor.inputs {
                let known = Set(tables[input.table]?.columns.map(\.name) ?? [])
                #expect(input.columns.subtracting(known).isEmpty, "\(processor.name) reads \(input.table)")
            }
            if processor.isEnabled, let output = processor.output {
                #expect(tables[output] != nil, "\(output)")
                #expect(Workbench.processors[processor.name] != nil, "\(processor.name)")
            }
        }
    }
}
