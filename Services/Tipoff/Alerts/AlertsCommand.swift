import ArgumentParser

/// What is amiss, who was told, and who wants to be left in peace.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Open alerts; what is known of them, and whether they get through.",
        discussion: "Example: tipoff alerts",
        subcommands: [
            List.self, Acknowledge.self, Mute.self, Unmute.self, Trial.self, Check.self,
        ],
        defaultSubcommand: List.self
    )
}
