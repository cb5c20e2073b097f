public import Access
public import ArgumentParser
import Foundation
import Pipeline

extension ConsoleRole: ExpressibleByArgument {}

/// `--password-stdin`, and where a password comes from without it.
struct PasswordOptions: ParsableArguments {
    @Flag(name: .long, help: "Read the password from standard input instead of drawing one.")
    var passwordStdin = false

    /// The password, and whether it was drawn here and has to be shown.
    func password() throws -> (text: String, isDrawn: Bool) {
        guard passwordStdin else { return (SecretToken.makePassword(), true) }
        guard let line = readLine(), line.count >= PasswordHash.shortestPassword, line.utf8.count <= 256 else {
            throw CommandProblem.usage(
                "a password has \(PasswordHash.shortestPassword) characters or more, and at most 256 bytes",
                next: "leave --password-stdin out, and one is drawn and printed"
            )
        }
        return (line, false)
    }
}

extension ConsoleCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Adds a user of the console.",
            discussion: """
                The password is drawn and printed once, or read from standard input; it is stored as a slow salted hash.

                Example: tipoff console user add ann --role operator
                """
        )

        @Argument(help: "Lower-case letters, digits, dot, dash and underscore.")
        var name: String

        @Option(name: .long, help: "viewer sees everything, operator also acts.")
        var role: ConsoleRole

        @OptionGroup var secret: PasswordOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard ConsoleUsers.isName(name) else {
                throw ValidationError("a name is made of lower-case letters, digits, dot, dash and underscore")
            }
        }

        func run() async throws {
            let (password, isDrawn) = try secret.password()
            try await Session.with([.database], asLogin: true) { session in
                let hash = await PasswordHash.make(password)
                let users = ConsoleUsers(pool: session.pool)
                guard try await users.add(name, role: role, password: hash, by: session.actor) else {
                    throw CommandProblem.problem(
                        "\(name) is a user already",
                        next: "tipoff console user change \(name) --new-password"
                    )
                }
                try ConsoleCommand.tell(
                    session,
                    "added \(name) as \(role.rawValue)",
                    password: isDrawn ? password : nil,
                    ["user": .string(name), "role": .string(role.rawValue)],
                    asJSON: format.json
                )
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists the users of the console.",
            discussion: "Example: tipoff console user ls"
        )

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database], asLogin: true) { session in
                let users = try await ConsoleUsers(pool: session.pool).list()
                if format.json {
                    try session.output.json(.array(users.map(\.json)))
                    return
                }
                guard !users.isEmpty else {
                    return session.output.lines([
                        "the console has no users", "next: tipoff console user add NAME --role operator",
                    ])
                }
                var table = TextTable(["NAME", "ROLE", "STATE", "SEEN", "ADDED BY"])
                for user in users {
                    table.add([
                        user.name, user.role.rawValue, user.disabledAt == nil ? "enabled" : "disabled",
                        user.seenAt.map { EasternTime.short($0, on: session.clock.leagueDay) } ?? "-", user.createdBy,
                    ])
                }
                session.output.lines(table.lines)
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "change",
            abstract: "Changes a user's role or password, disables or enables it; ends the user's sessions and tokens.",
            discussion: "Example: tipoff console user change ann --disable"
        )

        @Argument(help: "The user's name.")
        var name: String

        @Option(name: .long, help: "viewer or operator.")
        var role: ConsoleRole?

        @Flag(name: .long, help: "Give the user a new password.")
        var newPassword = false

        @Flag(name: .long, help: "Nobody can log in under the name any more.")
        var disable = false

        @Flag(name: .long, help: "Undoes --disable.")
        var enable = false

        @OptionGroup var secret: PasswordOptions
        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard !(disable && enable) else { throw ValidationError("--disable and --enable contradict each other") }
            guard role != nil || newPassword || secret.passwordStdin || disable || enable else {
                throw ValidationError("say what changes: --role, --new-password, --disable or --enable")
            }
        }

        func run() async throws {
            let drawn = newPassword || secret.passwordStdin ? try secret.password() : nil
            try await Session.with([.database], asLogin: true) { session in
                var hash: PasswordHash?
                if let drawn { hash = await PasswordHash.make(drawn.text) }
                let isChanged = try await ConsoleUsers(pool: session.pool).change(
                    name,
                    role: role,
                    password: hash,
                    isEnabled: enable ? true : disable ? false : nil
                )
                guard isChanged else { throw ConsoleCommand.unknown(name) }
                try ConsoleCommand.tell(
                    session,
                    "changed \(name); the user's sessions and tokens have ended",
                    password: drawn.flatMap { $0.isDrawn ? $0.text : nil },
                    ["user": .string(name)],
                    asJSON: format.json
                )
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm",
            abstract: "Removes a user of the console; what was done under the name stays on record.",
            discussion: "Example: tipoff console user rm ann"
        )

        @Argument(help: "The user's name.")
        var name: String

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database], asLogin: true) { session in
                guard try await ConsoleUsers(pool: session.pool).remove(name) else {
                    throw ConsoleCommand.unknown(name)
                }
                try ConsoleCommand.tell(
                    session,
                    "removed \(name)",
                    password: nil,
                    ["user": .string(name)],
                    asJSON: format.json
                )
            }
        }
    }

    static func unknown(_ name: String) -> CommandProblem {
        .problem("the console has no user \(name)", next: "tipoff console user ls")
    }

    static func tell(
        _ session: Session,
        _ line: String,
        password: String?,
        _ fields: JSONObject,
        asJSON: Bool
    ) throws {
        guard asJSON else {
            session.output.line(line)
            if let password { session.output.line("password: \(password)   (shown once)") }
            return
        }
        var fields = fields
        if let password { fields["password"] = .string(password) }
        try session.output.json(.object(fields))
    }
}

extension ConsoleUser {
    var json: JSONValue {
        [
            "user": .string(name), "role": .string(role.rawValue), "created_at": .string(Instant.text(createdAt)),
            "created_by": .string(createdBy), "changed_at": .string(Instant.text(changedAt)),
            "disabled_at": disabledAt.map { .string(Instant.text($0)) } ?? .null,
            "seen_at": seenAt.map { .string(Instant.text($0)) } ?? .null,
        ]
    }
}
