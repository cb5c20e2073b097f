import Basketball
import Pipeline
import Upstream

/// balldontlie's standings of the season.
///
/// success: the thirty teams. partial: a team was refused. no_data: never. failed: another season, or not thirty teams.
struct BdlStandings: Scraper {
    static let name = "bdl_standings"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        try BallDontLieAPI(settings: settings).request(
            "/v1/standings",
            ["season": String(Season(containing: execution.gameDate).startYear)]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BallDontLieStandings {
        let content = try BallDontLieStandings.parse(body)
        let season = Season(containing: execution.gameDate)
        guard content.season == season else {
            throw PayloadError(.wrongSubject, "asked for \(season), got \(content.season)")
        }
        return content
    }

    func subject(of content: BallDontLieStandings, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, date: execution.gameDate, season: content.season)
    }

    func judge(_ content: BallDontLieStandings, _ execution: Execution) -> Finding {
        var finding = Finding(status: .success, count: content.standings.count, notes: content.notes)
        if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: content.notes.examples.joined(separator: "; "))
        }
        return finding
    }
}
