import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// What is overdue.
struct GapsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gaps",
        abstract: "Shows what is overdue, however old, and takes losses on record.",
        discussion: "Example: tipoff gaps --season 2023-24",
        subcommands: [List.self, Accept.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Shows what is overdue, the oldest first, with why and what to type.",
            discussion: """
                An output is overdue from its due time until it is there, the schedule says that there is nothing, or somebody \
                accepts the loss. Exit 1 when something that is needed is overdue.

                Example: tipoff gaps ls --season 2023-24
                """
        )

        @Option(name: .long, help: "A season such as 2023-24; by default all that are on record.")
        var season: String?

        @Option(name: .long, help: "Only this phase (1 … 6).")
        var phase: Phase?

        @Option(name: .long, help: "The most lines.")
        var limit = 40

        @OptionGroup var format: FormatOptions

        func validate() throws {
            if let season { _ = try SeasonArgument.read(season) }
            guard limit > 0 else { throw ValidationError("--limit is a number above 0") }
        }

        func run() async throws {
            let isOverdue = try await Session.with([.database]) { session in
                let now = session.clock.now
                let reader = OutputReader(pool: session.pool, now: now)
                let season = try season.map(SeasonArgument.read)
                guard let span = try await reader.span(of: season) else {
                    throw CommandProblem.problem(
                        "no expected outputs are on record\(season.map { " for \($0.label)" } ?? "")",
                        next: "start the scrapers service with the planner on; it writes them from the schedule"
                    )
                }
                let gaps = Gap.all(try await reader.read(span.first, span.last, phase: phase).days)
                let today = session.clock.leagueDay
                if format.json {
                    try session.output.json([
                        "as_of": .string(Instant.text(now)),
                        "gaps": .array(gaps.map { $0.json(at: now, today: today, session.registry) }),
                    ])
                } else {
                    session.output.lines(Self.lines(gaps, limit: limit, now: now, today: today, session.registry))
                }
                return gaps.contains { $0.requirement != .optional }
            }
            if isOverdue { throw CommandProblem.alreadyTold }
        }

        static func lines(_ gaps: [Gap], limit: Int, now: Date, today: GameDate, _ registry: Registry) -> [String] {
            guard !gaps.isEmpty else { return ["nothing is overdue"] }
            let outputs = gaps.reduce(0) { $0 + $1.outputs.count }
            var lines = ["\(outputs) output\(outputs == 1 ? " is" : "s are") overdue, the oldest first"]
            for gap in gaps.prefix(limit) {
                lines.append(gap.place)
                lines.append("    \(gap.words(at: now))")
                lines.append("    next: \(gap.command(today: today, registry))")
            }
            if gaps.count > limit { lines.append("… and \(gaps.count - limit) more (--limit \(gaps.count))") }
            return lines
        }
    }

    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept",
            abstract: "Takes on record that something overdue will not come.",
            discussion: """
                Recorded with your name and reason; it is not asked for again and no longer overdue. Should it come all the \
                same, it counts as complete.

                Example: tipoff gaps accept --date 2024-01-15 --processor bdl_standings --reason "the site was down" --yes
                """
        )

        @Option(name: .long, help: "The date: today, yesterday or YYYY-MM-DD.")
        var date: DayArgument

        @Option(name: .long, help: "The processor, see: tipoff gaps")
        var processor: String

        @Option(name: .long, help: "Only this phase (1 … 6), where a scraper and its table have one name.")
        var phase: Phase?

        @Option(name: .long, help: "Only this game, such as 20240115_BOS_TOR.")
        var game: String?

        @OptionGroup var why: ReasonOption

        @Flag(name: .long, help: "Do it; without this what would be accepted is shown.")
        var yes = false

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let date = date.resolved(session.clock)
                let reader = OutputReader(pool: session.pool, now: session.clock.now)
                let outputs = try await reader.read(date, date, phase: phase).days[0].outputs.filter {
                    $0.processor == processor && $0.isOverdue && (game == nil || $0.gameID == game)
                }
                guard !outputs.isEmpty else {
                    throw CommandProblem.problem(
                        "nothing of \(processor) is overdue on \(date)\(game.map { " for \($0)" } ?? "")",
                        next: "tipoff grid \(date)"
                    )
                }
                if yes { try await accept(outputs, session) }
                if format.json {
                    try session.output.json(["is_done": .bool(yes), "outputs": .array(outputs.map(\.json))])
                    return
                }
                for output in outputs {
                    let what = output.rowsText ?? output.outcome ?? "nothing"
                    let game = output.gameID == UnitKind.wholeDate ? "" : " of \(output.gameID)"
                    session.output.line(
                        "\(output.date) phase \(output.phase.rawValue) \(output.processor)\(game): \(output.state.rawValue), \(what)"
                    )
                }
                session.output.line(
                    yes
                        ? "accepted by \(session.actor): \(SafeText.escaped(why.reason))"
                        : "nothing was changed; --yes does it"
                )
            }
        }

        /// All or nothing: somebody who has accepted one of them meanwhile is told.
        private func accept(_ outputs: [ExpectedOutput], _ session: Session) async throws {
            let reason = why.reason
            try await session.pool.transaction { transaction in
                let accepted = try await transaction.execute(
                    """
                    UPDATE nba_orchestration.expected_output AS e
                    SET accepted_by = \(session.actor), accepted_reason = \(reason), accepted_at = \(session.clock.now)
                    FROM unnest(\(outputs.map { Int16($0.phase.rawValue) })::int2[], \(outputs.map(\.gameID))::text[])
                        AS o (phase, game_id)
                    WHERE e.game_date = \(outputs[0].date.sqlDate) AND e.processor = \(outputs[0].processor)
                        AND e.phase = o.phase AND e.game_id = o.game_id AND e.accepted_at IS NULL
                    """
                )
                guard accepted == outputs.count else {
                    throw CommandProblem.problem(
                        "somebody else has accepted some of it meanwhile; nothing was changed",
                        next: "tipoff grid \(outputs[0].date)"
                    )
                }
            }
        }
    }
}
