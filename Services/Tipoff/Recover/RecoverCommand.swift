import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres
import Upstream

/// The way back after a restored database.
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Brings a database that was restored from a backup up to what was scraped since.",
        discussion: """
            The scraped payloads lie in the object store. Those that the database does not know are read again, in the order \
            of their capture; then each of their dates is computed anew: past dates through phase 4, the others until they \
            are published. Open runs of the backup go on by themselves. Says what cannot be brought back. May be repeated: \
            what was read is known then. Start the services before it.

            Shows what would be done; --yes does it. Choose --since well before the backup: known payloads are passed over.

            Example: tipoff recover --since 2024-01-15T06:00:00Z --reason "disk of the database was lost" --yes
            """
    )

    @Option(
        name: .long,
        help: "Payloads captured since: an ISO 8601 instant, or 30m, 6h, 2d ago by the pipeline's clock."
    )
    var since: SinceArgument

    @Option(name: .long, help: "The last phase for dates that are over (default 4); 6 makes their predictions anew.")
    var pastUntilPhase: Phase = .precompute

    @Option(name: .long, help: "At most this many dates at a time.")
    var window = 4

    @OptionGroup var options: ActionOptions

    func validate() throws {
        guard pastUntilPhase >= .raw else { throw ValidationError("--past-until-phase is 2 to 6") }
        guard (1...32).contains(window) else { throw ValidationError("--window is a number from 1 to 32") }
    }

    func run() async throws {
        try await Session.with([.database, .broker, .objects]) { session in
            let recovery = Recovery(
                session: session,
                since: since.instant(before: session.clock.now),
                pastUntil: pastUntilPhase,
                reason: options.reason,
                window: window
            )
            let plan = try await recovery.plan()
            let outcome = options.yes ? try await recovery.carryOut(plan) : nil
            if options.format.json {
                try session.output.json(json(plan, outcome))
            } else {
                tell(plan, outcome, session)
            }
            let bad = (outcome?.runs ?? []).filter { $0.state != "complete" && $0.state != "unchanged" }
            if let first = bad.first {
                throw CommandProblem.problem(
                    "\(bad.count) runs did not succeed: \(bad.map { "\($0.date) \($0.state)" }.joined(separator: ", "))",
                    next: "tipoff trace \(first.runID.uuidString.lowercased())"
                )
            }
        }
    }

    private func tell(_ plan: Recovery.Plan, _ outcome: Recovery.Outcome?, _ session: Session) {
        let output = session.output
        let today = session.clock.leagueDay
        if let newest = plan.newestKnown {
            output.line("the database knows of work until \(EasternTime.precise(newest))")
        } else {
            output.line("the database knows of no work yet")
        }
        output.line("payloads since then: \(plan.payloads), \(plan.known) of them known")
        for season in plan.seasons {
            output.line("\(season.date)  \(season.payloads.count) payloads about seasons to read")
        }
        for date in plan.dates {
            output.line(
                "\(date.date)  \(date.payloads.count) payloads to read, then phases 3 to "
                    + "\((date.date < today ? plan.pastUntil : .publishing).rawValue)"
            )
        }
        if plan.isEmpty { output.line("nothing is missing") }
        if plan.openRuns > 0 { output.line("open runs of the backup that go on by themselves: \(plan.openRuns)") }
        for run in outcome?.runs ?? [] {
            output.line("\(run.date)  run \(run.runID.uuidString.lowercased())  \(run.state)")
        }
        if let outcome, outcome.resolvedLetters > 0 {
            output.line("dead letters of runs that the backup does not hold, resolved: \(outcome.resolvedLetters)")
        }
        if !plan.lost.handMade.isEmpty {
            output.line(
                "hand-made messages whose runs are lost: \(plan.lost.handMade.count)"
                    + (outcome.map { "; dead letters now: \($0.filedLetters)" } ?? "")
            )
            output.line("next: tipoff dlq replay --error \(LostMessages.reason) --reason …")
        }
        for line in plan.losses(today: today) { output.line("not brought back: \(line)") }
        if let outcome {
            session.tellTrace(outcome.correlationID)
        } else {
            output.line(ActionOptions.previewEnd)
        }
    }

    private func json(_ plan: Recovery.Plan, _ outcome: Recovery.Outcome?) -> JSONValue {
        [
            "is_done": .bool(outcome != nil), "payloads": .int(Int64(plan.payloads)), "known": .int(Int64(plan.known)),
            "newest_known": plan.newestKnown.map { .string(Instant.text($0)) } ?? .null,
            "open_runs": .int(Int64(plan.openRuns)),
            "seasons": .array(plan.seasons.map(Self.json)), "dates": .array(plan.dates.map(Self.json)),
            "runs": .array(
                (outcome?.runs ?? []).map { run in
                    [
                        "date": .string(run.date.description), "run_id": .string(run.runID.uuidString.lowercased()),
                        "state": .string(run.state),
                    ]
                }
            ),
            "correlation_id": outcome.map { .string($0.correlationID) } ?? .null,
            "lost_runs": .int(Int64(plan.lost.runs.count)),
            "hand_made_messages": .int(Int64(plan.lost.handMade.count)),
            "filed_dead_letters": .int(Int64(outcome?.filedLetters ?? 0)),
            "resolved_dead_letters": .int(Int64(outcome?.resolvedLetters ?? 0)),
        ]
    }

    private static func json(_ date: Recovery.DatePlan) -> JSONValue {
        [
            "date": .string(date.date.description),
            "payloads": .array(date.payloads.map { .string($0.key.path.string) }),
        ]
    }
}
