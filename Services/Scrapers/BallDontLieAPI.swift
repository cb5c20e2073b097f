import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// How balldontlie is asked: with its key in a header, page by page.
struct BallDontLieAPI: Sendable {
    var settings: SourceSettings

    /// The most entries of one page.
    static let pageSize = "100"

    /// The first page and, after each, the next.
    func request(_ path: String, _ parameters: KeyValuePairs<String, String>) throws -> ScrapeRequest {
        Self.paged(
            HTTPRequest(
                url: SourceClient.url(settings.url(.ballDontLie), path, parameters),
                headers: [("Accept", "application/json"), ("Authorization", try settings.key(.ballDontLie))]
            )
        )
    }

    private static func paged(_ http: HTTPRequest) -> ScrapeRequest {
        var request = ScrapeRequest(http: http)
        request.next = { page in try question(after: page, http).map(paged) }
        return request
    }

    /// The same question from the cursor on that a page names; nil after the last page.
    private static func question(after page: [UInt8], _ asked: HTTPRequest) throws -> HTTPRequest? {
        guard let cursor = try BallDontLie.nextCursor(after: page) else { return nil }
        var next = asked
        let earlier = asked.url.firstRange(of: /[?&]cursor=\d+/)
        // The first page has no cursor, the others carry theirs at the end.
        let bare = earlier.map { String(asked.url[..<$0.lowerBound]) } ?? asked.url
        next.url = "\(bare)\(bare.contains("?") ? "&" : "?")cursor=\(cursor)"
        guard next.url != asked.url else {
            throw PayloadError(.structure, "the page of cursor \(cursor) points to itself")
        }
        return next
    }
}
