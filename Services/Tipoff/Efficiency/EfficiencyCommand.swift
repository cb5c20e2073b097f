import ArgumentParser
import Basketball
import Pipeline

/// What of the work was needed.
struct EfficiencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "efficiency",
        abstract: "Says how much of the work of runs was needed, by run and by processor, and whether to do something.",
        discussion: """
            SKIPPED is the share of what the date's last full run had in scope that was left alone; WASTE the share of what \
            was compared with stored rows and had not changed. The verdict is by the waste of a week: red above 30 %, watch \
            above 20 % when it costs more than an hour, build above 2 hours. Without options: today's game date. Exit 1 \
            when the verdict is to build, or when nothing was logged.

            Example: tipoff efficiency --date 2024-01-15
            Example: tipoff efficiency --run 3fa94c11
            Example: tipoff efficiency --from 2024-01-09 --to 2024-01-15 --json
            """
    )

    @Option(name: .long, help: "A game date: today, tonight, yesterday or YYYY-MM-DD.")
    var date: DayArgument?

    @Option(name: .long, help: "A run id, or how it begins.", transform: { try IDPrefix($0) })
    var run: IDPrefix?

    @Option(name: .long, help: "The first of several game dates, with --to.")
    var from: DayArgument?

    @Option(name: .long, help: "The last of several game dates, with --from.")
    var to: DayArgument?

    @Option(name: .long, help: "At most this many runs, the newest.")
    var limit = 20

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (from == nil) == (to == nil), [date != nil, run != nil, from != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("give either --date, or --run, or --from and --to")
        }
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10000") }
    }

    func run() async throws {
        let hasToBuild = try await Session.with([.database]) { session in
            let report = try await EfficiencyReader(pool: session.pool).report(on: span(session))
            guard !report.runs.isEmpty else {
                throw CommandProblem.problem(
                    "nothing was logged: no attempt of these runs is in the execution log",
                    next: "tipoff status"
                )
            }
            if format.json {
                try session.output.json(report.json)
            } else {
                session.output.lines(EfficiencyText.lines(report, limit: limit))
            }
            return !report.toBuild.isEmpty
        }
        if hasToBuild { throw CommandProblem.alreadyTold }
    }

    private func span(_ session: Session) async throws -> EfficiencyReport.Span {
        if let run {
            let history = ChangeHistory(pool: session.pool, registry: session.registry)
            guard case .run(let id) = try await history.subject(run) else {
                throw CommandProblem.usage("\(run.text) is an execution, not a run")
            }
            return .run(id)
        }
        let first = (from ?? date ?? .today).resolved(session.clock)
        let last = (to ?? date ?? .today).resolved(session.clock)
        guard first <= last else { throw CommandProblem.usage("\(first) comes after \(last)") }
        return .dates(first, last)
    }
}
