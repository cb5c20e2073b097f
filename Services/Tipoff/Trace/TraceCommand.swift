import ArgumentParser
import Pipeline

/// The waterfall of a run.
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Shows what happened under one id, hop by hop.",
        discussion: "Takes a correlation, run, message or execution id.\n\nExample: tipoff trace replay-nov-29"
    )

    @Argument(help: "A correlation, run, message or execution id.")
    var id: String

    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await Session.with([.database]) { session in
            guard let trace = try await TraceReader(pool: session.pool).read(id) else {
                throw CommandProblem.problem(
                    "nothing is known under \(id): it was rejected, or nobody has read it yet",
                    next: "tipoff dlq ls"
                )
            }
            if format.json {
                try session.output.json(trace.json)
            } else {
                session.output.lines(TraceRenderer(trace: trace).lines)
            }
        }
    }
}
