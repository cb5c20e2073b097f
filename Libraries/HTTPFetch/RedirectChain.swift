/// The redirects of one fetch: decides what the next request is, and refuses what must not be followed.
struct RedirectChain {
    private let limits: HTTPLimits
    private var visited: Set<String>
    private(set) var followed = 0
    private(set) var url: HTTPURL
    private(set) var request: HTTPRequest

    /// Starts at the caller's request. Throws when its URL may not be used.
    init(_ request: HTTPRequest, limits: HTTPLimits) throws(HTTPError) {
        let url = try HTTPURL(request.url)
        try limits.check(url)
        self.limits = limits
        self.request = request
        self.url = url
        visited = [request.method + " " + url.text]
    }

    /// Moves to the next hop when the answer is a redirect to follow; false when the answer is final.
    mutating func advance(status: Int, location: String?) throws(HTTPError) -> Bool {
        guard [301, 302, 303, 307, 308].contains(status), let location else { return false }
        guard request.s3 == nil, limits.maximumRedirects > 0 else { return false }
        guard followed < limits.maximumRedirects else {
            throw HTTPError(.redirectLimit, "more than \(limits.maximumRedirects) redirects", url: request.url)
        }
        let next: HTTPURL
        do {
            next = try HTTPURL(location, relativeTo: url)
        } catch {
            throw HTTPError(.redirectLimit, "the redirect can't be followed: \(error.reason)", url: url.text)
        }
        if url.scheme == "https", next.scheme != "https" {
            throw HTTPError(.blockedScheme, "a redirect would leave https", url: next.text)
        }
        try limits.check(next)
        rewrite(status: status, crossesOrigin: !next.hasSameOrigin(as: url))
        url = next
        followed += 1
        guard visited.insert(request.method + " " + next.text).inserted else {
            throw HTTPError(.redirectLimit, "the redirects form a loop", url: next.text)
        }
        return true
    }

    /// What browsers and RFC 9110 §15.4 agree on: 303 turns into GET, 301 and 302 do so for POST.
    private mutating func rewrite(status: Int, crossesOrigin: Bool) {
        let becomesGet = (status == 303 && request.method != "HEAD") || (status < 303 && request.method == "POST")
        if becomesGet {
            request.method = "GET"
            request.body = nil
            request.headers.removeAll { $0.0.lowercased().hasPrefix("content-") }
        }
        if crossesOrigin {
            request.headers.removeAll { URLRedaction.isSecretName($0.0) }
        }
    }
}
