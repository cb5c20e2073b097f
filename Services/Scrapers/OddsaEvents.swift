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
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        let date = execution.gameDate
        let from = LeagueClock.instant(date, hour: 0, minute: 0)
        let to = LeagueClock.instant(date.adding(days: 1), hour: 0, minute: 0).addingTimeInterval(-1)
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.oddsAPI),
                    "/v4/sports/basketball_nba/events",
                    [
                        "apiKey": try settings.key(.oddsAPI), "dateFormat": "iso",
                        "commenceTimeFrom": LeagueClock.formatUTC(from), "commenceTimeTo": LeagueClock.formatUTC(to),
                    ]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsEventList { try OddsEventList.parse(body) }

    func subject(of content: OddsEventList, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, date: execution.gameDate)
    }

    func judge(_ content: OddsEventList, _ execution: Execution) async throws -> Finding {
        let day = try await days.known(execution)
        var notes = content.notes
        let events = content.events.filter { event in
            if event.date != execution.gameDate {
                notes.drop("other_date")
                return false
            }
            // Two known teams also meet before the season: the schedule tells such games from those that count.
            if day.isKnown, !day.includes(event.home, event.away) {
                notes.drop("not_in_schedule")
                return false
            }
            return true
        }
        let units = execution.registry.units(
            discoveredBy: Self.name,
            for: execution,
            events.map { event in
                (
                    event.id.rawValue,
                    [
                        "home": .string(event.home.tricode), "away": .string(event.away.tricode),
                        "commence_time": .string(LeagueClock.formatUTC(event.commencesAt)),
                    ]
                )
            }
        )
        return Finding(
            status: events.isEmpty ? .noData : .success,
            count: events.count,
            discovered: units,
            notes: notes
        )
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
