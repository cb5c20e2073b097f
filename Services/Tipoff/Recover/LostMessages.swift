import Foundation
import Kafka
import Pipeline
import Postgres

/// What the topics still hold that a restored database does not know: the consumers have read it and will not again.
struct LostMessages: Sendable {
    /// The reason of the dead letters that hand-made messages become, for whoever decides about them.
    static let reason = "lost_by_restore"

    /// What was found.
    struct Report: Sendable {
        var messages = 0
        /// Runs that messages name and the database does not hold.
        var runs: Set<UUID> = []
        /// Messages that opened a run of their own, which the database does not hold.
        var handMade: [KafkaIncoming] = []
    }

    let session: Session

    /// Reads all topics from their beginning, with a group of its own that commits nothing.
    func find() async throws -> Report {
        let configuration = session.configuration
        let consumer = try KafkaConsumer(
            configuration: configuration.kafka(clientID: "tipoff"),
            group: "\(configuration.topicPrefix)tipoff-recover-\(UUID().uuidString.lowercased())",
            topics: Topic.allCases.map { configuration.topicPrefix + $0.rawValue },
            logger: session.logger
        )
        let result: Result<Report, any Error>
        do { result = .success(try await read(consumer)) } catch { result = .failure(error) }
        await consumer.close(timeout: .seconds(5))
        return try result.get()
    }

    private func read(_ consumer: KafkaConsumer) async throws -> Report {
        let clock = ContinuousClock()
        let patience = clock.now + .seconds(20)
        while !consumer.isAssigned {
            guard clock.now < patience else {
                throw CommandProblem(
                    exit: .unreachable,
                    message: "the broker hands out no partitions",
                    next: "tipoff doctor"
                )
            }
            try await clock.sleep(for: .milliseconds(50))
        }
        var report = Report()
        while true {
            let batch = try await consumer.nextBatch(maximum: 2000, maxWait: .seconds(3))
            guard !batch.isEmpty else { return report }
            report.messages += batch.count
            session.output.transient("\(report.messages) messages read")
            try await sort(batch, into: &report)
        }
    }

    private func sort(_ batch: [KafkaIncoming], into report: inout Report) async throws {
        var named: Set<UUID> = []
        var own: [UUID: KafkaIncoming] = [:]
        for message in batch {
            // What cannot be read is a dead letter already, or was one.
            guard let envelope = envelope(message) else { continue }
            if let runID = envelope.runID {
                named.insert(runID)
            } else {
                own[UUID(deriving: "run/msg:\(envelope.messageID.uuidString.lowercased())")] = message
            }
        }
        let known = try await session.pool.query(
            "SELECT run_id FROM nba_orchestration.run WHERE run_id = ANY(\(Array(named) + Array(own.keys)))"
        ).column("run_id", as: UUID.self)
        report.runs.formUnion(named.subtracting(known))
        report.handMade += own.filter { !known.contains($0.key) }.map(\.value)
    }

    private func envelope(_ message: KafkaIncoming) -> Envelope? {
        guard let payload = message.value else { return nil }
        let origin = MessageOrigin(
            cluster: session.work.kafkaCluster,
            topic: message.topic,
            partition: message.partition,
            offset: message.offset,
            timestampMilliseconds: message.timestampMilliseconds ?? 0
        )
        do { return try Envelope(decoding: payload, origin: origin) } catch { return nil }
    }

    /// Files hand-made messages as dead letters; those that are letters already stay what they are. Returns how many.
    func file(_ messages: [KafkaIncoming]) async throws -> Int {
        guard !messages.isEmpty else { return 0 }
        let prefix = session.configuration.topicPrefix
        return try await session.pool.execute(
            """
            INSERT INTO nba_orchestration.dead_letter
                (cluster, topic, partition, "offset", consumer, key, payload, reason, detail)
            SELECT \(session.work.kafkaCluster), m.topic, m.partition, m.place, \(RunStarter.role), m.key, m.payload,
                   \(Self.reason), 'the run that it opened is not in the restored database'
            FROM unnest(\(messages.map { String($0.topic.dropFirst(prefix.count)) })::text[],
                        \(messages.map(\.partition))::int4[], \(messages.map(\.offset))::bigint[],
                        \(messages.map { $0.key ?? [] })::bytea[], \(messages.map { $0.value ?? [] })::bytea[])
                AS m(topic, partition, place, key, payload)
            ON CONFLICT (topic, partition, "offset", cluster) DO NOTHING
            """
        )
    }
}
