import Foundation
import Pipeline
import Postgres

/// Opens runs that read stored payloads. Payloads that one processor reads for one unit are read one run after the other,
/// in the order of their capture: an older one that comes late is history and changes nothing.
struct PayloadRuns: Sendable {
    let session: Session
    let relay: OutboxRelay
    /// The longest that the raw phase of one run may take before the command gives up watching.
    var patience: Duration = .seconds(600)

    /// Reads the payloads of one date; all but the last run end with Phase 2, and the last goes as far as it was asked to.
    /// Returns the last run as soon as it is open.
    func read(_ payloads: [StoredPayloads.Payload], _ request: RunRequest) async throws -> RunRecord {
        let rounds = StoredPayloads.rounds(payloads)
        guard !rounds.isEmpty else { preconditionFailure("there are payloads to read") }
        var last: RunRecord?
        for (number, round) in rounds.enumerated() {
            if let last { try await waitForEnd(of: last) }
            var request = request
            request.firstPhase = .raw
            if number < rounds.count - 1 {
                request.planKey += ":\(number + 1)"
                request.untilPhase = .raw
            }
            last = try await open(round, request)
        }
        guard let last else { preconditionFailure("every round opens a run") }
        return last
    }

    private func open(_ round: [StoredPayloads.Payload], _ request: RunRequest) async throws -> RunRecord {
        let opener = RunOpener(
            registry: session.registry,
            role: RunStarter.role,
            phaseDeadline: session.work.phaseDeadline
        )
        let stored = round.compactMap { $0.stored(session.registry) }
        let now = session.clock.now
        let result = try await session.pool.transaction { transaction in
            try await opener.openRaw(request, payloads: stored, now: now, in: transaction)
        }
        await relay.sendNow(result.messages)
        return result.run
    }

    /// Waits until a run is over, however it ended.
    func waitForEnd(of run: RunRecord) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now + patience
        while clock.now < deadline {
            let isOver: Bool = try await session.pool.query(
                "SELECT state <> 'open' FROM nba_orchestration.run WHERE run_id = \(run.runID)"
            ).scalar()
            if isOver { return }
            try await clock.sleep(for: .milliseconds(100))
        }
        throw CommandProblem.problem(
            "run \(run.runID.uuidString.lowercased()) has not read its payloads in time; the later ones were not begun",
            next: "is the service raw running? tipoff trace \(run.runID.uuidString.lowercased())"
        )
    }
}
