public import Foundation
public import Kafka
public import Logging
public import Postgres
import Synchronization

/// Sends outbox rows: at once after their commit, and again while what they start has not ended.
///
/// ``send(_:)`` only hands messages over, so that whoever committed them goes on at once; ``run()`` produces them and
/// remembers which ones the broker has, and the next ``resendDue(grace:)`` marks those in one statement.
public struct OutboxRelay: Sendable {
    public var pool: PostgresPool
    public var producer: any KafkaProducing
    /// The role whose rows this relay sends.
    public var role: String
    public var topicPrefix: String
    /// The first wait for a claim before a message is sent again; it doubles twice.
    public var resendBase: Duration
    public var logger: Logger
    var metrics: WorkMetrics?
    private let queue = OutboxQueue()

    public init(
        pool: PostgresPool,
        producer: any KafkaProducing,
        role: String,
        topicPrefix: String,
        resendBase: Duration,
        logger: Logger
    ) {
        self.pool = pool
        self.producer = producer
        self.role = role
        self.topicPrefix = topicPrefix
        self.resendBase = resendBase
        self.logger = logger
    }

    /// Hands over messages that were just committed. Nothing is lost where nobody runs the relay: the rows stay and the
    /// resend has them.
    public func send(_ messages: [OutboxMessage]) {
        if !messages.isEmpty { queue.waiting.yield(messages) }
    }

    /// Produces what is handed over until ``finish()``, several commits at a time.
    public func run() async {
        await withDiscardingTaskGroup { group in
            for await messages in queue.messages {
                group.addTask { await produce(messages) }
            }
        }
        await flushMarks()
    }

    /// Produces and marks messages before it returns, for a command that ends after it.
    public func sendNow(_ messages: [OutboxMessage]) async {
        guard !messages.isEmpty else { return }
        await produce(messages)
        await flushMarks()
    }

    private func flushMarks() async {
        do { try await markSent() } catch {
            logger.warning("sent messages not marked; they will be sent again", metadata: ["error": "\(error)"])
        }
    }

    /// Lets ``run()`` return when what was handed over is produced.
    public func finish() { queue.waiting.finish() }

    /// A failure is only logged: the rows stay and the resend has them.
    private func produce(_ messages: [OutboxMessage]) async {
        FaultPoint.hit("relay-before-produce")
        let start = ContinuousClock.now
        let results = await producer.send(
            messages.map { message in
                KafkaOutgoing(
                    topic: topicPrefix + message.topic.rawValue,
                    key: Array(message.key.utf8),
                    value: message.envelope.json.encoded,
                    headers: message.headers.sorted { $0.key < $1.key }.map {
                        KafkaHeader(name: $0.key, value: Array($0.value.utf8))
                    }
                )
            }
        )
        metrics?.spent(.now - start, on: .message)
        FaultPoint.hit("relay-after-produce")
        for (message, result) in zip(messages, results) {
            switch result {
            case .success:
                metrics?.sent(message.topic.rawValue, accepted: true)
                queue.sent.withLock { $0.append(.init(messageID: message.envelope.messageID)) }
            case .failure(let error):
                metrics?.sent(message.topic.rawValue, accepted: false)
                logger.warning(
                    "message not accepted by the broker; it will be sent again",
                    metadata: ["topic": "\(message.topic.rawValue)", "error": "\(error)"]
                )
            }
        }
    }

    /// Marks what the broker has, as of the moment at which it had it: a retry's time is compared with that.
    private func markSent() async throws {
        let marks = queue.sent.withLock { sent in
            defer { sent.removeAll() }
            return sent
        }
        guard !marks.isEmpty else { return }
        do { try await write(marks) } catch {
            queue.sent.withLock { $0 += marks }
            throw error
        }
    }

    private func write(_ marks: [OutboxQueue.Mark]) async throws {
        try await pool.transaction(asynchronousCommit: true) { transaction in
            _ = try await transaction.execute(
                """
                UPDATE nba_orchestration.outbox AS o
                SET state = CASE WHEN o.starts_phase IS NULL THEN 'done' ELSE 'sent' END, sends = o.sends + 1,
                    sent_at = now() - m.age * interval '1 second'
                FROM unnest(\(marks.map(\.messageID))::uuid[], \(marks.map(\.age.seconds))::double precision[])
                    AS m(message_id, age)
                WHERE o.message_id = m.message_id
                """
            )
        }
    }

    /// Sends this role's open rows that are due, and closes those whose tasks have ended. Returns how many were sent.
    ///
    /// Due is: never sent (after a moment for the sender of the commit itself), a lease ran out, a retry's time has
    /// come, or nobody has claimed after 10, 20, 40 s.
    public func resendDue(grace: Duration = .seconds(1)) async throws -> Int {
        try await markSent()
        try await pool.execute(
            """
            UPDATE nba_orchestration.outbox AS o SET state = 'done'
            WHERE o.producer = \(role) AND o.state = 'sent' AND NOT EXISTS (
                SELECT 1 FROM nba_orchestration.task AS t
                WHERE t.run_id = o.run_id AND t.phase = o.starts_phase AND NOT t.is_terminal
                    AND (o.starts_level IS NULL OR t.level = o.starts_level)
                    AND (o.starts_unit IS NULL OR t.unit = o.starts_unit))
            """
        )
        let rows = try await pool.query(
            """
            SELECT o.message_id, o.topic, o.key, o.headers, o.payload, o.starts_phase IS NOT NULL AS starts
            FROM nba_orchestration.outbox AS o
            WHERE o.producer = \(role) AND (
                o.state = 'pending' AND o.created_at < now() - \(grace.seconds) * interval '1 second'
                OR o.state = 'sent' AND EXISTS (
                    SELECT 1 FROM nba_orchestration.task AS t
                    WHERE t.run_id = o.run_id AND t.phase = o.starts_phase AND NOT t.is_terminal
                        AND (o.starts_level IS NULL OR t.level = o.starts_level)
                        AND (o.starts_unit IS NULL OR t.unit = o.starts_unit)
                        AND (t.state = 'running' AND t.lease_until < now() AND o.sent_at < t.lease_until
                             OR t.state = 'pending' AND t.next_attempt_at <= now() AND o.sent_at < t.next_attempt_at
                             OR (t.state = 'pending' AND t.next_attempt_at IS NULL OR t.state = 'running' AND t.lease_until < now()
                                 OR t.state = 'pending' AND t.next_attempt_at <= now())
                                AND o.sent_at < now()
                                    - \(resendBase.seconds) * power(2, least(o.sends, 3) - 1) * interval '1 second')))
            ORDER BY o.outbox_id LIMIT 500
            """
        )
        guard !rows.isEmpty else { return 0 }
        var outgoing: [KafkaOutgoing] = []
        var ids: [UUID] = []
        for row in rows {
            let headers = try JSONValue(parsing: Array(row.decode("headers", as: PostgresJSON.self).text.utf8))
            outgoing.append(
                KafkaOutgoing(
                    topic: topicPrefix + (try row.decode("topic", as: String.self)),
                    key: try row.decode("key", as: String?.self).map { Array($0.utf8) },
                    value: Array(try row.decode("payload", as: PostgresJSON.self).text.utf8),
                    headers: (headers.dictionaryValue ?? [:]).sorted { $0.key < $1.key }.map {
                        KafkaHeader(name: $0.key, value: Array(($0.value.stringValue ?? "").utf8))
                    }
                )
            )
            ids.append(try row.decode("message_id"))
        }
        let results = await producer.send(outgoing)
        let sent = zip(ids, results).compactMap { id, result -> OutboxQueue.Mark? in
            if case .success = result { .init(messageID: id) } else { nil }
        }
        queue.sent.withLock { $0 += sent }
        metrics?.resent(sent.count)
        try await markSent()
        return sent.count
    }
}

/// What is on its way: messages to produce, and produced ones to mark.
private final class OutboxQueue: Sendable {
    struct Mark: Sendable {
        var messageID: UUID
        var sentAt = ContinuousClock.now

        var age: Duration { ContinuousClock.now - sentAt }
    }

    let messages: AsyncStream<[OutboxMessage]>
    let waiting: AsyncStream<[OutboxMessage]>.Continuation
    let sent = Mutex<[Mark]>([])

    init() { (messages, waiting) = AsyncStream.makeStream() }
}
