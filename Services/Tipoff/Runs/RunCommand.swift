import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// Runs: ls, open, force, cancel.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Lists, shows and opens runs, or asks their owners to force or cancel them.",
        discussion: "Example: tipoff run open --kind full --date 2024-01-15 --wait",
        subcommands: [List.self, Show.self, Open.self, Force.self, Cancel.self]
    )

    /// `tipoff runs` under its other name.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: RunListCommand.configuration.abstract,
            discussion: RunListCommand.configuration.discussion
        )

        @OptionGroup var listing: RunListCommand

        func run() async throws { try await listing.run() }
    }

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "open",
            abstract: "Opens a run for a date.",
            discussion: """
                Each call opens a new run; nothing of earlier ones is deleted. The scrapers service sends the first message \
                again when it gets lost.

                Example: tipoff run open --kind full --date 2024-01-15 --wait
                """
        )

        @Option(name: .long, help: "full, pregame or postgame.")
        var kind: RunKind = .full

        @Option(name: .long, help: "today, tonight, yesterday or YYYY-MM-DD.")
        var date: DayArgument

        @Option(name: .long, help: "The last phase that opens (1 … 6); the next is recorded as suppressed.")
        var untilPhase: Phase?

        @Option(name: .long, help: "live or backfill.")
        var lane: Lane = .live

        @Option(name: .long, help: "Why, for the record.")
        var reason: String?

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard [.full, .pregame, .postgame].contains(kind) else {
                throw ValidationError("--kind is full, pregame or postgame; deltas are opened by what changes")
            }
            if kind == .postgame, let untilPhase, untilPhase > .analytics {
                throw ValidationError("a postgame run ends with phase 3")
            }
        }

        func run() async throws {
            try await Session.with([.database, .broker]) { session in
                let date = date.resolved(session.clock)
                let request = RunRequest(
                    kind: kind,
                    gameDate: date,
                    lane: lane,
                    untilPhase: untilPhase ?? (kind == .postgame ? .analytics : .publishing),
                    planKey: "cli:\(UUID().uuidString.lowercased())",
                    openedBy: session.actor,
                    reason: reason,
                    triggerSource: .api
                )
                try await RunStarter(session: session).start(request, waiting: waiting, printsJSON: format.json)
            }
        }
    }

    struct Force: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "force",
            abstract: "Asks the owner of a phase to go on without what is missing.",
            discussion: """
                Shows what would be given up; --yes asks for it. Recorded with your name and reason; the owner of the phase \
                executes it and answers. What is given up may still come: it then opens a run of its own. Exit code 1 when \
                the owner refuses.

                Example: tipoff run force --run 6f1d… --phase 2 --without oddsa_events --reason "source is down" --yes
                """
        )

        @Option(name: .long, help: "The run's id.")
        var run: UUID

        @Option(name: .long, help: "The open phase (1 … 6).")
        var phase: Phase

        @Option(name: .long, help: "Give up only this processor (default: everything that is still open).")
        var without: String?

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var options: ActionOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let phases = phase == .raw ? [Phase.scrapers, .raw] : [phase]
                if let without, !phases.contains(where: { session.registry.resolve(without, in: $0) != nil }) {
                    throw CommandProblem.usage(
                        "\(without) is not a processor of phase \(phase.rawValue)",
                        next: "tipoff registry"
                    )
                }
                try await OperatorRequests(session: session).file(
                    .forcePhase,
                    runID: run,
                    phase: phase,
                    processor: without,
                    options: options,
                    waiting: waiting
                )
            }
        }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Asks the owner of a run's open phase to end the run.",
            discussion: """
                Shows what would end; --yes asks for it. What has changed stays marked; the next run of the date carries it \
                on. Tasks that have not begun are skipped, running ones end by themselves. Exit code 1 when the owner refuses.

                Example: tipoff run cancel --run 6f1d… --reason "wrong date" --yes
                """
        )

        @Option(name: .long, help: "The run's id.")
        var run: UUID

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var options: ActionOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                try await OperatorRequests(session: session).file(
                    .cancelRun,
                    runID: run,
                    phase: nil,
                    options: options,
                    waiting: waiting
                )
            }
        }
    }
}

/// Tasks: retry.
struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Acts on single tasks.",
        discussion: "Example: tipoff task retry --run 6f1d… --processor nbac_schedule --reason \"source is back\"",
        subcommands: [Retry.self]
    )

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract: "Asks for another attempt of a task that has not ended well.",
            discussion: """
                A task that waits for its next attempt is due now. One that has ended stays as it is: the owner of its \
                phase opens a run that does its work again, and names it. Exit code 1 when the owner refuses.

                Example: tipoff task retry --run 6f1d… --processor nbac_team_boxscore --unit 0022300555 --reason "source is back"
                """
        )

        @Option(name: .long, help: "The run's id.")
        var run: UUID

        @Option(name: .long, help: "The processor's name.")
        var processor: String

        @Option(name: .long, help: "A game, event, team or player id; * is the whole date.")
        var unit = UnitKind.wholeDate

        @OptionGroup var why: ReasonOption
        @OptionGroup var waiting: WaitOptions
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                try await OperatorRequests(session: session).retry(
                    runID: run,
                    processor: processor,
                    unit: unit,
                    reason: why.reason,
                    waiting: waiting,
                    printsJSON: format.json
                )
            }
        }
    }
}
