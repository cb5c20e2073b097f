import Access
import ArgumentParser
import Basketball
import Foundation
import Pipeline

extension ConsoleCommand {
    struct AddToken: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Makes a token for a script and prints it once.",
            discussion: """
                A script sends it as "Authorization: Bearer TOKEN" and may then do what the user may.

                Example: tipoff console token add ann --label grafana --days 90
                """
        )

        @Argument(help: "The user's name.")
        var name: String

        @Option(name: .long, help: "What it is for.")
        var label: String

        @Option(name: .long, help: "Days until it ends, at most 366.")
        var days = 90

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...366).contains(days) else { throw ValidationError("--days is a number from 1 to 366") }
        }

        func run() async throws {
            try await Session.with([.database], asLogin: true) { session in
                let users = try await ConsoleUsers(pool: session.pool).list()
                guard users.contains(where: { $0.name == name }) else { throw ConsoleCommand.unknown(name) }
                let token = try await ConsoleSessions(pool: session.pool)
                    .open(name, label: label, lifetime: .seconds(days * 86_400))
                if format.json {
                    try session.output.json(["user": .string(name), "token": .string(token)])
                } else {
                    session.output.line(token)
                }
            }
        }
    }

    struct ListTokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists whose tokens scripts hold, what each is for and when it was seen; never the token.",
            discussion: "Example: tipoff console token ls"
        )

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database], asLogin: true) { session in
                let tokens = try await ConsoleSessions(pool: session.pool).tokens()
                if format.json { return try session.output.json(.array(tokens.map(\.json))) }
                guard !tokens.isEmpty else { return session.output.line("no script holds a token") }
                let today = LeagueClock.gameDate(of: .now)
                var table = TextTable(["USER", "LABEL", "MADE", "SEEN", "ENDS"])
                for token in tokens {
                    table.add(
                        [token.user, token.label]
                            + [token.createdAt, token.seenAt, token.expiresAt].map { EasternTime.short($0, on: today) }
                    )
                }
                session.output.lines(table.lines)
            }
        }
    }

    struct RemoveToken: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm",
            abstract: "Ends a user's tokens of one label; the user's others and logins go on.",
            discussion: "Example: tipoff console token rm ann --label grafana"
        )

        @Argument(help: "The user's name.")
        var name: String

        @Option(name: .long, help: "What it was for, see: tipoff console token ls")
        var label: String

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database], asLogin: true) { session in
                let ended = try await ConsoleSessions(pool: session.pool).closeTokens(of: name, label: label)
                guard ended > 0 else {
                    throw CommandProblem.problem(
                        "\(name) has no token \(label)",
                        next: "tipoff console token ls"
                    )
                }
                try ConsoleCommand.tell(
                    session,
                    "ended \(ended) of \(name), \(label)",
                    password: nil,
                    ["user": .string(name), "label": .string(label), "ended": .int(Int64(ended))],
                    asJSON: format.json
                )
            }
        }
    }
}

extension ConsoleToken {
    var json: JSONValue {
        [
            "user": .string(user), "label": .string(label), "created_at": .string(Instant.text(createdAt)),
            "seen_at": .string(Instant.text(seenAt)), "expires_at": .string(Instant.text(expiresAt)),
        ]
    }
}
