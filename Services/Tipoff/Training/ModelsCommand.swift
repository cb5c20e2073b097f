import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres
import Serving

/// Which models there are, and which one serves.
struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Shows trained models and decides which one serves.",
        discussion: "Example: tipoff models ls",
        subcommands: [List.self, Show.self, Promote.self, RollBack.self],
        defaultSubcommand: List.self
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists models, the newest first; * serves.",
            discussion: "Example: tipoff models ls --json"
        )

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let (models, serving) = try await session.pool.transaction { transaction in
                    (
                        try await ModelRegistry.all(in: transaction),
                        try await ModelRegistry.promotions(in: transaction).first?.modelID
                    )
                }
                if format.json {
                    let list = models.map { model -> JSONValue in
                        var json = ModelTexts.json(model)
                        json["serves"] = .bool(model.modelID == serving)
                        return .object(json)
                    }
                    try session.output.json(.array(list))
                } else if models.isEmpty {
                    session.output.line("no models yet: rules alone predict")
                    session.output.line("next: tipoff train --from 2018-19 --to 2022-23")
                } else {
                    session.output.lines(ModelTexts.table(models, serving: serving, session.clock).lines)
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Shows a model: training, accuracy, gates and the decisions about it.",
            discussion: "Example: tipoff models show 2018-19_2022-23"
        )

        @Argument(help: "The model, or the beginning of its name.")
        var model: String

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database]) { session in
                let (found, decisions) = try await ModelTexts.asking {
                    try await session.pool.transaction { transaction in
                        let found = try await ModelRegistry.model(model, in: transaction)
                        return (found, try await ModelRegistry.promotions(in: transaction))
                    }
                }
                let own = decisions.filter { $0.modelID == found.modelID }
                if format.json {
                    var json = ModelTexts.json(found)
                    json["decisions"] = .array(own.map(ModelTexts.json))
                    try session.output.json(.object(json))
                } else {
                    session.output.lines(ModelTexts.details(found))
                    for decision in own {
                        session.output.line(
                            "\(decision.action.rawValue) \(Instant.text(decision.promotedAt)) by \(decision.requestedBy): "
                                + decision.reason
                        )
                    }
                }
            }
        }
    }

    /// Why a decision is made.
    struct Decision: ParsableArguments {
        @Option(name: .long, help: "Why, for the record.")
        var reason: String

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard !reason.trimmingCharacters(in: .whitespaces).isEmpty else {
                throw ValidationError("--reason says why, for those who come after")
            }
        }

        func show(_ decision: ModelRegistry.Promotion, _ output: Output) throws {
            if format.json { return try output.json(ModelTexts.json(decision)) }
            output.line("\(decision.modelID) serves from the next full or pregame run on")
            if let previous = decision.previousModelID { output.line("before it: \(previous)") }
            output.line("next: tipoff models rollback --reason \"…\" returns to the one before")
        }
    }

    struct Promote: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "promote",
            abstract: "Makes a model serve. Dates that have been predicted keep theirs until a full run.",
            discussion: "Example: tipoff models promote 2018-19_2022-23 --reason \"first model\""
        )

        @Argument(help: "The model, or the beginning of its name.")
        var model: String

        @Flag(name: .long, help: "Let it serve although a gate does not hold; that is recorded.")
        var overruleGates = false

        @OptionGroup var decision: Decision

        func run() async throws {
            try await Session.with([.database]) { session in
                let made = try await ModelTexts.asking {
                    try await session.pool.transaction {
                        try await ModelRegistry.promote(
                            model,
                            overrulingGates: overruleGates,
                            reason: decision.reason,
                            by: session.actor,
                            in: $0
                        )
                    }
                }
                try decision.show(made, session.output)
            }
        }
    }

    struct RollBack: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Makes the model serve that served before the present one.",
            discussion: "Example: tipoff models rollback --reason \"bias since Tuesday\""
        )

        @OptionGroup var decision: Decision

        func run() async throws {
            try await Session.with([.database]) { session in
                let made = try await ModelTexts.asking {
                    try await session.pool.transaction {
                        try await ModelRegistry.rollBack(reason: decision.reason, by: session.actor, in: $0)
                    }
                }
                try decision.show(made, session.output)
            }
        }
    }
}
