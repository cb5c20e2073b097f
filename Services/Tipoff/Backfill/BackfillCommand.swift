import ArgumentParser
import Basketball
import Foundation
import Pipeline
import UnixSignals

/// Loads history.
struct BackfillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backfill",
        abstract: "Loads history, date after date.",
        discussion: "Example: tipoff backfill run --from 2023-10-24 --to 2024-01-14 --wait",
        subcommands: [Run.self]
    )

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Opens a full run in the backfill lane for every date with games.",
            discussion: """
                Dates are opened in ascending order, at most --window at a time, so that live work waits little. The same job \
                name goes on where an interrupted one stopped: complete dates are skipped, failed ones tried again. \
                Ctrl-C opens no more dates; those that are open end by themselves.

                Example: tipoff backfill run --from 2023-10-24 --to 2024-01-14 --until-phase 4 --wait
                """
        )

        @Option(name: .long, help: "The first date.")
        var from: GameDate

        @Option(name: .long, help: "The last date.")
        var to: GameDate

        @Option(name: .long, help: "The last phase that opens (1 … 6).")
        var untilPhase: Phase = .precompute

        @Option(name: .long, help: "Most dates open at the same time.")
        var window = 8

        @Option(name: .long, help: "The job's name (default: made of the dates and the phase).")
        var job: String?

        @Option(name: .long, help: "Why, for the record.")
        var reason = "load history"

        @Flag(name: .long, help: "Stay until the last date has ended; without it the last window goes on alone.")
        var wait = false

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard from <= to else { throw ValidationError("--from lies after --to") }
            guard (1...64).contains(window) else { throw ValidationError("--window is a number from 1 to 64") }
            if let job, job.wholeMatch(of: /[A-Za-z0-9._\-]{1,80}/) == nil {
                throw ValidationError("--job takes letters, digits, '.', '_' and '-', at most 80")
            }
        }

        func run() async throws {
            let name = job ?? "\(from)_\(to)_p\(untilPhase.rawValue)"
            let plan = BackfillPlan(
                job: name,
                from: from,
                to: to,
                untilPhase: untilPhase,
                window: window,
                reason: reason,
                waits: wait
            )
            let command =
                "tipoff backfill run --from \(from) --to \(to) --until-phase \(untilPhase.rawValue) --window \(window) --job \(name) --wait"
            try await Session.with([.database, .broker]) { session in
                try await session.withProducer { producer in
                    let stop = StopFlag()
                    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
                    let listener = Task {
                        for await _ in signals { stop.raise() }
                    }
                    defer { listener.cancel() }
                    let backfill = Backfill(session: session, producer: producer, plan: plan, stop: stop)
                    let report = try await backfill.run(printsProgress: !format.json)
                    if format.json {
                        try session.output.json(report.json)
                    } else {
                        session.output.line(report.line)
                    }
                    if report.wasStopped {
                        throw CommandProblem(
                            exit: .problem,
                            message: "stopped; \(report.left) dates are left",
                            next: command
                        )
                    }
                    if !report.failed.isEmpty {
                        throw CommandProblem(
                            exit: .problem,
                            message:
                                "failed: \(report.failed.map { "\($0.date) (\($0.reason))" }.joined(separator: "; "))",
                            next: command
                        )
                    }
                }
            }
        }
    }
}
