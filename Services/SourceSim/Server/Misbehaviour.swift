/// A fault of the upstream sites, on request.
struct Misbehaviour: Sendable, Decodable, Equatable {
    enum Kind: String, Sendable, Decodable, CaseIterable {
        case status429, status500, slow, truncated, blockPage = "block_page", gzipBomb = "gzip_bomb"
        case wrongLength = "wrong_length", redirectLoop = "redirect_loop", hang, empty
    }

    enum CodingKeys: String, CodingKey {
        case kind, times, seconds, megabytes
        case pathContains = "path_contains"
        case retryAfter = "retry_after"
    }

    /// The path (without query) must contain this; empty or absent means every path.
    var pathContains: String?
    var kind: Kind
    /// How many requests it meets; absent means one, negative means all of them.
    var times: Int?
    /// Seconds in the Retry-After header of status429.
    var retryAfter: Int?
    /// How long `slow` takes for the body; absent means 5.
    var seconds: Double?
    /// The unpacked size of a gzip bomb in MiB; absent means 64.
    var megabytes: Int?

    init(kind: Kind) { self.kind = kind }

    /// True when a request for `path` is to be spoilt.
    func applies(to path: String) -> Bool {
        guard let pathContains, !pathContains.isEmpty else { return true }
        return path.contains(pathContains)
    }

    /// The reply in its spoilt form. Faults of the byte stream are left to the connection.
    func spoil(_ reply: SimReply, path: String) -> SimReply {
        var spoilt = reply
        switch kind {
        case .status429:
            spoilt = .refusal(429, "Too many requests")
            spoilt.headers.append(("Retry-After", String(retryAfter ?? 1)))
        case .status500: spoilt = .refusal(500, "Internal server error")
        case .blockPage:
            let page = "<html><head><title>Access Denied</title></head><body><h1>Access Denied</h1></body></html>\n"
            spoilt = SimReply(contentType: "text/html", body: Array(page.utf8))
        case .gzipBomb:
            spoilt.body = GzipBomb.zeros(megabytes: min(max(megabytes ?? 64, 1), 1_024))
            spoilt.headers.append(("Content-Encoding", "gzip"))
        case .redirectLoop: spoilt = Self.redirect(hop: 1)
        case .empty: spoilt.body = []
        case .slow, .truncated, .wrongLength, .hang: break
        }
        spoilt.misbehaviour = self
        return spoilt
    }

    /// One turn of the loop that never ends.
    static func redirect(hop: Int) -> SimReply {
        var reply = SimReply(status: 302, contentType: "text/plain", body: [])
        reply.headers.append(("Location", "/_sim/redirect-loop?hop=\(hop)"))
        return reply
    }
}
