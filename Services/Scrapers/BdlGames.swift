import Basketball
import Pipeline
import Upstream

/// balldontlie's games of a date, kept to be compared with the league's schedule; no table is made of them.
///
/// success: every game that the schedule has. partial: a scheduled game is missing, or a game was refused. no_data: no
/// game; expected only when the schedule has none either. failed: everything else.
struct BdlGames: Scraper {
    static let name = "bdl_games"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        try BallDontLieAPI(settings: settings).request(
            "/v1/games",
            ["dates[]": execution.gameDate.description, "per_page": BallDontLieAPI.pageSize]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BallDontLieGames {
        try BallDontLieGames.parse(body)
    }

    func judge(_ content: BallDontLieGames, _ execution: Execution) async throws -> Finding {
        let games = content.games.filter { $0.date == execution.gameDate }
        var finding = Finding(status: .success, count: games.count, notes: content.notes)
        for _ in games.count..<content.games.count { finding.notes.drop("other_date") }
        guard !games.isEmpty else {
            finding.status = .noData
            return finding
        }
        let missing = try await days.knownOrAsked(execution).games.filter { known in
            !known.isPostponed && !games.contains { $0.home == known.home && $0.away == known.away }
        }
        if !missing.isEmpty {
            finding.status = .partial(
                reason: "scheduled games are missing: \(missing.map(\.id.rawValue).joined(separator: ", "))"
            )
        } else if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: content.notes.examples.joined(separator: "; "))
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
