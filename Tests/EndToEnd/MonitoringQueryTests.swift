import Basketball
import Foundation
import Pipeline
import Postgres
import Testing

@Suite("Queries of deploy/queries on a live stack, as the role that may only read", .serialized)
struct MonitoringQueryTests {
    /// What a query says of the published slate, or does not.
    @Test("Each query tells the truth of a slate that went well")
    func finishedSlate() async throws {
        let slate = try await MonitoredSlate.shared
        let day = ["from": MonitoredSlate.date, "to": MonitoredSlate.date]
        let correlation = slate.run.correlationID

        let run = try #require(try await slate.rows("runs").first { $0["correlation_id"] == correlation })
        #expect(run["state"] == "complete" && run["done"] == run["tasks"] && run["phase"] == "6" && run["pulse"] == "")
        let incomplete = try await slate.rows("incomplete-pipelines")
        #expect(!incomplete.contains { $0["correlation_id"] == correlation })

        let phases = try await slate.rows("phase-breakdown")
        #expect(phases.map { $0["phase"] } == ["1", "2", "3", "4", "5", "6"])
        #expect(phases.allSatisfy { $0["level"] == "ok" && Double($0["p95_seconds"] ?? "") != nil })
        #expect(try await slate.rows("recent-failures").isEmpty)
        // Nothing was asked of the history's later phases, so what has changed for them waits.
        let stuck = try await slate.rows("stuck", ["today": MonitoredSlate.date]).filter {
            $0["kind"] != "marker" || $0["game_date"] == MonitoredSlate.date
        }
        #expect(stuck.isEmpty, "\(stuck)")
        let latency = try await slate.rows("transition-latency")
        #expect(latency.count == 6 && latency.allSatisfy { $0["level"] == "ok" && $0["over"] == "0" })

        let journey = try await slate.rows("entity-journey", ["game": slate.game])
        #expect(
            journey.map { $0["stage"] } == [
                "schedule", "context", "features", "prediction", "published", "box score", "analytics", "grade",
            ]
        )
        #expect(!journey.contains { $0["is_first_break"] == "t" } && journey[3]["state"] == "there")
        let promises = try await slate.rows("duplicate-triggers")
        #expect(promises.map { $0["broken"] } == ["0", "0", "0", "0", "0"])
        #expect(promises.filter { $0["promise"] != "running" }.allSatisfy { $0["examined"] != "0" })
        #expect(try await slate.rows("orphan-correlations").isEmpty)
        #expect(try await slate.rows("silent-failures", day).filter { $0["level"] == "error" } == [])

        let waste = try await slate.rows("waste", day)
        #expect(waste.contains { $0["processor"] == "player_game_summary" && $0["verdict"] != "build" })
        let documents = try await slate.rows("freshness", ["now": "\(MonitoredSlate.date)T15:30:00Z"])
        #expect(documents.contains { $0["kind"] == "tonight" && $0["key"] == MonitoredSlate.date })
        #expect(documents.allSatisfy { $0["is_over"] == "f" })
        #expect(try await slate.rows("dead-letters").isEmpty)
        #expect(try await slate.rows("backfill-jobs").isEmpty)
    }

    @Test("The funnel counts whom the predictions count")
    func coverage() async throws {
        let slate = try await MonitoredSlate.shared
        let day = ["from": MonitoredSlate.date, "to": MonitoredSlate.date]
        let games = try await slate.rows("coverage", day)
        let date = try #require(try await slate.rows("coverage", day.merging(["grain": "date"]) { $1 }).first)
        #expect(games.count == Int(date["games"] ?? "") && !games.isEmpty)
        for count in ["players", "expected", "lined", "featured", "predicted", "graded"] {
            let sum = games.reduce(0) { $0 + (Int($1[count] ?? "") ?? 0) }
            #expect(sum == Int(date[count] ?? ""), "\(count)")
        }
        // What the end of the batch counted itself.
        let report = try await slate.stack.pool.query(
            """
            SELECT (gate_report->>'slate_expected')::bigint AS expected, (gate_report->>'slate_predicted')::bigint AS predicted
            FROM nba_orchestration.run_phase WHERE run_id = \(slate.run.runID) AND phase = 5
            """
        ).one()
        #expect(try report.decode("expected", as: Int.self) == Int(date["expected"] ?? ""))
        #expect(try report.decode("predicted", as: Int.self) == Int(date["predicted"] ?? ""))
    }

    /// A change that must trip a query, and the row that must then be there.
    struct Trip: Sendable, CustomTestStringConvertible {
        var query: String
        var variables: [String: String] = [:]
        var change: String
        var column: String
        var value: String

        var testDescription: String { "\(query): \(column) = \(value)" }
    }

    static let run = "(SELECT run_id FROM nba_orchestration.run WHERE plan_key = 'test:monitored')"
    static let day = ["from": MonitoredSlate.date, "to": MonitoredSlate.date]
    /// A log row of another kind than any attempt's.
    static func attempt(_ set: String) -> String {
        """
        CREATE TEMP TABLE copied AS SELECT * FROM nba_orchestration.pipeline_execution_log
            WHERE game_date = '\(MonitoredSlate.date)' AND processor_name = 'player_game_summary' LIMIT 1;
        UPDATE copied SET execution_id = gen_random_uuid(), completed_at = now(), \(set);
        INSERT INTO nba_orchestration.pipeline_execution_log SELECT * FROM copied;
        """
    }

    static let unpredicted = """
        UPDATE nba_predictions.player_prop_predictions SET removed_at = now()
            WHERE game_id = (SELECT min(game_id) FROM nba_predictions.shown_prediction WHERE game_date = '\(MonitoredSlate.date)');
        """

    static let trips: [Trip] = [
        Trip(
            query: "runs",
            variables: ["state": "open"],
            change: """
                UPDATE nba_orchestration.run SET state = 'open', finished_at = NULL, opened_at = now() - interval '1 hour'
                    WHERE run_id = \(run);
                UPDATE nba_orchestration.run_phase SET opened_at = now() - interval '1 hour', closed_at = NULL
                    WHERE run_id = \(run);
                UPDATE nba_orchestration.task SET claimed_at = now() - interval '16 minutes', finished_at = NULL
                    WHERE run_id = \(run);
                """,
            column: "pulse",
            value: "hung"
        ),
        Trip(
            query: "incomplete-pipelines",
            change: "UPDATE nba_orchestration.run_phase SET state = 'expired' WHERE run_id = \(run) AND phase = 4;",
            column: "expired_phases",
            value: "1"
        ),
        Trip(
            query: "phase-breakdown",
            change: """
                UPDATE nba_orchestration.pipeline_execution_log SET status = 'failed' WHERE phase = 6;
                """,
            column: "level",
            value: "critical"
        ),
        Trip(
            query: "recent-failures",
            change: attempt("error_type = 'bad_payload', error_message = 'row 17 of \"a\"', status = 'failed'")
                + "UPDATE copied SET execution_id = gen_random_uuid(), error_message = 'row 2 of \"b\"';"
                + "INSERT INTO nba_orchestration.pipeline_execution_log SELECT * FROM copied;",
            column: "attempts",
            value: "2"
        ),
        Trip(
            query: "stuck",
            change: """
                INSERT INTO nba_orchestration.outbox (message_id, producer, topic, payload, created_at)
                    VALUES (gen_random_uuid(), 'raw', 'nba-phase2-raw-complete', '{}', now() - interval '6 minutes');
                """,
            column: "kind",
            value: "message"
        ),
        Trip(
            query: "entity-journey",
            variables: ["date": MonitoredSlate.date],
            change: unpredicted,
            column: "is_first_break",
            value: "t"
        ),
        Trip(
            query: "duplicate-triggers",
            change: """
                INSERT INTO nba_orchestration.outbox (message_id, producer, topic, payload, run_id, starts_phase, starts_level)
                    SELECT gen_random_uuid(), producer, topic, payload, run_id, starts_phase, starts_level
                    FROM nba_orchestration.outbox WHERE run_id = \(run) AND topic = 'nba-phase3-trigger' LIMIT 1;
                """,
            column: "broken",
            value: "1"
        ),
        Trip(
            query: "duplicate-triggers",
            change: attempt("attempt = attempt"),
            column: "broken",
            value: "1"
        ),
        Trip(
            query: "orphan-correlations",
            change: attempt("run_id = gen_random_uuid()"),
            column: "kind",
            value: "log without run"
        ),
        Trip(
            query: "coverage",
            variables: day,
            change: unpredicted,
            column: "bottleneck",
            value: "predictions"
        ),
        Trip(
            query: "silent-failures",
            variables: day,
            change: "DELETE FROM nba_precompute.ml_feature_store_v2 WHERE game_date = '\(MonitoredSlate.date)';",
            column: "problem",
            value: "no features"
        ),
        Trip(
            query: "silent-failures",
            variables: day,
            change: attempt("records_processed = 0, scope = 'full', status = 'success', entities_in_scope = 5"),
            column: "problem",
            value: "no records"
        ),
        Trip(
            query: "transition-latency",
            change: """
                UPDATE nba_orchestration.run_phase SET opened_at = opened_at - interval '2 hours' WHERE phase = 4;
                """,
            column: "level",
            value: "breach"
        ),
        Trip(
            query: "waste",
            variables: day,
            // Twelve hours of a day in which nothing of 100,000 entities changed.
            change: attempt(
                "entities_processed = 100000, entities_changed = 0, waste_pct = 100, duration_seconds = 3600"
            )
                + """
                DO $$ BEGIN FOR i IN 1..11 LOOP
                    UPDATE copied SET execution_id = gen_random_uuid(), run_id = gen_random_uuid();
                    INSERT INTO nba_orchestration.pipeline_execution_log SELECT * FROM copied;
                END LOOP; END $$;
                """,
            column: "verdict",
            value: "build"
        ),
        Trip(
            query: "freshness",
            variables: ["now": "\(MonitoredSlate.date)T15:30:00Z"],
            change: """
                INSERT INTO nba_orchestration.change_marker (processor, game_date, kind, entity, phase, marked_at)
                    VALUES ('tonight_document', '\(MonitoredSlate.date)', 'player', 'x', 6, now() - interval '6 minutes')
                    ON CONFLICT (processor, game_date, kind, entity) DO UPDATE SET marked_at = now() - interval '6 minutes';
                """,
            column: "verdict",
            value: "stale"
        ),
        Trip(
            query: "freshness",
            variables: ["now": "\(MonitoredSlate.date)T15:30:00Z"],
            change: "DELETE FROM nba_publishing.document_pointer WHERE kind = 'tonight';",
            column: "verdict",
            value: "missing"
        ),
        Trip(
            query: "dead-letters",
            change: """
                INSERT INTO nba_orchestration.dead_letter (cluster, topic, partition, "offset", consumer, reason, detail)
                    VALUES ('c', 'nba-phase3-trigger', 0, 1, 'analytics', 'bad_json', 'x');
                """,
            column: "waiting",
            value: "1"
        ),
        Trip(
            query: "backfill-jobs",
            change: """
                INSERT INTO nba_orchestration.backfill_job
                    (job_id, first_date, last_date, until_phase, window_size, actor, reason, created_at)
                    VALUES ('j', '2023-10-24', '2023-10-29', 3, 4, 'test', 'test', now() - interval '40 minutes');
                """,
            column: "hangs",
            value: "t"
        ),
    ]

    @Test("Each query is tripped by what it is for, and only then", arguments: trips)
    func isTripped(trip: Trip) async throws {
        let slate = try await MonitoredSlate.shared
        var variables = trip.variables
        if trip.query == "entity-journey" { variables["game"] = slate.game }
        let calm = try await slate.rows(trip.query, variables)
        #expect(!calm.contains { $0[trip.column] == trip.value })
        let tripped = try await slate.rows(trip.query, variables, after: trip.change)
        #expect(tripped.contains { $0[trip.column] == trip.value }, "\(tripped.prefix(5))")
    }

    @Test("Every query is tried, on every parameter that it declares a default for")
    func everyQuery() async throws {
        let slate = try await MonitoredSlate.shared
        let tried = Set(Self.trips.map(\.query))
        #expect(try MonitoredSlate.queryNames().filter { !tried.contains($0) } == [])
        // The defaults alone answer, too.
        for name in try MonitoredSlate.queryNames() { _ = try await slate.rows(name) }
    }
}

extension GameDate {
    var sqlDay: PostgresDate { PostgresDate(daysSince1970: daysSince1970) }
}
