import Foundation
import Kafka
import KafkaTestKit
import Pipeline
import Postgres

/// A message as the outbox has it.
struct WireMessage: Sendable, Hashable {
    var topic: String
    var key: String?
    var payload: [UInt8]
}

/// Produces what no service of ours would.
struct Wire: Sendable {
    let stack: Stack
    let producer: KafkaProducer

    /// Runs the body with a producer on the stack's broker, which lets pass what is larger than brokers like.
    static func with<R: Sendable>(_ stack: Stack, _ body: (Wire) async throws -> R) async throws -> R {
        let configuration = KafkaConfiguration(
            brokers: try stack.broker,
            clientID: "test",
            settings: ["message.max.bytes": "4000000"]
        )
        let producer = try KafkaProducer(configuration: configuration, logger: .quiet)
        let result: Result<R, any Error>
        do { result = .success(try await body(Wire(stack: stack, producer: producer))) } catch {
            result = .failure(error)
        }
        await producer.close(timeout: .seconds(5))
        return try result.get()
    }

    private var prefix: String { stack.topics?.prefix ?? "" }

    func send(_ messages: [WireMessage]) async throws {
        try await producer.sendAll(
            messages.map {
                KafkaOutgoing(topic: prefix + $0.topic, key: $0.key.map { Array($0.utf8) }, value: $0.payload)
            }
        )
    }

    func send(_ topic: Topic, key: [UInt8], _ payload: [UInt8], _ headers: [KafkaHeader] = []) async throws {
        try await producer.sendAll([
            KafkaOutgoing(topic: prefix + topic.rawValue, key: key, value: payload, headers: headers)
        ])
    }

    /// Waits until the consumers have read everything that was produced with the keys of `messages` so far: behind it
    /// goes one more message a topic and key, which is no JSON and so leaves a dead letter.
    func drain(_ messages: [WireMessage], seconds: Double = 60) async throws {
        let mark = "drained \(UUID())"
        let places = Set(messages.map { WireMessage(topic: $0.topic, key: $0.key, payload: Array(mark.utf8)) })
            .filter { $0.topic != Topic.phase6PublishingComplete.rawValue }
        try await send(Array(places))
        let deadline = ContinuousClock.now + .seconds(seconds)
        var seen: Int64 = 0
        while ContinuousClock.now < deadline {
            seen = try await stack.count(
                "SELECT count(*) FROM nba_orchestration.dead_letter WHERE payload = \(Array(mark.utf8))"
            )
            if seen == places.count { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        guard seen == places.count else {
            throw StackError(description: "only \(seen) of \(places.count) partitions were read to their end")
        }
        try await stack.pool.execute(
            "DELETE FROM nba_orchestration.dead_letter WHERE payload = \(Array(mark.utf8))"
        )
    }
}

extension Stack {
    /// What the services have produced for a run, in the order of its making.
    func messages(of run: RunRecord) async throws -> [WireMessage] {
        try await pool.query(
            """
            SELECT topic, key, payload::text AS payload FROM nba_orchestration.outbox
            WHERE run_id = \(run.runID) ORDER BY outbox_id
            """
        ).map { row in
            WireMessage(
                topic: try row.decode("topic"),
                key: try row.decode("key"),
                payload: Array(try row.decode("payload", as: String.self).utf8)
            )
        }
    }
}
