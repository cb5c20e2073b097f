internal import CCurl

/// Sets options on an easy handle; an option that libcurl refuses is an error, never ignored.
struct TransferSetup {
    let handle: UnsafeMutableRawPointer
    let url: String

    /// Everything but headers, body and callbacks.
    func apply(
        _ request: HTTPRequest,
        settings: TransferSettings,
        timeout: Duration,
        maximumBodyBytes: Int
    ) throws(HTTPError) {
        let limits = settings.limits
        try string(CURLOPT_URL, url)
        try string(CURLOPT_PROTOCOLS_STR, "http,https")
        try long(CURLOPT_NOSIGNAL, 1)
        // Otherwise removing a transfer waits for its name look-up to end, and with it every other transfer.
        try long(CURLOPT_QUICK_EXIT, 1)
        // Redirects are followed by this library, which checks each hop.
        try long(CURLOPT_FOLLOWLOCATION, 0)
        try long(CURLOPT_TIMEOUT_MS, timeout.milliseconds)
        try long(CURLOPT_CONNECTTIMEOUT_MS, limits.connectTimeout.milliseconds)
        // libcurl would also apply it to HEAD, where the length is only a statement and no body follows.
        if request.method != "HEAD" {
            try require(tipoff_curl_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(maximumBodyBytes)))
        }
        try long(CURLOPT_SSL_VERIFYPEER, 1)
        try long(CURLOPT_SSL_VERIFYHOST, 2)
        try long(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        // Empty strings switch off the proxy variables of the environment.
        try string(CURLOPT_PROXY, settings.proxy ?? "")
        try string(CURLOPT_NOPROXY, "")
        if let file = settings.certificateAuthorityFile { try string(CURLOPT_CAINFO, file) }
        if let s3 = request.s3 {
            try string(CURLOPT_AWS_SIGV4, "aws:amz:\(s3.region):s3")
            try string(CURLOPT_USERNAME, s3.accessKeyID)
            try string(CURLOPT_PASSWORD, s3.secretAccessKey)
        }
    }

    /// Method and body; libcurl keeps its own copy of the body.
    func method(_ request: HTTPRequest) throws(HTTPError) {
        guard !request.method.isEmpty, request.method.utf8.allSatisfy({ (65...90).contains($0) }) else {
            throw HTTPError(.invalidRequest, "the method is not a word in capitals", url: url)
        }
        switch (request.method, request.body) {
        case ("GET", nil): try long(CURLOPT_HTTPGET, 1)
        case ("HEAD", nil): try long(CURLOPT_NOBODY, 1)
        case (_, nil) where request.method != "POST" && request.method != "PUT":
            try string(CURLOPT_CUSTOMREQUEST, request.method)
        default:
            try long(CURLOPT_POST, 1)
            try string(CURLOPT_CUSTOMREQUEST, request.method)
            let body = request.body ?? []
            try require(tipoff_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            let outcome = body.withUnsafeBytes { bytes in
                // An empty body still needs some address, or libcurl would read standard input.
                tipoff_curl_set_pointer(
                    handle,
                    CURLOPT_COPYPOSTFIELDS,
                    UnsafeMutableRawPointer(mutating: bytes.baseAddress) ?? handle
                )
            }
            try require(outcome)
        }
    }

    /// The header list; the caller frees it.
    func headers(
        _ request: HTTPRequest,
        settings: TransferSettings
    ) throws(HTTPError) -> UnsafeMutablePointer<curl_slist>? {
        var fields = HTTPHeaders(request.headers)
        if fields["user-agent"] == nil { fields.append("User-Agent", settings.userAgent) }
        if fields["accept-encoding"] == nil {
            fields.append("Accept-Encoding", request.acceptsCompression ? "gzip, br" : "identity")
        }
        if fields["accept"] == nil { fields.append("Accept", "*/*") }
        if let token = request.s3?.sessionToken { fields.append("x-amz-security-token", token) }
        var lines: [String] = []
        for field in fields.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte),
                field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else {
                throw HTTPError(.invalidRequest, "a header holds characters that don't belong there", url: url)
            }
            // libcurl reads "Name:" as "leave this header out"; a semicolon asks for an empty value.
            lines.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        if request.body != nil, fields["content-type"] == nil { lines.append("Content-Type: application/octet-stream") }
        return try slist(lines)
    }

    private func slist(_ lines: [String]) throws(HTTPError) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw HTTPError(.local, "no memory for the headers", url: url)
            }
            list = longer
        }
        return list
    }

    func long(_ option: CURLoption, _ value: Int) throws(HTTPError) {
        try require(tipoff_curl_set_long(handle, option, value))
    }

    func string(_ option: CURLoption, _ value: String) throws(HTTPError) {
        try require(tipoff_curl_set_string(handle, option, value))
    }

    func pointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) throws(HTTPError) {
        try require(tipoff_curl_set_pointer(handle, option, value))
    }

    func list(_ option: CURLoption, _ value: UnsafeMutablePointer<curl_slist>?) throws(HTTPError) {
        try require(tipoff_curl_set_list(handle, option, value))
    }

    func callback(
        _ option: CURLoption,
        _ function: @escaping tipoff_curl_data_callback,
        _ contextOption: CURLoption,
        _ context: UnsafeMutableRawPointer
    ) throws(HTTPError) {
        try require(tipoff_curl_set_data_callback(handle, option, function))
        try pointer(contextOption, context)
    }

    func require(_ outcome: CURLcode) throws(HTTPError) {
        guard outcome == CURLE_OK else {
            let reason = curl_easy_strerror(outcome).map { String(cString: $0) } ?? "code \(outcome.rawValue)"
            throw HTTPError(.invalidRequest, "libcurl refused a setting: \(reason)", url: url)
        }
    }

    /// Token characters of RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

extension Duration {
    /// Whole milliseconds, at least 1: libcurl reads 0 as "no limit".
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        return overflow
            ? Int(Int32.max) : max(1, min(Int(Int32.max), Int(product) + Int(attoseconds / 1_000_000_000_000_000)))
    }
}
