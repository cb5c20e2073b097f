extension KafkaError {
    /// An error code of the Kafka protocol (positive) or of the client (negative).
    public struct Code: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        public let rawValue: Int32
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// The protocol's name, such as `MSG_SIZE_TOO_LARGE`.
        public var description: String {
            switch self {
            case .closed: "CLOSED"
            case .invalidConfiguration: "INVALID_CONFIGURATION"
            default: nativeErrorName(rawValue)
            }
        }

        // Codes of this library, outside the range that librdkafka uses (-200 ... -100).
        public static let closed = Code(rawValue: -1_001)
        public static let invalidConfiguration = Code(rawValue: -1_002)

        // Codes of the client library.
        public static let transport = Code(rawValue: -195)
        public static let criticalResource = Code(rawValue: -194)
        public static let resolve = Code(rawValue: -193)
        public static let messageTimedOut = Code(rawValue: -192)
        public static let unknownPartition = Code(rawValue: -190)
        public static let unknownTopic = Code(rawValue: -188)
        public static let allBrokersDown = Code(rawValue: -187)
        public static let invalidArgument = Code(rawValue: -186)
        public static let timedOut = Code(rawValue: -185)
        public static let queueFull = Code(rawValue: -184)
        public static let tls = Code(rawValue: -181)
        public static let waitingForCoordinator = Code(rawValue: -180)
        public static let state = Code(rawValue: -172)
        public static let authentication = Code(rawValue: -169)
        public static let timedOutInQueue = Code(rawValue: -166)
        public static let unsupportedFeature = Code(rawValue: -165)
        public static let partial = Code(rawValue: -158)
        public static let purgedInQueue = Code(rawValue: -152)
        public static let purgedInFlight = Code(rawValue: -151)
        public static let fatal = Code(rawValue: -150)
        public static let maximumPollIntervalExceeded = Code(rawValue: -147)

        // Codes of the broker.
        public static let unknown = Code(rawValue: -1)
        public static let offsetOutOfRange = Code(rawValue: 1)
        public static let invalidMessage = Code(rawValue: 2)
        public static let unknownTopicOrPartition = Code(rawValue: 3)
        public static let invalidMessageSize = Code(rawValue: 4)
        public static let leaderNotAvailable = Code(rawValue: 5)
        public static let notLeaderForPartition = Code(rawValue: 6)
        public static let requestTimedOut = Code(rawValue: 7)
        public static let brokerNotAvailable = Code(rawValue: 8)
        public static let replicaNotAvailable = Code(rawValue: 9)
        public static let messageSizeTooLarge = Code(rawValue: 10)
        public static let networkException = Code(rawValue: 13)
        public static let coordinatorLoadInProgress = Code(rawValue: 14)
        public static let coordinatorNotAvailable = Code(rawValue: 15)
        public static let notCoordinator = Code(rawValue: 16)
        public static let invalidTopic = Code(rawValue: 17)
        public static let recordListTooLarge = Code(rawValue: 18)
        public static let notEnoughReplicas = Code(rawValue: 19)
        public static let notEnoughReplicasAfterAppend = Code(rawValue: 20)
        public static let illegalGeneration = Code(rawValue: 22)
        public static let unknownMember = Code(rawValue: 25)
        public static let rebalanceInProgress = Code(rawValue: 27)
        public static let topicAuthorizationFailed = Code(rawValue: 29)
        public static let groupAuthorizationFailed = Code(rawValue: 30)
        public static let clusterAuthorizationFailed = Code(rawValue: 31)
        public static let invalidTimestamp = Code(rawValue: 32)
        public static let unsupportedVersion = Code(rawValue: 35)
        public static let topicAlreadyExists = Code(rawValue: 36)
        public static let notController = Code(rawValue: 41)
        public static let policyViolation = Code(rawValue: 44)
        public static let storage = Code(rawValue: 56)
        public static let saslAuthenticationFailed = Code(rawValue: 58)
        public static let unknownProducer = Code(rawValue: 59)
        public static let invalidRecord = Code(rawValue: 87)
        public static let unstableOffsetCommit = Code(rawValue: 88)
        public static let throttled = Code(rawValue: 89)
    }
}

extension KafkaError.Code {
    static let retriable: Set<Self> = [
        .transport, .resolve, .messageTimedOut, .allBrokersDown, .timedOut, .queueFull, .waitingForCoordinator,
        .timedOutInQueue, .partial, .purgedInQueue, .purgedInFlight, .unknownTopicOrPartition, .leaderNotAvailable,
        .notLeaderForPartition, .requestTimedOut, .brokerNotAvailable, .replicaNotAvailable, .networkException,
        .coordinatorLoadInProgress, .coordinatorNotAvailable, .notCoordinator, .notEnoughReplicas,
        .notEnoughReplicasAfterAppend, .rebalanceInProgress, .notController, .storage, .unstableOffsetCommit,
        .throttled,
    ]
    static let timedOutCodes: Set<Self> = [.messageTimedOut, .timedOut, .timedOutInQueue, .requestTimedOut]
    static let unknownTopicCodes: Set<Self> = [.unknownPartition, .unknownTopic, .unknownTopicOrPartition]
    static let tooLargeCodes: Set<Self> = [.messageSizeTooLarge, .recordListTooLarge, .invalidMessageSize]
    static let messageCodes: Set<Self> = [
        .invalidMessage, .invalidRecord, .invalidTopic, .invalidTimestamp, .invalidArgument,
    ]
    static let authorizationCodes: Set<Self> = [
        .tls, .authentication, .topicAuthorizationFailed, .groupAuthorizationFailed, .clusterAuthorizationFailed,
        .saslAuthenticationFailed,
    ]
}
