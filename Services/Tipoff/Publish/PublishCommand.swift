import ArgumentParser
import Basketball
import Foundation
import Pipeline

/// What is published, and what operators may do with it.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Looks at published documents and their versions, shows others, halts and withdraws.",
        discussion: """
            Whatever changes what readers see is shown first and done with --yes; your name and reason are recorded.

            Example: tipoff publish ls tonight/2024-01-15
            """,
        subcommands: [
            List.self, Show.self, Diff.self, Promote.self, Quarantine.self, Rollback.self, Halt.self, Resume.self,
            Withdraw.self,
        ]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists what readers get now, or the versions of one document; also what is halted or withdrawn.",
            discussion: "Example: tipoff publish ls tonight/all-players"
        )

        @Argument(help: "KIND/KEY for the versions of one document.")
        var document: DocumentName?

        @Option(name: .long, help: "Only documents of a date: today, tonight, yesterday or YYYY-MM-DD.")
        var date: DayArgument?

        @Option(name: .shortAndLong, help: "At most this many versions.")
        var number = 50

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let reader = PublishReader(pool: session.pool)
                let versions =
                    if let document { try await reader.versions(of: document, limit: number) } else {
                        try await reader.shown(on: date?.resolved(session.clock))
                    }
                let halt = try await reader.halt()
                let withdrawn = try await reader.withdrawn()
                if format.json {
                    try session.output.json([
                        "halt": halt?.json ?? .null,
                        "withdrawn": .array(
                            withdrawn.map {
                                [
                                    "player_lookup": .string($0.player), "reason": .string($0.reason),
                                    "actor": .string($0.actor),
                                ]
                            }
                        ),
                        "versions": .array(versions.map(\.json)),
                    ])
                    return
                }
                let day = session.clock.leagueDay
                if let halt {
                    let since = EasternTime.short(halt.since, on: day)
                    let actor = halt.actor ?? "an operator"
                    session.output.line(SafeText.escaped("HALTED by \(actor) since \(since): \(halt.reason)"))
                }
                for entry in withdrawn {
                    session.output.line(
                        SafeText.escaped("withdrawn by \(entry.actor): \(entry.player): \(entry.reason)")
                    )
                }
                guard !versions.isEmpty else {
                    session.output.line("nothing is published")
                    return
                }
                session.output.lines(PublishText.versions(versions, on: day))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Prints a document as JSON: what is shown, or a version that is named, with halts left out.",
            discussion: "Example: tipoff publish show tonight/2024-01-15 --version 3"
        )

        @Argument(help: "KIND/KEY.")
        var document: DocumentName

        @Option(name: .long, help: "A version of `tipoff publish ls KIND/KEY`.")
        var version: Int64?

        // A document is JSON for people, too.
        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let found = try await PublishReader(pool: session.pool).payload(of: document, version: version)
                try session.output.json(JSONValue(parsing: found.payload))
            }
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "diff",
            abstract: "Lists the players and fields in which two versions differ.",
            discussion: "Example: tipoff publish diff tonight/2024-01-15 3 4"
        )

        @Argument(help: "KIND/KEY.")
        var document: DocumentName

        @Argument(help: "The earlier version.")
        var from: Int64

        @Argument(help: "The later version; by default the one that is shown.")
        var to: Int64?

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let reader = PublishReader(pool: session.pool)
                let before = try await reader.payload(of: document, version: from)
                let after = try await reader.payload(of: document, version: to)
                let difference = DocumentDifference(
                    try PublishedEnvelope(parsing: before.payload),
                    try PublishedEnvelope(parsing: after.payload)
                )
                if format.json {
                    try session.output.json([
                        "from_version": .int(before.version), "to_version": .int(after.version),
                        "changes": .array(difference.changes.map(\.json)),
                    ])
                } else if difference.changes.isEmpty {
                    session.output.line("versions \(before.version) and \(after.version) say the same")
                } else {
                    session.output.lines(difference.lines)
                }
            }
        }
    }
}
