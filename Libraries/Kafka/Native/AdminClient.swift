import CRdkafka
import Glibc
import Logging

/// Blocking administrative calls. Thread-safe: librdkafka's are, and each call has a result queue of its own.
///
/// The native client is destroyed in `deinit`, so never during a call, because a call holds a reference.
final class AdminClient: Sendable {
    private let client: NativeClient
    private let logger: Logger

    init(configuration: KafkaConfiguration, logger: Logger) throws(KafkaError) {
        self.logger = logger
        let context = ClientContext(
            logger: logger,
            configuration: configuration,
            onError: { logger.debug("kafka admin error", metadata: ["error": "\($0)"]) }
        )
        client = try NativeClient(.admin, configuration: configuration, statisticsInterval: nil, context: context)
    }

    deinit {
        // Tearing down connections may take a moment, and the last reference may go away anywhere.
        let (client, logger) = (client, logger)
        do throws(KafkaError) {
            try NativeThread.start(name: "kafka-admin") { client.destroy() }
        } catch {
            logger.warning("kafka admin client closes on its caller's thread", metadata: ["error": "\(error)"])
            client.destroy()
        }
    }

    // MARK: Metadata

    func metadata(timeout: Duration) -> Result<KafkaMetadata, KafkaError> {
        var native: UnsafePointer<rd_kafka_metadata>?
        // All topics, filtered by the caller: asking for one by name may create it.
        let code = rd_kafka_metadata(client.pointer, 1, nil, &native, timeout.pollMilliseconds)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let native else { return .failure(KafkaError(native: code)) }
        defer { rd_kafka_metadata_destroy(native) }
        let brokers = UnsafeBufferPointer(start: native.pointee.brokers, count: Int(native.pointee.broker_cnt)).map {
            KafkaMetadata.Broker(id: $0.id, host: $0.host.map { String(cString: $0) } ?? "", port: Int($0.port))
        }
        let topics = UnsafeBufferPointer(start: native.pointee.topics, count: Int(native.pointee.topic_cnt)).map {
            topic in
            KafkaMetadata.Topic(
                name: topic.topic.map { String(cString: $0) } ?? "",
                partitions: UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt)).map {
                    KafkaMetadata.Partition(
                        id: $0.id,
                        leader: $0.leader,
                        replicas: Array(UnsafeBufferPointer(start: $0.replicas, count: Int($0.replica_cnt))),
                        inSyncReplicas: Array(UnsafeBufferPointer(start: $0.isrs, count: Int($0.isr_cnt)))
                    )
                }.sorted { $0.id < $1.id },
                error: topic.err == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(native: topic.err)
            )
        }
        return .success(
            KafkaMetadata(brokers: brokers.sorted { $0.id < $1.id }, topics: topics.sorted { $0.name < $1.name })
        )
    }

    // MARK: Topics

    func createTopics(
        _ topics: [KafkaTopicSpecification],
        timeout: Duration
    ) -> Result<[KafkaTopicOutcome], KafkaError> {
        var natives: [OpaquePointer?] = []
        defer { for native in natives { rd_kafka_NewTopic_destroy(native) } }
        for topic in topics {
            var native: OpaquePointer?
            let reason = withErrorText { buffer, size in
                native = rd_kafka_NewTopic_new(
                    topic.name,
                    Int32(clamping: topic.partitions ?? -1),
                    Int32(clamping: topic.replication ?? -1),
                    buffer,
                    size
                )
            }
            guard let native else { return .failure(KafkaError(.invalidArgument, reason: "\(topic.name): \(reason)")) }
            natives.append(native)
            for (name, value) in topic.settings {
                let code = rd_kafka_NewTopic_set_config(native, name, value)
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(native: code)) }
            }
        }
        return request(RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout: timeout) { options, queue in
            natives.withUnsafeMutableBufferPointer {
                rd_kafka_CreateTopics(client.pointer, $0.baseAddress, $0.count, options, queue)
            }
        } read: { event in
            guard let result = rd_kafka_event_CreateTopics_result(event) else { return Self.unexpected(event) }
            var count = 0
            return .success(Self.outcomes(rd_kafka_CreateTopics_result_topics(result, &count), count))
        }
    }

    func deleteTopics(_ topics: [String], timeout: Duration) -> Result<[KafkaTopicOutcome], KafkaError> {
        var natives: [OpaquePointer?] = topics.map { rd_kafka_DeleteTopic_new($0) }
        defer { for native in natives { rd_kafka_DeleteTopic_destroy(native) } }
        return request(RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout: timeout) { options, queue in
            natives.withUnsafeMutableBufferPointer {
                rd_kafka_DeleteTopics(client.pointer, $0.baseAddress, $0.count, options, queue)
            }
        } read: { event in
            guard let result = rd_kafka_event_DeleteTopics_result(event) else { return Self.unexpected(event) }
            var count = 0
            return .success(Self.outcomes(rd_kafka_DeleteTopics_result_topics(result, &count), count))
        }
    }

    private static func outcomes(
        _ topics: UnsafeMutablePointer<OpaquePointer?>?,
        _ count: Int
    ) -> [KafkaTopicOutcome] {
        UnsafeBufferPointer(start: topics, count: count).compactMap { topic in
            guard let topic else { return nil }
            let code = rd_kafka_topic_result_error(topic)
            let reason = rd_kafka_topic_result_error_string(topic).map { String(cString: $0) }
            return KafkaTopicOutcome(
                name: String(cString: rd_kafka_topic_result_name(topic)),
                error: code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(native: code, reason: reason)
            )
        }
    }

    // MARK: Groups

    func listGroups(timeout: Duration) -> Result<[KafkaGroup], KafkaError> {
        let names: Result<[String], KafkaError> = request(
            RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS,
            timeout: timeout
        ) { options, queue in
            rd_kafka_ListConsumerGroups(client.pointer, options, queue)
        } read: { event in
            guard let result = rd_kafka_event_ListConsumerGroups_result(event) else { return Self.unexpected(event) }
            var count = 0
            let listings = rd_kafka_ListConsumerGroups_result_valid(result, &count)
            let groups = UnsafeBufferPointer(start: listings, count: count).map {
                String(cString: rd_kafka_ConsumerGroupListing_group_id($0))
            }
            var failures = 0
            let errors = rd_kafka_ListConsumerGroups_result_errors(result, &failures)
            // A part of the truth would look like the whole.
            if failures > 0, let error = errors?[0] { return .failure(KafkaError(borrowing: error)) }
            return .success(groups)
        }
        return names.flatMap { $0.isEmpty ? .success([]) : describeGroups($0.sorted(), timeout: timeout) }
    }

    private func describeGroups(_ names: [String], timeout: Duration) -> Result<[KafkaGroup], KafkaError> {
        request(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS, timeout: timeout) { options, queue in
            let copies = names.map { strdup($0) }
            defer { for copy in copies { free(copy) } }
            // The names are copied into the request before the call returns.
            var pointers = copies.map { UnsafePointer($0) }
            pointers.withUnsafeMutableBufferPointer {
                rd_kafka_DescribeConsumerGroups(client.pointer, $0.baseAddress, $0.count, options, queue)
            }
        } read: { event in
            guard let result = rd_kafka_event_DescribeConsumerGroups_result(event) else {
                return Self.unexpected(event)
            }
            var count = 0
            let groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count)
            return .success(UnsafeBufferPointer(start: groups, count: count).compactMap { $0.map(Self.group) })
        }
    }

    private static func group(_ native: OpaquePointer) -> KafkaGroup {
        let error = rd_kafka_ConsumerGroupDescription_error(native)
        let members = (0..<rd_kafka_ConsumerGroupDescription_member_count(native)).compactMap { index in
            rd_kafka_ConsumerGroupDescription_member(native, index).map(member)
        }
        return KafkaGroup(
            name: String(cString: rd_kafka_ConsumerGroupDescription_group_id(native)),
            state: String(cString: rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(native))),
            assignor: text(rd_kafka_ConsumerGroupDescription_partition_assignor(native)),
            members: members,
            error: error.flatMap {
                rd_kafka_error_code($0) == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(borrowing: $0)
            }
        )
    }

    private static func member(_ native: OpaquePointer) -> KafkaGroup.Member {
        var assignment: [KafkaTopicPartition] = []
        if let partitions = rd_kafka_MemberDescription_assignment(native).flatMap({
            rd_kafka_MemberAssignment_partitions($0)
        }) {
            assignment = PartitionList.elements(of: partitions).map { PartitionList.position(of: $0).topicPartition }
        }
        return KafkaGroup.Member(
            id: text(rd_kafka_MemberDescription_consumer_id(native)),
            clientID: text(rd_kafka_MemberDescription_client_id(native)),
            host: text(rd_kafka_MemberDescription_host(native)),
            assignment: assignment.sorted()
        )
    }

    private static func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

    // MARK: Lag

    func lag(
        group: String,
        partitions: [KafkaTopicPartition],
        timeout: Duration
    ) -> Result<[KafkaPartitionLag], KafkaError> {
        committed(group: group, partitions: partitions, timeout: timeout).flatMap { committed in
            let clock = ContinuousClock()
            let deadline = clock.now + timeout
            var lags: [KafkaPartitionLag] = []
            for partition in partitions {
                var low: Int64 = 0
                var high: Int64 = 0
                let left = max(.milliseconds(1), clock.now.duration(to: deadline))
                let code = rd_kafka_query_watermark_offsets(
                    client.pointer,
                    partition.topic,
                    partition.partition,
                    &low,
                    &high,
                    left.pollMilliseconds
                )
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                    return .failure(
                        KafkaError(native: code, reason: "\(partition): \(String(cString: rd_kafka_err2str(code)))")
                    )
                }
                lags.append(
                    KafkaPartitionLag(partition: partition, low: low, high: high, committed: committed[partition])
                )
            }
            return .success(lags)
        }
    }

    private func committed(
        group: String,
        partitions: [KafkaTopicPartition],
        timeout: Duration
    ) -> Result<[KafkaTopicPartition: Int64], KafkaError> {
        guard !group.isEmpty else { return .failure(KafkaError(.invalidArgument, reason: "the group's name is empty")) }
        return request(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, timeout: timeout) { options, queue in
            PartitionList.with(partitions) { list in
                // Copies the list.
                var query = rd_kafka_ListConsumerGroupOffsets_new(group, list)
                rd_kafka_ListConsumerGroupOffsets(client.pointer, &query, 1, options, queue)
                rd_kafka_ListConsumerGroupOffsets_destroy(query)
            }
        } read: { event in
            guard let result = rd_kafka_event_ListConsumerGroupOffsets_result(event) else {
                return Self.unexpected(event)
            }
            var count = 0
            let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count)
            guard count > 0, let first = groups?[0] else { return Self.unexpected(event) }
            if let error = rd_kafka_group_result_error(first), rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR
            {
                return .failure(KafkaError(borrowing: error))
            }
            var offsets: [KafkaTopicPartition: Int64] = [:]
            guard let list = rd_kafka_group_result_partitions(first) else { return .success(offsets) }
            for element in PartitionList.elements(of: list) {
                if element.err != RD_KAFKA_RESP_ERR_NO_ERROR { return .failure(KafkaError(native: element.err)) }
                let position = PartitionList.position(of: element)
                // Negative: the group has never committed here.
                if position.offset >= 0 { offsets[position.topicPartition] = position.offset }
            }
            return .success(offsets)
        }
    }

    // MARK: Requests

    /// Sends an admin request and reads its one result event. `read` must copy what it needs: the event, and with it
    /// everything that it points to, is destroyed afterwards.
    private func request<Value>(
        _ operation: rd_kafka_admin_op_t,
        timeout: Duration,
        send: (_ options: OpaquePointer, _ queue: OpaquePointer) -> Void,
        read: (_ event: OpaquePointer) -> Result<Value, KafkaError>
    ) -> Result<Value, KafkaError> {
        guard let queue = rd_kafka_queue_new(client.pointer) else {
            return .failure(KafkaError(.criticalResource, reason: "no memory for a queue"))
        }
        defer { rd_kafka_queue_destroy(queue) }
        guard let options = rd_kafka_AdminOptions_new(client.pointer, operation) else {
            return .failure(KafkaError(.criticalResource, reason: "no memory for request options"))
        }
        defer { rd_kafka_AdminOptions_destroy(options) }
        let milliseconds = max(1, timeout.pollMilliseconds)
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        let reason = withErrorText { buffer, size in
            code = rd_kafka_AdminOptions_set_request_timeout(options, milliseconds, buffer, size)
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { return .failure(KafkaError(native: code, reason: reason)) }
        send(options, queue)
        // The library itself answers at the request's timeout; the second on top only guards against its silence.
        let patience = milliseconds > Int32.max - 1_000 ? milliseconds : milliseconds + 1_000
        guard let event = rd_kafka_queue_poll(queue, patience) else {
            return .failure(KafkaError(.timedOut, reason: "no answer to an admin request"))
        }
        defer { rd_kafka_event_destroy(event) }
        let failure = rd_kafka_event_error(event)
        guard failure == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return .failure(
                KafkaError(native: failure, reason: rd_kafka_event_error_string(event).map { String(cString: $0) })
            )
        }
        return read(event)
    }

    private static func unexpected<Value>(_ event: OpaquePointer) -> Result<Value, KafkaError> {
        .failure(
            KafkaError(.unknown, reason: "unexpected answer \(String(cString: rd_kafka_event_name(event)))")
        )
    }
}
