import Basketball
import Foundation
import Pipeline
import Postgres
import Upstream

/// Reads what a restored database has not seen, and computes its dates anew.
struct Recovery: Sendable {
    /// A date and its payloads that the database does not know, in the order of capture.
    struct DatePlan: Sendable {
        var date: GameDate
        /// None when an earlier recovery had read them and ended before it could go on.
        var payloads: [StoredPayloads.Payload]
    }

    struct Plan: Sendable {
        /// Payloads captured in the span.
        var payloads: Int
        var known: Int
        /// Payloads about whole seasons, such as schedules, by the day of their capture: they are read first, and what they
        /// change starts the runs of its dates by itself.
        var seasons: [DatePlan]
        /// The oldest first.
        var dates: [DatePlan]
        var openRuns: Int
        /// When the newest task ended that the database knows of.
        var newestKnown: Date?
        var pastUntil: Phase
        var lost: LostMessages.Report
        /// Past dates among them of which the database holds no prediction.
        var unpredicted: Set<GameDate>

        var isEmpty: Bool { dates.isEmpty && seasons.isEmpty }

        /// What no payload can bring back.
        func losses(today: GameDate) -> [String] {
            guard !isEmpty || !lost.runs.isEmpty else { return [] }
            var lines = [
                "operators' acts since the backup, except what was said about players",
                "the log and the changes of rows since the backup, \(lost.runs.count) runs by the topics",
            ]
            let gone = dates.map(\.date).filter { $0 < today && unpredicted.contains($0) }
            if !gone.isEmpty, pastUntil < .predictions {
                lines.append(
                    "predictions of \(gone.map(\.description).joined(separator: ", ")) as they were made; their documents lie "
                        + "in the object store, and tipoff replay --date … --from-phase 5 --until-phase 6 makes them anew as of their time"
                )
            }
            return lines
        }
    }

    struct EndedRun: Sendable {
        var date: GameDate
        var runID: UUID
        var state: String
    }

    struct Outcome: Sendable {
        var correlationID: String
        var runs: [EndedRun]
        var resolvedLetters: Int
        /// Hand-made messages that are dead letters now.
        var filedLetters: Int
    }

    let session: Session
    let since: Date
    let pastUntil: Phase
    let reason: String
    let window: Int
    private let id = UUID().uuidString.lowercased()

    init(session: Session, since: Date, pastUntil: Phase, reason: String, window: Int) {
        self.session = session
        self.since = since
        self.pastUntil = pastUntil
        self.reason = reason
        self.window = window
    }

    func plan() async throws -> Plan {
        let stored = StoredPayloads(session: session)
        let payloads = try await stored.captured(since: since) { count in
            session.output.transient("\(count) payloads seen")
        }
        session.output.endTransient()
        let known = try await stored.known(payloads)
        let unknown = payloads.filter { !known.contains($0.key.path.string) }
        let seasons = Dictionary(grouping: unknown.filter { $0.key.gameDate == nil }, by: \.date)
        var byDate = Dictionary(grouping: unknown.filter { $0.key.gameDate != nil }, by: \.date)
        for date in try await unfinished() where byDate[date] == nil { byDate[date] = [] }
        let row = try await session.pool.query(
            """
            SELECT (SELECT count(*) FROM nba_orchestration.run WHERE state = 'open') AS open_runs,
                   (SELECT max(finished_at) FROM nba_orchestration.task) AS newest
            """
        ).one()
        let predicted = try await session.pool.query(
            """
            SELECT DISTINCT game_date FROM nba_predictions.player_prop_predictions
            WHERE game_date = ANY(\(byDate.keys.sorted().map(\.sqlDate)))
            """
        ).map { try $0.gameDate("game_date") }
        return Plan(
            payloads: payloads.count,
            known: known.count,
            seasons: seasons.sorted { $0.key < $1.key }.map { DatePlan(date: $0.key, payloads: $0.value) },
            dates: byDate.sorted { $0.key < $1.key }.map { DatePlan(date: $0.key, payloads: $0.value) },
            openRuns: try row.decode("open_runs"),
            newestKnown: try row.decode("newest"),
            pastUntil: pastUntil,
            lost: try await LostMessages(session: session).find(),
            unpredicted: Set(byDate.keys).subtracting(predicted)
        )
    }

    /// Dates whose payloads a recovery has read and that it has not computed.
    private func unfinished() async throws -> [GameDate] {
        try await session.pool.query(
            """
            SELECT DISTINCT r.game_date FROM nba_orchestration.run AS r
            WHERE r.plan_key ~ '^recover:.*:read(:[0-9]+)?$' AND NOT EXISTS (
                SELECT 1 FROM nba_orchestration.run AS f
                WHERE f.game_date = r.game_date AND f.plan_key ~ '^recover:.*:compute$' AND f.opened_at >= r.opened_at)
            """
        ).map { try $0.gameDate("game_date") }
    }

    /// Reads date by date, the oldest first, then computes the dates in the same order, a few at a time.
    func carryOut(_ plan: Plan) async throws -> Outcome {
        var outcome = Outcome(correlationID: "recover-\(id)", runs: [], resolvedLetters: 0, filedLetters: 0)
        try await session.withProducer { producer in
            let relay = session.relay(producer)
            let reader = PayloadRuns(session: session, relay: relay)
            let steps = plan.seasons.map { ($0, "season") } + plan.dates.map { ($0, "read") }
            for (number, (date, step)) in steps.enumerated() where !date.payloads.isEmpty {
                session.output.transient("reading \(date.date), \(number + 1) of \(steps.count)")
                var request = request(date.date, step)
                request.untilPhase = .raw
                let run = try await reader.read(date.payloads, request)
                try await reader.waitForEnd(of: run)
                outcome.runs.append(try await ended(run))
            }
            session.output.endTransient()
            var open: [RunRecord] = []
            for date in pastUntil == .raw ? [] : plan.dates {
                if open.count >= window { outcome.runs.append(try await first(&open, reader)) }
                session.output.transient("computing \(date.date)")
                open.append(try await compute(date.date, relay))
            }
            while !open.isEmpty { outcome.runs.append(try await first(&open, reader)) }
            session.output.endTransient()
        }
        outcome.resolvedLetters = try await resolveLetters()
        outcome.filedLetters = try await LostMessages(session: session).file(plan.lost.handMade)
        return outcome
    }

    private func first(_ open: inout [RunRecord], _ reader: PayloadRuns) async throws -> EndedRun {
        let run = open.removeFirst()
        try await reader.waitForEnd(of: run)
        return try await ended(run)
    }

    private func ended(_ run: RunRecord) async throws -> EndedRun {
        let state: String = try await session.pool.query(
            "SELECT state FROM nba_orchestration.run WHERE run_id = \(run.runID)"
        ).scalar()
        return EndedRun(date: run.gameDate, runID: run.runID, state: state)
    }

    private func request(_ date: GameDate, _ step: String) -> RunRequest {
        let isPast = date < session.clock.leagueDay
        return RunRequest(
            kind: .delta,
            gameDate: date,
            lane: isPast ? .backfill : .live,
            firstPhase: .raw,
            untilPhase: isPast ? pastUntil : .publishing,
            planKey: "recover:\(id):\(date):\(step)",
            correlationID: "recover-\(id)",
            openedBy: session.actor,
            reason: reason,
            triggerSource: .replay
        )
    }

    /// The date from Phase 3 on, in full: what the backup holds of it may rest on less than was known.
    private func compute(_ date: GameDate, _ relay: OutboxRelay) async throws -> RunRecord {
        var request = request(date, "compute")
        request.firstPhase = .analytics
        let until = request.untilPhase
        let readers = Phase.allCases.filter { $0 >= .analytics && $0 <= until }
            .flatMap { session.registry.replayed(in: $0) }
        let opener = RunOpener(
            registry: session.registry,
            role: RunStarter.role,
            phaseDeadline: session.work.phaseDeadline
        )
        let now = session.clock.now
        let fixed = request
        let result = try await session.pool.transaction { transaction in
            try await opener.openDelta(fixed, marking: .full(readers, date: date), now: now, in: transaction)
        }
        await relay.sendNow(result.messages)
        return result.run
    }

    /// Messages of runs that went with the database ask for nothing any more: their payloads were read.
    private func resolveLetters() async throws -> Int {
        try await session.pool.transaction { transaction in
            let rows = try await transaction.query(
                """
                WITH ended AS (
                    UPDATE nba_orchestration.dead_letter AS d
                    SET state = 'resolved', state_by = \(session.actor), state_reason = \(reason)
                    WHERE d.state = 'new' AND d.reason = 'unknown_run' AND d.run_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM nba_orchestration.run AS r WHERE r.run_id = d.run_id)
                    RETURNING d.dead_letter_id
                ), noted AS (
                    INSERT INTO nba_orchestration.dead_letter_event (dead_letter_id, event, batch_id, actor, reason)
                    SELECT dead_letter_id, 'resolved', \(UUID()), \(session.actor), \(reason) FROM ended
                )
                SELECT count(*) AS letters FROM ended
                """
            )
            try await transaction.execute(DeadLetters.settleAlerts)
            return try rows.scalar(as: Int.self)
        }
    }
}
