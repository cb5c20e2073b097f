import CRdkafka

/// Hands one message to librdkafka.
enum MessageProducing {
    /// Returns nil when the client has taken the message; then exactly one delivery report with `ticket` follows.
    /// Otherwise no report follows.
    static func produce(_ message: KafkaOutgoing, ticket: UInt, on client: OpaquePointer) -> KafkaError? {
        // As C strings they would silently end at the zero.
        guard !message.topic.utf8.contains(0), message.headers.allSatisfy({ !$0.name.utf8.contains(0) }) else {
            return KafkaError(.invalidArgument, reason: "a topic or header name contains a zero byte")
        }
        guard !message.topic.isEmpty else { return KafkaError(.invalidTopic, reason: "the topic's name is empty") }

        var headers: OpaquePointer?
        if !message.headers.isEmpty {
            headers = rd_kafka_headers_new(message.headers.count)
            for header in message.headers {
                let code = header.value.withUnsafeBytes {
                    // Name and value are copied. -1: the name's length is found by its zero.
                    rd_kafka_header_add(headers, header.name, -1, $0.baseAddress ?? emptyBytes, $0.count)
                }
                guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
                    rd_kafka_headers_destroy(headers)
                    return KafkaError(native: code)
                }
            }
        }

        let error = message.topic.withCString { topic in
            message.value.withUnsafeBytes { value in
                withOptionalBytes(message.key) { key in
                    produce(topic, key, value, message.partition, headers, ticket, client)
                }
            }
        }
        guard let error else { return nil }
        // The headers belong to the message only if it was taken.
        if let headers { rd_kafka_headers_destroy(headers) }
        return KafkaError(consuming: error)
    }

    private static func produce(
        _ topic: UnsafePointer<CChar>,
        _ key: UnsafeRawBufferPointer?,
        _ value: UnsafeRawBufferPointer,
        _ partition: Int32?,
        _ headers: OpaquePointer?,
        _ ticket: UInt,
        _ client: OpaquePointer
    ) -> OpaquePointer? {
        withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { fields in
            var count = 0
            func add(_ type: rd_kafka_vtype_t, _ fill: (inout rd_kafka_vu_t) -> Void) {
                var field = rd_kafka_vu_t()
                field.vtype = type
                fill(&field)
                fields.initializeElement(at: count, to: field)
                count += 1
            }
            add(RD_KAFKA_VTYPE_TOPIC) { $0.u.cstr = topic }
            // Copied by the library: the Swift arrays need not outlive this call.
            add(RD_KAFKA_VTYPE_MSGFLAGS) { $0.u.i = RD_KAFKA_MSG_F_COPY }
            add(RD_KAFKA_VTYPE_OPAQUE) { $0.u.ptr = UnsafeMutableRawPointer(bitPattern: ticket) }
            add(RD_KAFKA_VTYPE_VALUE) { $0.u.mem = .init(mutating: value) }
            if let key { add(RD_KAFKA_VTYPE_KEY) { $0.u.mem = .init(mutating: key) } }
            if let partition { add(RD_KAFKA_VTYPE_PARTITION) { $0.u.i32 = partition } }
            if let headers { add(RD_KAFKA_VTYPE_HEADERS) { $0.u.headers = headers } }
            return rd_kafka_produceva(client, fields.baseAddress, count)
        }
    }

    private static func withOptionalBytes<Result>(
        _ bytes: [UInt8]?,
        _ body: (UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        guard let bytes else { return body(nil) }
        return bytes.withUnsafeBytes { body($0) }
    }
}

/// Where empty values point: NULL would mean "no value" (a tombstone).
///
/// `nonisolated(unsafe)`: an address that is never read or written, because its length is always zero.
private nonisolated(unsafe) let emptyBytes = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
)

extension rd_kafka_vu_s.__Unnamed_union_u.__Unnamed_struct_mem {
    /// librdkafka takes a mutable pointer but only reads from it.
    fileprivate init(mutating bytes: UnsafeRawBufferPointer) {
        self.init(
            ptr: UnsafeMutableRawPointer(mutating: bytes.baseAddress ?? emptyBytes),
            size: bytes.count
        )
    }
}
