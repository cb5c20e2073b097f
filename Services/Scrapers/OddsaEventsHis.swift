import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The bookmakers' events of an Eastern day as they were listed at a moment of the past, the input `snapshot_timestamp`.
///
/// success: league games of the date. no_data: none; expected only when the schedule has no game. failed: everything
/// else. Each event becomes a unit of the two histories, at the same moment.
struct OddsaEventsHis: Scraper {
    static let name = "oddsa_events_his"
    static let hasCredits = true
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        let (from, to) = OddsaEvents.range(of: execution.gameDate)
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.oddsAPI),
                    "/v4/historical/sports/basketball_nba/events",
                    [
                        "apiKey": try settings.key(.oddsAPI), "dateFormat": "iso", "commenceTimeFrom": from,
                        "commenceTimeTo": to, "date": LeagueClock.formatUTC(try OddsHistory.moment(execution)),
                    ]
                ),
                headers: [("Accept", "application/json")]
            ),
            absentStatuses: [204, 404]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsEventList { try OddsEventList.parse(body) }

    func judge(_ content: OddsEventList, _ execution: Execution) async throws -> Finding {
        let moment = LeagueClock.formatUTC(try OddsHistory.moment(execution))
        return OddsEventsOfDay(content, on: execution.gameDate, try await days.known(execution))
            .finding(of: Self.name, execution, input: ["snapshot_timestamp": .string(moment)])
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
