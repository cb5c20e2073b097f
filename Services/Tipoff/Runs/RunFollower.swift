import Foundation
import Pipeline

/// Watches a run until it ends.
struct RunFollower: Sendable {
    let session: Session
    let printsJSON: Bool
    /// How often the rows are read. Nothing of a run is told by the database on its own.
    var interval: Duration = .milliseconds(100)
    /// Silence after which the likely reason is told.
    var patience: Duration = .seconds(15)

    /// Prints a line a phase, then the outcome. Throws a problem when the run fails or the time is over.
    ///
    /// - Parameter isExpected: whether the run may not be there yet, because a service has to open it.
    func follow(_ runID: UUID, timeout: Double?, isExpected: Bool = false) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let deadline = timeout.map { start + .seconds($0) }
        var narrator = RunNarrator()
        var last: RunProgress?
        var lastChange = clock.now
        var hasHinted = false
        while true {
            let progress = try await RunProgress.load(runID, from: session.pool)
            if let progress {
                let telling = narrator.tell(progress)
                if !printsJSON {
                    if !telling.lines.isEmpty { session.output.endTransient() }
                    session.output.lines(telling.lines)
                    if let current = telling.current { session.output.transient(current) }
                }
                if progress.isOver {
                    if printsJSON { try session.output.json(progress.json) }
                    guard progress.isGood else {
                        throw CommandProblem(
                            exit: .problem,
                            message: "the run did not succeed: \(progress.reason ?? progress.state)",
                            next: "tipoff trace \(runID.uuidString.lowercased())"
                        )
                    }
                    return
                }
            } else if !isExpected {
                throw CommandProblem.problem("run \(runID.uuidString.lowercased()) does not exist")
            }
            if Self.isChange(from: last, to: progress) { lastChange = clock.now }
            last = progress
            if !hasHinted, clock.now - lastChange > patience {
                hasHinted = true
                session.output.endTransient()
                session.output.error(Self.hint(progress))
            }
            if let deadline, clock.now >= deadline {
                session.output.endTransient()
                throw CommandProblem.problem(
                    "the run is not over after \(EasternTime.duration(timeout ?? 0)); it goes on",
                    next: "tipoff trace \(runID.uuidString.lowercased())"
                )
            }
            try await clock.sleep(for: interval)
        }
    }

    private static func isChange(from old: RunProgress?, to new: RunProgress?) -> Bool {
        guard let old, let new else { return (old == nil) != (new == nil) }
        return old.state != new.state
            || zip(old.steps, new.steps).contains { $0.state != $1.state || $0.done != $1.done || $0.total != $1.total }
    }

    private static func hint(_ progress: RunProgress?) -> String {
        guard
            let step = progress?.steps.first(where: { $0.state == "open" && $0.done < $0.total })
                ?? progress?.steps.first(where: { $0.state == "open" })
        else { return "nothing has happened for a while: is the service that opens the run running? tipoff dlq ls" }
        return "phase \(step.phase.rawValue) has not moved for a while: is the service \(step.phase.name) running? "
            + "tipoff logs \(step.phase.name) -n 20"
    }
}
