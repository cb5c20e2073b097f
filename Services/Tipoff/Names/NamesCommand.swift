import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// Names that the league does not know.
struct NamesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "names",
        abstract: "Decides about players' names that no box score and no player list holds.",
        discussion: "Example: tipoff names ls",
        subcommands: [
            List.self, Suggest.self, Match.self, Unmatch.self, Invalid.self, Ignore.self, Snooze.self, Aliases.self,
        ]
    )

    /// What decides about one name has in common.
    struct Decision: ParsableArguments {
        @Argument(help: "The name or its lookup, as `tipoff names ls` shows it.")
        var name: String

        @Option(name: .long, help: "Why, for the record.")
        var reason: String

        var lookup: String { PlayerLookup.normalize(name) }

        mutating func validate() throws {
            guard !lookup.isEmpty else { throw ValidationError("the name has no letters") }
            guard !reason.trimmingCharacters(in: .whitespaces).isEmpty else {
                throw ValidationError("--reason says why, for those who come after")
            }
        }

        func carryOut(_ decision: NameDecision, format: FormatOptions, saying text: String) async throws {
            try await Session.with([.database]) { session in
                let affected = try await NameStore(pool: session.pool, actor: session.actor)
                    .decide(decision, about: lookup, reason: reason)
                if format.json {
                    try session.output.json([
                        "name": .string(lookup), "decision": .string(decision.name),
                        "affected": .array(affected.map(\.json)),
                    ])
                    return
                }
                session.output.line(text)
                guard case .match = decision else { return }
                for object in Set(affected.map(\.object)).sorted() {
                    session.output.line("next: tipoff object reread \(object)")
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists unknown names, those met last first.",
            discussion: "Example: tipoff names ls --source odds_api_player_points_props"
        )

        @Option(name: .long, help: "pending, resolved, invalid, ignored, snoozed or all.")
        var status = "pending"

        @Option(name: .long, help: "The raw processor that met the name.")
        var source: String?

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 100

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard ["pending", "resolved", "invalid", "ignored", "snoozed", "all"].contains(status) else {
                throw ValidationError("--status is pending, resolved, invalid, ignored, snoozed or all")
            }
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let names = try await NameStore(pool: session.pool, actor: session.actor).list(
                    status: status == "all" ? nil : status,
                    source: source,
                    now: session.clock.now,
                    limit: number
                )
                if format.json {
                    try session.output.json(.array(names.map(\.json)))
                    return
                }
                guard let first = names.first else {
                    session.output.line(status == "all" ? "no unknown names" : "no unknown names are \(status)")
                    return
                }
                var table = TextTable(["NAME", "LOOKUP", "TEAM", "SEASON", "SOURCE", "TIMES", "STATUS", "LAST SEEN"])
                for name in names {
                    table.add([
                        SafeText.cut(name.name, to: 40), name.lookup, name.team.isEmpty ? "-" : name.team,
                        Season(startYear: name.season).label, name.source, String(name.occurrences), name.status,
                        EasternTime.short(name.lastSeenAt, on: session.clock.leagueDay),
                    ])
                }
                session.output.lines(table.lines)
                session.output.line("next: tipoff names suggest \(first.lookup)")
            }
        }
    }

    struct Suggest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suggest",
            abstract: "Shows which players of the league a name could mean.",
            discussion: "Example: tipoff names suggest \"Nic Claxton\""
        )

        @Argument(help: "The name, or its lookup.")
        var name: String

        @OptionGroup var format: FormatOptions

        func run() async throws {
            let lookup = PlayerLookup.normalize(name)
            try await Session.with([.database]) { session in
                let store = NameStore(pool: session.pool, actor: session.actor)
                let met = try await store.list(status: nil, source: nil, now: session.clock.now, limit: 10_000)
                    .first { $0.lookup == lookup }
                let spelled = met?.name ?? name
                let last = PlayerLookup.splitSuffix(spelled).name.split(separator: " ").last.map(String.init) ?? ""
                let players = try await store.candidates(lookup, lastName: PlayerLookup.normalize(last))
                if format.json {
                    try session.output.json(
                        .array(
                            players.map {
                                [
                                    "player_lookup": .string($0.lookup), "player_name": .string($0.name),
                                    "team": .string($0.team),
                                ]
                            }
                        )
                    )
                    return
                }
                guard let best = players.first else {
                    session.output.line("nobody in the league is called like \(spelled)")
                    session.output.line("next: tipoff names ignore \(lookup) --reason \"…\"")
                    return
                }
                var table = TextTable(["PLAYER", "LOOKUP", "TEAM"])
                for player in players { table.add([player.name, player.lookup, player.team]) }
                session.output.lines(table.lines)
                session.output.line("next: tipoff names match \(lookup) --player \(best.lookup) --reason \"…\"")
            }
        }
    }

    struct Match: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "match",
            abstract: "Says that a name is another spelling of a player of the league.",
            discussion: "Example: tipoff names match \"Nic Claxton\" --player nicolasclaxton --reason \"same man\""
        )

        @OptionGroup var decision: Decision

        @Option(name: .long, help: "The league's spelling, or its lookup.")
        var player: String

        @OptionGroup var format: FormatOptions

        func run() async throws {
            let wanted = PlayerLookup.normalize(player)
            guard wanted != decision.lookup else { throw CommandProblem.usage("both are the same spelling") }
            let known = try await Session.with([.database]) { session in
                try await NameStore(pool: session.pool, actor: session.actor).candidates(wanted, lastName: "")
                    .first { $0.lookup == wanted }
            }
            guard let known else {
                throw CommandProblem.problem(
                    "the league knows no \(wanted): no box score and no player list holds him",
                    next: "tipoff names suggest \"\(player)\""
                )
            }
            try await decision.carryOut(.match(known), format: format, saying: "\(decision.lookup) is \(known.name)")
        }
    }

    struct Unmatch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unmatch",
            abstract: "Takes a match back.",
            discussion: "Example: tipoff names unmatch nicclaxton --reason \"another man\""
        )

        @OptionGroup var decision: Decision
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await decision.carryOut(.unmatch, format: format, saying: "\(decision.lookup) is unknown again")
        }
    }

    struct Invalid: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "invalid",
            abstract: "Says that a name is no player: a misprint or a placeholder.",
            discussion: "Example: tipoff names invalid \"TBD TBD\" --reason placeholder"
        )

        @OptionGroup var decision: Decision
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await decision.carryOut(.invalid, format: format, saying: "\(decision.lookup) is no player")
        }
    }

    struct Ignore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ignore",
            abstract: "Says that a player is none of ours.",
            discussion: "Example: tipoff names ignore \"Some Prospect\" --reason \"training camp only\""
        )

        @OptionGroup var decision: Decision
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await decision.carryOut(.ignored, format: format, saying: "\(decision.lookup) is ignored")
        }
    }

    struct Snooze: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "snooze",
            abstract: "Puts a name off until a day.",
            discussion:
                "Example: tipoff names snooze \"New Signing\" --until 2024-02-01 --reason \"not in the list yet\""
        )

        @OptionGroup var decision: Decision

        @Option(name: .long, help: "The day on which it is asked again, YYYY-MM-DD.")
        var until: DayArgument

        @OptionGroup var format: FormatOptions

        func run() async throws {
            let day = try await Session.with([.database]) { until.resolved($0.clock) }
            try await decision.carryOut(
                .snoozed(until: LeagueClock.instant(day, hour: 0, minute: 0)),
                format: format,
                saying: "\(decision.lookup) is asked again on \(day)"
            )
        }
    }

    struct Aliases: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "aliases",
            abstract: "Lists the other spellings that were matched.",
            discussion: "Example: tipoff names aliases"
        )

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let aliases = try await NameStore(pool: session.pool, actor: session.actor).aliases()
                if format.json {
                    try session.output.json(
                        .array(
                            aliases.map {
                                [
                                    "alias_lookup": .string($0.alias), "player_lookup": .string($0.lookup),
                                    "reason": .string($0.reason), "created_by": .string($0.by),
                                ]
                            }
                        )
                    )
                    return
                }
                guard !aliases.isEmpty else {
                    session.output.line("nobody was matched yet")
                    return
                }
                var table = TextTable(["SPELLING", "PLAYER", "BY", "REASON"])
                for alias in aliases {
                    table.add([alias.alias, alias.lookup, alias.by, SafeText.cut(alias.reason, to: 60)])
                }
                session.output.lines(table.lines)
            }
        }
    }
}
