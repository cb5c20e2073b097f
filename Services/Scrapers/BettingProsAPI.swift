import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// How BettingPros is asked: with its key in a header, ten offers at a time.
struct BettingProsAPI: Sendable {
    var settings: SourceSettings

    func events(_ date: GameDate) throws -> ScrapeRequest {
        try request("/v3/events", ["sport": "NBA", "date": date.description])
    }

    /// The offers of a market about some events, page by page.
    func offers(_ market: Int, events: [Int], page: Int = 1) throws -> ScrapeRequest {
        var request = try request(
            "/v3/offers",
            [
                "sport": "NBA", "market_id": String(market), "event_id": events.map(String.init).joined(separator: ":"),
                "limit": String(BettingPros.pageSize), "page": String(page),
            ]
        )
        request.next = { body in
            try BettingPros.pageAfter(body, page: page).map { try offers(market, events: events, page: $0) }
        }
        return request
    }

    private func request(_ path: String, _ parameters: KeyValuePairs<String, String>) throws -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(settings.url(.bettingPros), path, parameters),
                headers: [("Accept", "application/json"), ("X-Api-Key", try settings.key(.bettingPros))]
            )
        )
    }
}
