import Pipeline
import Upstream

/// The bookmakers' spreads, totals and moneylines for one event; the statuses are those of ``EventOdds``.
struct OddsaGameLines: Scraper {
    static let name = "oddsa_game_lines"
    static let hasCredits = true
    private let odds: EventOdds

    init(settings: SourceSettings) { odds = EventOdds(settings: settings, markets: ["spreads", "totals", "h2h"]) }

    func request(for execution: Execution) throws -> ScrapeRequest { try odds.request(for: execution) }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsPayload { try odds.validate(body, execution) }

    func subject(of content: OddsPayload, _ execution: Execution) -> PayloadSubject {
        content.event.subject(of: Self.name)
    }

    func judge(_ content: OddsPayload, _ execution: Execution) -> Finding { odds.judge(content) }
}
