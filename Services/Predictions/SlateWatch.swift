import Basketball
import Foundation
import Logging
import Pipeline
import Postgres
import Serving

/// What the clocks do about the slate of an instant's league day. Slates of other days are left alone.
struct SlateWatch: Sendable {
    let pool: PostgresPool
    let runs: PredictionRuns
    let clocks: [EasternTimeOfDay]
    let deadline: PredictionDeadline
    let logger: Logger

    static let role = Phase.predictions.name

    init(context: ServiceContext, clocks: [EasternTimeOfDay]) {
        pool = context.pool
        runs = PredictionRuns(registry: context.registry, phaseDeadline: context.work.phaseDeadline)
        self.clocks = clocks
        deadline = context.configuration.predictionDeadline
        logger = context.logger
    }

    static func forecastSignature(_ date: GameDate) -> String { "predictions:forecast:\(date)" }

    static func startSignature(_ date: GameDate) -> String { "predictions:clock:\(date)" }

    /// What is remembered of a clock, or of the verdict.
    static func key(_ date: GameDate, _ name: String) -> String {
        PredictionRuns.Asker.clock(name).planKey(of: date)
    }

    /// Says before the deadline that the predictions will miss it, and takes it back when that holds no longer.
    func forecast(at now: Date) async throws {
        let date = LeagueClock.gameDate(of: now)
        let deadline = deadline.instant(of: date)
        let title = try await pool.transaction { transaction -> String? in
            try await resolveForecasts(before: date, in: transaction)
            guard try await SlateVerdict.games(on: date, in: transaction) > 0 else {
                try await transaction.execute(Alerts.resolve(signature: Self.forecastSignature(date)))
                return nil
            }
            let forecast = try await PredictionForecast.of(date, in: transaction)
            guard case .coming(let runID, let secondsLeft) = forecast,
                let minutes = forecast.minutesLate(at: now, deadline: deadline)
            else {
                try await transaction.execute(Alerts.resolve(signature: Self.forecastSignature(date)))
                return nil
            }
            // After the deadline the verdict speaks.
            guard now < deadline else { return nil }
            let late = minutes == 1 ? "1 minute" : "\(minutes) minutes"
            let alert = StandingAlert(
                level: .warning,
                signature: Self.forecastSignature(date),
                title: "predictions of \(date) will miss the deadline by \(late)",
                detail: [
                    "minutes_late": .int(Int64(minutes)),
                    "expected_at": .string(Instant.text(now.addingTimeInterval(secondsLeft))),
                    "deadline": .string(Instant.text(deadline)),
                ],
                gameDate: date,
                runID: runID
            )
            let isNew = try await alert.tell(by: Self.role, in: transaction) { _, _ in false }
            return isNew ? alert.title : nil
        }
        if let title { log(title, date) }
    }

    /// A day that is over has no forecast.
    private func resolveForecasts(before date: GameDate, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            UPDATE nba_orchestration.alert SET resolved_at = now()
            WHERE signature LIKE 'predictions:forecast:%' AND game_date < \(date.postgresDate) AND resolved_at IS NULL
            """
        )
    }

    /// Judges the slate at its deadline, once; a bad verdict is judged again until it is good.
    func judge(at now: Date) async throws {
        let date = LeagueClock.gameDate(of: now)
        let deadline = deadline.instant(of: date)
        guard now >= deadline else { return }
        let verdict = try await pool.transaction { transaction -> SlateVerdict? in
            try await PredictionRuns.queue(date, in: transaction)
            if try await isDecided(Self.key(date, "verdict"), in: transaction) {
                try await SlateVerdict.follow(date, by: Self.role, in: transaction)
                return nil
            }
            let verdict = try await SlateVerdict(of: date, in: transaction)
            guard verdict.games > 0 else { return nil }
            _ = try await verdict.tell(date, by: Self.role, in: transaction)
            let level = verdict.level.map { " (\($0.rawValue))" } ?? ""
            let decision = Decision(verdict: .run, reason: verdict.text + level)
            try await record(decision, "verdict", date, dueAt: deadline, now: now, in: transaction)
            return verdict
        }
        guard let verdict else { return }
        logger.notice("verdict", metadata: ["game_date": "\(date)", "slate": "\(verdict.text)"])
        if verdict.level != nil { log("predictions of \(date) at the deadline: \(verdict.text)", date) }
    }

    func log(_ title: String, _ date: GameDate) {
        logger.error("alert", metadata: ["title": "\(title)", "game_date": "\(date)"])
    }
}

/// What a clock decided, kept beside the decisions of the planner.
extension SlateWatch {
    struct Decision: Sendable {
        enum Verdict: String, Sendable { case run, skip, missed }

        var verdict: Verdict
        var reason: String
        var opened: RunOpener.Result?
        /// What was told; nil when nothing was.
        var alert: String?
    }

    func isDecided(_ key: String, in transaction: PostgresTransaction) async throws -> Bool {
        try await transaction.query(
            "SELECT EXISTS (SELECT 1 FROM nba_orchestration.planner_decision WHERE window_key = \(key))"
        ).scalar()
    }

    func record(
        _ decision: Decision,
        _ name: String,
        _ date: GameDate,
        dueAt: Date,
        now: Date,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO nba_orchestration.planner_decision
                (window_key, game_date, day_state, verdict, reason, due_at, decided_at, run_id)
            VALUES (\(Self.key(date, name)), \(date.postgresDate), 'game_day', \(decision.verdict.rawValue),
                    \(decision.reason), \(dueAt), \(now), \(decision.opened?.run.runID))
            """
        )
    }
}
