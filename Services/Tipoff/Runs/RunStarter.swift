import Basketball
import Foundation
import Pipeline
import Postgres

/// Opens a run from the command line and sends its first message.
struct RunStarter: Sendable {
    /// A scraper and unit that a run is restricted to.
    typealias Restriction = (scraper: String, unit: String, input: JSONValue?)

    let session: Session

    /// No `tipoff` process stays to send the first message again, so its row belongs to the scrapers service.
    static let role = "scrapers"

    func start(
        _ request: RunRequest,
        only: [Restriction]? = nil,
        waiting: WaitOptions,
        printsJSON: Bool
    ) async throws {
        let opener = RunOpener(registry: session.registry, role: Self.role, phaseDeadline: session.work.phaseDeadline)
        let now = session.clock.now
        let result = try await session.withProducer { producer in
            let result = try await session.pool.transaction { transaction in
                try await opener.open(request, only: only, now: now, in: transaction)
            }
            await session.relay(producer).sendNow(result.messages)
            return result
        }
        let runID = result.run.runID.uuidString.lowercased()
        if !printsJSON {
            session.output.line(
                "opened \(request.kind.rawValue) run \(runID) of \(request.gameDate), phases 1 to \(request.untilPhase.rawValue)"
            )
        } else if !waiting.wait {
            try session.output.json([
                "run_id": .string(runID), "correlation_id": .string(request.correlationID),
                "date": .string(request.gameDate.description), "kind": .string(request.kind.rawValue),
            ])
        }
        if waiting.wait {
            try await RunFollower(session: session, printsJSON: printsJSON)
                .follow(result.run.runID, timeout: waiting.timeout)
        } else if !printsJSON {
            session.output.line("next: tipoff trace \(runID)")
        }
    }
}
