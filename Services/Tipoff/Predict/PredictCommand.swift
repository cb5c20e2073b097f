import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres
import Serving

/// The predictions of a date: how they stand, and asking for them.
struct PredictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Shows how the predictions of a date stand, and asks for them.",
        discussion: "Example: tipoff predict status --date tonight",
        subcommands: [Status.self, Missing.self, Start.self, Retry.self]
    )

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Shows the batches of a date, their coverage and the deadline.",
            discussion: "Example: tipoff predict status --date tonight"
        )

        @Option(name: .long, help: "today, tonight, yesterday or YYYY-MM-DD.")
        var date: DayArgument = .today

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let status = try await PredictReader(session: session).status(date.resolved(session.clock))
                if format.json {
                    try session.output.json(status.json)
                } else {
                    session.output.lines(status.lines)
                }
            }
        }
    }

    struct Missing: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "missing",
            abstract: "Lists the expected players without a prediction, each with the reason.",
            discussion: "Example: tipoff predict missing --date 2024-01-15"
        )

        @Option(name: .long, help: "today, tonight, yesterday or YYYY-MM-DD.")
        var date: DayArgument = .today

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let day = date.resolved(session.clock)
                let gaps = try await session.pool.transaction(.repeatableRead, readOnly: true) {
                    try await SlateGaps.of(day, in: $0)
                }
                if format.json {
                    try session.output.json(PredictStatus.json(gaps, of: day))
                } else {
                    session.output.lines(PredictStatus.lines(gaps, of: day))
                }
            }
        }
    }

    /// What is asked for, and why.
    struct Request: ParsableArguments {
        @Option(name: .long, help: "today, tonight, yesterday or YYYY-MM-DD.")
        var date: DayArgument

        @Option(name: .long, help: "Why, for the record.")
        var reason: String

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard !reason.trimmingCharacters(in: .whitespaces).isEmpty else {
                throw ValidationError("--reason says why, for those who come after")
            }
        }

        /// Opens the run, sends its first message and follows it when asked to.
        func open(
            _ session: Session,
            _ body:
                @Sendable (PredictionRuns, GameDate, PostgresTransaction) async throws
                -> (result: RunOpener.Result, what: String)
        ) async throws {
            let day = date.resolved(session.clock)
            let runs = PredictionRuns(registry: session.registry, phaseDeadline: session.work.phaseDeadline)
            let opened: (result: RunOpener.Result, what: String)
            do {
                opened = try await session.withProducer { producer in
                    let opened = try await session.pool.transaction { try await body(runs, day, $0) }
                    await session.relay(producer).sendNow(opened.result.messages)
                    return opened
                }
            } catch let refusal as PredictionRuns.Refusal {
                return try told(refusal, day, session)
            }
            let runID = opened.result.run.runID
            let name = runID.uuidString.lowercased()
            if !format.json {
                session.output.line("opened run \(name) of \(day): \(opened.what)")
            } else if !waiting.wait {
                try session.output.json([
                    "run_id": .string(name), "correlation_id": .string(opened.result.run.correlationID),
                    "date": .string(day.description), "predicts": .string(opened.what),
                ])
            }
            if waiting.wait {
                try await RunFollower(session: session, printsJSON: format.json)
                    .follow(runID, timeout: waiting.timeout)
            } else if !format.json {
                session.output.line("next: tipoff trace \(name)")
            }
        }

        /// Nothing missing is an answer; the other refusals are problems.
        private func told(_ refusal: PredictionRuns.Refusal, _ day: GameDate, _ session: Session) throws {
            switch refusal {
            case .isOpen(let runID), .isComing(let runID):
                let name = runID.uuidString.lowercased()
                throw CommandProblem.problem("run \(name) is predicting \(day) now", next: "tipoff trace \(name)")
            case .noFeatures:
                throw CommandProblem.problem(
                    "\(day) has no features to predict from",
                    next: "tipoff run open --kind full --date \(day)"
                )
            case .notStarted:
                throw CommandProblem.problem(
                    "nobody has been predicted on \(day) yet",
                    next: "tipoff predict start --date \(day) --reason \"…\""
                )
            case .nothingMissing:
                if format.json {
                    try session.output.json(["run_id": .null, "date": .string(day.description), "missing": .int(0)])
                } else {
                    session.output.line("nobody is missing on \(day); nothing was opened")
                }
            }
        }
    }

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start",
            abstract: "Opens a run that predicts a whole date from the features that are there.",
            discussion: """
                Recorded with your name and reason. Refused while a run is predicting the date. The rule of readiness holds: \
                with too few complete features nothing starts, and an alert says so.

                Example: tipoff predict start --date 2024-01-15 --reason "the morning run was cancelled"
                """
        )

        @OptionGroup var request: Request

        func run() async throws {
            try await Session.with([.database, .broker]) { session in
                try await request.open(session) { runs, day, transaction in
                    let result = try await runs.start(
                        day,
                        by: .person(session.actor),
                        reason: request.reason,
                        now: session.clock.now,
                        in: transaction
                    )
                    return (result, "everybody with features")
                }
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Opens a run for the expected players without a prediction.",
            discussion: """
                Recorded with your name and reason. With nobody missing nothing is opened. The model of the date goes on.

                Example: tipoff predict retry --date 2024-01-15 --reason "features came late"
                """
        )

        @OptionGroup var request: Request

        func run() async throws {
            try await Session.with([.database, .broker]) { session in
                try await request.open(session) { runs, day, transaction in
                    let (result, players) = try await runs.retry(
                        day,
                        by: .person(session.actor),
                        reason: request.reason,
                        now: session.clock.now,
                        in: transaction
                    )
                    return (result, players.count == 1 ? "1 missing player" : "\(players.count) missing players")
                }
            }
        }
    }
}
