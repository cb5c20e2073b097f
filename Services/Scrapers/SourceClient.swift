import Foundation
import HTTPFetch
import Logging
import Pipeline
import Synchronization
import Upstream

/// Asks the sources, politely: within limits, with spaces between requests, with a few retries that honour
/// Retry-After, and under our own name.
struct SourceClient: Sendable {
    let settings: SourceSettings
    /// What is left of the odds source's credits, by its last answer.
    let credits = CreditMeter()
    private let http: HTTPClient
    let pace: HostPace
    let budget: SourceBudget

    static let userAgent = "Tipoff/1.0 (NBA statistics pipeline)"

    /// Retries of one execution; the task itself is tried again later.
    static let retries = RetryPolicy(
        maximumAttempts: 3,
        baseDelay: .milliseconds(250),
        maximumDelay: .seconds(2),
        maximumRetryAfter: .seconds(5)
    )

    init(_ settings: SourceSettings) {
        self.settings = settings
        http = HTTPClient(
            limits: HTTPLimits(
                maximumBodyBytes: Payload.maximumBytes,
                totalTimeout: settings.timeout,
                connectTimeout: min(.seconds(5), settings.timeout),
                maximumRedirects: 3,
                allowedHosts: settings.hostNames,
                allowPrivateAddresses: settings.allowPrivate
            ),
            userAgent: Self.userAgent,
            proxy: settings.proxy
        )
        pace = HostPace(spacings: settings.spacings, pause: settings.pause)
        budget = SourceBudget(limits: settings.dailyLimits)
    }

    /// Sends a request out of the host's budget. Throws ``TaskError`` when no usable answer came: transient where a later
    /// attempt may succeed.
    func fetch(_ request: ScrapeRequest, for execution: Execution) async throws -> HTTPResponse {
        let host = URLComponents(string: request.http.url)?.host ?? ""
        try await pace.wait(for: host)
        let now = execution.clock.now
        try await budget.take(host, for: execution.task.run.lane, at: now, from: execution.pool)
        let retries = RetryCount()
        let answer: Result<HTTPResponse, any Error>
        do {
            answer = .success(try await send(request, to: host, counting: retries, execution.logger))
        } catch {
            answer = .failure(error)
        }
        var more = retries.count
        if case .success(let response) = answer, let cost = Credits.cost(response.headers) { more += cost - 1 }
        do {
            try await budget.add(more, to: host, at: now, in: execution.pool)
        } catch {
            // What was paid for is not thrown away for the sake of its count.
            execution.logger.warning("use of a source not counted", metadata: ["host": "\(host)", "error": "\(error)"])
        }
        return try answer.get()
    }

    /// How often a request was sent again.
    private final class RetryCount: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    private func send(
        _ request: ScrapeRequest,
        to host: String,
        counting retries: RetryCount,
        _ logger: Logger
    ) async throws -> HTTPResponse {
        let response: HTTPResponse
        do {
            response = try await http.fetch(request.http, retrying: Self.retries) { attempts, wait in
                retries.add()
                logger.info(
                    "source did not answer; trying again",
                    metadata: ["attempts": "\(attempts)", "wait": "\(wait)", "request": "\(request.http)"]
                )
            }
        } catch {
            if error.code == .cancelled { throw CancellationError() }
            await pace.record(failed: true, at: host, logger: logger)
            throw TaskError(error.isTransient ? .transient : .permanent, type: "source_\(error.code)", "\(error)")
        }
        credits.read(response.headers)
        let isAnswer =
            request.absentStatuses.contains(response.status) || response.isSuccess || response.status == 304
        // What we asked wrongly says nothing about the site.
        let isRefusal = response.status == 403 || response.status == 429 || response.status >= 500
        await pace.record(failed: !isAnswer && isRefusal, at: host, logger: logger)
        if isAnswer { return response }
        let message = "\(request.http) answered \(response.status): \(Self.excerpt(response.body))"
        switch response.status {
        // A site that blocks us may let us in later; the cap on attempts ends it.
        case 403: throw TaskError(.transient, type: "blocked", message, retryAfter: response.retryAfter)
        case _ where response.isTransientStatus:
            throw TaskError(.transient, type: "http_\(response.status)", message, retryAfter: response.retryAfter)
        default: throw TaskError(.permanent, type: "http_\(response.status)", message)
        }
    }

    /// The beginning of an error body, fit for a log line.
    private static func excerpt(_ body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(200), as: UTF8.self)
        return String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 })
        )
    }

    /// A URL of a source, with its parameters encoded.
    static func url(_ base: String, _ path: String, _ parameters: KeyValuePairs<String, String>) -> String {
        let base = base.hasSuffix("/") ? String(base.dropLast()) : base
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        func encode(_ text: String) -> String {
            // Percent-encoding fails only for lone surrogates, which a Swift string cannot hold.
            text.addingPercentEncoding(withAllowedCharacters: allowed) ?? ""
        }
        let query = parameters.map { "\(encode($0.key))=\(encode($0.value))" }.joined(separator: "&")
        return base + path + (query.isEmpty ? "" : "?\(query)")
    }
}
