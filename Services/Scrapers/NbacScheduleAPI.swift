import Basketball
import Foundation
import HTTPFetch
import Pipeline
import Upstream

/// The league's schedule of the run's season.
///
/// success: it lists league games. no_data: it lists none, as before a season's schedule is out. failed: everything
/// else. Each final game of the run's date becomes a unit of the scrapers that ask for games.
struct NbacScheduleAPI: Scraper {
    static let name = "nbac_schedule_api"
    let settings: SourceSettings

    func request(for execution: Execution) -> ScrapeRequest {
        request(Season(containing: execution.gameDate))
    }

    /// The question for a season.
    func request(_ season: Season) -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.stats),
                    "/stats/scheduleleaguev2int",
                    ["LeagueID": "00", "Season": season.label]
                ),
                headers: [("Accept", "application/json")]
            ),
            maximumAge: settings.scheduleAge
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> SchedulePayload {
        let payload = try SchedulePayload.parse(body)
        let season = Season(containing: execution.gameDate)
        guard payload.season == season else {
            throw PayloadError(.wrongSubject, "asked for \(season), got \(payload.season)")
        }
        return payload
    }

    func subject(of content: SchedulePayload, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, season: content.season)
    }

    func judge(_ content: SchedulePayload, _ execution: Execution) -> Finding {
        let day = content.games.filter { $0.date == execution.gameDate && $0.status == .final && !$0.isPostponed }
        let units = execution.registry.units(
            discoveredBy: Self.name,
            for: execution,
            day.map { ($0.id.rawValue, GameUnit.input($0.gameID)) }
        )
        let count = content.games.count
        return Finding(
            status: count == 0 ? .noData : .success,
            count: count,
            discovered: units,
            notes: content.notes
        )
    }
}
