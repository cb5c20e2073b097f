import ArgumentParser
import Basketball
import Foundation
import Pipeline

/// What each date should bring and has brought.
struct GridCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grid",
        abstract: "Shows what each date should bring, phase by phase, and what is there.",
        discussion: """
            Without a date: a line a date, by default the last 30 days. With a date: its games against the phases, what is there \
            of what is expected, and what is missing. Exit 1 when something that is needed is overdue.

            Example: tipoff grid --from 2023-10-24 --to 2024-01-15
            Example: tipoff grid 2024-01-15
            """
    )

    @Argument(help: "today, tonight, yesterday or YYYY-MM-DD.")
    var day: DayArgument?

    @Option(name: .long, help: "The first date, by default 29 days before the last.")
    var from: DayArgument?

    @Option(name: .long, help: "The last date, by default today.")
    var to: DayArgument?

    @Option(name: .long, help: "One phase (1 … 6), with the names of what is wrong.")
    var phase: Phase?

    @OptionGroup var format: FormatOptions

    /// Dates that are shown by default.
    static let days = 30

    func validate() throws {
        guard day == nil || (from == nil && to == nil && phase == nil) else {
            throw ValidationError("a date stands alone; --from, --to and --phase are for the lines of several dates")
        }
    }

    func run() async throws {
        let isOverdue = try await Session.with([.database]) { session in
            let now = session.clock.now
            let reader = OutputReader(pool: session.pool, now: now)
            let colours = GridColours(isTerminal: session.output.isTerminal)
            if let day {
                let date = day.resolved(session.clock)
                let reading = try await reader.read(date, date)
                let grid = DateGrid(day: reading.days[0], age: reading.age, now: now)
                if format.json {
                    try session.output.json(grid.json)
                } else {
                    session.output.lines(grid.lines(colours))
                }
                return tell(reading.days, session)
            }
            let last = to?.resolved(session.clock) ?? session.clock.leagueDay
            let first = from?.resolved(session.clock) ?? last.adding(days: -(Self.days - 1))
            guard first <= last else { throw CommandProblem.usage("\(first) lies after \(last)") }
            let grid = SeasonGrid(reading: try await reader.read(first, last, phase: phase), phase: phase, now: now)
            if format.json {
                try session.output.json(grid.json)
            } else {
                session.output.lines(grid.lines(colours))
            }
            return tell(grid.reading.days, session)
        }
        if isOverdue { throw CommandProblem.alreadyTold }
    }

    /// Says what to type when something is overdue, and whether somebody has to.
    private func tell(_ days: [OutputReader.Day], _ session: Session) -> Bool {
        let overdue = days.flatMap(\.outputs).filter(\.isOverdue)
        if !format.json, !overdue.isEmpty {
            session.output.line(
                "next: tipoff gaps  (\(overdue.count) output\(overdue.count == 1 ? " is" : "s are") overdue)"
            )
        }
        return overdue.contains { $0.requirement != .optional }
    }
}
