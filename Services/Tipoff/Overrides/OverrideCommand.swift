import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Upstream

/// What operators know before the sources do.
struct OverrideCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "override",
        abstract: "Says what is known before the sources say it, for some days and with a reason.",
        discussion:
            "Example: tipoff override player \"Joel Embiid\" --status out --until today --reason \"left warm-up\"",
        subcommands: [Player.self, Clear.self, List.self]
    )

    /// Whom it is about and why.
    struct Subject: ParsableArguments {
        @Argument(help: "The player's name or lookup.")
        var name: String

        @Option(name: .long, help: "Why, for the record.")
        var reason: String

        @OptionGroup var waiting: WaitOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard !PlayerLookup.normalize(name).isEmpty else { throw ValidationError("the name has no letters") }
            guard !reason.trimmingCharacters(in: .whitespaces).isEmpty else {
                throw ValidationError("--reason says why, for those who come after")
            }
        }

        /// Enters what is said and follows the run that carries it.
        func enter(_ payload: OperatorStatusPayload, session: Session) async throws {
            let run = try await PlayerOverrides(session: session).enter(payload)
            let runID = run.runID.uuidString.lowercased()
            let (from, until) = (payload.days.lowerBound, payload.days.upperBound)
            if !format.json {
                let days = from == until ? "on \(from)" : "from \(from) to \(until)"
                session.output.line(
                    "\(payload.playerName): \(payload.status?.rawValue ?? "as the sources say") \(days)"
                )
                session.output.line("run \(runID)")
            } else if !waiting.wait {
                try session.output.json([
                    "run_id": .string(runID), "correlation_id": .string(run.correlationID), "override": payload.json,
                ])
            }
            if waiting.wait {
                try await RunFollower(session: session, printsJSON: format.json)
                    .follow(run.runID, timeout: waiting.timeout ?? 300)
            } else if !format.json {
                session.output.line("next: tipoff trace \(runID)")
            }
        }
    }

    struct Player: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "player",
            abstract: "Says whether a player takes part; it holds for games that have not begun when it is entered.",
            discussion: """
                It stands above every injury report until its last day or until it is cleared, and starts a delta run at \
                once.

                Example: tipoff override player "Joel Embiid" --status out --until 2024-01-22 --reason "left warm-up"
                """,
            aliases: ["set"]
        )

        @OptionGroup var subject: Subject

        @Option(name: .long, help: "out, doubtful, questionable, probable or available.")
        var status: InjuryStatus

        @Option(name: .long, help: "The first day, by default today.")
        var from: DayArgument = .today

        @Option(name: .long, help: "The last day: today, tonight or YYYY-MM-DD.")
        var until: DayArgument

        func run() async throws {
            try await Session.with([.database, .broker, .objects]) { session in
                let (first, last) = (from.resolved(session.clock), until.resolved(session.clock))
                let today = session.clock.leagueDay
                guard first >= today else {
                    throw CommandProblem.usage("\(first) is over: an override changes what is still to come")
                }
                guard first <= last, last - first <= PlayerOverrides.days else {
                    throw CommandProblem.usage(
                        "\(first) to \(last) is no span of up to \(PlayerOverrides.days) days",
                        next: "--until \(first)"
                    )
                }
                let player = try await PlayerOverrides(session: session).player(named: subject.name)
                try await subject.enter(
                    OperatorStatusPayload(
                        playerLookup: player.lookup,
                        playerName: player.name,
                        team: player.currentTeam,
                        status: status,
                        days: first...last,
                        reason: subject.reason,
                        actor: session.actor,
                        enteredAt: session.clock.now
                    ),
                    session: session
                )
            }
        }
    }

    struct Clear: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "clear",
            abstract: "Takes back what was said about a player: the sources speak again.",
            discussion: "Example: tipoff override clear \"Joel Embiid\" --reason \"he is back\""
        )

        @OptionGroup var subject: Subject

        func run() async throws {
            try await Session.with([.database, .broker, .objects]) { session in
                let overrides = PlayerOverrides(session: session)
                let player = try await overrides.player(named: subject.name)
                let today = session.clock.leagueDay
                let standing = try await overrides.list(all: false, today: today)
                    .filter { $0.playerLookup == player.lookup }
                guard !standing.isEmpty else {
                    throw CommandProblem.problem("nothing was said about \(player.name)", next: "tipoff override ls")
                }
                let last = try standing.map { try GameDate($0.until) }.max() ?? today
                try await subject.enter(
                    OperatorStatusPayload(
                        playerLookup: player.lookup,
                        playerName: player.name,
                        team: player.currentTeam,
                        status: nil,
                        days: today...last,
                        reason: subject.reason,
                        actor: session.actor,
                        enteredAt: session.clock.now
                    ),
                    session: session
                )
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists what was said about players and still holds.",
            discussion: "Example: tipoff override ls --all"
        )

        @Flag(name: .long, help: "Also what is over or was taken back.")
        var all = false

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let entries = try await PlayerOverrides(session: session).list(all: all, today: session.clock.leagueDay)
                if format.json {
                    try session.output.json(.array(entries.map(\.json)))
                    return
                }
                guard !entries.isEmpty else {
                    session.output.line("no overrides")
                    return
                }
                var table = TextTable(["PLAYER", "STATUS", "FROM", "UNTIL", "BY", "ENTERED", "REASON"])
                for entry in entries {
                    table.add([
                        entry.playerName, entry.isTakenBack ? "\(entry.status), cleared" : entry.status,
                        entry.from,
                        entry.until, entry.actor, EasternTime.short(entry.enteredAt, on: session.clock.leagueDay),
                        SafeText.cut(entry.reason, to: 60),
                    ])
                }
                session.output.lines(table.lines)
            }
        }
    }
}
