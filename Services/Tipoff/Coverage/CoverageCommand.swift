import ArgumentParser
import Basketball
import Monitoring
import Pipeline

/// From the players of a slate to their predictions.
struct CoverageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract:
            "Says how many of a slate's players have a line, features and a prediction, and where the rest were lost.",
        discussion: """
            Of the players of a game, EXPECTED have played before and are not ruled out; LINES, FEATURES, PREDICTIONS and \
            GRADED count those. BOTTLENECK is the step that loses most. Without a date: today's. The goal is a prediction \
            for 95 % of the expected. Exit 1 when less than 90 % of a date, or fewer than 8 players of a game, have one.

            Example: tipoff coverage tonight
            Example: tipoff coverage --weeks 4 --json
            """
    )

    @Argument(help: "today, tonight, yesterday or YYYY-MM-DD.")
    var day: DayArgument?

    @Option(name: .long, help: "A row a date of this many weeks up to the date.")
    var weeks: Int?

    @OptionGroup var format: FormatOptions

    func validate() throws {
        if let weeks, !(1...60).contains(weeks) { throw ValidationError("--weeks is a number from 1 to 60") }
    }

    func run() async throws {
        let isProblem = try await Session.with([.database], statementTimeout: .seconds(120)) { session in
            let last = (day ?? .today).resolved(session.clock)
            let first = weeks.map { last.adding(days: 1 - 7 * $0) } ?? last
            let dates = try await SlateCoverage.of(first, through: last, by: .date, session.pool)
            let games = weeks == nil ? try await SlateCoverage.of(first, through: last, by: .game, session.pool) : []
            let report = CoverageReport(first: first, last: last, dates: dates, games: games)
            if format.json {
                try session.output.json(report.json)
            } else {
                session.output.lines(report.lines)
            }
            return report.isProblem
        }
        if isProblem { throw CommandProblem.alreadyTold }
    }
}
