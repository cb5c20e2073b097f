import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

extension PublishCommand {
    struct Halt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "halt",
            abstract: "Tells readers at once that predictions are not to be relied on.",
            discussion: """
                Documents of predictions say halted, with the reason and since when, until `tipoff publish resume`. Runs go on \
                and publish; what has happened already (results, calendar) is not concerned.

                Example: tipoff publish halt --reason "lines of the wrong day" --yes
                """
        )

        @OptionGroup var options: PublishOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                if let halt = try await PublishReader(pool: session.pool).halt() {
                    throw CommandProblem.problem(
                        "halted already by \(halt.actor ?? "an operator"): \(halt.reason)",
                        next: "tipoff publish resume --reason \"…\""
                    )
                }
                if options.yes {
                    let action = PublishAction(action: "halt", actor: session.actor, reason: options.reason)
                    try await session.pool.transaction { transaction in
                        let inserted = try await transaction.query(
                            """
                            INSERT INTO nba_publishing.halt (reason, actor) VALUES (\(action.reason), \(action.actor))
                            ON CONFLICT DO NOTHING RETURNING halt_id
                            """
                        )
                        guard inserted.first != nil else { throw CommandProblem.problem("halted already") }
                        _ = try await action.insert(in: transaction)
                    }
                }
                try options.tell("halted: readers are told \"\(options.reason)\"", [], session.output)
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "Ends the halt, or with --player a withdrawal.",
            discussion: """
                A player's prediction comes back by a run of Phase 6 for each date that is shown.

                Example: tipoff publish resume --reason "the lines are right again" --yes
                """
        )

        @Option(name: .long, help: "The player whose prediction is shown again.")
        var player: String?

        @OptionGroup var options: PublishOptions

        func run() async throws {
            if let player {
                try await restore(player)
            } else {
                try await endHalt()
            }
        }

        private func endHalt() async throws {
            try await Session.with([.database]) { session in
                guard let halt = try await PublishReader(pool: session.pool).halt() else {
                    throw CommandProblem.problem("nothing is halted", next: "tipoff publish ls")
                }
                if options.yes {
                    let action = PublishAction(action: "resume", actor: session.actor, reason: options.reason)
                    try await session.pool.transaction { transaction in
                        try await transaction.execute(
                            """
                            UPDATE nba_publishing.halt
                            SET ended_at = now(), ended_by = \(action.actor), end_reason = \(action.reason)
                            WHERE halt_id = \(halt.haltID) AND ended_at IS NULL
                            """
                        )
                        _ = try await action.insert(in: transaction)
                    }
                }
                try options.tell("the halt is over", [], session.output)
            }
        }

        private func restore(_ name: String) async throws {
            try await Session.with([.database, .broker]) { session in
                let player = try await PlayerOverrides(session: session).player(named: name)
                let withdrawal = PlayerWithdrawal(session: session, player: player.lookup, reason: options.reason)
                guard try await withdrawal.holds() else {
                    throw CommandProblem.problem("\(player.name) is not withdrawn", next: "tipoff publish ls")
                }
                if options.yes {
                    for run in try await withdrawal.end() where !options.format.json {
                        session.output.line("run \(run.runID.uuidString.lowercased()) publishes \(run.gameDate)")
                    }
                }
                try options.tell("\(player.name) is shown again", [], session.output)
            }
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "withdraw",
            abstract: "Takes a player's prediction out of the shown documents, and keeps it out.",
            discussion: """
                It is gone at once, by new versions, and from later ones until `tipoff publish resume --player`. What was \
                predicted stays in the tables, and is judged. A pick that readers were shown stays, marked as retracted with \
                the reason.

                Example: tipoff publish withdraw --player "Joel Embiid" --reason "he is ill" --yes
                """
        )

        @Option(name: .long, help: "The player's name or lookup.")
        var player: String

        @OptionGroup var options: PublishOptions

        func run() async throws {
            try await Session.with([.database, .objects]) { session in
                let known = try await PlayerOverrides(session: session).player(named: player)
                let withdrawal = PlayerWithdrawal(session: session, player: known.lookup, reason: options.reason)
                guard try await !withdrawal.holds() else {
                    throw CommandProblem.problem("\(known.name) is withdrawn already", next: "tipoff publish ls")
                }
                let changes = options.yes ? try await withdrawal.begin() : try await withdrawal.plan()
                try options.tell("\(known.name) is withdrawn", changes, session.output)
            }
        }
    }
}
