import Foundation
import Logging

extension PipelineConfiguration {
    /// The common settings as they were read; some are placeholders when the reader has problems.
    struct Draft {
        let service: String
        let kafkaBrokers: String
        let kafkaSettings: [String: String]
        let topicPrefix: String
        let databaseURL: String
        let databaseConnections: Int
        let databaseRole: String?
        let objectStore: ObjectStoreLocation?
        let s3: S3Access?
        let httpHost: String
        let httpPort: Int
        let addressFile: String?
        let logLevel: Logger.Level
        let logFile: String?
        let logFileBytes: Int
        let logFiles: Int
        let clockStart: Date?
        let buildCommit: String
        let lease: Duration
        let deltaDebounce: Duration
        let predictionDeadline: PredictionDeadline
        let resendBase: Duration
        let stuckAfter: Duration

        init(service: String, _ reader: inout ConfigurationReader) {
            self.service = service
            kafkaBrokers =
                reader.value(
                    "TIPOFF_KAFKA_BROKERS",
                    expected: "host:port pairs separated by commas",
                    example: "localhost:9092",
                    help: "Kafka bootstrap servers",
                    parse: Self.brokers
                ) ?? ""
            kafkaSettings = reader.pairs("TIPOFF_KAFKA_SETTINGS", help: "librdkafka properties: TLS, SASL, tuning")
            topicPrefix =
                reader.value(
                    "TIPOFF_TOPIC_PREFIX",
                    default: "",
                    expected: "at most 100 of the characters a-z A-Z 0-9 . _ -",
                    example: "staging.",
                    help: "put before every topic and consumer group",
                    parse: { $0.wholeMatch(of: /[A-Za-z0-9._\-]{1,100}/) == nil ? nil : $0 }
                ) ?? ""
            databaseURL = Self.database(&reader)
            databaseConnections = reader.int(
                "TIPOFF_DATABASE_CONNECTIONS",
                default: 4,
                range: 1...100,
                help: "connections of the pool"
            )
            let role =
                reader.value(
                    "TIPOFF_DATABASE_ROLE",
                    default: "",
                    expected: "the name of a database role",
                    example: "tipoff_raw",
                    help: "role that every connection takes on; without one a service warns that nothing restricts it",
                    parse: { $0.wholeMatch(of: /[a-z_][a-z0-9_]{0,62}/) == nil ? nil : $0 }
                ) ?? ""
            databaseRole = role.isEmpty ? nil : role
            objectStore = reader.value(
                "TIPOFF_OBJECT_STORE",
                expected: "a directory or s3://bucket/prefix",
                example: "/var/lib/tipoff/objects",
                help: "where payloads and published documents live",
                parse: ObjectStoreLocation.init
            )
            s3 = Self.s3(objectStore, &reader)
            httpHost =
                reader.value(
                    "TIPOFF_HTTP_HOST",
                    default: "127.0.0.1",
                    expected: "an IPv4 or IPv6 address or localhost",
                    example: "0.0.0.0",
                    help: "address of the health and metrics server",
                    parse: Self.host
                ) ?? ""
            httpPort = reader.int(
                "TIPOFF_HTTP_PORT",
                default: 0,
                range: 0...65_535,
                help: "its port; 0 takes any free one"
            )
            addressFile = reader.optionalString(
                "TIPOFF_ADDRESS_FILE",
                help: "file that receives the bound address",
                example: "/run/tipoff/raw.address"
            )
            logLevel = reader.enumeration("TIPOFF_LOG_LEVEL", default: .info, help: "least severe level that is logged")
            logFile = reader.optionalString(
                "TIPOFF_LOG_FILE",
                help: "log file beside stderr",
                example: "/var/log/tipoff/raw.log"
            )
            logFileBytes = reader.byteCount(
                "TIPOFF_LOG_FILE_BYTES",
                default: 10_000_000,
                range: 10_000...10_000_000_000,
                help: "size at which the log file is rotated"
            )
            logFiles = reader.int("TIPOFF_LOG_FILES", default: 3, range: 1...100, help: "log files kept")
            clockStart = reader.optionalInstant("TIPOFF_CLOCK", help: "moving start instant of all services")
            buildCommit = reader.string(
                "TIPOFF_BUILD_COMMIT",
                default: "unknown",
                help: "commit the build was made from",
                example: "3a74d2e"
            )
            let short: ClosedRange<Duration> = .milliseconds(1) ... .seconds(86_400)
            lease = reader.duration(
                "TIPOFF_LEASE",
                default: .seconds(60),
                range: short,
                help: "lease of a running task"
            )
            deltaDebounce = reader.duration(
                "TIPOFF_DELTA_DEBOUNCE",
                default: .seconds(2),
                range: .zero ... .seconds(60),
                help: "longest wait of a delta for other changes of its date; 0s waits for none"
            )
            predictionDeadline = PredictionDeadline(&reader)
            resendBase = reader.duration(
                "TIPOFF_RESEND_BASE",
                default: .seconds(10),
                range: short,
                help: "first interval after which an unclaimed message is sent again"
            )
            stuckAfter = reader.duration(
                "TIPOFF_STUCK_AFTER",
                default: .seconds(60),
                range: short,
                help: "silence of a loop after which the service is unhealthy"
            )
        }

        private static func database(_ reader: inout ConfigurationReader) -> String {
            // Only the password is hidden: host and database name are what one looks for in a printed configuration.
            let fromFile = reader.environment["TIPOFF_DATABASE_URL_FILE"].map { !$0.isEmpty } ?? false
            let url =
                reader.value(
                    "TIPOFF_DATABASE_URL",
                    expected: "postgres://user@host/database or host=… dbname=…",
                    example: "postgres://tipoff@localhost/tipoff",
                    help: "PostgreSQL; only its password is secret",
                    secret: fromFile,
                    redact: CredentialText.redactDatabase,
                    parse: Self.databaseURL
                ) ?? ""
            CredentialText.databaseSecrets(url).forEach { reader.addSecret($0) }
            return url
        }

        private static func databaseURL(_ text: String) -> String? {
            if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") { return text }
            return text.contains("://") || text.firstMatch(of: /(?:^|\s)(?:host|dbname|service)\s*=/) == nil
                ? nil : text
        }

        private static func brokers(_ text: String) -> String? {
            let servers = text.split(separator: ",", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            let form = /(?:[A-Za-z_]+:\/\/)?(?:[A-Za-z0-9._\-]+|\[[0-9A-Fa-f:.]+\]):([0-9]{1,5})/
            for server in servers {
                guard let match = server.wholeMatch(of: form), let port = UInt16(match.1), port > 0 else { return nil }
            }
            return servers.joined(separator: ",")
        }

        private static func host(_ text: String) -> String? {
            if text == "localhost" { return "127.0.0.1" }
            var address = in6_addr()
            return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1 ? text : nil
        }

        private static func s3(_ location: ObjectStoreLocation?, _ reader: inout ConfigurationReader) -> S3Access? {
            let access = reader.optionalString(
                "TIPOFF_S3_ACCESS_KEY",
                help: "access key of the object store",
                secret: true
            )
            let secret = reader.optionalString(
                "TIPOFF_S3_SECRET_KEY",
                help: "secret key of the object store",
                secret: true
            )
            let region = reader.string(
                "TIPOFF_S3_REGION",
                default: "us-east-1",
                help: "region of the object store",
                example: "us-east-1"
            )
            let endpoint = reader.optionalURL("TIPOFF_S3_ENDPOINT", help: "object store other than AWS")
            guard case .s3 = location else { return nil }
            let missing = [("TIPOFF_S3_ACCESS_KEY", access), ("TIPOFF_S3_SECRET_KEY", secret)]
            for (name, value) in missing
            where value == nil && !reader.problems.contains(where: { $0.variable.hasPrefix(name) }) {
                reader.reject(name, given: nil, expected: "a key, because TIPOFF_OBJECT_STORE is s3://…", example: "…")
            }
            guard let access, let secret else { return nil }
            return S3Access(accessKey: access, secretKey: secret, region: region, endpoint: endpoint)
        }
    }

    init(_ draft: Draft, _ objectStore: ObjectStoreLocation, _ reader: ConfigurationReader) {
        service = draft.service
        kafkaBrokers = draft.kafkaBrokers
        kafkaSettings = draft.kafkaSettings
        topicPrefix = draft.topicPrefix
        databaseURL = draft.databaseURL
        databaseConnections = draft.databaseConnections
        databaseRole = draft.databaseRole
        self.objectStore = objectStore
        s3 = draft.s3
        httpHost = draft.httpHost
        httpPort = UInt16(clamping: draft.httpPort)
        addressFile = draft.addressFile
        logLevel = draft.logLevel
        logFile = draft.logFile
        logFileBytes = draft.logFileBytes
        logFiles = draft.logFiles
        clockStart = draft.clockStart
        buildCommit = draft.buildCommit
        lease = draft.lease
        deltaDebounce = draft.deltaDebounce
        predictionDeadline = draft.predictionDeadline
        resendBase = draft.resendBase
        stuckAfter = draft.stuckAfter
        description = reader.description
        secrets = reader.secrets
        unreadVariables = reader.unreadVariables()
    }
}
