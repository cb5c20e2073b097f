/// The actions that the console knows. Those whose command this build has not are absent.
struct ActionCatalogue: Sendable {
    let actions: [ActionDefinition]
    private let commands: CommandCatalogue

    init(_ commands: CommandCatalogue) {
        self.commands = commands
        actions = Self.all.compactMap { action in
            guard commands.has(action.path), commands.takes("--reason", action.path) else { return nil }
            let options = action.parameters.filter(\.isRequired).compactMap(\.option)
            guard options.allSatisfy({ commands.takes($0, action.path) }) else { return nil }
            var action = action
            action.parameters.removeAll { $0.option.map { !commands.takes($0, action.path) } ?? false }
            return action
        }
    }

    subscript(id: String) -> ActionDefinition? { actions.first { $0.id == id } }

    /// Whether the command shows what it would do when it is not told to do it.
    func hasPreview(_ action: ActionDefinition) -> Bool { commands.takes("--yes", action.path) }

    /// Whether one command takes all values of the repeated parameter.
    func takesAllAtOnce(_ action: ActionDefinition) -> Bool {
        action.repeated != nil && commands.takesList(action.path)
    }

    /// What tells the command to do it.
    func telling(_ action: ActionDefinition) -> [String] {
        ["--yes", "--json"].filter { commands.takes($0, action.path) }
    }

    private static let run = Parameter("run", "Run id", "--run", .uuid, isRequired: true)
    private static let date = Parameter("date", "Date", "--date", .date, isRequired: true)
    private static let job = Parameter("job", "Job", "--job", .text)
    private static let letter = Parameter("id", "Dead letter", nil, .number, isRequired: true)
    private static let document = Parameter(
        "document",
        "Document, as in predictions/2024-01-15",
        nil,
        .text,
        isRequired: true
    )

    private static let showRun: @Sendable (ParameterValues) -> [String]? = { values in
        values["run"].map { ["run", "show", "--open", "--json", "--", $0] }
    }

    static let all: [ActionDefinition] = [
        ActionDefinition(
            id: "run-force",
            title: "Force a phase",
            effect: """
                The owner of the phase goes on without what is missing. What is given up may still come and then opens a run \
                of its own; readers are told that the slate is degraded.
                """,
            path: ["run", "force"],
            parameters: [
                run, Parameter("phase", "Phase", "--phase", .choice(["1", "2", "3", "4", "5", "6"]), isRequired: true),
                Parameter("without", "Only this processor (empty: all that is open)", "--without", .word),
            ],
            confirmation: "force",
            subject: showRun
        ),
        ActionDefinition(
            id: "run-cancel",
            title: "Cancel a run",
            effect: """
                The run ends: what has not begun is skipped, what runs ends by itself. What has changed stays marked, and \
                the next run of the date carries it on.
                """,
            path: ["run", "cancel"],
            parameters: [run],
            confirmation: "cancel",
            subject: showRun
        ),
        ActionDefinition(
            id: "task-retry",
            title: "Retry a task",
            effect: "A task that waits is due now; one that has ended stays, and a new run does its work again.",
            path: ["task", "retry"],
            parameters: [
                run, Parameter("processor", "Processor", "--processor", .word, isRequired: true),
                Parameter("unit", "Unit (* is the whole date)", "--unit", .word),
            ],
            subject: showRun
        ),
        ActionDefinition(
            id: "run-open",
            title: "Open a run",
            effect: "A new run of the date; nothing of earlier ones is deleted.",
            path: ["run", "open"],
            parameters: [
                date, Parameter("kind", "Kind", "--kind", .choice(["full", "pregame", "postgame"])),
                Parameter("until-phase", "Last phase", "--until-phase", .choice(["1", "2", "3", "4", "5", "6"])),
            ],
            subject: { values in values["date"].map { ["status", "--date=\($0)", "--json"] } }
        ),
        ActionDefinition(
            id: "dlq-replay",
            title: "Replay dead letters",
            effect: """
                Each letter becomes one new message, checked like any other, and is marked replayed in the same transaction: \
                of two operators one succeeds. One that would be refused again stays as it is and says so.
                """,
            path: ["dlq", "replay"],
            parameters: [letter],
            repeated: "id",
            subject: { values in values["id"].map { ["dlq", "show", "--json", "--", $0] } },
            followsRun: false
        ),
        ActionDefinition(
            id: "dlq-drop",
            title: "Drop dead letters",
            effect:
                "Each letter is marked as done with and is not sent again; it stays on record until its retention ends.",
            path: ["dlq", "drop"],
            parameters: [letter],
            repeated: "id",
            confirmation: "drop",
            subject: { values in values["id"].map { ["dlq", "show", "--json", "--", $0] } },
            followsRun: false
        ),
        ActionDefinition(
            id: "publish-halt",
            title: "Halt publishing",
            effect:
                "Readers keep the last good versions and are told why; nothing new is published until it is resumed.",
            path: ["publish", "halt"],
            confirmation: "halt"
        ),
        ActionDefinition(
            id: "publish-resume",
            title: "Resume publishing",
            effect: "Publishing goes on with what has been made meanwhile.",
            path: ["publish", "resume"],
            parameters: [Parameter("player", "Only this player's withdrawal", "--player", .word)]
        ),
        ActionDefinition(
            id: "publish-rollback",
            title: "Go back to an earlier version",
            effect: "Readers see the earlier version of the document as a new one; nothing is overwritten.",
            path: ["publish", "rollback"],
            parameters: [document, Parameter("to", "Version", "--to", .number, isRequired: true)],
            confirmation: "rollback"
        ),
        ActionDefinition(
            id: "publish-promote",
            title: "Promote a version",
            effect: "Readers see the candidate, although its checks did not let it through by themselves.",
            path: ["publish", "promote"],
            parameters: [document, Parameter("version", "Version", "--version", .number, isRequired: true)],
            confirmation: "promote"
        ),
        ActionDefinition(
            id: "publish-quarantine",
            title: "Quarantine a version",
            effect: "The version is never shown again, and readers go back to the one before.",
            path: ["publish", "quarantine"],
            parameters: [document],
            confirmation: "quarantine"
        ),
        ActionDefinition(
            id: "replay",
            title: "Replay from a phase",
            effect: "Runs that do the work of the dates again from the phase; nothing is deleted.",
            path: ["replay"],
            parameters: [
                Parameter("date", "Date", "--date", .date),
                Parameter("from", "From", "--from", .date), Parameter("to", "To", "--to", .date),
                Parameter(
                    "from-phase",
                    "From phase",
                    "--from-phase",
                    .choice(["1", "2", "3", "4", "5", "6"]),
                    isRequired: true
                ),
                Parameter("until-phase", "Until phase", "--until-phase", .choice(["1", "2", "3", "4", "5", "6"])),
            ],
            confirmation: "replay"
        ),
        ActionDefinition(
            id: "gaps-accept",
            title: "Accept a loss",
            effect:
                "The output counts as lost from now on and is no gap any more; who accepted it and why stays on record.",
            path: ["gaps", "accept"],
            parameters: [
                date,
                Parameter("phase", "Phase", "--phase", .choice(["1", "2", "3", "4", "5", "6"]), isRequired: true),
                Parameter("processor", "Processor", "--processor", .word, isRequired: true),
                Parameter("game", "Game", "--game", .word),
            ],
            confirmation: "accept"
        ),
        ActionDefinition(
            id: "alert-ack",
            title: "Acknowledge an alert",
            effect: "The alert stays open and is not told again; that it was seen, by whom and why, is on record.",
            path: ["alerts", "ack"],
            parameters: [
                Parameter("alert", "Alert", nil, .number, isRequired: true),
                Parameter("until", "Until (2h, 1d; empty: until it is over)", "--until", .word),
            ]
        ),
        ActionDefinition(
            id: "alert-mute",
            title: "Mute alerts of a signature",
            effect: "Alerts like this one are not told until the time is over; they are still raised and listed.",
            path: ["alerts", "mute"],
            parameters: [
                Parameter("signature", "Signature", nil, .text, isRequired: true),
                Parameter("until", "Until (30m, 2h, 1d)", "--until", .word, isRequired: true),
            ]
        ),
        ActionDefinition(
            id: "predict-retry",
            title: "Retry the predictions of a date",
            effect: "Players that have none are asked for again.",
            path: ["predict", "retry"],
            parameters: [date],
            subject: { values in values["date"].map { ["predict", "status", "--date=\($0)", "--json"] } }
        ),
        ActionDefinition(
            id: "backfill-run",
            title: "Start a backfill",
            effect: "A job opens runs of the dates, a few at a time; live work goes first.",
            path: ["backfill", "run"],
            parameters: [
                Parameter("from", "From", "--from", .date, isRequired: true),
                Parameter("to", "To", "--to", .date, isRequired: true),
                Parameter("phases", "Phases (1-4, 3-4, 5)", "--phases", .word),
            ],
            confirmation: "backfill",
            subject: { values in
                guard let from = values["from"], let to = values["to"] else { return nil }
                let phases = values["phases"].map { ["--phases=\($0)"] } ?? []
                return ["backfill", "plan", "--from=\(from)", "--to=\(to)"] + phases + ["--json"]
            }
        ),
        ActionDefinition(
            id: "backfill-pause",
            title: "Pause a backfill",
            effect: "No further date begins; those that run end.",
            path: ["backfill", "pause"],
            parameters: [job],
            subject: { _ in ["backfill", "status", "--json"] }
        ),
        ActionDefinition(
            id: "backfill-resume",
            title: "Resume a backfill",
            effect: "The job goes on where it stopped.",
            path: ["backfill", "resume"],
            parameters: [job],
            subject: { _ in ["backfill", "status", "--json"] }
        ),
        ActionDefinition(
            id: "backfill-cancel",
            title: "Cancel a backfill",
            effect: "No further date begins, and the job does not go on; what is done stays.",
            path: ["backfill", "cancel"],
            parameters: [job],
            confirmation: "cancel",
            subject: { _ in ["backfill", "status", "--json"] }
        ),
        ActionDefinition(
            id: "override-clear",
            title: "Clear an override",
            effect: "The sources' word counts again.",
            path: ["override", "clear"],
            parameters: [Parameter("name", "Player", nil, .text, isRequired: true)],
            subject: { _ in ["override", "ls", "--json"] }
        ),
    ]
}
