import Foundation
import Logging
import Pipeline
import Postgres

/// Sends what has been decided, each sink by itself and in order; one that fails is tried again later and holds nobody up.
struct AlertSender: Sendable {
    let pool: PostgresPool
    let sinks: [any AlertSink]
    let owner: String
    /// How long an attempt keeps others from the message: longer than a sending may take.
    let claim: Duration
    let metrics: AlertMetrics
    let logger: Logger

    /// Messages of one sink and round.
    static let limit = 50
    /// A message that the other side refused so often stays unsent.
    static let refusals = 5
    /// How long a message is worth sending, in seconds.
    static let patience: Double = 86_400
    /// Failures in a row that are an incident of their own.
    static let failuresTold = 3

    /// Seconds until the next attempt.
    static func pause(after attempts: Int) -> Double { min(5 * pow(2, Double(min(attempts, 10) - 1)), 300) }

    func round() async {
        await withTaskGroup(of: Void.self) { group in
            for sink in sinks { group.addTask { await drain(sink) } }
        }
    }

    private func drain(_ sink: any AlertSink) async {
        do {
            for _ in 0..<Self.limit {
                guard let claimed = try await claim(sink.name) else { return }
                guard try await send(claimed, through: sink) else { return }
            }
        } catch {
            logger.warning(
                "alerts are not sent yet; trying again",
                metadata: ["sink": "\(sink.name.rawValue)", "error": "\(error)"]
            )
        }
    }

    private struct Claimed {
        var message: AlertMessage
        var attempts: Int
        var age: Double
    }

    /// Takes the oldest message of a sink if its time has come: an end must not overtake its beginning.
    private func claim(_ sink: AlertSinkName) async throws -> Claimed? {
        let rows = try await pool.query(
            """
            WITH oldest AS (
                SELECT s.message_id FROM nba_orchestration.alert_sending AS s
                JOIN nba_orchestration.alert_message AS m USING (message_id)
                WHERE s.sink = \(sink.rawValue) AND s.state = 'pending'
                ORDER BY m.created_at, m.window_key LIMIT 1
            )
            UPDATE nba_orchestration.alert_sending AS s
            SET attempts = s.attempts + 1, next_attempt_at = now() + \(claim / .seconds(1)) * interval '1 second'
            FROM oldest AS o JOIN nba_orchestration.alert_message AS m USING (message_id)
            WHERE s.message_id = o.message_id AND s.sink = \(sink.rawValue) AND s.state = 'pending'
                AND s.next_attempt_at <= now()
            RETURNING m.body, s.attempts, EXTRACT(epoch FROM now() - m.created_at)::double precision AS age
            """
        )
        guard let row = rows.first else { return nil }
        return Claimed(
            message: try AlertMessage(json: JSONValue(parsing: row.decode("body", as: PostgresJSON.self).bytes)),
            attempts: Int(try row.decode("attempts", as: Int32.self)),
            age: try row.decode("age")
        )
    }

    /// Returns whether the next one may follow.
    private func send(_ claimed: Claimed, through sink: any AlertSink) async throws -> Bool {
        let name = sink.name.rawValue
        do throws(AlertSinkError) {
            try await sink.send(claimed.message)
        } catch {
            let isOver =
                error.isRefusal && claimed.attempts >= Self.refusals || claimed.age >= Self.patience
            metrics.sent(sink.name, isOver ? "given_up" : "failed")
            logger.error(
                "an alert did not get through",
                metadata: [
                    "sink": "\(name)", "error": "\(error)", "attempt": "\(claimed.attempts)",
                    "message_id": "\(claimed.message.id)", "title": "\(claimed.message.title)",
                    "given_up": "\(isOver)",
                ]
            )
            try await failed(claimed, sink.name, error, isOver: isOver)
            return isOver
        }
        metrics.sent(sink.name, "sent")
        try await pool.transaction { transaction in
            try await transaction.execute(
                """
                UPDATE nba_orchestration.alert_sending SET state = 'sent', ended_at = now(), last_error = NULL
                WHERE message_id = \(claimed.message.id) AND sink = \(name) AND state = 'pending'
                """
            )
            try await transaction.execute(Alerts.resolve(signature: Self.signature(sink.name)))
        }
        return true
    }

    static func signature(_ sink: AlertSinkName) -> String { "alerts:sink:\(sink.rawValue)" }

    private func failed(
        _ claimed: Claimed,
        _ sink: AlertSinkName,
        _ error: AlertSinkError,
        isOver: Bool
    ) async throws {
        try await pool.transaction { transaction in
            try await transaction.execute(
                """
                UPDATE nba_orchestration.alert_sending
                SET state = CASE WHEN \(isOver) THEN 'given_up' ELSE 'pending' END,
                    ended_at = CASE WHEN \(isOver) THEN now() END, last_error = \(error.reason),
                    next_attempt_at = now() + \(Self.pause(after: claimed.attempts)) * interval '1 second'
                WHERE message_id = \(claimed.message.id) AND sink = \(sink.rawValue) AND state = 'pending'
                """
            )
            guard claimed.attempts >= Self.failuresTold || isOver else { return }
            try await StandingAlert(
                level: .error,
                signature: Self.signature(sink),
                title: "alerts do not get through to the \(sink.rawValue)",
                detail: ["names": [.string(error.reason)], "next": "tipoff alerts test"],
                gameDate: nil
            ).tell(by: owner, in: transaction) { _, _ in false }
        }
    }
}
