import CRdkafka
import Logging

/// What librdkafka's callbacks reach through the client's opaque pointer.
///
/// One retained reference belongs to each native client, from before `rd_kafka_new` until after `rd_kafka_destroy`
/// (or forever, when a hanging client is abandoned), so a callback never meets a freed object. Log callbacks come
/// from librdkafka's threads, all others from the thread that polls; everything here is immutable and Sendable.
final class ClientContext: Sendable {
    typealias Rebalance =
        @Sendable (OpaquePointer, rd_kafka_resp_err_t, UnsafeMutablePointer<rd_kafka_topic_partition_list_t>) -> Void

    let logger: Logger
    let redact: @Sendable (String) -> String
    let onStatistics: (@Sendable (KafkaStatistics) -> Void)?
    let onError: @Sendable (KafkaError) -> Void
    let onDelivery: @Sendable (_ ticket: UInt, Result<(partition: Int32, offset: Int64), KafkaError>) -> Void
    let onRebalance: Rebalance
    let onCommit: @Sendable ([KafkaPosition], KafkaError?) -> Void

    init(
        logger: Logger,
        configuration: KafkaConfiguration,
        onStatistics: (@Sendable (KafkaStatistics) -> Void)? = nil,
        onError: @escaping @Sendable (KafkaError) -> Void = { _ in },
        onDelivery: @escaping @Sendable (UInt, Result<(partition: Int32, offset: Int64), KafkaError>) -> Void = {
            _,
            _ in
        },
        onRebalance: @escaping Rebalance = { _, _, _ in },
        onCommit: @escaping @Sendable ([KafkaPosition], KafkaError?) -> Void = { _, _ in }
    ) {
        self.logger = logger
        self.redact = { configuration.redact($0) }
        self.onStatistics = onStatistics
        self.onError = onError
        self.onDelivery = onDelivery
        self.onRebalance = onRebalance
        self.onCommit = onCommit
    }

    /// The context behind an opaque pointer that came back from C.
    static func from(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
        opaque.map { Unmanaged<ClientContext>.fromOpaque($0).takeUnretainedValue() }
    }
}

func logCallback(
    client: OpaquePointer?,
    level: CInt,
    facility: UnsafePointer<CChar>?,
    text: UnsafePointer<CChar>?
) {
    guard let client, let text, let context = ClientContext.from(rd_kafka_opaque(client)) else { return }
    // syslog levels. Lost connections are level 3 here, but the client repairs them itself: a warning.
    let swiftLevel: Logger.Level =
        switch level {
        case ...2: .error
        case 3, 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    context.logger.log(
        level: swiftLevel,
        "kafka client",
        metadata: [
            "facility": "\(facility.map { String(cString: $0) } ?? "")",
            "text": "\(context.redact(String(cString: text)))",
        ]
    )
}

func errorCallback(
    client: OpaquePointer?,
    code: CInt,
    reason: UnsafePointer<CChar>?,
    opaque: UnsafeMutableRawPointer?
) {
    guard let context = ClientContext.from(opaque) else { return }
    let text = context.redact(reason.map { String(cString: $0) } ?? "")
    if code == RD_KAFKA_RESP_ERR__FATAL.rawValue, let client, let fatal = KafkaError.fatal(of: client) {
        context.onError(fatal)
    } else {
        context.onError(KafkaError(native: rd_kafka_resp_err_t(code), reason: text))
    }
}

func statisticsCallback(
    client: OpaquePointer?,
    json: UnsafeMutablePointer<CChar>?,
    length: Int,
    opaque: UnsafeMutableRawPointer?
) -> CInt {
    // Returning 0 leaves the buffer with librdkafka, which frees it after this call.
    guard let json, let context = ClientContext.from(opaque), let deliver = context.onStatistics else { return 0 }
    let bytes = UnsafeRawBufferPointer(start: json, count: length)
    do {
        deliver(try KafkaStatistics(json: Array(bytes)))
    } catch {
        context.logger.warning("kafka statistics cannot be read", metadata: ["error": "\(error)"])
    }
    return 0
}

func deliveryCallback(
    client: OpaquePointer?,
    message: UnsafePointer<rd_kafka_message_t>?,
    opaque: UnsafeMutableRawPointer?
) {
    guard let message, let context = ClientContext.from(opaque) else { return }
    // The per-message opaque is a number, not an address: there is nothing that could dangle.
    let ticket = UInt(bitPattern: message.pointee._private)
    if message.pointee.err == RD_KAFKA_RESP_ERR_NO_ERROR {
        context.onDelivery(ticket, .success((message.pointee.partition, message.pointee.offset)))
    } else {
        context.onDelivery(ticket, .failure(KafkaError(native: message.pointee.err)))
    }
}

func rebalanceCallback(
    client: OpaquePointer?,
    code: rd_kafka_resp_err_t,
    partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
    opaque: UnsafeMutableRawPointer?
) {
    guard let client, let partitions, let context = ClientContext.from(opaque) else { return }
    context.onRebalance(client, code, partitions)
}

func commitCallback(
    client: OpaquePointer?,
    code: rd_kafka_resp_err_t,
    offsets: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
    opaque: UnsafeMutableRawPointer?
) {
    guard let context = ClientContext.from(opaque) else { return }
    var failure = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(native: code)
    var positions: [KafkaPosition] = []
    if let offsets {
        for element in PartitionList.elements(of: offsets) {
            positions.append(PartitionList.position(of: element))
            if failure == nil, element.err != RD_KAFKA_RESP_ERR_NO_ERROR { failure = KafkaError(native: element.err) }
        }
    }
    context.onCommit(positions, failure)
}
