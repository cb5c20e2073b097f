internal import CCurl

/// A URL as libcurl itself reads it: checking with the parser that connects leaves no gap between the two.
struct HTTPURL: Sendable, Hashable {
    let text: String
    let scheme: String
    let host: String
    let port: String

    /// Reads an absolute URL; with `base`, a reference relative to it. Throws `.invalidRequest`.
    init(_ text: String, relativeTo base: HTTPURL? = nil) throws(HTTPError) {
        guard let handle = curl_url() else {
            throw HTTPError(.local, "no memory for a URL", url: text)
        }
        defer { curl_url_cleanup(handle) }
        let strict = UInt32(CURLU_DISALLOW_USER)
        if let base, curl_url_set(handle, CURLUPART_URL, base.text, strict) != CURLUE_OK {
            throw HTTPError(.invalidRequest, "the base URL can't be read", url: base.text)
        }
        // Servers do send blanks in Location; there they are encoded, while a caller's own URL must be right.
        let flags = base == nil ? strict : strict | UInt32(CURLU_URLENCODE) | UInt32(CURLU_ALLOW_SPACE)
        let outcome = curl_url_set(handle, CURLUPART_URL, text, flags)
        guard outcome == CURLUE_OK else {
            let reason = curl_url_strerror(outcome).map { String(cString: $0) } ?? "unreadable"
            throw HTTPError(.invalidRequest, "the URL can't be used: \(reason)", url: text)
        }
        curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
        func part(_ which: CURLUPart, _ flags: Int32 = 0) throws(HTTPError) -> String {
            var value: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, which, &value, UInt32(flags)) == CURLUE_OK, let value else {
                throw HTTPError(.invalidRequest, "the URL lacks a part", url: text)
            }
            defer { curl_free(value) }
            return String(cString: value)
        }
        self.text = try part(CURLUPART_URL)
        scheme = try part(CURLUPART_SCHEME).lowercased()
        host = try part(CURLUPART_HOST)
        port = try part(CURLUPART_PORT, CURLU_DEFAULT_PORT)
    }

    /// Whether both URLs have the same scheme, host and port.
    func hasSameOrigin(as other: HTTPURL) -> Bool {
        scheme == other.scheme && host.lowercased() == other.host.lowercased() && port == other.port
    }
}
