import Basketball
import Pipeline
import Upstream

/// balldontlie's statistics of a date, player by player: another way to the same lines, asked for by hand when the box
/// scores are incomplete. The statuses are those of ``BdlBoxScores``.
struct BdlPlayerBoxScores: Scraper {
    static let name = "bdl_player_box_scores"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        try BallDontLieAPI(settings: settings).request(
            "/v1/stats",
            ["dates[]": execution.gameDate.description, "per_page": BallDontLieAPI.pageSize]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BallDontLieBoxScores {
        try BallDontLieBoxScores.parse(body, date: execution.gameDate)
    }

    func judge(_ content: BallDontLieBoxScores, _ execution: Execution) async throws -> Finding {
        BdlBoxScores.judge(content, try await days.knownOrAsked(execution))
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutFinals
    }
}
