import ArgumentParser
import Kafka
import Monitoring
import Pipeline

/// How far the services are behind their topics.
struct LagCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lag",
        abstract: "Says how far each group is behind its topic, in messages and in seconds, and who reads it.",
        discussion: """
            SECONDS is the age of the oldest message that is not finished, by its own time stamp. The furthest behind comes \
            first. Exit 1 when a group has no members, or when a message is older than --limit.

            Example: tipoff lag
            Example: tipoff lag --partitions --limit 60
            """
    )

    @Flag(name: .long, help: "A row a partition, with the member that reads it.")
    var partitions = false

    @Option(name: .long, help: "The age in seconds above which lag is a problem.")
    var limit = 300.0

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard limit >= 0, limit.isFinite else { throw ValidationError("--limit is a number of seconds, 0 or more") }
    }

    func run() async throws {
        let isProblem = try await Session.with([.broker]) { session in
            let admin = try KafkaAdmin(
                configuration: session.configuration.kafka(clientID: "tipoff"),
                logger: session.logger
            )
            defer { admin.close() }
            let reading: LagReading
            do {
                reading = try await GroupLagReader(admin: admin, prefix: session.configuration.topicPrefix).read()
            } catch let error as KafkaError where error.code == .unknownTopic {
                throw CommandProblem.problem(error.reason, next: "tipoff topics apply")
            }
            let report = LagReport(reading: reading, limitSeconds: limit)
            if format.json {
                try session.output.json(report.json)
            } else {
                session.output.lines(report.lines(withPartitions: partitions))
            }
            return report.isProblem
        }
        if isProblem { throw CommandProblem.alreadyTold }
    }
}
