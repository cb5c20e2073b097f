import Page

/// The panels that the console knows. Those whose command this build has not are absent.
struct PanelCatalogue: Sendable {
    let panels: [String: Panel]

    init(_ commands: CommandCatalogue) {
        panels = Dictionary(
            uniqueKeysWithValues: Self.all.compactMap { panel -> (String, Panel)? in
                guard commands.has(panel.path) else { return nil }
                var panel = panel
                // A command that has grown others beside its list.
                if commands.has(panel.path + ["ls"]) { panel.path.append("ls") }
                // An option that the command has not is no field of the page.
                panel.parameters.removeAll { parameter in
                    parameter.option.map { !commands.takes($0, panel.path) } ?? false
                }
                panel.fixed.removeAll { argument in
                    argument.hasPrefix("--")
                        && !commands.takes(String(argument.prefix { $0 != "=" }), panel.path)
                }
                return (panel.id, panel)
            }
        )
    }

    subscript(id: String) -> Panel? { panels[id] }

    private static let date = Parameter("date", "Date", "--date", .date)
    private static let from = Parameter("from", "From", "--from", .date)
    private static let to = Parameter("to", "To", "--to", .date)
    private static let id = Parameter("id", "Id", nil, .text, isRequired: true)

    static let all: [Panel] = [
        Panel(
            id: "slate",
            title: "Slate",
            question: "Will this date be right, and what is there to do?",
            path: ["status"],
            parameters: [date],
            body: StatusPanel.strip
        ),
        Panel(
            id: "slate-runs",
            title: "Documents and runs of the date",
            question: "What is published, and what ran for it?",
            path: ["status"],
            parameters: [date],
            body: StatusPanel.rest
        ),
        Panel(
            id: "alerts",
            title: "Alerts",
            question: "What is wrong now?",
            path: ["alerts"],
            parameters: [Parameter("all", "Resolved ones as well", "--all", .flag)],
            body: AlertPanel.html
        ),
        Panel(
            id: "grid",
            title: "Date × phase",
            question: "Which date is not what it should be?",
            path: ["grid"],
            parameters: [from, to],
            body: GridPanel.html
        ),
        Panel(
            id: "games",
            title: "Game × phase",
            question: "Which game is stuck, and at which phase first?",
            path: ["grid"],
            parameters: [Parameter("date", "Date", nil, .date, fallback: "today")],
            body: GamePanel.html
        ),
        Panel(
            id: "gaps",
            title: "Expected outputs that are overdue",
            question: "What is missing, for how long, and why?",
            path: ["gaps"],
            body: GapPanel.html
        ),
        Panel(
            id: "runs",
            title: "Runs",
            question: "What runs, how far is it, and does it live?",
            path: ["runs"],
            parameters: [
                date, Parameter("kind", "Kind", "--kind", .choice(["full", "pregame", "postgame", "delta", "manual"])),
                Parameter("state", "State", "--state", .word),
            ]
        ),
        Panel(
            id: "run",
            title: "Run",
            question: "What does this run wait for?",
            path: ["run", "show"],
            parameters: [
                Parameter("id", "Run id", nil, .uuid, isRequired: true),
                Parameter("open", "Only what has not ended well", "--open", .flag),
            ],
            body: RunPanel.html
        ),
        Panel(
            id: "trace",
            title: "Trace",
            question: "What happened under this id, hop by hop?",
            path: ["trace"],
            parameters: [id],
            body: TracePanel.html
        ),
        Panel(
            id: "letters",
            title: "Dead letters",
            question: "Which messages were refused, and for what cause?",
            path: ["dlq", "ls"],
            fixed: ["-n", String(DeadLetterPanel.mostLetters)],
            parameters: [
                Parameter("state", "State", "--state", .choice(["new", "replayed", "dropped", "resolved", "all"])),
                Parameter("topic", "Topic", "--topic", .word), Parameter("error", "Error", "--error", .word),
                Parameter("fingerprint", "Fingerprint", "--fingerprint", .word),
                Parameter("processor", "Processor", "--processor", .word), date,
            ],
            body: DeadLetterPanel.html
        ),
        Panel(
            id: "letter",
            title: "Dead letter",
            question: "Why was this message refused?",
            path: ["dlq", "show"],
            parameters: [Parameter("id", "Number", nil, .number, isRequired: true)],
            body: DeadLetterPanel.letter
        ),
        Panel(
            id: "messages",
            title: "Messages",
            question: "What have the services told each other?",
            path: ["messages", "ls"],
            parameters: [
                Parameter("topic", "Topic", "--topic", .word),
                Parameter("state", "State", "--state", .choice(["pending", "sent", "done"])),
                Parameter("run", "Run id", "--run", .uuid),
                Parameter("correlation", "Correlation id", "--correlation", .text),
                Parameter("since", "Since (6h, 2d, an instant)", "--since", .text),
                Parameter("number", "At most", "--number", .number),
            ],
            body: MessagePanel.html
        ),
        Panel(
            id: "message",
            title: "Message",
            question: "What exactly was told?",
            path: ["messages", "show"],
            parameters: [Parameter("id", "Message id", nil, .uuid, isRequired: true)]
        ),
        Panel(
            id: "freshness",
            title: "Freshness of the public documents",
            question: "How old is what readers see, and how old may it be?",
            path: ["freshness"]
        ),
        Panel(
            id: "publish",
            title: "Published versions",
            question: "What do readers see, and what was it before?",
            path: ["publish", "ls"],
            parameters: [date]
        ),
        Panel(
            id: "lag",
            title: "Consumer lag",
            question: "Which group falls behind, in messages and in seconds?",
            path: ["lag"]
        ),
        Panel(
            id: "errors",
            title: "Errors by cause",
            question: "What fails, since when, and is it a failure at all?",
            path: ["errors"],
            parameters: [Parameter("hours", "Hours back", "--hours", .number)]
        ),
        Panel(
            id: "sources",
            title: "Sources",
            question: "Does each source answer, and when did it last?",
            path: ["sources"]
        ),
        Panel(
            id: "guards",
            title: "Guards of change detection",
            question: "Does a source report what cannot be?",
            path: ["audit", "guards"]
        ),
        Panel(
            id: "coverage",
            title: "Coverage",
            question: "From players to predictions: where is the bottleneck?",
            path: ["coverage"],
            parameters: [Parameter("date", "Date", nil, .date)],
            body: CoveragePanel.html
        ),
        Panel(
            id: "predictions",
            title: "Predictions of the date",
            question: "How far are the predictions, and will they be in time?",
            path: ["predict", "status"],
            parameters: [date]
        ),
        Panel(
            id: "missing-predictions",
            title: "Players without a prediction",
            question: "Who has none, and why?",
            path: ["predict", "missing"],
            parameters: [date]
        ),
        Panel(
            id: "quality",
            title: "Quality of the date",
            question: "Is the content right?",
            path: ["quality"],
            parameters: [date]
        ),
        Panel(
            id: "quarantine",
            title: "Quarantined rows",
            question: "Which rows were held back?",
            path: ["quarantine", "ls"]
        ),
        Panel(
            id: "names",
            title: "Unresolved names",
            question: "Which players does nobody know by this name?",
            path: ["names", "ls"]
        ),
        Panel(
            id: "efficiency",
            title: "Efficiency",
            question: "How much work was done for nothing?",
            path: ["efficiency"],
            parameters: [date]
        ),
        Panel(
            id: "backfill",
            title: "Backfill jobs",
            question: "How far is the backfill, and what does it still have to do?",
            path: ["backfill", "status"]
        ),
        Panel(
            id: "backfill-plan",
            title: "Plan of a range",
            question: "What would a backfill of these dates do?",
            path: ["backfill", "plan"],
            fixed: ["--dates"],
            parameters: [
                Parameter("from", "From", "--from", .date, isRequired: true),
                Parameter("to", "To", "--to", .date, isRequired: true),
                Parameter("phases", "Phases (1-4, 3-4, 5)", "--phases", .word),
            ]
        ),
        Panel(
            id: "overrides",
            title: "Overrides",
            question: "Where does somebody's word stand in for a source's?",
            path: ["override", "ls"]
        ),
        Panel(
            id: "models",
            title: "Models",
            question: "Which model serves, and since when?",
            path: ["models", "ls"]
        ),
        Panel(
            id: "accuracy",
            title: "Accuracy",
            question: "How good were the predictions?",
            path: ["accuracy"],
            parameters: [from, to]
        ),
        Panel(
            id: "actions",
            title: "What operators did",
            question: "Who did what, and why?",
            path: ["actions"]
        ),
        Panel(
            id: "console-actions",
            title: "Done from this console",
            question: "Who pressed what?",
            path: ["console", "actions"]
        ),
    ]
}
