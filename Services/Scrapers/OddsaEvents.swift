import Basketball
import Foundation
import HTTPFetch
import Pipeline
import Upstream

/// The bookmakers' events of an Eastern calendar day.
///
/// success: league games of the date. no_data: none; expected only when the schedule has no game. failed: everything
/// else. Each event becomes a unit of the player props and of the game lines.
struct OddsaEvents: Scraper {
    static let name = "oddsa_events"
    static let hasCredits = true
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        let (from, to) = Self.range(of: execution.gameDate)
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.oddsAPI),
                    "/v4/sports/basketball_nba/events",
                    [
                        "apiKey": try settings.key(.oddsAPI), "dateFormat": "iso", "commenceTimeFrom": from,
                        "commenceTimeTo": to,
                    ]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    /// The first and the last second of an Eastern day, which has 23 or 25 hours twice a year.
    static func range(of date: GameDate) -> (from: String, to: String) {
        let from = LeagueClock.instant(date, hour: 0, minute: 0)
        let to = LeagueClock.instant(date.adding(days: 1), hour: 0, minute: 0).addingTimeInterval(-1)
        return (LeagueClock.formatUTC(from), LeagueClock.formatUTC(to))
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsEventList { try OddsEventList.parse(body) }

    func judge(_ content: OddsEventList, _ execution: Execution) async throws -> Finding {
        OddsEventsOfDay(content, on: execution.gameDate, try await days.known(execution))
            .finding(of: Self.name, execution)
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
