public import Foundation
public import Kafka
public import Postgres

/// Records messages that cannot be accepted. The table is the truth; the `-dlq` topic gets a copy.
public struct DeadLetters: Sendable {
    public var pool: PostgresPool
    public var cluster: String
    public var consumer: String
    public var topicPrefix: String

    public init(pool: PostgresPool, cluster: String, consumer: String, topicPrefix: String) {
        self.pool = pool
        self.cluster = cluster
        self.consumer = consumer
        self.topicPrefix = topicPrefix
    }

    /// The insert for one message; a second reading of the same record is the same dead letter.
    private func insertStatement(_ message: KafkaIncoming, _ error: EnvelopeError) -> SQL {
        let headers = JSONValue.dictionary(
            Dictionary(
                message.headers.map { header in
                    // PostgreSQL's texts have no NUL.
                    let text = String(decoding: header.value, as: UTF8.self).replacing("\u{0}", with: "\u{FFFD}")
                    return (header.name, JSONValue.string(text))
                },
                uniquingKeysWith: { $1 }
            )
        )
        let subject = DeadLetterSubject(message.value)
        return """
            INSERT INTO nba_orchestration.dead_letter
                (cluster, topic, partition, "offset", consumer, key, payload, headers, reason, detail, run_id, processor, unit,
                 game_date, correlation_id)
            VALUES (\(cluster), \(String(message.topic.dropFirst(topicPrefix.count))), \(message.partition),
                    \(message.offset), \(consumer), \(message.key), \(message.value),
                    \(PostgresJSON(headers.encodedText)), \(error.reason), \(error.description), \(subject.runID),
                    \(subject.processor), \(subject.unit), \(subject.gameDate.map(\.postgres)), \(subject.correlationID))
            ON CONFLICT (topic, partition, "offset", cluster) DO UPDATE
                SET last_seen_at = now(), attempts = nba_orchestration.dead_letter.attempts + 1
            """
    }

    /// Files one message. A replay that is rejected is its letter again, with an attempt more.
    private func file(_ message: KafkaIncoming, _ error: EnvelopeError, in transaction: PostgresTransaction)
        async throws
    {
        if let replay = DeadLetterReturn(message) {
            let rows = try await transaction.query(
                replay.statement(reason: error.reason, detail: error.description, consumer: consumer)
            )
            if try rows.scalar(as: Bool.self) { return }
        }
        try await transaction.execute(insertStatement(message, error))
    }

    private static let alertPrefix = "dead_letter:"

    private static func kinds(
        _ rejected: [(message: KafkaIncoming, error: EnvelopeError)],
        prefix: String
    ) -> [(topic: String, reason: String)] {
        var seen: Set<[String]> = []
        return rejected.compactMap { message, error in
            let topic = String(message.topic.dropFirst(prefix.count))
            return seen.insert([topic, error.reason]).inserted ? (topic, error.reason) : nil
        }
    }

    /// Resolves the alerts of kinds of which nothing is left to be decided.
    public static let settleAlerts: SQL = """
        UPDATE nba_orchestration.alert AS a SET resolved_at = now()
        WHERE starts_with(a.signature, \(alertPrefix)) AND a.resolved_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM nba_orchestration.dead_letter AS d
                            WHERE d.state = 'new' AND a.signature = \(alertPrefix) || d.topic || ':' || d.reason)
        """

    /// Files messages and returns the copies for the dead-letter topics.
    public func file(_ rejected: [(message: KafkaIncoming, error: EnvelopeError)]) async throws -> [KafkaOutgoing] {
        guard !rejected.isEmpty else { return [] }
        try await pool.transaction { transaction in
            for (message, error) in rejected {
                try await file(message, error, in: transaction)
            }
            for (topic, reason) in Self.kinds(rejected, prefix: topicPrefix) {
                try await transaction.execute(
                    Alerts.raise(
                        .error,
                        signature: "\(Self.alertPrefix)\(topic):\(reason)",
                        title: "messages on \(topic) cannot be taken: \(reason)",
                        gameDate: nil,
                        runID: nil,
                        by: consumer
                    )
                )
            }
            // A message that comes again after it was decided opens nothing.
            try await transaction.execute(Self.settleAlerts)
        }
        return rejected.compactMap { message, error in
            // The broker's own limit applies to the copy as well; the table holds the original whole.
            guard let value = message.value, value.count <= Envelope.maximumBytes else { return nil }
            return KafkaOutgoing(
                topic: message.topic + "-dlq",
                key: message.key,
                value: value,
                headers: message.headers + [
                    KafkaHeader(name: "dlq_reason", value: Array(error.reason.utf8)),
                    KafkaHeader(name: "dlq_detail", value: Array(error.description.prefix(500).utf8)),
                    KafkaHeader(name: "dlq_consumer", value: Array(consumer.utf8)),
                    KafkaHeader(
                        name: "dlq_origin",
                        value: Array("\(message.topic)/\(message.partition)/\(message.offset)".utf8)
                    ),
                ]
            )
        }
    }
}
