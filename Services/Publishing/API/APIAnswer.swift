import Pipeline

/// Good answers, with the headers that let nobody ask twice for the same bytes.
enum APIAnswer {
    /// The version of a document that readers get.
    static func document(_ shown: ShownDocument, _ bytes: [UInt8], to request: WebRequest) -> WebResponse {
        answer(
            bytes,
            etag: shown.etag,
            headers: [
                "Cache-Control": shown.definition.cacheClass.cacheControl,
                "X-Document-Version": String(shown.version), "X-Document-Status": shown.status,
            ],
            to: request
        )
    }

    /// What was put together for this request.
    static func json(
        _ value: JSONValue,
        cacheClass: DocumentDefinition.CacheClass = .revalidated,
        to request: WebRequest
    ) throws(JSONError) -> WebResponse {
        let bytes = try value.utf8()
        return answer(
            bytes,
            etag: SHA256.hash(bytes).hex,
            headers: ["Cache-Control": cacheClass.cacheControl],
            to: request
        )
    }

    private static func answer(
        _ bytes: [UInt8],
        etag: String,
        headers: [String: String],
        to request: WebRequest
    ) -> WebResponse {
        var headers = headers
        headers["ETag"] = "\"\(etag)\""
        if EntityTag.matches(request.headers["if-none-match"], etag) {
            return WebResponse(status: 304, headers: headers)
        }
        headers["Content-Type"] = "application/json"
        return WebResponse(headers: headers, body: bytes)
    }
}
