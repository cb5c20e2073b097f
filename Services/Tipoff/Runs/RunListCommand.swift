import ArgumentParser
import Foundation
import Monitoring
import Pipeline

/// Runs with their progress. `tipoff runs` and `tipoff run ls` are the same.
struct RunListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Lists runs, the newest first: how far each is and when it last gave a sign of life.",
        discussion: """
            PULSE says how long an open run has been silent: slow after 5 minutes, hung after 15; LEFT estimates from the median \
            of its kind. Exit 1 when a listed run is hung.

            Example: tipoff runs --state open
            Example: tipoff run ls --kind delta --date 2024-01-15 --since 6h --json
            """
    )

    @Option(name: .long, help: "full, pregame, postgame, delta or manual.")
    var kind: RunKind?

    @Option(name: .long, help: "A game date: today, tonight, yesterday or YYYY-MM-DD.")
    var date: DayArgument?

    @Option(name: .long, help: "open, complete, unchanged, failed or cancelled.")
    var state: RunState?

    @Option(name: .long, help: "live or backfill.")
    var lane: Lane?

    @Option(name: .long, help: "Opened within: a number with m, h or d, such as 90m, 6h or 7d.")
    var since: Age?

    @Option(name: .long, help: "At most this many.")
    var limit = 50

    @OptionGroup var format: FormatOptions

    enum RunState: String, CaseIterable, ExpressibleByArgument {
        case open, complete, unchanged, failed, cancelled
    }

    /// A length of time as an operator writes it.
    struct Age: ExpressibleByArgument, Sendable, Hashable {
        var hours: Double

        init?(argument: String) {
            let units: [Character: Double] = ["m": 1 / 60, "h": 1, "d": 24]
            guard let unit = argument.last.flatMap({ units[$0] }), let number = Double(argument.dropLast()),
                number > 0, number.isFinite
            else { return nil }
            hours = number * unit
        }
    }

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10000") }
    }

    func run() async throws {
        let isProblem = try await Session.with([.database]) { session in
            let runs = try await RunListing.of(
                .init(
                    kind: kind,
                    gameDate: date?.resolved(session.clock),
                    state: state?.rawValue,
                    lane: lane,
                    sinceHours: since?.hours,
                    limit: limit
                ),
                session.pool
            )
            if format.json {
                try session.output.json(["runs": .array(runs.map(RunListText.json))])
            } else {
                session.output.lines(RunListText.lines(runs, isFull: runs.count == limit))
            }
            return runs.contains { $0.pulse == "hung" }
        }
        if isProblem { throw CommandProblem.alreadyTold }
    }
}
