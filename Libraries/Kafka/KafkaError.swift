/// Why an operation on Kafka failed, and what a caller may do about it.
public struct KafkaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which failure it is; extensible, because brokers add codes.
    public var code: Code
    /// A sentence for people; never contains a secret setting.
    public var reason: String
    /// The client cannot be used any more: close it and open another.
    public var isFatal: Bool
    private var saysRetriable: Bool

    public init(_ code: Code, reason: String, isFatal: Bool = false, isRetriable: Bool? = nil) {
        self.code = code
        self.reason = reason
        self.isFatal = isFatal
        self.saysRetriable = isRetriable ?? Code.retriable.contains(code)
    }

    /// The same call may succeed later without any change.
    public var isRetriable: Bool { saysRetriable && !isFatal }

    /// Nobody answered in time; the outcome of a produce is then unknown.
    public var isTimedOut: Bool { Code.timedOutCodes.contains(code) }

    /// The topic or the partition does not exist (yet).
    public var isTopicUnknown: Bool { Code.unknownTopicCodes.contains(code) }

    /// The message can never be accepted as it is.
    public var isMessageTooLarge: Bool { Code.tooLargeCodes.contains(code) }

    /// The message itself is at fault, so that sending it again is pointless.
    public var isCausedByMessage: Bool { isMessageTooLarge || Code.messageCodes.contains(code) }

    /// Credentials, certificates or access rights are wrong.
    public var isAuthorization: Bool { Code.authorizationCodes.contains(code) }

    /// A setting is unknown or has a value that is not accepted.
    public var isConfiguration: Bool { code == .invalidConfiguration || code == .invalidArgument }

    /// The client had been closed.
    public var isClosed: Bool { code == .closed }

    public var description: String { "\(code): \(reason)" }

    static func closed(_ what: String) -> KafkaError { KafkaError(.closed, reason: "the \(what) is closed") }
}
