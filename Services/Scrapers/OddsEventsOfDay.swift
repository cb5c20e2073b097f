import Basketball
import Pipeline
import Upstream

/// The league's events of one Eastern day in a list of the odds source.
struct OddsEventsOfDay: Sendable {
    var events: [OddsEvent]
    var notes: PayloadNotes

    init(_ list: OddsEventList, on date: GameDate, _ day: LeagueDay) {
        var notes = list.notes
        events = list.events.filter { event in
            if event.date != date {
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
        self.notes = notes
    }

    /// What the list amounts to, with its events as units of other scrapers.
    ///
    /// - Parameter input: what the units get besides their teams and their start.
    func finding(of scraper: String, _ execution: Execution, input: [String: JSONValue] = [:]) -> Finding {
        let units = execution.registry.units(
            discoveredBy: scraper,
            for: execution,
            events.map { event in
                var input = input
                input["home"] = .string(event.home.tricode)
                input["away"] = .string(event.away.tricode)
                input["commence_time"] = .string(LeagueClock.formatUTC(event.commencesAt))
                return (event.id.rawValue, .dictionary(input))
            }
        )
        return Finding(
            status: events.isEmpty ? .noData : .success,
            count: events.count,
            discovered: units,
            notes: notes
        )
    }
}
