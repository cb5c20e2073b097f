import ArgumentParser
import Basketball
import Foundation
import Pipeline

extension BackfillCommand {
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Puts back what a job changed, and proves it by the digest taken before the job.",
            discussion: """
                Shows what would happen; --confirm does it. Rows that others have changed since stay, and are counted. \
                Everything computed from the dates is marked, so that it looks again. Needs the login that owns the tables.

                Example: tipoff backfill rollback --job history --reason 'wrong source' --confirm
                """
        )

        @Option(name: .long, help: "The job's name.")
        var job: String

        @OptionGroup var why: ReasonOption

        @Flag(name: .long, help: "Do it.")
        var confirm = false

        @OptionGroup var format: FormatOptions

        func run() async throws {
            try await Session.with([.database], statementTimeout: .seconds(3600), asLogin: true) { session in
                let rollback = BackfillRollback(
                    session: session,
                    job: try await BackfillStore(session: session).job(job),
                    reason: why.reason
                )
                let outcome = try await rollback.run(isPreview: !confirm)
                if format.json {
                    try session.output.json(json(outcome))
                } else {
                    tell(outcome, session.output)
                }
                guard outcome.differences.isEmpty else {
                    let names = outcome.differences.map { "\($0.table) (\($0.rowsThen) rows then, \($0.rowsNow) now)" }
                    throw CommandProblem.problem(
                        "not as before the job: \(names.joined(separator: ", ")); others have written there since",
                        next: "tipoff explain-change --table … --date … shows who"
                    )
                }
            }
        }

        private func tell(_ outcome: BackfillRollback.Outcome, _ output: Output) {
            var table = TextTable(["table", "put back", "taken away", "changed since"])
            for change in outcome.changes {
                table.add([
                    change.table, String(change.restored), String(change.removed), String(change.changedSince),
                ])
            }
            if table.isEmpty { output.line("the job changed nothing") } else { output.lines(table.lines) }
            let proof =
                outcome.differences.isEmpty
                ? "every table says what it said before the job" : "not everything is as before"
            output.line("digest \(outcome.digest): \(proof)")
            output.line(
                confirm
                    ? "rolled back by run \(outcome.runID.uuidString.lowercased())"
                    : "nothing was changed; --confirm does it"
            )
        }

        private func json(_ outcome: BackfillRollback.Outcome) -> JSONValue {
            [
                "job": .string(job), "is_done": .bool(confirm), "digest": .string(outcome.digest),
                "run_id": confirm ? .string(outcome.runID.uuidString.lowercased()) : .null,
                "tables": .array(
                    outcome.changes.map { change in
                        [
                            "table": .string(change.table), "put_back": .int(Int64(change.restored)),
                            "taken_away": .int(Int64(change.removed)),
                            "changed_since": .int(Int64(change.changedSince)),
                        ]
                    }
                ),
                "differences": .array(outcome.differences.map { .string($0.table) }),
            ]
        }
    }
}
