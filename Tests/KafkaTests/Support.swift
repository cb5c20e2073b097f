import Kafka
import KafkaTestKit
import Logging
import Synchronization
import Testing

/// A message whose value is its number, so that loss and repetition can be seen.
func numbered(
    _ topic: String,
    _ range: Range<Int>,
    key: String? = nil,
    partition: Int32? = nil
) -> [KafkaOutgoing] {
    range.map {
        KafkaOutgoing(topic: topic, key: key.map { Array($0.utf8) }, value: Array("\($0)".utf8), partition: partition)
    }
}

extension KafkaIncoming {
    var number: Int? { value.flatMap { Int(String(decoding: $0, as: UTF8.self)) } }
}

extension KafkaProducer {
    /// A producer for one test, closed at its end.
    @discardableResult
    static func with<Result>(
        _ configuration: KafkaConfiguration,
        _ body: (KafkaProducer) async throws -> Result
    ) async throws -> Result {
        let producer = try KafkaProducer(configuration: configuration, logger: .quiet)
        do {
            let result = try await body(producer)
            await producer.close()
            return result
        } catch {
            await producer.close()
            throw error
        }
    }
}

extension KafkaConsumer {
    /// A consumer for one test, closed at its end.
    @discardableResult
    static func with<Result>(
        _ configuration: KafkaConfiguration,
        group: String,
        topics: [String],
        _ body: (KafkaConsumer) async throws -> Result
    ) async throws -> Result {
        let consumer = try KafkaConsumer(configuration: configuration, group: group, topics: topics, logger: .quiet)
        do {
            let result = try await body(consumer)
            await consumer.close()
            return result
        } catch {
            await consumer.close()
            throw error
        }
    }
}

/// Collects values from callbacks and lets a test wait for a certain one.
final class Collector<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded) }

    func add(_ value: Value) {
        values.withLock { $0.append(value) }
        continuation.yield(value)
    }

    var all: [Value] { values.withLock { $0 } }

    /// The first value that fits; nil if none came within the time.
    func first(within limit: Duration = .seconds(30), where fits: @escaping @Sendable (Value) -> Bool) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { [stream] in
                for await value in stream where fits(value) { return value }
                return nil
            }
            group.addTask {
                do { try await Task.sleep(for: limit) } catch { return nil }
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// These tests count in partitions, so they need topics with as many as they ask for.
    static var exactPartitions: Self {
        .enabled("the given broker does not create topics on request") {
            try await TestBroker.shared().choosesPartitions
        }
    }
}
