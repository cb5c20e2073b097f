import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// Comparisons of what is stored with a full computation.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract:
            "Shows and asks for comparisons of stored dates with a full computation, and what the daily guards saw.",
        discussion: "Example: tipoff audit ls",
        subcommands: [List.self, Run.self, Guards.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists audits, the newest first.",
            discussion: "Example: tipoff audit ls -n 50 --json"
        )

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 20

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let audits = try await AuditStore(session: session).newest(number)
                if format.json {
                    try session.output.json(.array(audits.map(\.json)))
                } else if audits.isEmpty {
                    session.output.line("no audits yet")
                } else {
                    session.output.lines(AuditStore.table(audits, on: session.clock.leagueDay).lines)
                }
            }
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract:
                "Asks for a date to be computed in full and compared; nothing is written but what must be repaired.",
            discussion: """
                The services of Phases 3 and 4 answer within seconds when they are idle. A date with an open run or with \
                changes that wait is skipped, and says so. With --wait the exit code is 1 unless everything is the same.

                Example: tipoff audit run --date 2024-01-15 --wait
                """
        )

        @Option(name: .long, help: "The date: today, yesterday or YYYY-MM-DD.")
        var date: DayArgument

        @Option(name: .long, help: "Only this phase, 3 or 4.")
        var phase: Phase?

        @Flag(name: .long, help: "Wait for the answers.")
        var wait = false

        @Option(name: .long, help: "With --wait: give up after this many seconds. The audit goes on.")
        var timeout: Double = 300

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard phase.map({ $0 == .analytics || $0 == .precompute }) ?? true else {
                throw ValidationError("--phase is 3 or 4: only what is computed can be computed again")
            }
            guard timeout > 0, timeout <= 86_400 else {
                throw ValidationError("--timeout is a number of seconds between 0 and 86400")
            }
        }

        func run() async throws {
            let isSame = try await Session.with([.database]) { session in
                let store = AuditStore(session: session)
                let ids = try await store.request(
                    date.resolved(session.clock),
                    phases: phase.map { [$0] } ?? [.analytics, .precompute]
                )
                var audits = try await store.audits(ids)
                if wait {
                    let clock = ContinuousClock()
                    let end = clock.now + .seconds(timeout)
                    while audits.contains(where: { $0.state == "requested" }), clock.now < end {
                        try await Task.sleep(for: .milliseconds(250))
                        audits = try await store.audits(ids)
                    }
                }
                if format.json {
                    try session.output.json(.array(audits.map(\.json)))
                } else {
                    session.output.lines(AuditStore.table(audits, on: session.clock.leagueDay).lines)
                    for line in audits.flatMap(\.differenceLines) { session.output.line(line) }
                    if !wait { session.output.line("next: tipoff audit ls") }
                }
                return !wait || audits.allSatisfy { $0.state == "same" }
            }
            if !isSame { throw CommandProblem.alreadyTold }
        }
    }

    struct Guards: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "guards",
            abstract: "Lists what the guards against always nothing and always everything saw, the newest day first.",
            discussion: "Example: tipoff audit guards --json"
        )

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 21

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let rows = try await session.pool.query(
                    """
                    SELECT league_day, guard, verdict, looked_at, findings, checked_at FROM nba_orchestration.guard_check
                    ORDER BY league_day DESC, guard LIMIT \(Int64(number))
                    """
                )
                if format.json {
                    try session.output.json(.array(try rows.map(Self.json)))
                    return
                }
                guard !rows.isEmpty else {
                    session.output.line("the guards have not looked yet")
                    return
                }
                var table = TextTable(["DAY", "GUARD", "VERDICT", "LOOKED AT", "FOUND"])
                for row in rows {
                    let findings = try JSONValue(parsing: row.decode("findings", as: PostgresJSON.self).bytes)
                    let names = findings.arrayValue?.compactMap { $0["processor"]?.stringValue } ?? []
                    table.add([
                        try row.gameDate("league_day").description, try row.decode("guard"), try row.decode("verdict"),
                        String(try row.decode("looked_at", as: Int64.self)),
                        names.isEmpty ? "-" : SafeText.cut(names.joined(separator: ", "), to: 120),
                    ])
                }
                session.output.lines(table.lines)
            }
        }

        private static func json(_ row: PostgresRow) throws -> JSONValue {
            [
                "league_day": .string(try row.gameDate("league_day").description),
                "guard": .string(try row.decode("guard")), "verdict": .string(try row.decode("verdict")),
                "looked_at": .int(try row.decode("looked_at")),
                "findings": try JSONValue(parsing: row.decode("findings", as: PostgresJSON.self).bytes),
                "checked_at": .string(Instant.text(try row.decode("checked_at"))),
            ]
        }
    }
}
