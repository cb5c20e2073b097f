import ArgumentParser
import Foundation
import Kafka
import KafkaTestKit

/// Hosts an in-memory Kafka for the other processes of a development machine.
@main
struct DevBroker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devbroker",
        abstract: "An embedded Kafka for development and tests.",
        discussion: """
            Starts a broker inside this process, creates every topic of topics.yaml with its dead-letter topic, and
            runs until SIGTERM or SIGINT. Clients read its address from the address file.

            EXAMPLE
              devbroker --topics topics.yaml --address-file .run/kafka.address &
              kcat -b "$(cat .run/kafka.address)" -L

            LIMITS
            \(BrokerLimits.text(indent: "  "))

            The port is chosen by the system: the broker library offers no way to choose it.
            TIPOFF_TOPIC_PREFIX, if set, is put before every topic's name.
            """
    )

    @Option(help: ArgumentHelp("The list of topics.", valueName: "path"))
    var topics = "topics.yaml"

    @Option(
        help: ArgumentHelp("Where to write host:port when the broker is ready; removed at exit.", valueName: "path")
    )
    var addressFile: String?

    @Option(help: ArgumentHelp("Partitions of every topic, instead of what the list says.", valueName: "count"))
    var partitions: Int?

    func validate() throws {
        if let partitions, !(1...1_000).contains(partitions) {
            throw ValidationError("--partitions takes a number from 1 to 1000, for example --partitions 6")
        }
    }

    func run() throws {
        // Before any thread exists, so that all threads inherit the mask and only `sigwait` receives the signals.
        let signals = TerminationSignals()
        let list = try TopicList(path: topics)
        let prefix = ProcessInfo.processInfo.environment["TIPOFF_TOPIC_PREFIX"] ?? ""
        let wanted = try list.brokerTopics(prefix: prefix, partitions: partitions)

        let cluster = try MockCluster()
        for topic in wanted { try cluster.createTopic(topic.name, partitions: topic.partitions) }

        print("devbroker listens on \(cluster.bootstrapServers) with \(wanted.count) topics")
        for topic in wanted { print("  \(topic.name) (\(topic.partitions))") }
        print("limits:\n\(BrokerLimits.text(indent: "  "))")
        fflush(nil)
        // Last: whoever sees the file may connect.
        if let addressFile { try AddressFile.write(cluster.bootstrapServers, to: addressFile) }

        let signal = signals.wait()
        if let addressFile { try AddressFile.remove(addressFile, ifContains: cluster.bootstrapServers) }
        cluster.close()
        print("devbroker ends after signal \(signal)")
    }
}

/// What the embedded broker cannot do, said at start and in the help.
enum BrokerLimits {
    static func text(indent: String) -> String {
        [
            "messages are kept in memory only and are lost when this process ends",
            "about 5 MB are kept per partition; the oldest messages go first",
            "joining a consumer group takes about 3 s",
            "long polls are not woken: consumers need a small fetch.wait.max.ms",
            "clients cannot create topics or list groups",
        ].map { "\(indent)- \($0)" }.joined(separator: "\n")
    }
}
