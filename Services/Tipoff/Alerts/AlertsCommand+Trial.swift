import Alerting
import ArgumentParser
import Foundation
import Pipeline
import Postgres

extension AlertsCommand {
    struct Trial: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Sends one message through every sink of the service that delivers; exit 1 when one fails.",
            discussion: """
                The services send it, with their own settings: what arrives would have arrived at night, too.

                Example: tipoff alerts test --timeout 30
                """
        )

        @Option(name: .long, help: "How long to wait for it, in seconds.")
        var timeout = 30.0

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...600).contains(timeout) else { throw ValidationError("--timeout is a number from 1 to 600") }
        }

        private struct Way: Sendable {
            var sink: String
            var state: String
            var error: String?
        }

        func run() async throws {
            let isWell = try await Session.with([.database]) { session in
                let id = UUID()
                let message = AlertMessage(
                    id: id,
                    kind: .test,
                    level: .info,
                    signature: "test",
                    title: "a test by \(session.actor): nothing is wrong",
                    since: .now,
                    command: "nothing: it is a test",
                    raisedBy: "tipoff"
                )
                try await session.pool.execute(message.insert(windowKey: id.uuidString.lowercased(), by: session.actor))
                let ways = try await follow(id, session)
                guard !ways.isEmpty else {
                    throw CommandProblem.problem(
                        "nobody took the message within \(Int(timeout)) s: no service delivers alerts",
                        next: "tipoff logs publishing -n 50"
                    )
                }
                if format.json {
                    try session.output.json(
                        .array(
                            ways.map { way in
                                [
                                    "sink": .string(way.sink), "state": .string(way.state),
                                    "error": way.error.map { .string($0) } ?? .null,
                                ]
                            }
                        )
                    )
                } else {
                    var table = TextTable(["SINK", "STATE", "WHY"])
                    for way in ways { table.add([way.sink, way.state, way.error ?? ""]) }
                    session.output.lines(table.lines)
                    if ways.count == 1 {
                        session.output.line(
                            "next: set TIPOFF_ALERT_WEBHOOK or TIPOFF_ALERT_COMMAND: so far nobody hears"
                        )
                    }
                }
                return ways.allSatisfy { $0.state == "sent" }
            }
            if !isWell { throw CommandProblem.alreadyTold }
        }

        /// Waits until the message has come to an end in every sink, or its first attempt in one has failed.
        private func follow(_ id: UUID, _ session: Session) async throws -> [Way] {
            let deadline = ContinuousClock.now + .seconds(timeout)
            while true {
                let rows = try await session.pool.query(
                    """
                    SELECT sink, state, attempts, last_error FROM nba_orchestration.alert_sending
                    WHERE message_id = \(id) ORDER BY sink
                    """
                )
                let isSettled = try rows.allSatisfy { row in
                    let error: String? = try row.decode("last_error")
                    return try row.decode("state", as: String.self) != "pending" || error != nil
                }
                if !rows.isEmpty && isSettled || ContinuousClock.now >= deadline {
                    return try rows.map { row in
                        Way(
                            sink: try row.decode("sink"),
                            state: try row.decode("state"),
                            error: try row.decode("last_error")
                        )
                    }
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}
