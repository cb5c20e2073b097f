import Basketball
import Page
import Pipeline

/// The pages that people look at.
enum PageRoutes {
    /// What a page may load: its own style sheet, script, icon and stream, and nothing inline.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"

    /// The routes for the service's HTTP server.
    static func all(_ documents: DocumentReader) -> [WebRoute] {
        let reader = PageReader(documents)
        return [
            WebRoute("GET", "/") { request in
                try await slate(request, key: TonightDocument.currentKey, reader, isPart: false)
            },
            WebRoute("GET", "/slates/*") { request in
                let parts = request.segments.dropFirst()
                guard let name = parts.first, parts.count == 1 || parts.count == 2 && parts.last == "live" else {
                    return notFound(request, "There is no such page.")
                }
                let key = name == "current" ? TonightDocument.currentKey : name
                return try await slate(request, key: key, reader, isPart: parts.count == 2)
            },
            WebRoute("GET", "/players/*") { request in
                let parts = Array(request.segments.dropFirst())
                guard parts.count == 2 || parts.count == 3 && parts[2] == "live" else {
                    return notFound(request, "There is no such page.")
                }
                return try await player(request, date: parts[0], lookup: parts[1], reader, isPart: parts.count == 3)
            },
            WebRoute("GET", "/record") { request in
                try await record(request, reader)
            },
            WebRoute("GET", "/method") { request in page(request, MethodPage.html) },
            WebRoute("GET", "/assets/*") { request in asset(request) },
        ]
    }

    // MARK: Pages

    private static func slate(
        _ request: WebRequest,
        key: String,
        _ reader: PageReader,
        isPart: Bool
    ) async throws -> WebResponse {
        let isCurrent = key == TonightDocument.currentKey
        let date = isCurrent ? nil : try? GameDate(key)
        guard isCurrent || date != nil else { return notFound(request, "\(key) is no date.") }
        guard let found = try await reader.slate(key: key) else {
            // A part has no frame of its own: the script asks again when something is published.
            if isPart { return WebResponse(status: 204, headers: securityHeaders) }
            guard let date else { return page(request, EmptyState.nothingPublished) }
            return page(request, EmptyState.unpublished(date, try await reader.calendar(of: date)))
        }
        let slate = SlatePage(
            slate: found.slate,
            query: SlateQuery(parameter: request.parameter),
            calendar: found.calendar,
            isCurrent: isCurrent
        )
        return page(request, rendered(request, found, reader) { isPart ? slate.part : slate.html })
    }

    private static func player(
        _ request: WebRequest,
        date: String,
        lookup: String,
        _ reader: PageReader,
        isPart: Bool
    ) async throws -> WebResponse {
        guard let day = try? GameDate(date), let found = try await reader.slate(key: day.description) else {
            return notFound(request, "Nothing is published for this date.")
        }
        guard let player = found.slate.players.first(where: { $0.lookup == lookup }) else {
            return notFound(request, "This player does not stand in the slate of \(day).")
        }
        let panel = PlayerPage(slate: found.slate, player: player, line: request.parameter("line"))
        return page(request, rendered(request, found, reader) { isPart ? panel.part : panel.html })
    }

    private static func record(_ request: WebRequest, _ reader: PageReader) async throws -> WebResponse {
        // The version is read before the rows, so that a page never stands under a newer version than its own.
        let key = RenderedPages.Key(
            path: request.path,
            query: "",
            documentETag: try await reader.recordVersion(),
            calendar: nil
        )
        if let known = reader.rendered[key] { return page(request, known) }
        let html = RecordPage(records: try await reader.records()).html
        return page(request, reader.rendered(key) { html })
    }

    // MARK: Answers

    private static func rendered(
        _ request: WebRequest,
        _ found: PageReader.Found,
        _ reader: PageReader,
        _ render: () -> HTML
    ) -> RenderedPages.Rendered {
        let key = RenderedPages.Key(
            path: request.path,
            query: request.query,
            documentETag: found.etag,
            calendar: found.calendar
        )
        return reader.rendered(key, render)
    }

    private static func page(_ request: WebRequest, _ html: HTML, status: Int = 200) -> WebResponse {
        page(request, RenderedPages.rendered(html), status: status)
    }

    private static func page(
        _ request: WebRequest,
        _ rendered: RenderedPages.Rendered,
        status: Int = 200
    ) -> WebResponse {
        var headers = securityHeaders
        headers["ETag"] = "\"\(rendered.etag)\""
        // A correction reaches readers with the next look; looking costs a 304.
        headers["Cache-Control"] = "public, no-cache"
        if status == 200, EntityTag.matches(request.headers["if-none-match"], rendered.etag) {
            return WebResponse(status: 304, headers: headers)
        }
        headers["Content-Type"] = "text/html; charset=utf-8"
        return WebResponse(status: status, headers: headers, body: rendered.bytes)
    }

    private static func notFound(_ request: WebRequest, _ reason: String) -> WebResponse {
        page(request, EmptyState.notFound(reason), status: 404)
    }

    private static func asset(_ request: WebRequest) -> WebResponse {
        guard let asset = Asset.all[request.path] else { return problem(404, "no such asset") }
        // The path names the content.
        let tag = request.path.replacing("/", with: "_")
        var headers = securityHeaders
        headers["ETag"] = "\"\(tag)\""
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if EntityTag.matches(request.headers["if-none-match"], tag) {
            return WebResponse(status: 304, headers: headers)
        }
        headers["Content-Type"] = asset.type
        return WebResponse(headers: headers, body: asset.bytes)
    }

    private static func problem(_ status: Int, _ reason: String) -> WebResponse {
        .problem(status, reason, headers: securityHeaders)
    }

    static let securityHeaders = [
        "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin", "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    ]
}
