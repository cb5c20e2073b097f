import Access
import Foundation
import Logging
import Page
import Pipeline
import Postgres

/// What every request goes through: who is it, may he, and the headers of the answer.
struct ConsoleDoor: Sendable {
    typealias Handler = @Sendable (WebRequest, ConsoleVisitor) async throws -> WebResponse

    let sessions: ConsoleSessions
    let settings: ConsoleSettings
    let logger: Logger
    let attempts = LoginAttempts()
    private let start = ContinuousClock.now

    init(sessions: ConsoleSessions, settings: ConsoleSettings, logger: Logger) {
        self.sessions = sessions
        self.settings = settings
        self.logger = logger
    }

    /// What a page may load and where it may be shown: only from here, nothing inline, in no frame.
    static let policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"
    static let securityHeaders = [
        "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    ]

    var secondsNow: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// A route that everybody may ask.
    func open(_ method: String, _ path: String, _ handler: @escaping WebRoute.Handler) -> WebRoute {
        WebRoute(method, path) { request in await finished(request) { try await handler(request) } }
    }

    /// A route for users: 401 without a session.
    ///
    /// - Parameter actsOnly: 403 for viewers.
    func guarded(
        _ method: String,
        _ path: String,
        actsOnly: Bool = false,
        _ handler: @escaping Handler
    ) -> WebRoute {
        WebRoute(method, path) { request in
            await finished(request) {
                guard let visitor = try await visitor(request) else { return unauthorized(request) }
                if request.method == "POST", let refusal = refusal(request, visitor) { return refusal }
                if actsOnly, !visitor.mayAct {
                    return .problem(403, "\(visitor.name) is a viewer: only operators act")
                }
                return try await handler(request, visitor)
            }
        }
    }

    /// Who asks; nil when nobody is logged in.
    func visitor(_ request: WebRequest) async throws -> ConsoleVisitor? {
        if let token = RequestOrigin.bearer(request) {
            return try await sessions.session(token, isToken: true).map { ConsoleVisitor(session: $0, token: token) }
        }
        guard let token = RequestOrigin.cookie(settings.sessionCookie, request) else { return nil }
        return try await sessions.session(token, isToken: false).map { ConsoleVisitor(session: $0, token: token) }
    }

    /// Why a POST is not for us: another site's page has sent it, or the form is none of this session's.
    private func refusal(_ request: WebRequest, _ visitor: ConsoleVisitor) -> WebResponse? {
        // No page of another site can set the header that carries a script's token.
        if visitor.session.isToken { return nil }
        if RequestOrigin.isForeign(request, address: settings.address) {
            return .problem(403, "another site's page has sent this")
        }
        let sent = request.form?.first { $0.name == "csrf" }?.value ?? ""
        guard SecretToken.areEqual(Array(sent.utf8), Array(visitor.formToken.utf8)) else {
            return .problem(403, "the form is not of this session: load the page anew and send it again")
        }
        return nil
    }

    /// The login form with status 401, so that what asks for data is told the same as a browser.
    func unauthorized(_ request: WebRequest, problem: String? = nil, status: Int = 401) -> WebResponse {
        guard request.method == "GET" || request.path == "/login" else {
            return .problem(401, "log in first", headers: ["WWW-Authenticate": "Bearer realm=\"tipoff console\""])
        }
        let known = RequestOrigin.cookie(settings.loginCookie, request).flatMap { $0.count == 43 ? $0 : nil }
        let token = known ?? SecretToken.make()
        var response = Self.page(
            LoginPage.html(
                next: next(request),
                formToken: SecretToken.formToken(of: token),
                problem: problem
            ),
            status: status
        )
        if status == 401 { response.headers["WWW-Authenticate"] = "Bearer realm=\"tipoff console\"" }
        response.headers["Set-Cookie"] = settings.cookie(settings.loginCookie, token, seconds: 3600)
        return response
    }

    private func next(_ request: WebRequest) -> String {
        let asked =
            request.path == "/login"
            ? request.form?.first { $0.name == "next" }?.value ?? request.parameter("next") ?? "/"
            : RequestOrigin.address(request)
        return RequestOrigin.isOwn(asked) ? asked : "/"
    }

    static func page(_ html: HTML, status: Int = 200) -> WebResponse {
        WebResponse(status: status, headers: ["Content-Type": "text/html; charset=utf-8"], body: html.utf8)
    }

    static func redirect(to address: String) -> WebResponse {
        WebResponse(status: 303, headers: ["Location": address])
    }

    private func finished(_ request: WebRequest, _ body: () async throws -> WebResponse) async -> WebResponse {
        var response: WebResponse
        do {
            response = try await body()
        } catch {
            logger.error("request failed", metadata: [LogKeys.path: "\(request.path)", LogKeys.error: "\(error)"])
            if let error = error as? PostgresError, error.isInfrastructure {
                response = .problem(
                    503,
                    "the database does not answer: ask again, or try tipoff doctor in a terminal",
                    headers: ["Retry-After": "5"]
                )
            } else {
                response = .problem(500, "the answer could not be made; the log says why")
            }
        }
        response.headers.merge(Self.securityHeaders) { own, _ in own }
        return response
    }
}
