import Pipeline

/// Which other sites' pages may read the API in a browser (the Fetch standard's CORS protocol).
///
/// Nothing here is secret and no cookie exists: the list keeps a stranger's page from spending its readers' allowance.
struct CrossOrigin: Sendable, Hashable {
    /// As browsers write them: `https://example.org`, with a port only where it is not the scheme's own.
    var origins: Set<String>

    static let readableHeaders = "ETag, Retry-After, X-Document-Status, X-Document-Version"
    static let sentHeaders = "Accept, Cache-Control, If-None-Match, Last-Event-ID"
    static let methods = "GET, HEAD"
    private static let preflightSeconds = 600

    /// One origin as a browser would write it; nil for anything else, a path and `*` among it.
    static func origin(_ text: String) -> String? {
        guard let match = text.wholeMatch(of: /(https?):\/\/([a-z0-9]([a-z0-9.\-]*[a-z0-9])?)(:([1-9][0-9]{0,4}))?/)
        else { return nil }
        if let port = match.output.5 {
            guard let number = UInt16(port), number != (match.output.1 == "https" ? 443 : 80) else { return nil }
        }
        return text
    }

    /// The answer to the question whether a request may be made; nil for a request that asks something else.
    func preflight(_ request: WebRequest) -> WebResponse? {
        guard request.method == "OPTIONS", let origin = request.headers["origin"],
            request.headers["access-control-request-method"] != nil
        else { return nil }
        guard origins.contains(origin) else {
            return .problem(403, "pages of this origin may not read the API: it is not in TIPOFF_CORS_ORIGINS")
        }
        var answer = WebResponse(
            status: 204,
            headers: [
                "Access-Control-Allow-Methods": Self.methods, "Access-Control-Allow-Headers": Self.sentHeaders,
                "Access-Control-Max-Age": String(Self.preflightSeconds),
            ]
        )
        answer.addVary("Access-Control-Request-Method")
        answer.addVary("Access-Control-Request-Headers")
        return answer
    }

    /// Lets the page that asks read the answer, if it may.
    func mark(_ response: inout WebResponse, for request: WebRequest) {
        guard !origins.isEmpty else { return }
        response.addVary("Origin")
        guard let origin = request.headers["origin"], origins.contains(origin) else { return }
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = Self.readableHeaders
    }
}
