import Basketball
import Foundation
import Pipeline
import Postgres

extension Monitor {
    /// A run that was decided and is not there. A clock's verdict on the slate decides no run.
    static let decisions = Monitor(name: "decisions") { context in
        let rows = try await context.pool.query(
            """
            SELECT d.window_key, d.game_date, d.decided_at, d.run_id, d.reason FROM nba_orchestration.planner_decision AS d
            WHERE d.verdict = 'run' AND d.decided_at BETWEEN \(context.now) - interval '2 days' AND \(context.now)
                AND d.window_key NOT LIKE 'clock:%:verdict'
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                                WHERE r.run_id = d.run_id OR r.plan_key = d.window_key)
            ORDER BY d.decided_at
            """
        )
        guard let first = rows.first, let last = rows.last else { return [] }
        let date = try last.gameDate("game_date")
        return [
            Finding(
                signature: "watch:decisions",
                level: .error,
                title: "\(rows.count) \(rows.count == 1 ? "run was" : "runs were") decided and not opened",
                since: try first.decode("decided_at"),
                names: try rows.column("window_key", as: String.self),
                next: "tipoff run open --kind full --date \(date) --wait",
                gameDate: date
            )
        ]
    }

    /// The planner's sign of life, and its decisions while a day has games. In the off-season and in breaks there is little
    /// to decide, so only the sign of life counts. Where nobody has ever planned, nobody is missed.
    static let planner = Monitor(name: "planner") { context in
        let row = try await context.pool.query(
            """
            SELECT l.seen_at, l.seen_at < now() - \(context.settings.stuckAfter / .seconds(1)) * interval '1 second' AS is_silent,
                   d.decided_at, d.day_state,
                   EXISTS (SELECT 1 FROM nba_raw.nbac_schedule AS s
                           WHERE s.tipoff_at BETWEEN \(context.now) AND \(context.now) + interval '12 hours'
                               AND s.removed_at IS NULL AND NOT s.is_postponed
                               AND s.season_type IN ('regular', 'playoffs', 'play_in')) AS has_games
            FROM (VALUES (1)) AS one LEFT JOIN nba_orchestration.lease AS l ON l.role = 'planner'
            LEFT JOIN LATERAL (
                SELECT decided_at, day_state FROM nba_orchestration.planner_decision
                WHERE window_key NOT LIKE 'clock:%' AND game_date >= \(LeagueClock.gameDate(of: context.now).adding(days: -3).postgres)
                ORDER BY decided_at DESC LIMIT 1
            ) AS d ON true
            """
        ).one()
        guard let seenAt: Date = try row.decode("seen_at") else { return [] }
        if try row.decode("is_silent") {
            return [
                Finding(
                    signature: serviceSignature("scrapers"),
                    level: .error,
                    title: "the planner gives no sign of life",
                    since: seenAt,
                    names: ["planner"],
                    next: context.alerts.restart("scrapers")
                )
            ]
        }
        guard try row.decode("has_games", as: Bool.self), let decidedAt: Date = try row.decode("decided_at"),
            context.now.timeIntervalSince(decidedAt) > context.settings.decisionAge / .seconds(1)
        else { return [] }
        return [
            Finding(
                signature: "watch:planner",
                level: .error,
                title: "the planner has decided nothing since \(EasternText.short(decidedAt)) on a day with games",
                since: decidedAt,
                names: ["planner"],
                next: "tipoff logs scrapers -n 50",
                gameDate: LeagueClock.gameDate(of: context.now)
            )
        ]
    }

    /// The share of a phase's executions of the last two hours that failed for good. Below the sample only a phase in which
    /// nothing succeeds is told.
    static let errorRate = Monitor(name: "error_rate") { context in
        let rows = try await context.pool.query(
            """
            SELECT phase, count(*) AS executions, count(*) FILTER (WHERE status = 'failed') AS failed,
                   min(completed_at) FILTER (WHERE status = 'failed') AS since,
                   COALESCE(array_agg(DISTINCT processor_name ORDER BY processor_name)
                            FILTER (WHERE status = 'failed'), '{}'::text[]) AS processors
            FROM nba_orchestration.pipeline_execution_log
            WHERE phase = ANY ('{1,2,3,4,5,6}'::smallint[]) AND status <> 'retry'
                AND completed_at BETWEEN \(context.now) - interval '2 hours' AND \(context.now)
            GROUP BY phase ORDER BY phase
            """
        )
        return try rows.compactMap { row in
            let phase = try row.phase("phase")
            let executions = Int(try row.decode("executions", as: Int64.self))
            let failed = Int(try row.decode("failed", as: Int64.self))
            guard let level = errorLevel(failed: failed, of: executions, context.settings) else { return nil }
            let tenths = (1000 * Double(failed) / Double(executions)).rounded() / 10
            return Finding(
                signature: "watch:errors:\(phase.name)",
                level: level,
                title: "\(failed) of \(executions) executions of \(phase.name) failed in two hours (\(tenths) %)",
                since: try row.decode("since"),
                names: try row.decode("processors"),
                next: "tipoff dlq ls"
            )
        }
    }

    /// Executions that must all have failed to be told although they are few.
    static let totalFailureSample = 3

    static func errorLevel(failed: Int, of executions: Int, _ settings: WatchSettings) -> Alerts.Level? {
        guard failed > 0 else { return nil }
        if failed == executions, executions >= totalFailureSample { return .critical }
        guard executions >= settings.errorSample else { return nil }
        let percent = 100 * Double(failed) / Double(executions)
        if percent >= 2 * settings.errorPercent { return .error }
        return percent >= settings.errorPercent ? .warning : nil
    }

    /// One task of a date that is executed again and again.
    static let storm = Monitor(name: "storm") { context in
        let rows = try await context.pool.query(
            """
            SELECT processor_name, game_date, unit, count(*) AS executions, min(completed_at) AS since,
                   (array_agg(correlation_id ORDER BY completed_at DESC))[1] AS correlation_id
            FROM nba_orchestration.pipeline_execution_log
            WHERE phase = ANY ('{1,2,3,4,5,6}'::smallint[])
                AND completed_at BETWEEN \(context.now) - interval '1 hour' AND \(context.now)
            GROUP BY processor_name, game_date, unit HAVING count(*) > \(Int64(context.settings.storm))
            ORDER BY count(*) DESC LIMIT 20
            """
        )
        return try rows.map { row in
            let processor: String = try row.decode("processor_name")
            let date = try row.gameDate("game_date")
            let unit: String = try row.decode("unit")
            let number: Int64 = try row.decode("executions")
            return Finding(
                signature: "watch:storm:\(processor):\(date)",
                level: .error,
                title: "\(processor) of \(date) was executed \(number) times within an hour",
                since: try row.decode("since"),
                names: [unit == UnitKind.wholeDate ? processor : "\(processor) (\(unit))"],
                next: "tipoff trace \(try row.decode("correlation_id", as: String.self))",
                gameDate: date,
                correlationID: try row.decode("correlation_id")
            )
        }
    }

    /// A halt of publishing that somebody may have forgotten.
    static let halt = Monitor(name: "halt") { context in
        let rows = try await context.pool.query(
            """
            SELECT reason, actor, since FROM nba_publishing.halt
            WHERE ended_at IS NULL AND since < now() - \(context.settings.haltAge / .seconds(1)) * interval '1 second'
            """
        )
        return try rows.map { row in
            Finding(
                signature: "watch:halt",
                level: .warning,
                title: "publishing is halted since \(EasternText.short(try row.decode("since"))): "
                    + (try row.decode("reason", as: String.self)),
                since: try row.decode("since"),
                names: [try row.decode("actor")],
                next: "tipoff publish resume --reason \"…\" --yes"
            )
        }
    }
}
