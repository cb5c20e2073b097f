import ArgumentParser
import Basketball
import Pipeline

/// The slate's verdict.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Says how a date's slate stands, and what to type next.",
        discussion: """
            Without a date: the current slate, by the league's calendar. Exit 1 when the verdict is FAILED, LATE or DEGRADED.

            Example: tipoff status tonight
            """
    )

    @Argument(help: "today, tonight, yesterday or YYYY-MM-DD.")
    var day: DayArgument?

    @Option(name: .long, help: "The same as the argument.")
    var date: DayArgument?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        if let day, let date, day != date { throw ValidationError("two different dates were given") }
    }

    func run() async throws {
        let isProblem = try await Session.with([.database]) { session in
            let asked = day ?? date ?? .today
            // Resolved once: over midnight the rest of the command still talks about the same day.
            let resolved = asked.resolved(session.clock)
            let snapshot = try await StatusReader(session: session).read(resolved, askedFor: asked.word)
            if format.json {
                try session.output.json(snapshot.json)
            } else {
                session.output.lines(StatusRenderer(snapshot: snapshot).lines)
            }
            return snapshot.verdict.isProblem
        }
        if isProblem { throw CommandProblem.alreadyTold }
    }
}

extension DayArgument {
    /// The word that stands for a date, if one was used.
    var word: String? {
        switch self {
        case .today: "today"
        case .tonight: "tonight"
        case .yesterday: "yesterday"
        case .date: nil
        }
    }
}
