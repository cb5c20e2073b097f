import Basketball
import Foundation
import Logging
import Pipeline
import Postgres
import Serving

extension SlateWatch {
    /// Fires the clocks that are due, each once a date, and returns the messages to be sent. A clock that nobody was there
    /// for fires late up to the deadline; after it, it is remembered as missed.
    func askForPredictions(at now: Date) async throws -> [OutboxMessage] {
        let date = LeagueClock.gameDate(of: now)
        var messages: [OutboxMessage] = []
        for (index, time) in clocks.enumerated() {
            let dueAt = time.instant(on: date)
            guard dueAt <= now else { break }
            let decision = try await pool.transaction { transaction -> Decision? in
                try await PredictionRuns.queue(date, in: transaction)
                guard try await !isDecided(Self.key(date, "\(time)"), in: transaction),
                    try await SlateVerdict.games(on: date, in: transaction) > 0
                else { return nil }
                let decision = try await decide(time, isFirst: index == 0, date, now: now, in: transaction)
                try await record(decision, "\(time)", date, dueAt: dueAt, now: now, in: transaction)
                return decision
            }
            guard let decision else { continue }
            logger.notice(
                "clock",
                metadata: [
                    "time": "\(time)", "game_date": "\(date)", "verdict": "\(decision.verdict.rawValue)",
                    "reason": "\(decision.reason)",
                    "run_id": "\(decision.opened?.run.runID.uuidString.lowercased() ?? "-")",
                ]
            )
            if let alert = decision.alert { log(alert, date) }
            messages += decision.opened?.messages ?? []
        }
        return messages
    }

    /// A clock that meets a date that has not begun starts it, whichever it is: everybody is missing.
    private func decide(
        _ time: EasternTimeOfDay,
        isFirst: Bool,
        _ date: GameDate,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> Decision {
        guard now < deadline.instant(of: date) else {
            return Decision(verdict: .missed, reason: "nobody looked before the deadline")
        }
        do {
            guard try await PredictionRuns.haveStarted(date, in: transaction) else {
                return try await start(time, date, now: now, in: transaction)
            }
            if isFirst {
                try await resolveStarts(before: date, in: transaction)
                return Decision(verdict: .skip, reason: "the predictions have begun")
            }
            let (result, players) = try await runs.retry(
                date,
                by: .clock("\(time)"),
                reason: "the clock of \(time) asks for players without a prediction",
                onlyReady: true,
                now: now,
                in: transaction
            )
            let who = players.count == 1 ? "1 player" : "\(players.count) players"
            return Decision(verdict: .run, reason: "\(who) without a prediction", opened: result)
        } catch let refusal as PredictionRuns.Refusal {
            return Decision(verdict: .skip, reason: Self.text(refusal))
        }
    }

    /// The end of Phase 4 should have done this, so that it is told.
    private func start(
        _ time: EasternTimeOfDay,
        _ date: GameDate,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws -> Decision {
        let reason = "nothing had begun the predictions by \(time)"
        let result = try await runs.start(
            date,
            by: .clock("\(time)"),
            reason: reason,
            now: now,
            in: transaction
        )
        let title = "predictions of \(date) were started by the clock: \(reason)"
        try await transaction.execute(
            Alerts.raise(
                .error,
                signature: Self.startSignature(date),
                title: title,
                gameDate: date,
                runID: result.run.runID,
                by: Self.role
            )
        )
        return Decision(verdict: .run, reason: reason, opened: result, alert: title)
    }

    /// A chain that has begun a later date by itself is whole again.
    private func resolveStarts(before date: GameDate, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            UPDATE nba_orchestration.alert SET resolved_at = now()
            WHERE signature LIKE 'predictions:clock:%' AND game_date < \(date.postgresDate) AND resolved_at IS NULL
            """
        )
    }

    private static func text(_ refusal: PredictionRuns.Refusal) -> String {
        switch refusal {
        case .isOpen(let runID): "run \(runID.uuidString.lowercased()) is predicting"
        case .isComing(let runID): "run \(runID.uuidString.lowercased()) is on its way to the predictions"
        case .noFeatures: "there are no features to predict from"
        case .notStarted: "nobody has been predicted"
        case .nothingMissing: "nobody with complete features is missing"
        }
    }
}
