import Access
import ArgumentParser
import Foundation
import Pipeline

/// The console's users, tokens and actions.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Says who may use the console, and shows what was done from it.",
        discussion: "Example: tipoff console user add ann --role operator",
        subcommands: [Users.self, Tokens.self, Actions.self]
    )

    struct Users: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "user",
            abstract: "Adds, lists, changes and removes users of the console.",
            discussion: "Example: tipoff console user ls",
            subcommands: [Add.self, List.self, Change.self, Remove.self]
        )
    }

    struct Tokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token",
            abstract: "Makes, lists and ends tokens with which scripts ask the console.",
            discussion: "Example: tipoff console token ls",
            subcommands: [AddToken.self, ListTokens.self, RemoveToken.self]
        )
    }

    struct Actions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "actions",
            abstract: "Lists what was done from the console, the newest first.",
            discussion: "Example: tipoff console actions -n 20"
        )

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 50

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
        }

        func run() async throws {
            try await Session.with([.database]) { session in
                let actions = try await ConsoleActions(pool: session.pool).list(limit: number)
                if format.json {
                    try session.output.json(.array(actions.map(\.json)))
                    return
                }
                guard !actions.isEmpty else { return session.output.line("nothing was done from the console") }
                var table = TextTable(["ID", "AT", "BY", "EXIT", "COMMAND", "REASON"])
                for action in actions {
                    table.add([
                        String(action.id), EasternTime.short(action.beganAt, on: session.clock.leagueDay), action.user,
                        action.exitCode.map(String.init) ?? "-", SafeText.cut(action.command, to: 100),
                        SafeText.cut(action.reason, to: 60),
                    ])
                }
                session.output.lines(table.lines)
            }
        }
    }
}

extension ConsoleAction {
    var json: JSONValue {
        [
            "action_id": .int(id), "began_at": .string(Instant.text(beganAt)),
            "user": .string(user), "action": .string(action), "command": .string(command),
            "reason": .string(reason), "exit_code": exitCode.map { .int(Int64($0)) } ?? .null,
            "finished_at": finishedAt.map { .string(Instant.text($0)) } ?? .null,
            "follows": follows.map { .string($0) } ?? .null,
        ]
    }
}
