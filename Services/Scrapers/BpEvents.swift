import Basketball
import Pipeline
import Upstream

/// BettingPros' events of an Eastern calendar day.
///
/// success: league games of the date. partial: an event was refused. no_data: none; expected only when the schedule has
/// no game. failed: everything else. The events together are the one unit of the player props.
struct BpEvents: Scraper {
    static let name = "bp_events"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        try BettingProsAPI(settings: settings).events(execution.gameDate)
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BettingProsEvents {
        try BettingProsEvents.parse(body)
    }

    func judge(_ content: BettingProsEvents, _ execution: Execution) async throws -> Finding {
        let day = try await days.knownOrAsked(execution)
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
        var finding = Finding(status: events.isEmpty ? .noData : .success, count: events.count, notes: notes)
        if notes.rejectedCount > 0 { finding.status = .partial(reason: notes.examples.joined(separator: "; ")) }
        if !events.isEmpty {
            let ids = JSONValue.array(events.map { .int(Int64($0.id)) })
            finding.discovered = execution.registry.units(
                discoveredBy: Self.name,
                for: execution,
                [(UnitKind.wholeDate, ["event_ids": ids])]
            )
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
