import Kafka
import KafkaTestKit
import Logging
import Testing

@Suite struct ConfigurationTests {
    private func producerError(_ settings: [String: String], brokers: String = "localhost:1") -> KafkaError? {
        do throws(KafkaError) {
            _ = try KafkaProducer(
                configuration: KafkaConfiguration(brokers: brokers, clientID: "test", settings: settings),
                logger: .quiet
            )
            return nil
        } catch {
            return error
        }
    }

    private func consumerError(
        _ settings: [String: String],
        group: String = "g",
        topics: [String] = ["t"]
    ) -> KafkaError? {
        do throws(KafkaError) {
            _ = try KafkaConsumer(
                configuration: KafkaConfiguration(brokers: "localhost:1", clientID: "test", settings: settings),
                group: group,
                topics: topics,
                logger: .quiet
            )
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("no.such.setting", "1"), ("security.protocol", "carrier-pigeon"), ("socket.timeout.ms", "soon"),
        ("ssl.ca.location", "/nonexistent/ca.pem"),
    ])
    func aBadSettingIsAnErrorThatNamesIt(_ name: String, _ value: String) throws {
        var settings = [name: value]
        if name == "ssl.ca.location" { settings["security.protocol"] = "ssl" }
        for error in [producerError(settings), consumerError(settings)] {
            let error = try #require(error)
            #expect(error.isConfiguration)
            #expect(error.code == .invalidConfiguration)
            #expect(!error.isRetriable)
            #expect(error.reason.contains(name), "\(error)")
        }
    }

    @Test(arguments: [
        "enable.auto.commit", "group.id", "enable.idempotence", "acks", "group.instance.id", "bootstrap.servers",
    ])
    func settingsOnWhichTheLibraryRestsAreRefused(_ name: String) throws {
        for error in [producerError([name: "1"]), consumerError([name: "1"])] {
            #expect(try #require(error).reason.contains(name))
        }
    }

    @Test func cooperativeAssignmentIsRefused() throws {
        let error = try #require(consumerError(["partition.assignment.strategy": "cooperative-sticky"]))
        #expect(error.isConfiguration)
    }

    @Test(arguments: [[], ["a", "a"], [""], ["a\0b"]])
    func topicsThatCannotBeSubscribedToAreRefused(_ topics: [String]) throws {
        #expect(try #require(consumerError([:], topics: topics)).isConfiguration)
    }

    @Test func missingBrokersAndGroupsAreErrors() throws {
        #expect(try #require(producerError([:], brokers: "")).isConfiguration)
        #expect(try #require(consumerError([:], group: "")).isConfiguration)
    }

    @Test func secretsAreNeverShown() throws {
        let settings = [
            "security.protocol": "sasl_ssl", "sasl.mechanism": "no-such-hunter2-mechanism", "sasl.username": "nba",
            "sasl.password": "hunter2", "ssl.key.password": "hunter2", "ssl.key.pem": "hunter2",
        ]
        let configuration = KafkaConfiguration(brokers: "localhost:1", clientID: "test", settings: settings)
        var dumped = ""
        dump(configuration, to: &dumped)
        for shown in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!shown.contains("hunter2-") || shown.contains("sasl.mechanism"))
            #expect(!shown.contains("password=hunter2") && !shown.contains("\"hunter2\""), "\(shown)")
            #expect(shown.contains("nba"))
        }
        let error = try #require(producerError(settings))
        #expect(!"\(error)".contains("hunter2"), "\(error)")
        #expect(error.isConfiguration)
    }

    @Test func tlsAndSASLSettingsArePassedThrough() {
        // The mechanism is accepted only together with a user name, so acceptance proves that all have arrived.
        #expect(
            producerError([
                "security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "nba",
                "sasl.password": "hunter2", "ssl.endpoint.identification.algorithm": "https",
            ]) == nil
        )
        #expect(producerError(["security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-512"]) != nil)
    }

    @Test(arguments: [
        (KafkaError.Code.messageSizeTooLarge, false, false, true),
        (.messageTimedOut, true, true, false),
        (.requestTimedOut, true, true, false),
        (.leaderNotAvailable, true, false, false),
        (.topicAuthorizationFailed, false, false, false),
        (.invalidRecord, false, false, true),
    ])
    func errorsAreClassified(_ code: KafkaError.Code, _ retriable: Bool, _ timedOut: Bool, _ message: Bool) {
        let error = KafkaError(code, reason: "")
        #expect(error.isRetriable == retriable)
        #expect(error.isTimedOut == timedOut)
        #expect(error.isCausedByMessage == message)
        #expect(!KafkaError(code, reason: "", isFatal: true).isRetriable)
    }

    @Test func codesHaveTheNamesOfTheProtocol() {
        #expect("\(KafkaError.Code.messageSizeTooLarge)" == "MSG_SIZE_TOO_LARGE")
        #expect("\(KafkaError.Code.closed)" == "CLOSED")
        // The library answers for any number.
        #expect(!"\(KafkaError.Code(rawValue: 31_000))".isEmpty)
    }
}
