import Pipeline
import Upstream

/// The bookmakers' points lines for the players of one event; the statuses are those of ``EventOdds``.
struct OddsaPlayerProps: Scraper {
    static let name = "oddsa_player_props"
    static let hasCredits = true
    private let odds: EventOdds

    init(settings: SourceSettings) { odds = EventOdds(settings: settings, markets: ["player_points"]) }

    func request(for execution: Execution) throws -> ScrapeRequest { try odds.request(for: execution) }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsPayload { try odds.validate(body, execution) }

    func subject(of content: OddsPayload, _ execution: Execution) -> PayloadSubject {
        content.event.subject(of: Self.name)
    }

    func judge(_ content: OddsPayload, _ execution: Execution) -> Finding { odds.judge(content) }
}
