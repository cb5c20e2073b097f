import CRdkafka
import Glibc
import Logging

/// Reads when single messages were produced.
///
/// A client of its own without group: nothing is committed and no member joins. Blocking; the client lives for the call.
struct MessageTimes {
    private let client: NativeClient
    private let clock = ContinuousClock()

    /// Milliseconds since 1970 of the first message at or after each position; a partition whose message did not come in
    /// time, or has no timestamp, is missing. At most one position a partition.
    static func read(
        _ positions: [KafkaPosition],
        configuration: KafkaConfiguration,
        logger: Logger,
        timeout: Duration
    ) -> Result<[KafkaTopicPartition: Int64], KafkaError> {
        let context = ClientContext(
            logger: logger,
            configuration: configuration,
            onError: { logger.debug("kafka reader error", metadata: ["error": "\($0)"]) }
        )
        do throws(KafkaError) {
            let client = try NativeClient(
                .reader,
                configuration: configuration,
                statisticsInterval: nil,
                context: context
            )
            // Every topic handle is given back before, and no other thread knows the client.
            defer { client.destroy() }
            return MessageTimes(client: client).read(positions, timeout: timeout)
        } catch {
            return .failure(error)
        }
    }

    private init(client: NativeClient) { self.client = client }

    private func read(
        _ positions: [KafkaPosition],
        timeout: Duration
    ) -> Result<[KafkaTopicPartition: Int64], KafkaError> {
        let deadline = clock.now + timeout
        var times: [KafkaTopicPartition: Int64] = [:]
        for (name, wanted) in Dictionary(grouping: positions, by: \.topic).sorted(by: { $0.key < $1.key }) {
            guard let topic = rd_kafka_topic_new(client.pointer, name, nil) else {
                return .failure(KafkaError(native: rd_kafka_last_error()))
            }
            defer { rd_kafka_topic_destroy(topic) }
            // All partitions fetch at once; then each is waited for.
            var started: [KafkaPosition] = []
            defer { for position in started { rd_kafka_consume_stop(topic, position.partition) } }
            for position in wanted {
                guard rd_kafka_consume_start(topic, position.partition, position.offset) == 0 else {
                    return .failure(KafkaError(native: rd_kafka_last_error()))
                }
                started.append(position)
            }
            for position in wanted {
                switch first(of: topic, position.partition, until: deadline) {
                case .success(let time): if let time { times[position.topicPartition] = time }
                case .failure(let error): return .failure(error)
                }
            }
        }
        return .success(times)
    }

    private func first(
        of topic: OpaquePointer,
        _ partition: Int32,
        until deadline: ContinuousClock.Instant
    ) -> Result<Int64?, KafkaError> {
        let left = max(.milliseconds(1), clock.now.duration(to: deadline))
        guard let message = rd_kafka_consume(topic, partition, left.pollMilliseconds) else {
            // Nothing came in time.
            guard errno == ETIMEDOUT || errno == ENOENT || errno == 0 else {
                return .failure(KafkaError(native: rd_kafka_last_error()))
            }
            return .success(nil)
        }
        defer { rd_kafka_message_destroy(message) }
        guard message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return .failure(KafkaError(native: message.pointee.err))
        }
        let time = rd_kafka_message_timestamp(message, nil)
        return .success(time < 0 ? nil : time)
    }
}
