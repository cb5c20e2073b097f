import Access
import Foundation
import Logging
import Pipeline

extension ConsoleDoor {
    /// The only routes, beside assets and probes, that answer whoever is not logged in.
    var loginRoutes: [WebRoute] {
        [
            open("GET", "/login") { request in
                // A form, no refusal: whoever asks for it gets it.
                unauthorized(request, status: 200)
            },
            open("POST", "/login") { request in try await login(request) },
            guarded("POST", "/logout") { request, visitor in
                if visitor.session.isToken { return .problem(400, "a token ends by tipoff console user change") }
                try await sessions.close(visitor.token)
                logger.info("console logout", metadata: ["user": "\(visitor.name)"])
                var response = Self.redirect(to: "/login")
                response.headers["Set-Cookie"] = settings.cookie(settings.sessionCookie, "", seconds: 0)
                return response
            },
        ]
    }

    private func login(_ request: WebRequest) async throws -> WebResponse {
        let form = request.form ?? []
        func field(_ name: String) -> String { form.first { $0.name == name }?.value ?? "" }
        guard !RequestOrigin.isForeign(request, address: settings.address) else {
            return unauthorized(request, problem: "Another site's page has sent this.", status: 403)
        }
        guard let cookie = RequestOrigin.cookie(settings.loginCookie, request),
            SecretToken.areEqual(Array(field("csrf").utf8), Array(SecretToken.formToken(of: cookie).utf8))
        else {
            return unauthorized(request, problem: "The form has expired. Send it again.", status: 403)
        }
        // A phone begins with a capital and ends with a blank.
        let name = field("name").trimmingCharacters(in: .whitespaces).lowercased()
        // What is no name is not worth a place in the table of attempts.
        let key = ConsoleUsers.isName(name) ? name : ""
        let tried = [LoginAttempts.address(request.peer), LoginAttempts.name(key)]
        if let wait = attempts.take(tried, at: secondsNow) {
            logger.warning("console login held back", metadata: ["address": "\(request.peer)"])
            var response = unauthorized(
                request,
                problem: "Too many attempts. Try again in \(wait) s.",
                status: 429
            )
            response.headers["Retry-After"] = String(wait)
            return response
        }
        guard let user = try await sessions.user(key, password: field("password")) else {
            logger.warning("console login refused", metadata: ["address": "\(request.peer)", "user": "\(key)"])
            return unauthorized(request, problem: "Name or password is wrong.")
        }
        attempts.giveBack(tried)
        if let former = RequestOrigin.cookie(settings.sessionCookie, request) { try await sessions.close(former) }
        let token = try await sessions.open(user.name, address: request.peer, lifetime: settings.sessionLifetime)
        logger.info("console login", metadata: ["address": "\(request.peer)", "user": "\(user.name)"])
        let next = field("next")
        var response = Self.redirect(to: RequestOrigin.isOwn(next) ? next : "/")
        response.headers["Set-Cookie"] = settings.cookie(
            settings.sessionCookie,
            token,
            seconds: Int(settings.sessionLifetime.components.seconds)
        )
        return response
    }
}
