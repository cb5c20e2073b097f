import Pipeline
import Upstream

/// The bookmakers' points lines for the players of one event at a moment of the past; the statuses are those of
/// ``EventOddsHistory``.
struct OddsaPlayerPropsHis: Scraper {
    static let name = "oddsa_player_props_his"
    static let hasCredits = true
    private let odds: EventOddsHistory

    init(settings: SourceSettings) { odds = EventOddsHistory(settings: settings, markets: ["player_points"]) }

    func request(for execution: Execution) throws -> ScrapeRequest { try odds.request(for: execution) }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsPayload { try odds.validate(body, execution) }

    func subject(of content: OddsPayload, _ execution: Execution) -> PayloadSubject {
        content.event.subject(of: Self.name)
    }

    func judge(_ content: OddsPayload, _ execution: Execution) -> Finding { odds.judge(content) }

    func isNothingExpected(_ execution: Execution) throws -> Bool { try odds.isNothingExpected(execution) }
}
