import Access
import Foundation
import Logging
import Page
import Pipeline

/// Takes an action from its form over its preview to its record.
struct ActionDesk: Sendable {
    let catalogue: ActionCatalogue
    let runner: CommandRunner
    let record: ConsoleActions
    let logger: Logger
    /// Previews of more than these would take longer than a page may.
    private static let mostShown = 10

    /// What a form has sent.
    struct Asked: Sendable {
        var values: ParameterValues
        /// Of the repeated parameter; one nil where there is none.
        var repeated: [String?]
        var reason: String
        var missing: [Parameter]
    }

    /// - Throws: `ParameterValues.Refusal` for what no command may get.
    func asked(
        _ action: ActionDefinition,
        _ pairs: [(name: String, value: String)]
    ) throws(ParameterValues.Refusal) -> Asked {
        let single = action.parameters.filter { $0.name != action.repeated }
        let values = try ParameterValues(single, from: pairs)
        var repeated: [String?] = [nil]
        var missing = single.filter { $0.isRequired && values[$0.name] == nil }
        if let name = action.repeated, let parameter = action.parameters.first(where: { $0.name == name }) {
            var seen: Set<String> = []
            let given = pairs.filter { $0.name == name && !$0.value.isEmpty }.flatMap { pair in
                pair.value.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
            }.filter { seen.insert($0).inserted }
            guard given.allSatisfy(parameter.accepts) else {
                throw ParameterValues.Refusal(text: "\(parameter.label) is \(parameter.expectation)")
            }
            guard given.count <= ActionDefinition.mostRepeated else {
                throw ParameterValues.Refusal(
                    text: "at most \(ActionDefinition.mostRepeated) at once; the command line takes them all"
                )
            }
            repeated = given
            if given.isEmpty { missing.append(parameter) }
        }
        let reason = pairs.first { $0.name == "reason" }?.value ?? ""
        if !reason.isEmpty, !Parameter("reason", "Reason", "--reason", .text).accepts(reason) {
            throw ParameterValues.Refusal(text: "the reason is one line of at most 500 characters")
        }
        return Asked(values: values, repeated: repeated, reason: reason, missing: missing)
    }

    /// The command lines that do it.
    func commands(_ action: ActionDefinition, _ asked: Asked) -> [[String]] {
        lines(action, asked, further: ["--reason=\(asked.reason)"] + catalogue.telling(action))
    }

    private func lines(_ action: ActionDefinition, _ asked: Asked, further: [String]) -> [[String]] {
        let values = asked.repeated.compactMap { $0 }
        if catalogue.takesAllAtOnce(action), let first = values.first {
            return [action.arguments(asked.values, value: first, further: further) + values.dropFirst()]
        }
        return asked.repeated.map { action.arguments(asked.values, value: $0, further: further) }
    }

    /// Looks at what would be done; nothing is done.
    func preview(_ action: ActionDefinition, _ asked: Asked, as visitor: ConsoleVisitor) async -> [CommandAnswer] {
        var answers: [CommandAnswer] = []
        if catalogue.hasPreview(action) {
            for arguments in lines(action, asked, further: ["--reason=\(asked.reason)"]).prefix(Self.mostShown) {
                answers.append(await runner.act(arguments, as: visitor.session.actor))
            }
        }
        for value in asked.repeated.prefix(Self.mostShown) {
            var values = asked.values
            if let name = action.repeated, let value { values.set(name, value) }
            if let subject = action.subject(values) { answers.append(await runner.ask(subject)) }
        }
        return answers
    }

    /// Does it, once for each form that was sent, and returns the number under which it is on record.
    func execute(
        _ action: ActionDefinition,
        _ asked: Asked,
        requestID: UUID,
        as visitor: ConsoleVisitor,
        from address: String
    ) async throws -> Int64 {
        let commands = commands(action, asked)
        let begun = try await record.begin(
            requestID,
            user: visitor.name,
            address: address,
            action: action.id,
            command: commands.map(CommandText.line).joined(separator: "\n"),
            reason: asked.reason
        )
        guard let id = begun else {
            guard let earlier = try await record.action(of: requestID) else {
                throw ParameterValues.Refusal(text: "the form was sent before and is not on record")
            }
            return earlier.id
        }
        logger.notice(
            "console action",
            metadata: ["action": "\(action.id)", "user": "\(visitor.name)", "action_id": "\(id)"]
        )
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(20)
        var code: Int32 = 0
        var outputs: [String] = []
        var errors: [String] = []
        var follows: String?
        for (index, arguments) in commands.enumerated() {
            guard clock.now < deadline else {
                code = max(code, 1)
                errors.append("\(commands.count - index) were not tried: the time of one request is over. Do it again.")
                break
            }
            let answer = await runner.act(arguments, as: visitor.session.actor)
            code = max(code, answer.code)
            if !answer.output.isEmpty { outputs.append(answer.output) }
            if !answer.errors.isEmpty {
                errors.append(commands.count > 1 ? "\(answer.twin)\n\(answer.errors)" : answer.errors)
            }
            if let id = action.follows(answer.json, asked.values) { follows = follows ?? id }
        }
        try await record.finish(
            id,
            exitCode: code,
            output: outputs.joined(separator: "\n"),
            errors: errors.joined(separator: "\n"),
            follows: follows
        )
        return id
    }
}
