import ArgumentParser
import Basketball
import Pipeline

/// What the predictions were worth.
struct AccuracyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accuracy",
        abstract: "Says what stored predictions were worth, by system and a second aspect.",
        discussion: """
            MAE is the mean absolute error of the predicted median (of the mean where a system has none), RMSE and BIAS \
            (predicted less actual) are the mean's; intervals are 95 %: of the mean by the normal approximation, of a share by \
            Wilson. Predictions of players who did not play are counted as voided and are in no other figure. Lane live are the \
            predictions made live and before tip-off, backfill those made after the fact; they are never mixed. HIT RATE is \
            of the prediction's own line, pushes left out; LINE MAE is the line's own error on the rows that have one, beside \
            the prediction's on the same rows; PROFIT is the gain of a stake of 1 on each bookmaker's line that a side was \
            taken of, at its price. Lines that a stand-in made up are in no figure of lines. Without --from and --to: every \
            date. Exit 1 when nothing is judged there.

            Example: tipoff accuracy --from 2024-01-01 --to 2024-01-31
            Example: tipoff accuracy --by tier --lane backfill --json
            Example: tipoff accuracy --calibration
            """
    )

    @Option(name: .long, help: "The first game date: today, yesterday or YYYY-MM-DD.")
    var from: DayArgument?

    @Option(name: .long, help: "The last game date.")
    var to: DayArgument?

    @Option(name: .long, help: "The second aspect: system (none), tier, direction, month or book.")
    var by: AccuracyReport.Aspect = .system

    @Option(name: .long, help: "live or backfill.")
    var lane: Lane = .live

    @Flag(name: .long, help: "Also how often what had a probability happened, in ten bins.")
    var calibration = false

    @OptionGroup var format: FormatOptions

    func run() async throws {
        try await Session.with([.database], statementTimeout: .seconds(300)) { session in
            let first = from?.resolved(session.clock)
            let last = to?.resolved(session.clock)
            if let first, let last, first > last { throw CommandProblem.usage("\(first) comes after \(last)") }
            let window = AccuracyReport.Window(first: first, last: last, lane: lane)
            let report = try await AccuracyReader(pool: session.pool)
                .report(on: window, by: by, withCalibration: calibration)
            guard !report.groups.isEmpty else {
                throw CommandProblem.problem(
                    "no prediction of lane \(lane.rawValue) is judged \(AccuracyText.span(window))"
                        + (report.leftOut > 0 ? "; \(AccuracyText.leftOut(report.leftOut))" : ""),
                    next: "tipoff status yesterday"
                )
            }
            if format.json {
                try session.output.json(report.json)
            } else {
                session.output.lines(AccuracyText.lines(report))
            }
        }
    }
}

extension AccuracyReport.Aspect: ExpressibleByArgument {}
