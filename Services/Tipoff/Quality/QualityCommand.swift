import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// What audits of the tables have found.
struct QualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality",
        abstract: "Shows what the audits of a date's rows found; exit 1 when something is unusual or in quarantine.",
        discussion: """
            Every table that a phase has written is audited after the phase closed: number of rows, NULLs, means and spread of \
            its columns. A table that was not looked at says so.

            Example: tipoff quality --date 2024-01-15
            """
    )

    @Option(name: .long, help: "today, tonight, yesterday or YYYY-MM-DD.")
    var date: DayArgument = .today

    @OptionGroup var format: FormatOptions

    func run() async throws {
        let isGood = try await Session.with([.database]) { session in
            let quality = try await QualityReader(pool: session.pool).read(date.resolved(session.clock))
            if format.json {
                try session.output.json(quality.json)
            } else {
                session.output.lines(quality.lines(on: session.clock.leagueDay))
            }
            return quality.isGood
        }
        if !isGood { throw CommandProblem.alreadyTold }
    }
}
