import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// Phases of past or present dates, done again.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Does phases of a date again, whatever is stored, and says before what that would change.",
        discussion: """
            Shows what would run; --yes does it. Only the named phases run, of the named dates alone: what they change \
            for later phases and dates waits until it is asked for, by --until-phase or another replay. From phase 1 on \
            everything is fetched again, from phase 2 on the stored payloads are read again, from phase 3 on rows are \
            computed again; rows are compared by their values, so that a hash which somebody has not kept up is no excuse. \
            Nothing is deleted.

            --shadow has the phase computed in full and taken back, and lists the rows that would change. It needs the \
            phase's service, and is for phases 3 and 4.

            Example: tipoff replay --date 2024-01-15 --from-phase 3 --shadow --reason "box score was corrected"
            Example: tipoff replay --from 2024-01-01 --to 2024-01-15 --from-phase 3 --until-phase 4 --reason "new formula" --yes
            """
    )

    @Option(name: .long, help: "today, tonight, yesterday or YYYY-MM-DD.")
    var date: DayArgument?

    @Option(name: .long, help: "The first of several dates.")
    var from: DayArgument?

    @Option(name: .long, help: "The last of several dates.")
    var to: DayArgument?

    @Option(name: .long, help: "The first phase to do again (1 … 6).")
    var fromPhase: Phase

    @Option(name: .long, help: "The last phase to do again (default: the first; phase 1 always feeds phase 2).")
    var untilPhase: Phase?

    @Option(name: .long, help: "Only these players, with commas; from phase 3 on.")
    var players: String?

    @Option(name: .long, help: "Only these teams, as tricodes with commas; from phase 3 on.")
    var teams: String?

    @Option(name: .long, help: "Only these games, as YYYYMMDD_AWAY_HOME with commas; from phase 3 on.")
    var games: String?

    @Flag(name: .long, help: "Only show what would run, as without --yes.")
    var dryRun = false

    @Flag(name: .long, help: "Also list the rows that would change.")
    var shadow = false

    @Option(name: .long, help: "Of several dates, the most that are open at a time.")
    var window = 4

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: ActionOptions

    func validate() throws {
        guard (date != nil) != (from != nil || to != nil), (from == nil) == (to == nil) else {
            throw ValidationError("say --date, or --from and --to")
        }
        guard !(options.yes && (dryRun || shadow)) else {
            throw ValidationError("--yes does it, --dry-run and --shadow only show it")
        }
        if let untilPhase, untilPhase < fromPhase { throw ValidationError("--until-phase is before --from-phase") }
        guard fromPhase >= .analytics || players == nil && teams == nil && games == nil else {
            throw ValidationError(
                "players, teams and games are chosen from phase 3 on; one payload: tipoff object reread, tipoff scrape"
            )
        }
        guard !shadow || fromPhase == .analytics || fromPhase == .precompute else {
            throw ValidationError("--shadow is for phases 3 and 4: only what is computed can be computed to look at")
        }
        guard (1...32).contains(window) else { throw ValidationError("--window is a number from 1 to 32") }
    }

    func run() async throws {
        let needs: Set<Session.Need> = options.yes ? [.database, .broker, .objects] : [.database, .objects]
        try await Session.with(fromPhase == .raw ? needs : needs.subtracting([.objects])) { session in
            let plan = try await plan(session)
            guard !plan.dates.isEmpty else {
                throw CommandProblem.problem("no date of the span has games or runs", next: "tipoff status --date …")
            }
            if options.yes {
                try await ReplayRunner(session: session, plan: plan, window: window)
                    .carryOut(waiting: waiting, printsJSON: options.format.json)
                return
            }
            var shadows: [AuditStore.Audit] = []
            if shadow { shadows = try await ShadowRuns(session: session).cast(plan, timeout: waiting.timeout ?? 300) }
            let works = try await plan.works(session)
            if options.format.json {
                try session.output.json(json(plan, works, shadows))
            } else {
                tell(plan, works, shadows, session.output)
            }
            if shadow, !shadows.allSatisfy({ $0.state == "same" || $0.state == "different" }) {
                throw CommandProblem.problem(
                    "not every date could be computed",
                    next: "is the service \(fromPhase.name) running? tipoff status"
                )
            }
        }
    }

    private func plan(_ session: Session) async throws -> ReplayPlan {
        func names(_ text: String?) -> [String] {
            (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        var selection = EntitySelection()
        for name in names(players) {
            selection.players.insert(try await PlayerOverrides(session: session).player(named: name).lookup)
        }
        for name in names(teams) {
            do { selection.teams.insert(try Team(tricode: name.uppercased()).tricode) } catch {
                throw CommandProblem.usage("\(name) is no team of the league", next: "--teams BOS,LAL")
            }
        }
        for name in names(games) {
            do { selection.games.insert(try GameID(name).description) } catch {
                throw CommandProblem.usage("\(name) is no game", next: "--games 20240115_BOS_LAL")
            }
        }
        var dates: [GameDate] = []
        if let date {
            dates = [date.resolved(session.clock)]
        } else if let from, let to {
            dates = try await ReplayPlan.dates(from.resolved(session.clock), to.resolved(session.clock), session.pool)
        }
        return ReplayPlan(
            dates: dates,
            from: fromPhase,
            until: max(untilPhase ?? fromPhase, fromPhase == .scrapers ? .raw : fromPhase),
            selection: selection.isEmpty ? nil : selection,
            reason: options.reason
        )
    }

    private func tell(
        _ plan: ReplayPlan,
        _ works: [ReplayPlan.Work],
        _ shadows: [AuditStore.Audit],
        _ output: Output
    ) {
        for work in works {
            output.line("\(work.date)  phase \(work.phase.rawValue)  \(work.text)")
        }
        if let selection = plan.selection {
            let names = selection.players.sorted() + selection.teams.sorted() + selection.games.sorted()
            output.line("looking at \(names.joined(separator: ", "))")
        }
        for shadow in shadows {
            let rows = shadow.rowsDifferent.map { "\($0) of \(shadow.rowsCompared ?? 0) rows would change" }
            output.line(
                "\(shadow.date)  phase \(shadow.phase): "
                    + (shadow.state == "different" || shadow.state == "same" ? rows ?? "" : shadow.state)
                    + (shadow.reason.map { "; \(SafeText.escaped($0))" } ?? "")
            )
            output.lines(shadow.changeLines)
        }
        let last = plan.until
        if last < .publishing {
            output.line("phases after \(last.rawValue) and other dates wait until they are asked for")
        }
        output.line(ActionOptions.previewEnd)
    }

    private func json(
        _ plan: ReplayPlan,
        _ works: [ReplayPlan.Work],
        _ shadows: [AuditStore.Audit]
    ) -> JSONValue {
        [
            "is_done": .bool(false), "dates": .array(plan.dates.map { .string($0.description) }),
            "from_phase": .int(Int64(plan.from.rawValue)), "until_phase": .int(Int64(plan.until.rawValue)),
            "selection": plan.selection?.json ?? .null, "work": .array(works.map(\.json)),
            "shadows": .array(shadows.map(\.json)),
        ]
    }
}
