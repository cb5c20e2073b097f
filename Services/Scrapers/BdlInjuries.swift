import Basketball
import Pipeline
import Upstream

/// balldontlie's injury list as it is now.
///
/// success: at least one entry. partial: entries were refused. no_data: an empty list, which is never expected because
/// somebody is always hurt. failed: everything else.
struct BdlInjuries: Scraper {
    static let name = "bdl_injuries"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        try BallDontLieAPI(settings: settings).request("/v1/player_injuries", ["per_page": BallDontLieAPI.pageSize])
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BallDontLieInjuries {
        try BallDontLieInjuries.parse(body, on: LeagueClock.gameDate(of: execution.clock.now))
    }

    func judge(_ content: BallDontLieInjuries, _ execution: Execution) -> Finding {
        var finding = Finding(
            status: content.listedCount == 0 ? .noData : .success,
            count: content.injuries.count,
            notes: content.notes
        )
        if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: content.notes.examples.joined(separator: "; "))
        }
        return finding
    }
}
