import CRdkafka

/// Scoped access to librdkafka's list of partitions.
enum PartitionList {
    /// Builds a list, lends it to `body` and destroys it.
    static func with<Result>(
        _ positions: [KafkaPosition],
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Result
    ) -> Result {
        // Returns NULL only when memory is exhausted, where librdkafka itself aborts.
        let list = rd_kafka_topic_partition_list_new(Int32(clamping: positions.count))!
        defer { rd_kafka_topic_partition_list_destroy(list) }
        for position in positions {
            // The topic is copied. The returned element stays valid until the next addition.
            let element = rd_kafka_topic_partition_list_add(list, position.topic, position.partition)
            element?.pointee.offset = position.offset
        }
        return body(list)
    }

    static func with<Result>(
        _ partitions: [KafkaTopicPartition],
        _ body: (UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Result
    ) -> Result {
        with(
            partitions.map {
                KafkaPosition(topic: $0.topic, partition: $0.partition, offset: Int64(RD_KAFKA_OFFSET_INVALID))
            },
            body
        )
    }

    /// The list's elements; valid as long as the list is.
    static func elements(
        of list: UnsafePointer<rd_kafka_topic_partition_list_t>
    ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        UnsafeBufferPointer(start: list.pointee.elems, count: Int(list.pointee.cnt))
    }

    static func elements(
        of list: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) -> UnsafeBufferPointer<rd_kafka_topic_partition_t> {
        elements(of: UnsafePointer(list))
    }

    static func position(of element: rd_kafka_topic_partition_t) -> KafkaPosition {
        KafkaPosition(
            topic: element.topic.map { String(cString: $0) } ?? "",
            partition: element.partition,
            offset: element.offset
        )
    }
}
