import ArgumentParser
import Pipeline

/// Why, and whether it is done or only shown.
struct PublishOptions: ParsableArguments {
    @OptionGroup var why: ReasonOption

    @Flag(name: .long, help: "Do it; without this what would change is shown.")
    var yes = false

    @OptionGroup var format: FormatOptions

    var reason: String { why.reason }

    /// Tells what was done, or would be.
    func tell(_ done: String, _ changes: [OperatorVersion], _ output: Output) throws {
        if format.json {
            try output.json(["is_done": .bool(yes), "documents": .array(changes.map(\.json))])
            return
        }
        if !changes.isEmpty { output.lines(PublishText.changes(changes)) }
        output.line(yes ? done : "nothing was changed; --yes does it")
    }
}

extension PublishCommand {
    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "promote",
            abstract: "Shows readers a version that the checks refused, as a new version that says so.",
            discussion: """
                What was held back with it goes along. The next run's document takes its place when its checks pass.

                Example: tipoff publish promote tonight/2024-01-15 --version 4 --reason "the odds are right" --yes
                """
        )

        @Argument(help: "KIND/KEY.")
        var document: DocumentName

        @Option(name: .long, help: "The quarantined version.")
        var version: Int64

        @OptionGroup var options: PublishOptions

        func run() async throws { try await PublishCommand.change(document, .promote(version), options) }
    }

    struct Quarantine: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "quarantine",
            abstract: "Takes the shown version away: readers see the last good one before it, as a new version.",
            discussion: """
                The documents of its slate go back with it. The same content is not published again; content that differs is.

                Example: tipoff publish quarantine tonight/2024-01-15 --reason "lines of another day" --yes
                """
        )

        @Argument(help: "KIND/KEY.")
        var document: DocumentName

        @OptionGroup var options: PublishOptions

        func run() async throws { try await PublishCommand.change(document, .quarantine, options) }
    }

    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Shows readers an earlier version again, as a new version.",
            discussion: """
                The documents of its slate go back to what they said then. The content that is taken away is not published \
                again; content that differs is.

                Example: tipoff publish rollback tonight/2024-01-15 --to 3 --reason "wrong injury report" --yes
                """
        )

        @Argument(help: "KIND/KEY.")
        var document: DocumentName

        @Option(name: .long, help: "The version whose content is shown again.")
        var to: Int64

        @OptionGroup var options: PublishOptions

        func run() async throws { try await PublishCommand.change(document, .rollback(to), options) }
    }

    private static func change(
        _ document: DocumentName,
        _ kind: VersionChange.Kind,
        _ options: PublishOptions
    ) async throws {
        try await Session.with([.database, .objects]) { session in
            let change = VersionChange(session: session, name: document, kind: kind, reason: options.reason)
            let changes = try await change.plan()
            if options.yes { try await change.carryOut(changes) }
            try options.tell("readers see them now", changes, session.output)
        }
    }
}
