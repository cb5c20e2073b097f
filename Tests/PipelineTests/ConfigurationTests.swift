import Foundation
import Logging
import Testing

@testable import Pipeline

@Suite("Configuration")
struct ConfigurationTests {
    static let minimal = [
        "TIPOFF_KAFKA_BROKERS": "localhost:9092", "TIPOFF_DATABASE_URL": "postgres://tipoff:s3cr3t%21@db/tipoff",
        "TIPOFF_OBJECT_STORE": "/var/lib/tipoff",
    ]

    @Test("Three settings are enough and the defaults are the documented ones")
    func defaults() throws {
        let configuration = try PipelineConfiguration(service: "raw", environment: Self.minimal)
        #expect(configuration.topicPrefix == "")
        #expect(configuration.databaseConnections == 4)
        #expect(configuration.objectStore == .directory("/var/lib/tipoff"))
        #expect(configuration.httpHost == "127.0.0.1" && configuration.httpPort == 0)
        #expect(configuration.logLevel == .info && configuration.logFile == nil)
        #expect(configuration.logFileBytes == 10_000_000 && configuration.logFiles == 3)
        #expect(configuration.lease == .seconds(60) && configuration.deltaDebounce == .seconds(2))
        #expect(configuration.resendBase == .seconds(10) && configuration.stuckAfter == .seconds(60))
        #expect(configuration.clockStart == nil && configuration.buildCommit == "unknown")
        #expect(configuration.unreadVariables == [])
    }

    @Test("One error lists every problem of the common and the own settings, with example and without secrets")
    func allProblemsAtOnce() throws {
        let environment = [
            "TIPOFF_KAFKA_BROKERS": "localhost", "TIPOFF_OBJECT_STORE": "s3://bucket", "TIPOFF_HTTP_PORT": "70000",
            "TIPOFF_LOG_LEVEL": "loud", "TIPOFF_LEASE": "60", "TIPOFF_CLOCK": "tomorrow",
            "TIPOFF_DATABASE_URL": "mysql://root:hunter22@db/x", "TIPOFF_WORKERS": "many",
        ]
        let error = try #require(throws: ConfigurationError.self) {
            try PipelineConfiguration.load(service: "raw", environment: environment) { reader in
                reader.int("TIPOFF_WORKERS", default: 2, range: 1...8, help: "workers")
            }
        }
        #expect(
            Set(error.problems.map(\.variable)) == [
                "TIPOFF_KAFKA_BROKERS", "TIPOFF_HTTP_PORT", "TIPOFF_LOG_LEVEL", "TIPOFF_LEASE", "TIPOFF_CLOCK",
                "TIPOFF_DATABASE_URL", "TIPOFF_S3_ACCESS_KEY", "TIPOFF_S3_SECRET_KEY", "TIPOFF_WORKERS",
            ]
        )
        #expect(!error.description.contains("hunter22"))
        #expect(error.description.contains("TIPOFF_LEASE is \"60\": expected a duration"))
        #expect(error.description.contains("for example TIPOFF_LEASE=1m"))
        for problem in error.problems { #expect(!problem.example.isEmpty && !problem.expected.isEmpty) }
    }

    @Test(
        "What a delta waits for siblings is a duration from none to a minute",
        arguments: [("0s", 0), ("500ms", 0.5), ("60s", 60), ("61s", nil), ("-1s", nil), ("2", nil), ("soon", nil)]
            as [(String, Double?)]
    )
    func deltaWait(text: String, seconds: Double?) throws {
        let environment = Self.minimal.merging(["TIPOFF_DELTA_DEBOUNCE": text]) { $1 }
        do {
            let wait = try PipelineConfiguration(service: "phase2-to-phase3", environment: environment).deltaDebounce
            #expect(wait == seconds.map { .seconds($0) })
        } catch {
            #expect(seconds == nil)
            #expect(error.problems.map(\.variable) == ["TIPOFF_DELTA_DEBOUNCE"])
        }
    }

    @Test("Nothing set names the three required settings; empty counts as unset")
    func required() throws {
        for environment in [[:], ["TIPOFF_KAFKA_BROKERS": "", "TIPOFF_OBJECT_STORE": ""]] {
            let error = try #require(throws: ConfigurationError.self) {
                try PipelineConfiguration(service: "raw", environment: environment)
            }
            #expect(
                error.problems.map(\.variable)
                    == ["TIPOFF_KAFKA_BROKERS", "TIPOFF_DATABASE_URL", "TIPOFF_OBJECT_STORE"]
            )
            #expect(error.problems.allSatisfy { $0.given == nil })
        }
    }

    @Test("A printed configuration tells value, source and help, and no secret in any form")
    func description() throws {
        var environment = Self.minimal
        environment["TIPOFF_KAFKA_SETTINGS"] = "sasl.username=tip;sasl.password=pw-kafka;ssl.key.pem=PEMPEM"
        environment["TIPOFF_S3_SECRET_KEY"] = "s3-secret-value"
        environment["TIPOFF_LOGLEVEL"] = "debug"
        let configuration = try PipelineConfiguration(service: "raw", environment: environment)
        let shown = try configuration.description.description + configuration.description.json.text()
        for secret in ["pw-kafka", "PEMPEM", "s3-secret-value", "s3cr3t"] { #expect(!shown.contains(secret)) }
        #expect(shown.contains("postgres://tipoff:***@db/tipoff"))
        #expect(shown.contains("sasl.username=tip;sasl.password=***;ssl.key.pem=***"))
        #expect(
            Set(configuration.secrets).isSuperset(of: ["pw-kafka", "PEMPEM", "s3-secret-value", "s3cr3t!", "s3cr3t%21"])
        )
        #expect(configuration.kafkaSettings["sasl.password"] == "pw-kafka")
        #expect(configuration.databaseURL == Self.minimal["TIPOFF_DATABASE_URL"])
        #expect(configuration.unreadVariables == ["TIPOFF_LOGLEVEL"])
        let lease = try #require(configuration.description.settings.first { $0.name == "TIPOFF_LEASE" })
        #expect(lease.value == "1m" && lease.source == .default && !lease.help.isEmpty)
        #expect(configuration.description.settings.first { $0.name == "TIPOFF_OBJECT_STORE" }?.source == .environment)
    }

    @Test("The digest follows what is shown, not the order and not the secrets")
    func digest() throws {
        func digest(_ changes: [String: String]) throws -> String {
            let environment = Self.minimal.merging(changes) { $1 }
            return try PipelineConfiguration(service: "raw", environment: environment).description.digest
        }
        #expect(try digest([:]).count == 16)
        #expect(try digest([:]) == digest([:]))
        #expect(try digest(["TIPOFF_LEASE": "90s"]) != digest([:]))
        #expect(try digest(["TIPOFF_DATABASE_URL": "postgres://tipoff:other@db/tipoff"]) == digest([:]))
    }

    @Test("A secret may come from a file that others cannot read")
    func secretFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("secret")
        func read(_ content: [UInt8], mode: mode_t, extra: [String: String] = [:]) throws -> (
            String?, [ConfigurationProblem], ConfigurationDescription
        ) {
            _ = FileManager.default.createFile(atPath: path, contents: Data(content))
            try #require(chmod(path, mode) == 0)
            var reader = ConfigurationReader(environment: ["A_KEY_FILE": path].merging(extra) { $1 })
            let value = reader.optionalString("A_KEY", help: "a key", secret: true)
            return (value, reader.problems, reader.description)
        }
        let good = try read(Array("from file\n".utf8), mode: 0o640)
        #expect(good.0 == "from file" && good.1.isEmpty)
        #expect(good.2.settings.first?.source == .file && good.2.settings.first?.value == "***")
        for bad in [
            try read(Array("x".utf8), mode: 0o644), try read([0xFF, 0xFE], mode: 0o600), try read([0x0A], mode: 0o600),
            try read(Array("x".utf8), mode: 0o600, extra: ["A_KEY": "both"]),
            try read([UInt8](repeating: 0x61, count: 70_000), mode: 0o600),
            try read([0x61], mode: 0o600, extra: ["A_KEY_FILE": directory.path("absent")]),
            try read([0x61], mode: 0o600, extra: ["A_KEY_FILE": directory.path("")]),
        ] {
            #expect(bad.0 == nil)
            #expect(bad.1.count == 1)
        }
    }

    @Test(
        "Durations read as written and print as short as possible",
        arguments: [
            ("250ms", .milliseconds(250), "250ms"), ("10s", .seconds(10), "10s"), ("90s", .seconds(90), "1m30s"),
            ("2h", .seconds(7200), "2h"), ("1h30m", .seconds(5400), "1h30m"), ("1.5s", .milliseconds(1500), "1s500ms"),
            ("0s", .zero, "0s"), ("7d", .seconds(604_800), "7d"), ("15us", .microseconds(15), "15us"),
        ] as [(String, Duration, String)]
    )
    func durations(text: String, expected: Duration, printed: String) {
        #expect(DurationText.parse(text) == expected)
        #expect(DurationText.format(expected) == printed)
        #expect(DurationText.parse(printed) == expected)
    }

    @Test(
        "Other texts are no durations",
        arguments: ["", "10", "s", "-1s", "1x", "1 s", "1.s", ".5s", "1..5s", "999999999999d", "١s"]
    )
    func noDurations(text: String) {
        #expect(DurationText.parse(text) == nil)
    }

    @Test("Typed readers accept their forms and refuse others")
    func typedReaders() throws {
        enum Mode: String, CaseIterable { case fast, slow }
        var reader = ConfigurationReader(environment: [
            "B": "Yes", "E": "slow", "L": "a, b,c", "U": "https://u:pw12@h/p?token=abcd&x=1", "S": "2MiB", "I": "-3",
            "T": "2024-01-15T14:00:00.5Z", "P": "a=1;b=x=y;",
        ])
        #expect(reader.bool("B", help: "") == true)
        #expect(reader.enumeration("E", default: Mode.fast, help: "") == .slow)
        #expect(reader.list("L", help: "") == ["a", "b", "c"])
        #expect(reader.url("U", help: "") == "https://u:pw12@h/p?token=abcd&x=1")
        #expect(reader.byteCount("S", help: "") == 2 << 20)
        #expect(reader.int("I", range: -5...5, help: "") == -3)
        #expect(reader.optionalInstant("T", help: "") == Date(timeIntervalSince1970: 1_705_327_200.5))
        #expect(reader.pairs("P", help: "") == ["a": "1", "b": "x=y"])
        #expect(throws: Never.self) { try reader.finish() }
        #expect(reader.description.settings.first { $0.name == "U" }?.value == "https://u:***@h/p?token=***&x=1")
        #expect(Set(reader.secrets) == ["pw12", "abcd"])

        var wrong = ConfigurationReader(environment: [
            "B": "maybe", "E": "medium", "L": "a,,b", "U": "ftp://h", "S": "2 apples", "I": "9", "T": "2024-01-15",
            "P": "nokey",
        ])
        _ = wrong.bool("B", help: "")
        _ = wrong.enumeration("E", default: Mode.fast, help: "")
        _ = wrong.list("L", help: "")
        _ = wrong.url("U", help: "")
        _ = wrong.byteCount("S", help: "")
        _ = wrong.int("I", range: -5...5, help: "")
        _ = wrong.optionalInstant("T", help: "")
        _ = wrong.pairs("P", help: "")
        #expect(wrong.problems.map(\.variable) == ["B", "E", "L", "U", "S", "I", "T", "P"])
    }

    @Test(
        "A database text shows everything but its password",
        arguments: [
            ("host=db user=a password=hunter22 dbname=x", "host=db user=a password=*** dbname=x", "hunter22"),
            ("host=db password='it''s'", "host=db password=***'s'", "it"),
            ("password='a b\\'c' host=db", "password=*** host=db", "a b'c"),
            ("postgres://a:p@ss/w@db/x", "postgres://a:***@db/x", "p@ss/w"),
            ("postgresql://db/x?user=a&password=hunter22", "postgresql://db/x?user=a&password=***", "hunter22"),
        ]
    )
    func databaseRedaction(text: String, shown: String, secret: String) {
        #expect(CredentialText.redactDatabase(text) == shown)
        #expect(CredentialText.databaseSecrets(text).contains(secret))
    }

    @Test("Object stores are directories or buckets")
    func objectStores() {
        #expect(ObjectStoreLocation("s3://bucket/a/b/") == .s3(bucket: "bucket", prefix: "a/b"))
        #expect(ObjectStoreLocation("objects/") == .directory("objects"))
        #expect(ObjectStoreLocation("/") == .directory("/"))
        for bad in ["gs://bucket", "s3://", "s3://UPPER"] { #expect(ObjectStoreLocation(bad) == nil) }
    }
}
