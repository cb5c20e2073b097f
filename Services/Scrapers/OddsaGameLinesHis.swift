import Pipeline
import Upstream

/// The bookmakers' spreads, totals and moneylines for one event at a moment of the past; the statuses are those of
/// ``EventOddsHistory``.
struct OddsaGameLinesHis: Scraper {
    static let name = "oddsa_game_lines_his"
    static let hasCredits = true
    private let odds: EventOddsHistory

    init(settings: SourceSettings) {
        odds = EventOddsHistory(settings: settings, markets: ["spreads", "totals", "h2h"])
    }

    func request(for execution: Execution) throws -> ScrapeRequest { try odds.request(for: execution) }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsPayload { try odds.validate(body, execution) }

    func subject(of content: OddsPayload, _ execution: Execution) -> PayloadSubject {
        content.event.subject(of: Self.name)
    }

    func judge(_ content: OddsPayload, _ execution: Execution) -> Finding { odds.judge(content) }

    func isNothingExpected(_ execution: Execution) throws -> Bool { try odds.isNothingExpected(execution) }
}
