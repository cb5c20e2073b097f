import Foundation
import HTTPFetch
public import Logging
import Pipeline

/// A way to people.
public protocol AlertSink: Sendable {
    /// As it is stored: log, webhook or command.
    var name: AlertSinkName { get }
    /// Hands a message over.
    ///
    /// - Throws: ``AlertSinkError`` when the other side did not take it.
    func send(_ message: AlertMessage) async throws(AlertSinkError)
}

public enum AlertSinkName: String, Sendable, CaseIterable {
    case log, webhook, command
}

/// Why a message did not get through.
public struct AlertSinkError: Error, CustomStringConvertible, Sendable {
    public var reason: String
    /// Whether the other side refused this message rather than failed.
    public var isRefusal = false

    public var description: String { reason }
}

extension AlertSettings {
    /// The sinks that are set up; the log always is.
    public func sinks(logger: Logger) -> [any AlertSink] {
        var sinks: [any AlertSink] = [LogAlertSink(logger: logger)]
        if let webhook { sinks.append(WebhookAlertSink(url: webhook, token: webhookToken, timeout: timeout)) }
        if !command.isEmpty { sinks.append(CommandAlertSink(command: command, timeout: timeout)) }
        return sinks
    }
}

/// An ERROR line for what is wrong, a notice for the rest.
struct LogAlertSink: AlertSink {
    let logger: Logger
    let name = AlertSinkName.log

    func send(_ message: AlertMessage) async throws(AlertSinkError) {
        let isBad = message.level.severity >= Alerts.Level.error.severity
        let isNews = [.first, .escalation, .summary].contains(message.kind)
        logger.log(
            level: isBad && isNews ? .error : isNews && message.level == .warning ? .warning : .notice,
            "alert",
            metadata: [
                "kind": "\(message.kind.rawValue)", "alert_level": "\(message.level.rawValue)",
                "signature": "\(message.signature)", "title": "\(message.title)", "next": "\(message.command)",
                "names": "\(message.names.prefix(AlertMessage.nameLimit).joined(separator: ", "))",
                "correlation_id": "\(message.correlationID ?? "-")", "message_id": "\(message.id)",
                "body": "\(message.json.encodedText)",
            ]
        )
    }
}

/// Posts each message as JSON. Whoever gets one may get it twice: `message_id` tells.
struct WebhookAlertSink: AlertSink {
    let url: String
    let token: String?
    let timeout: Duration
    let name = AlertSinkName.webhook
    private let client: HTTPClient

    init(url: String, token: String?, timeout: Duration) {
        self.url = url
        self.token = token
        self.timeout = timeout
        // The operator names it, so it may be inside; where it would send us on to, nobody named.
        client = HTTPClient(
            limits: HTTPLimits(
                maximumBodyBytes: 64 << 10,
                totalTimeout: timeout,
                maximumRedirects: 0,
                allowPrivateAddresses: true
            ),
            maximumConcurrentTransfers: 2
        )
    }

    func send(_ message: AlertMessage) async throws(AlertSinkError) {
        var headers = [("Content-Type", "application/json"), ("Idempotency-Key", message.id.uuidString.lowercased())]
        if let token { headers.append(("Authorization", "Bearer \(token)")) }
        let response: HTTPResponse
        do {
            response = try await client.fetch(
                HTTPRequest(method: "POST", url: url, headers: headers, body: message.json.encoded)
            )
        } catch {
            // The address may hold a token, so of the error only its kind is told.
            throw AlertSinkError(reason: "the webhook was not reached: \(error.code)")
        }
        guard !response.isSuccess else { return }
        throw AlertSinkError(
            reason: "the webhook answered \(response.status)",
            isRefusal: (400..<500).contains(response.status) && !response.isTransientStatus
        )
    }
}
