import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// How balldontlie is asked: with its key in a header, page by page.
struct BallDontLieAPI: Sendable {
    var settings: SourceSettings

    /// The most entries of one page.
    static let pageSize = "100"

    func request(_ path: String, _ parameters: KeyValuePairs<String, String>) throws -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(settings.url(.ballDontLie), path, parameters),
                headers: [("Accept", "application/json"), ("Authorization", try settings.key(.ballDontLie))]
            )
        )
    }

    /// The same question from the cursor on that a page names; nil after the last page.
    static func nextPage(after page: [UInt8], _ request: ScrapeRequest) throws -> ScrapeRequest? {
        guard let cursor = try BallDontLie.nextCursor(after: page) else { return nil }
        var next = request
        let asked = request.http.url.firstRange(of: /[?&]cursor=\d+/)
        // The first page has no cursor, the others carry theirs at the end.
        let bare = asked.map { String(request.http.url[..<$0.lowerBound]) } ?? request.http.url
        next.http.url = "\(bare)\(bare.contains("?") ? "&" : "?")cursor=\(cursor)"
        guard next.http.url != request.http.url else {
            throw PayloadError(.structure, "the page of cursor \(cursor) points to itself")
        }
        return next
    }
}
