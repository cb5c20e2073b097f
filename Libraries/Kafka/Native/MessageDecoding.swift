import CRdkafka
import Glibc

/// Copies consumed messages into Swift values.
///
/// Used by one thread only. Remembers topic names, because a message carries its topic as a C string and building
/// the same Swift string for each message costs an allocation.
struct MessageDecoder {
    private var names: [(native: [CChar], name: String)] = []

    /// Copies everything; the native message may be destroyed afterwards.
    mutating func decode(_ message: UnsafeMutablePointer<rd_kafka_message_t>) -> KafkaIncoming {
        let native = message.pointee
        let timestamp = rd_kafka_message_timestamp(message, nil)
        return KafkaIncoming(
            topic: topicName(of: native),
            partition: native.partition,
            offset: native.offset,
            timestampMilliseconds: timestamp < 0 ? nil : timestamp,
            key: Self.bytes(native.key, native.key_len),
            value: Self.bytes(native.payload, native.len),
            headers: Self.headers(of: message)
        )
    }

    mutating func topicName(of message: rd_kafka_message_t) -> String {
        guard let topic = message.rkt, let native = rd_kafka_topic_name(topic) else { return "" }
        for entry in names where strcmp(entry.native, native) == 0 { return entry.name }
        let name = String(cString: native)
        // Bounds the search for consumers of very many topics.
        if names.count < 64 { names.append((Array(name.utf8CString), name)) }
        return name
    }

    /// nil stays nil (a null key, a tombstone); an empty value stays empty.
    static func bytes(_ pointer: UnsafeRawPointer?, _ count: Int) -> [UInt8]? {
        guard let pointer else { return nil }
        return Array(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    static func headers(of message: UnsafePointer<rd_kafka_message_t>) -> [KafkaHeader] {
        var list: OpaquePointer?
        // The list stays the message's.
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return [] }
        let count = rd_kafka_header_cnt(list)
        var headers: [KafkaHeader] = []
        headers.reserveCapacity(count)
        for index in 0..<count {
            var name: UnsafePointer<CChar>?
            var value: UnsafeRawPointer?
            var size = 0
            guard rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR, let name
            else { break }
            headers.append(KafkaHeader(name: String(cString: name), value: bytes(value, size) ?? []))
        }
        return headers
    }
}
