public import Foundation
public import Logging

/// The settings that every service shares.
public struct PipelineConfiguration: Sendable {
    /// The name of the service, as in `raw` or `phase2-to-phase3`.
    public let service: String
    /// Bootstrap servers, `host:port` separated by commas.
    public let kafkaBrokers: String
    /// Properties handed to librdkafka as they are.
    public let kafkaSettings: [String: String]
    /// Put before every topic and consumer group name.
    public let topicPrefix: String
    /// A `postgres://` URL or a libpq keyword text; holds the password.
    public let databaseURL: String
    public let databaseConnections: Int
    /// The group role that every connection takes on, such as `tipoff_raw`; nil stays what the login role is.
    public let databaseRole: String?
    public let objectStore: ObjectStoreLocation
    public let s3: S3Access?
    /// An IPv4 or IPv6 address, or `localhost`.
    public let httpHost: String
    /// 0 takes any free port.
    public let httpPort: UInt16
    /// Where the bound address is written as `host:port`.
    public let addressFile: String?
    public let logLevel: Logger.Level
    public let logFile: String?
    /// Size in bytes at which the log file is rotated.
    public let logFileBytes: Int
    /// How many log files are kept, the current one included.
    public let logFiles: Int
    /// The moving start instant of all services; nil is the real time.
    public let clockStart: Date?
    public let buildCommit: String
    public let lease: Duration
    /// How long a live delta waits for other changes of its date; zero waits for nothing.
    public let deltaDebounce: Duration
    public let predictionDeadline: PredictionDeadline
    /// The first resend interval; later ones double.
    public let resendBase: Duration
    /// How long a loop may be silent before the service is unhealthy.
    public let stuckAfter: Duration
    /// Every setting that was read, a service's own included; without secrets.
    public let description: ConfigurationDescription
    /// The values that must never be logged.
    public let secrets: [String]
    /// Variables that look like settings but are none: most likely misspelt.
    public let unreadVariables: [String]

    /// Reads the common settings.
    ///
    /// - Throws: one error that lists every problem.
    public init(
        service: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) {
        self = try Self.load(service: service, environment: environment) { _ in }.common
    }

    /// Reads the common settings and a service's own ones, so that one error lists the problems of both.
    ///
    /// - Parameter own: reads the service's settings; its result must not be used before this returns.
    /// - Throws: one error that lists every problem.
    public static func load<Own>(
        service: String,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        _ own: (inout ConfigurationReader) -> Own
    ) throws(ConfigurationError) -> (common: PipelineConfiguration, own: Own) {
        var reader = ConfigurationReader(environment: environment)
        let draft = Draft(service: service, &reader)
        let ownSettings = own(&reader)
        try reader.finish()
        guard let objectStore = draft.objectStore else {
            // finish() has refused a missing object store; this keeps the compiler and the reader honest.
            throw ConfigurationError(problems: reader.problems)
        }
        return (PipelineConfiguration(draft, objectStore, reader), ownSettings)
    }
}

/// Where payloads and published documents live.
public enum ObjectStoreLocation: Sendable, Hashable, CustomStringConvertible {
    case directory(String)
    case s3(bucket: String, prefix: String)

    /// Parses a directory or `s3://bucket[/prefix]`; nil for anything else.
    public init?(_ text: String) {
        guard text.contains("://") else {
            self = .directory(text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text)
            return
        }
        guard text.hasPrefix("s3://") else { return nil }
        let parts = text.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, bucket.wholeMatch(of: /[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]/) != nil else {
            return nil
        }
        let prefix = parts.count > 1 ? String(parts[1]) : ""
        self = .s3(bucket: String(bucket), prefix: prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix)
    }

    public var description: String {
        switch self {
        case .directory(let path): path
        case .s3(let bucket, let prefix): prefix.isEmpty ? "s3://\(bucket)" : "s3://\(bucket)/\(prefix)"
        }
    }
}

/// How to reach an S3-compatible object store.
public struct S3Access: Sendable, Hashable {
    public let accessKey: String
    public let secretKey: String
    public let region: String
    /// nil is AWS itself.
    public let endpoint: String?
}
