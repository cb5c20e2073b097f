import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The league's schedule as a static file, for when the statistics site does not answer. The file is about the season
/// that the league plays or prepares, whatever was asked for.
///
/// success: it lists league games. no_data: it lists none, as in summer. failed: everything else, also another season
/// than the run's.
struct NbacScheduleCDN: Scraper {
    static let name = "nbac_schedule_cdn"
    let settings: SourceSettings

    func request(for execution: Execution) -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.cdn),
                    "/static/json/staticData/scheduleLeagueV2_1.json",
                    [:]
                ),
                headers: [("Accept", "application/json")]
            ),
            maximumAge: settings.scheduleAge
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> SchedulePayload {
        try SchedulePayload.parse(body)
    }

    func subject(of content: SchedulePayload, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, season: content.season)
    }

    func judge(_ content: SchedulePayload, _ execution: Execution) throws -> Finding {
        let season = Season(containing: execution.gameDate)
        guard content.season == season else {
            throw TaskError(
                .permanent,
                type: PayloadError.Code.wrongSubject.rawValue,
                "the file is about \(content.season), the run about \(season)"
            )
        }
        let count = content.games.count
        return Finding(status: count == 0 ? .noData : .success, count: count, notes: content.notes)
    }
}
