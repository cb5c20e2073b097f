import ArgumentParser
public import Foundation
import Kafka
import Pipeline
import Postgres

/// The operator's command line.
public enum TipoffCommandLine {
    /// Parses and runs one command.
    ///
    /// - Parameters:
    ///   - arguments: without the program's name.
    ///   - actor: who asks, for the audit; nil is `tipoff:` with the user of the environment.
    /// - Returns: the exit code: 0 ok, 1 a problem, 2 wrong usage, 3 database or broker unreachable.
    public static func run(
        _ arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        output: Output = .standard,
        actor: String? = nil
    ) async -> Int32 {
        let invocation = Invocation(environment: environment, output: output, givenActor: actor)
        return await Invocation.$current.withValue(invocation) {
            do {
                var command = try RootCommand.parseAsRoot(arguments)
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
                return 0
            } catch {
                return report(error, to: output)
            }
        }
    }

    private static func report(_ error: any Error, to output: Output) -> Int32 {
        if let problem = CommandProblem(explaining: error) {
            if !problem.message.isEmpty { output.error("tipoff: \(SafeText.lines(problem.message))") }
            if let next = problem.next { output.error("next: \(next)") }
            return problem.exit.rawValue
        }
        let code = RootCommand.exitCode(for: error)
        let message = RootCommand.fullMessage(for: error)
        if code.isSuccess {
            output.line(message)
            return 0
        }
        if !message.isEmpty { output.error(message) }
        return code == .validationFailure ? ExitMeaning.usage.rawValue : ExitMeaning.problem.rawValue
    }
}

/// `tipoff` itself.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tipoff",
        abstract: "Looks at the prediction pipeline and acts on it.",
        discussion: """
            Addresses come from the environment (TIPOFF_DATABASE_URL, TIPOFF_KAFKA_BROKERS, TIPOFF_OBJECT_STORE); a local \
            stack writes them to .run/env. Times are Eastern.
            Exit codes: 0 ok, 1 a problem, 2 wrong usage, 3 database or broker unreachable.

            Example: tipoff status tonight
            """,
        subcommands: [
            StatusCommand.self, GridCommand.self, GapsCommand.self, TraceCommand.self, WhyCommand.self,
            ExplainChangeCommand.self, CoverageCommand.self, FreshnessCommand.self, LagCommand.self,
            RunListCommand.self, EfficiencyCommand.self, EvaluateCommand.self, TrainCommand.self, ModelsCommand.self,
            AccuracyCommand.self, PredictCommand.self, RunCommand.self, ReplayCommand.self, RecoverCommand.self,
            TaskCommand.self, BackfillCommand.self,
            ScrapeCommand.self,
            DeadLetterCommand.self, ActionsCommand.self, ObjectCommand.self, DigestCommand.self, LogsCommand.self,
            AlertsCommand.self, ErrorsCommand.self, SourcesCommand.self, MessageCommand.self,
            PublishCommand.self,
            QuarantineCommand.self, QualityCommand.self, AuditCommand.self, NamesCommand.self, OverrideCommand.self,
            RegistryCommand.self, DictionaryCommand.self, DoctorCommand.self, ConsoleCommand.self,
            MigrateCommand.self,
            TopicsCommand.self,
        ]
    )
}
