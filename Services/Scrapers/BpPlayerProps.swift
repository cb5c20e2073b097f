import Basketball
import Pipeline
import Upstream

/// BettingPros' lines for the players of a date, one market a payload: points, or what the input `market_type` names.
///
/// The payload begins with the events, because an offer names its game by BettingPros' number alone; the offers of those
/// that the input `event_ids` lists follow, or of all of the date's when it is asked for by hand.
///
/// success: at least one line. partial: lines were refused. no_data: no book has a line; expected only when the schedule
/// has no game. failed: everything else.
struct BpPlayerProps: Scraper {
    static let name = "bp_player_props"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        let api = BettingProsAPI(settings: settings)
        let date = execution.gameDate
        let market = try Self.market(execution)
        let wanted = try Self.events(execution)
        var request = try api.events(date)
        request.next = { page in
            let events = try BettingProsEvents.parse(page).events
                .filter { $0.date == date && wanted?.contains($0.id) ?? true }
            return events.isEmpty ? nil : try api.offers(market.id, events: events.map(\.id))
        }
        return request
    }

    private static func market(_ execution: Execution) throws -> (type: String, id: Int) {
        let type = execution.task.input?["market_type"]?.stringValue ?? "points"
        guard let market = BettingPros.markets.first(where: { $0.type == type }) else {
            throw TaskError(.permanent, type: "invalid_input", "market_type is \"\(type.prefix(40))\"")
        }
        return market
    }

    /// The events that were handed over; nil by hand. They come from a message: only numbers reach a URL.
    private static func events(_ execution: Execution) throws -> Set<Int>? {
        guard let value = execution.task.input?["event_ids"], !value.isNull else { return nil }
        let written = value.stringValue?.split(separator: ":").map { Int($0) }
        guard let ids = value.arrayValue?.map({ $0.intValue.map { Int($0) } }) ?? written else {
            throw TaskError(.permanent, type: "invalid_input", "event_ids is \(value.kind)")
        }
        let numbers = ids.compactMap { $0 }
        guard !numbers.isEmpty, numbers.count == ids.count else {
            throw TaskError(.permanent, type: "invalid_input", "event_ids are not all numbers")
        }
        return Set(numbers)
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BettingProsOffers {
        let content = try BettingProsOffers.parse(body)
        let market = try Self.market(execution)
        if let found = content.marketID, found != market.id {
            throw PayloadError(.wrongSubject, "asked for market \(market.id), got \(found)")
        }
        return content
    }

    func subject(of content: BettingProsOffers, _ execution: Execution) throws -> PayloadSubject {
        PayloadSubject(Self.name, date: execution.gameDate, part: try Self.market(execution).type)
    }

    func judge(_ content: BettingProsOffers, _ execution: Execution) -> Finding {
        var finding = Finding(
            status: content.quotes.isEmpty ? .noData : .success,
            count: content.quotes.count,
            notes: content.notes
        )
        if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: content.notes.examples.joined(separator: "; "))
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutGames
    }
}
