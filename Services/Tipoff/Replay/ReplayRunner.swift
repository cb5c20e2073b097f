import Basketball
import Foundation
import Pipeline
import Postgres

/// Opens the runs of a replay. One date goes its own way; several are followed, the oldest first, a few at a time.
struct ReplayRunner: Sendable {
    let session: Session
    let plan: ReplayPlan
    let window: Int
    /// One for everything that the command opens.
    let id = UUID().uuidString.lowercased()

    var correlationID: String { "replay-\(id)" }

    /// A date and the runs that do it again.
    private struct Done: Sendable {
        var date: GameDate
        var runID: UUID
        var state: String?
    }

    func carryOut(waiting: WaitOptions, printsJSON: Bool) async throws {
        var done: [Done] = []
        try await session.withProducer { producer in
            let relay = session.relay(producer)
            if plan.dates.count == 1 {
                let run = try await begin(plan.dates[0], relay)
                done = [Done(date: plan.dates[0], runID: run.runID, state: nil)]
            } else {
                done = try await follow(relay, timeout: waiting.timeout)
            }
        }
        if !printsJSON {
            for one in done {
                session.output.line(
                    "\(one.date)  run \(one.runID.uuidString.lowercased())\(one.state.map { "  \($0)" } ?? "")"
                )
            }
        }
        if plan.dates.count == 1, waiting.wait {
            let follower = RunFollower(session: session, printsJSON: false)
            if printsJSON {
                done[0].state = try await end(of: done[0].runID, timeout: waiting.timeout)
            } else {
                try await follower.follow(done[0].runID, timeout: waiting.timeout)
                done[0].state = "complete"
            }
        }
        let left = done.allSatisfy { $0.state != nil } ? try await waitingMarkers(done.map(\.runID)) : []
        if printsJSON {
            try session.output.json(json(done, left))
        } else {
            for line in left { session.output.line(line.text) }
            session.tellTrace(correlationID)
        }
        let bad = done.filter { $0.state != nil && $0.state != "complete" && $0.state != "unchanged" }
        if !bad.isEmpty {
            throw CommandProblem.problem(
                "not everything succeeded: \(bad.map { "\($0.date) \($0.state ?? "")" }.joined(separator: ", "))",
                next: "tipoff trace \(bad[0].runID.uuidString.lowercased())"
            )
        }
    }

    /// Opens the run of a date, after earlier payloads of Phase 2 were read in runs before it.
    private func begin(_ date: GameDate, _ relay: OutboxRelay) async throws -> RunRecord {
        var request = RunRequest(
            kind: plan.from == .scrapers ? .full : .manual,
            gameDate: date,
            lane: plan.lane(date, session),
            firstPhase: plan.from,
            untilPhase: plan.until,
            planKey: "replay:\(id):\(date)",
            correlationID: correlationID,
            openedBy: session.actor,
            reason: plan.reason,
            triggerSource: .replay,
            isReplay: true
        )
        let opener = RunOpener(
            registry: session.registry,
            role: RunStarter.role,
            phaseDeadline: session.work.phaseDeadline
        )
        let now = session.clock.now
        switch plan.from {
        case .scrapers:
            return try await open(relay) { try await opener.open(request, now: now, in: $0) }
        case .raw:
            let payloads = try await StoredPayloads(session: session).all(of: date)
            guard !payloads.isEmpty else {
                throw CommandProblem.problem(
                    "the object store holds no payload of \(date)",
                    next: "tipoff replay --date \(date) --from-phase 1 --reason …"
                )
            }
            return try await PayloadRuns(session: session, relay: relay).read(payloads, request)
        default:
            let readers = Phase.allCases.filter { $0 >= plan.from && $0 <= plan.until }
                .flatMap { session.registry.replayed(in: $0) }
            let markers = EntitySelection.markers(of: plan.selection, readers: readers, date: date)
            request.firstPhase = plan.from
            let fixed = request
            return try await open(relay) {
                try await opener.openDelta(fixed, marking: markers, now: now, in: $0)
            }
        }
    }

    private func open(
        _ relay: OutboxRelay,
        _ body: (PostgresTransaction) async throws -> RunOpener.Result
    ) async throws -> RunRecord {
        let result = try await session.pool.transaction { try await body($0) }
        await relay.sendNow(result.messages)
        return result.run
    }

    /// Does all dates, a few at a time, until the last has ended.
    private func follow(_ relay: OutboxRelay, timeout: Double?) async throws -> [Done] {
        let clock = ContinuousClock()
        let deadline = timeout.map { clock.now + .seconds($0) }
        var waiting = plan.dates[...]
        var done: [Done] = []
        while !waiting.isEmpty || done.contains(where: { $0.state == nil }) {
            for index in done.indices where done[index].state == nil {
                done[index].state = try await state(of: done[index].runID)
            }
            while let next = waiting.first, done.count(where: { $0.state == nil }) < window {
                waiting = waiting.dropFirst()
                done.append(Done(date: next, runID: try await begin(next, relay).runID, state: nil))
            }
            session.output.transient("\(done.count { $0.state != nil }) of \(plan.dates.count) dates")
            if let deadline, clock.now >= deadline {
                session.output.endTransient()
                throw CommandProblem.problem(
                    "\(waiting.count) dates were not begun in time; what is open goes on",
                    next: "tipoff trace \(correlationID)"
                )
            }
            try await clock.sleep(for: .milliseconds(200))
        }
        session.output.endTransient()
        return done
    }

    /// A run's end state; nil while it is open.
    private func state(of runID: UUID) async throws -> String? {
        try await session.pool.query(
            "SELECT NULLIF(state, 'open') AS state FROM nba_orchestration.run WHERE run_id = \(runID)"
        ).one().decode("state")
    }

    private func end(of runID: UUID, timeout: Double?) async throws -> String? {
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(timeout ?? 3600)
        while clock.now < deadline {
            if let state = try await state(of: runID) { return state }
            try await clock.sleep(for: .milliseconds(100))
        }
        throw CommandProblem.problem("the run is not over; it goes on", next: "tipoff trace \(correlationID)")
    }

    /// What the runs have changed for phases and dates that nobody has asked for yet.
    struct Left: Sendable {
        var phase: Int
        var first: GameDate
        var last: GameDate
        var dates: Int

        var text: String {
            "waiting: phase \(phase) of \(dates) date\(dates == 1 ? "" : "s") has changes to carry on; next: tipoff replay "
                + (first == last ? "--date \(first)" : "--from \(first) --to \(last)")
                + " --from-phase \(phase) --reason …"
        }
    }

    private func waitingMarkers(_ runs: [UUID]) async throws -> [Left] {
        let rows = try await session.pool.query(
            """
            SELECT phase, min(game_date) AS first_date, max(game_date) AS last_date, count(DISTINCT game_date) AS dates
            FROM nba_orchestration.change_marker
            WHERE origin_run = ANY(\(runs)) AND NOT wants_run GROUP BY phase ORDER BY phase
            """
        )
        return try rows.map { row in
            Left(
                phase: Int(try row.decode("phase", as: Int16.self)),
                first: try row.gameDate("first_date"),
                last: try row.gameDate("last_date"),
                dates: try row.decode("dates")
            )
        }
    }

    private func json(_ done: [Done], _ left: [Left]) -> JSONValue {
        [
            "is_done": true, "correlation_id": .string(correlationID),
            "runs": .array(
                done.map { one in
                    [
                        "date": .string(one.date.description), "run_id": .string(one.runID.uuidString.lowercased()),
                        "state": one.state.map { .string($0) } ?? .null,
                    ]
                }
            ),
            "waiting": .array(
                left.map { left in
                    [
                        "phase": .int(Int64(left.phase)), "dates": .int(Int64(left.dates)),
                        "first_date": .string(left.first.description), "last_date": .string(left.last.description),
                    ]
                }
            ),
        ]
    }
}
