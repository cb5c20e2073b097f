import ArgumentParser
import Kafka
import Pipeline

/// Creates and compares topics.
struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "Creates the topics of topics.yaml, or compares a broker with them.",
        discussion: "Example: tipoff topics check --wait",
        subcommands: [Apply.self, Check.self]
    )

    struct FileOptions: ParsableArguments {
        @Option(name: .long, help: "The list of topics.")
        var file = "topics.yaml"

        func read() throws -> TopicsFile {
            do { return try TopicsFile(path: file) } catch {
                throw CommandProblem.problem(error.description, next: "run it in the checkout, or give --file PATH")
            }
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "apply",
            abstract: "Creates the topics that are missing, dead-letter topics included.",
            discussion:
                "Needs TIPOFF_KAFKA_BROKERS only; waits until every topic can be used.\n\nExample: tipoff topics apply --replication 3"
        )

        @OptionGroup var source: FileOptions
        @OptionGroup var format: FormatOptions

        @Option(name: .long, help: "Replicas of each new topic (default: the broker's).")
        var replication: Int?

        /// Fails on the first topic that was not created and is not there already.
        private static func refuse(_ outcomes: [KafkaTopicOutcome]) throws {
            for outcome in outcomes {
                guard let error = outcome.error, error.code != .topicAlreadyExists else { continue }
                throw CommandProblem.problem("topic \(outcome.name) was not created: \(error)")
            }
        }

        func run() async throws {
            try await Session.with([.broker]) { session in
                let broker = try TopicBroker(session)
                defer { broker.admin.close() }
                let topics = try source.read().allTopics
                let missing = TopicComparison(
                    expected: topics,
                    found: try await broker.partitions(timeout: .seconds(5)),
                    prefix: broker.prefix
                ).missing
                let outcomes = try await broker.admin.createTopics(
                    topics.filter { missing.contains(broker.prefix + $0.name) }.map { topic in
                        KafkaTopicSpecification(
                            name: broker.prefix + topic.name,
                            partitions: topic.partitions,
                            replication: replication,
                            settings: ["retention.ms": String(topic.retentionHours * 3_600_000)]
                        )
                    }
                )
                try Self.refuse(outcomes)
                try await broker.admin.waitForTopics(topics.map { broker.prefix + $0.name })
                if format.json {
                    try session.output.json([
                        "created": .array(outcomes.map { .string($0.name) }), "topics": .int(Int64(topics.count)),
                    ])
                } else {
                    for outcome in outcomes { session.output.line("created \(outcome.name)") }
                    session.output.line("\(topics.count) topics are there")
                }
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Compares the broker with topics.yaml; exit 1 when something is missing.",
            discussion: "Needs TIPOFF_KAFKA_BROKERS only.\n\nExample: tipoff topics check --wait"
        )

        @OptionGroup var source: FileOptions
        @OptionGroup var format: FormatOptions

        @Flag(name: .long, help: "Wait until all topics can be used, at most 60 s.")
        var wait = false

        func run() async throws {
            try await Session.with([.broker]) { session in
                let broker = try TopicBroker(session)
                defer { broker.admin.close() }
                let topics = try source.read().allTopics
                if wait {
                    do {
                        try await broker.admin.waitForTopics(
                            topics.map { broker.prefix + $0.name },
                            timeout: .seconds(60)
                        )
                    } catch let error as KafkaError where error.isTimedOut && error.reason.contains("do not exist") {
                        throw CommandProblem.problem(error.reason, next: "tipoff topics apply")
                    }
                }
                let comparison = TopicComparison(
                    expected: topics,
                    found: try await broker.partitions(timeout: .seconds(5)),
                    prefix: broker.prefix
                )
                if format.json {
                    try session.output.json(comparison.json)
                } else {
                    session.output.lines(comparison.lines)
                }
                if !comparison.isGood {
                    throw CommandProblem.problem(
                        "the broker does not have what topics.yaml lists",
                        next: "tipoff topics apply"
                    )
                }
            }
        }
    }
}

/// A broker's topics, with the configured prefix.
private struct TopicBroker {
    let admin: KafkaAdmin
    let prefix: String

    init(_ session: Session) throws {
        admin = try KafkaAdmin(configuration: session.configuration.kafka(clientID: "tipoff"), logger: session.logger)
        prefix = session.configuration.topicPrefix
    }

    func partitions(timeout: Duration) async throws -> [String: Int] {
        Dictionary(
            try await admin.metadata(timeout: timeout).topics.filter { $0.error == nil }.map {
                ($0.name, $0.partitions.count)
            },
            uniquingKeysWith: { $1 }
        )
    }
}

/// The topics that must be there against those that are.
struct TopicComparison: Sendable, Hashable {
    var expectedCount: Int
    var missing: [String] = []
    /// Topics with fewer partitions than listed.
    var short: [Short] = []

    struct Short: Sendable, Hashable {
        var name: String
        var found: Int
        var expected: Int
    }

    init(expected: [TopicsFile.Entry], found: [String: Int], prefix: String) {
        expectedCount = expected.count
        for topic in expected {
            let name = prefix + topic.name
            guard let partitions = found[name] else {
                missing.append(name)
                continue
            }
            if partitions < topic.partitions {
                short.append(Short(name: name, found: partitions, expected: topic.partitions))
            }
        }
    }

    var isGood: Bool { missing.isEmpty && short.isEmpty }

    var lines: [String] {
        missing.map { "missing  \($0)" } + short.map { "short    \($0.name): \($0.found) of \($0.expected) partitions" }
            + ["\(expectedCount - missing.count - short.count) of \(expectedCount) topics as listed"]
    }

    var json: JSONValue {
        [
            "topics": .int(Int64(expectedCount)), "missing": .array(missing.map { .string($0) }),
            "short": .array(
                short.map {
                    ["name": .string($0.name), "found": .int(Int64($0.found)), "expected": .int(Int64($0.expected))]
                }
            ),
        ]
    }
}
