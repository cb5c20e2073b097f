import Basketball
import Foundation
import Pipeline
import Postgres

extension SourceHost {
    /// The scrapers of what can be had after its date, by site.
    private static let repairable: [SourceHost: Set<String>] = [
        .stats: ["nbac_schedule_api", "nbac_scoreboard_v2", "nbac_player_boxscore", "nbac_team_boxscore"],
        .cdn: ["nbac_play_by_play"],
        .gamebooks: ["nbac_gamebook_pdf"],
        .drive: ["bigdataball_discovery", "bigdataball_pbp"],
        .espnAPI: ["espn_scoreboard"],
        .espn: ["espn_game_boxscore"],
        .ballDontLie: ["bdl_box_scores"],
    ]

    var repairableScrapers: Set<String> { Self.repairable[self] ?? [] }
}

extension SourceBudget {
    /// The scrapers whose site has used what repairs may use of its day.
    func spentScrapers(on day: GameDate, _ settings: SourceSettings, _ pool: PostgresPool) async throws -> Set<String> {
        let spent = Set(
            try await uses(on: day, pool).filter { Double($0.spent) >= Self.backfillShare * Double($0.limit) }.map(
                \.host
            )
        )
        return SourceHost.allCases.reduce(into: []) { scrapers, host in
            guard let name = settings.hostName(host), spent.contains(name) else { return }
            scrapers.formUnion(host.repairableScrapers)
        }
    }
}
