import Basketball
import Foundation
import Pipeline
import Postgres

/// What the database says of the pipeline's health, as gauges. Labels are names of the registry, of `topics.yaml` or of closed
/// lists, so their number is bounded.
struct DatabaseMonitor: Sendable {
    typealias Series = MonitorReadings.Series

    let pool: PostgresPool
    let clock: PipelineClock
    let deadline: PredictionDeadline

    static let families: [MonitorReadings.Family] = [
        .init(
            name: "tipoff_outbox_oldest_seconds",
            labels: ["producer"],
            help: "Age of the oldest message that its producer has not sent; 0 when all are sent."
        ),
        .init(
            name: "tipoff_outbox_waiting_messages",
            labels: ["producer"],
            help: "Messages that their producer has not sent."
        ),
        .init(
            name: "tipoff_marker_oldest_seconds",
            labels: ["phase"],
            help: "Age of the oldest change of today or yesterday that a phase has not carried on."
        ),
        .init(
            name: "tipoff_markers_waiting",
            labels: ["phase"],
            help: "Changes of today or yesterday that a phase has not carried on."
        ),
        .init(
            name: "tipoff_dead_letters",
            labels: ["topic"],
            help: "Dead letters that nobody has replayed, dropped or resolved."
        ),
        .init(name: "tipoff_alerts_open", labels: ["level"], help: "Alerts that are not resolved."),
        .init(name: "tipoff_runs_open", labels: ["lane"], help: "Runs that have not ended."),
        .init(
            name: "tipoff_run_oldest_seconds",
            labels: ["lane"],
            help: "Since the oldest open run was opened; 0 when none is open."
        ),
        .init(
            name: "tipoff_stuck_items",
            labels: ["kind"],
            help: "Phases, tasks, messages and changes that have not moved for five minutes after they should have."
        ),
        .init(
            name: "tipoff_backfill_jobs",
            labels: ["state"],
            help: "Backfill jobs of the last 30 days."
        ),
        .init(
            name: "tipoff_phase_median_seconds",
            labels: ["phase"],
            help: "Median of the live phases of 24 hours, from opening to closing."
        ),
        .init(
            name: "tipoff_phase_p95_seconds",
            labels: ["phase"],
            help: "95th percentile of the live phases of 24 hours, from opening to closing."
        ),
        .init(
            name: "tipoff_phase_allowed_seconds",
            labels: ["phase"],
            help: "How long a phase may take."
        ),
        .init(
            name: "tipoff_hop_p95_seconds",
            labels: ["phase"],
            help: "95th percentile of the time from the end of the phase before to a live phase's opening, 24 hours."
        ),
        .init(
            name: "tipoff_phase_failure_percent",
            labels: ["phase"],
            help: "Failed and retried attempts of all, of runs that were opened within two hours."
        ),
        .init(
            name: "tipoff_slate_players",
            labels: ["step"],
            help: "Players of the league's day by the step of the funnel that they have reached."
        ),
        .init(name: "tipoff_slate_games", labels: [], help: "Games of the league's day."),
        .init(
            name: "tipoff_slate_coverage_percent",
            labels: [],
            help: "Expected players of the league's day with a prediction; absent when nobody is expected."
        ),
        .init(
            name: "tipoff_document_data_age_seconds",
            labels: ["kind"],
            help: "Age of the newest capture or grading in the newest document of a kind."
        ),
        .init(
            name: "tipoff_document_file_age_seconds",
            labels: ["kind"],
            help: "Since readers see the newest document of a kind."
        ),
        .init(
            name: "tipoff_document_waits_seconds",
            labels: ["kind"],
            help: "Since a change waits for a document of a kind; 0 when none does."
        ),
        .init(
            name: "tipoff_document_budget_seconds",
            labels: ["kind"],
            help: "How long a change may wait for a document of a kind."
        ),
        .init(
            name: "tipoff_documents_over_budget",
            labels: ["kind"],
            help: "Documents of a kind that are missing or for which a change waits too long."
        ),
    ]

    /// Reads everything in one snapshot of the database.
    func read() async throws -> [String: Series] {
        let today = clock.leagueDay
        var series = try await counts(today)
        try await addPhases(&series)
        try await addSlate(today, &series)
        try await addDocuments(&series)
        return series
    }

    /// The ages and counts of one statement: family, label, value.
    private func counts(_ today: GameDate) async throws -> [String: Series] {
        let services = Phase.allCases.map(\.name) + ["phase2-to-phase3", "phase3-to-phase4", "phase4-to-phase5"]
        let day = PostgresDate(daysSince1970: today.daysSince1970)
        let yesterday = PostgresDate(daysSince1970: today.daysSince1970 - 1)
        let rows = try await pool.query(
            """
            WITH waiting AS (
                SELECT producer, count(*) AS n, min(created_at) AS since FROM nba_orchestration.outbox
                WHERE state = 'pending' GROUP BY producer
            ), marker AS (
                SELECT phase, count(*) AS n, min(marked_at) AS since FROM nba_orchestration.change_marker
                WHERE game_date BETWEEN \(yesterday) AND \(day) GROUP BY phase
            )
            SELECT 'tipoff_outbox_oldest_seconds' AS family, s.name AS label,
                   COALESCE(extract(epoch FROM now() - w.since), 0)::double precision AS value
            FROM unnest(\(services)) AS s(name) LEFT JOIN waiting AS w ON w.producer = s.name
            UNION ALL SELECT 'tipoff_outbox_waiting_messages', s.name, COALESCE(w.n, 0)
            FROM unnest(\(services)) AS s(name) LEFT JOIN waiting AS w ON w.producer = s.name
            UNION ALL SELECT 'tipoff_marker_oldest_seconds', p::text, COALESCE(extract(epoch FROM now() - m.since), 0)
            FROM generate_series(2, 6) AS p LEFT JOIN marker AS m ON m.phase = p
            UNION ALL SELECT 'tipoff_markers_waiting', p::text, COALESCE(m.n, 0)
            FROM generate_series(2, 6) AS p LEFT JOIN marker AS m ON m.phase = p
            UNION ALL SELECT 'tipoff_dead_letters', t.name, count(d.*)
            FROM unnest(\(Topic.allCases.map(\.rawValue))) AS t(name)
            LEFT JOIN nba_orchestration.dead_letter AS d ON d.topic = t.name AND d.state = 'new' GROUP BY t.name
            UNION ALL SELECT 'tipoff_alerts_open', l.level, count(a.*)
            FROM unnest(ARRAY['info', 'warning', 'error', 'critical']) AS l(level)
            LEFT JOIN nba_orchestration.alert AS a ON a.level = l.level AND a.resolved_at IS NULL GROUP BY l.level
            UNION ALL SELECT 'tipoff_runs_open', l.lane, count(r.*)
            FROM unnest(ARRAY['live', 'backfill']) AS l(lane)
            LEFT JOIN nba_orchestration.run AS r ON r.lane = l.lane AND r.state = 'open' GROUP BY l.lane
            UNION ALL SELECT 'tipoff_run_oldest_seconds', l.lane,
                             COALESCE(extract(epoch FROM now() - min(r.opened_at)), 0)
            FROM unnest(ARRAY['live', 'backfill']) AS l(lane)
            LEFT JOIN nba_orchestration.run AS r ON r.lane = l.lane AND r.state = 'open' GROUP BY l.lane
            UNION ALL SELECT 'tipoff_backfill_jobs', s.state, count(j.*)
            FROM unnest(ARRAY['running', 'complete', 'failed', 'cancelled']) AS s(state)
            LEFT JOIN nba_orchestration.backfill_job AS j
                ON j.state = s.state AND j.created_at >= now() - interval '30 days' GROUP BY s.state
            """
        )
        var series: [String: Series] = [:]
        for row in rows {
            series[try row.decode("family"), default: []].append(
                (labels: [try row.decode("label")], value: try row.decode("value"))
            )
        }
        let stuck = try await pool.query(MonitoringQueries.stuck.statement(["today": today.description]))
        let kinds = try stuck.column("kind", as: String.self)
        series["tipoff_stuck_items"] = ["phase", "running", "pending", "message", "marker"].map { kind in
            (labels: [kind], value: Double(kinds.count { $0 == kind }))
        }
        return series
    }

    private func addPhases(_ series: inout [String: Series]) async throws {
        for row in try await pool.query(MonitoringQueries.transitionLatency.statement()) {
            let labels = [String(try row.decode("phase", as: Int32.self))]
            series["tipoff_phase_allowed_seconds", default: []].append(
                (labels: labels, value: Double(try row.decode("allowed_seconds", as: Int32.self)))
            )
            for (column, family) in [
                ("median_seconds", "tipoff_phase_median_seconds"), ("p95_seconds", "tipoff_phase_p95_seconds"),
                ("hop_p95_seconds", "tipoff_hop_p95_seconds"),
            ] {
                guard let value = try row.decode(column, as: Double?.self) else { continue }
                series[family, default: []].append((labels: labels, value: value))
            }
        }
        for row in try await pool.query(MonitoringQueries.phaseBreakdown.statement(["hours": "2"])) {
            series["tipoff_phase_failure_percent", default: []].append(
                (labels: [String(try row.decode("phase", as: Int16.self))], value: try row.decode("failure_pct"))
            )
        }
    }

    private func addSlate(_ today: GameDate, _ series: inout [String: Series]) async throws {
        let slate = try await SlateCoverage.of(today, through: today, by: .date, pool).first
        series["tipoff_slate_games"] = [(labels: [], value: Double(slate?.games ?? 0))]
        guard let slate else { return }
        series["tipoff_slate_players"] = [
            ("players", slate.players), ("expected", slate.expected), ("lined", slate.lined),
            ("featured", slate.featured), ("predicted", slate.predicted), ("graded", slate.graded),
        ].map { (labels: [$0.0], value: Double($0.1)) }
        if let percent = slate.percent { series["tipoff_slate_coverage_percent"] = [(labels: [], value: percent)] }
    }

    private func addDocuments(_ series: inout [String: Series]) async throws {
        let documents = try await DocumentFreshness.of(clock.now, due: deadline, pool)
        for (kind, own) in Dictionary(grouping: documents, by: \.kind).sorted(by: { $0.key < $1.key }) {
            func set(_ family: String, _ value: Double?) {
                guard let value else { return }
                series[family, default: []].append((labels: [kind], value: value))
            }
            set("tipoff_document_file_age_seconds", own.compactMap(\.fileAgeSeconds).min())
            set("tipoff_document_data_age_seconds", own.compactMap(\.dataAgeSeconds).min())
            set("tipoff_document_waits_seconds", own.compactMap(\.waitsSeconds).max() ?? 0)
            set("tipoff_document_budget_seconds", own.first.map { Double($0.budgetSeconds) })
            set("tipoff_documents_over_budget", Double(own.count(where: \.isOver)))
        }
    }
}
