import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Serving
import Testing

@testable import TipoffCommands

/// Looking at the predictions of a date and asking for them, as the operator's role of the database.
@Suite struct PredictTests {
    private static let instant = LeagueClock.instant(PredictTests.date, hour: 9, minute: 12)
    private static let date: GameDate = {
        do { return try GameDate("2024-01-15") } catch { preconditionFailure("\(error)") }
    }()

    /// Four expected players and one who is ruled out.
    private static func fill(_ pool: PostgresPool, features: Bool = true) async throws {
        for (player, status) in [("a", nil), ("b", nil), ("c", "questionable"), ("d", nil), ("e", "Out")]
            as [(String, String?)]
        {
            try await pool.execute(
                """
                INSERT INTO nba_analytics.upcoming_player_game_context
                    (player_lookup, player_full_name, game_id, nba_game_id, game_date, season_year, team_abbr,
                     opponent_team_abbr, home_game, season_phase, has_prop_line, days_rest, back_to_back, history_games,
                     data_quality_tier, player_status)
                VALUES (\(player), \(player), '20240115_BOS_LAL', '0022300001', '2024-01-15', 2023, 'BOS', 'LAL', false,
                        'regular', true, 2, false, 20, 'gold', \(status))
                """
            )
            guard features else { continue }
            try await pool.execute(
                """
                INSERT INTO nba_precompute.ml_feature_store_v2
                    (player_lookup, game_date, game_id, nba_game_id, season_year, team_abbr, opponent_team_abbr, is_home,
                     feature_version, feature_count, features, missing_features, features_hash, feature_quality_score,
                     quality_tier, is_quality_ready, history_games, has_vegas_line)
                VALUES (\(player), '2024-01-15', '20240115_BOS_LAL', '0022300001', 2023, 'BOS', 'LAL', false,
                        'v2_60features', 60, '[]', '{}', \(player), 92, 'silver', \(player != "d"), 20, false)
                """
            )
        }
    }

    /// A batch that has predicted `players` and closed its phase.
    private static func predict(_ players: [String], _ pool: PostgresPool) async throws {
        let runID = UUID()
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run
                (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by, state,
                 finished_at)
            VALUES (\(runID), 'pregame', '2024-01-15', 'live', 5, 6, 'c', \("test:\(runID)"), 'planner', 'complete',
                    now())
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_predictions.prediction_batch
                (batch_id, run_id, game_date, expected_count, open_count, predicted_count, skipped, state, systems,
                 completed_at)
            VALUES (\(runID), \(runID), '2024-01-15', 3, 0, \(Int32(players.count)), '{"unknown_player": 1}', 'complete',
                    '{moving_average}', now())
            """
        )
        for player in players {
            try await pool.execute(
                """
                INSERT INTO nba_predictions.player_prop_predictions
                    (prediction_id, system_id, model_version, player_lookup, game_date, game_id, team_abbr,
                     opponent_team_abbr, is_home, predicted_points, confidence_score, recommendation, has_prop_line,
                     components, features_snapshot, features_hash, feature_version, feature_quality_score, build_commit,
                     lane, predicted_at)
                VALUES (\(player), 'moving_average', '1', \(player), '2024-01-15', '20240115_BOS_LAL', 'BOS', 'LAL', false,
                        20, 0.5, 'NO_LINE', false, '{}', '{}', 'h', 'v', 90, 'c', 'live', now())
                """
            )
        }
        for (player, skip, error) in [("c", "unknown_player", nil), ("d", nil, "the model\nbroke")]
            as [(String, String?, String?)]
        {
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.pipeline_execution_log
                    (execution_id, correlation_id, run_id, run_kind, lane, phase, processor_name, unit, event_type,
                     game_date, status, started_at, completed_at, duration_seconds, attempt, scope, processing_mode,
                     skip_reason, error_type, error_message, instance, build_commit)
                VALUES (\(UUID()), 'c', \(runID), 'pregame', 'live', 5, 'player_predictions', \(player), 'finished',
                        '2024-01-15', \(skip == nil ? "failed" : "no_data"), now(), now(), 0.1, 1, 'full', 'full',
                        \(skip), \(error.map { _ in "bug" }), \(error), 'i', 'c')
                """
            )
        }
    }

    private func environment(_ database: TestDatabase, _ broker: Broker? = nil) -> [String: String] {
        ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_DATABASE_ROLE": "tipoff_operator", "USER": "ann"]
            .merging(broker?.environment ?? [:]) { $1 }
    }

    @Test func theMissingAreExpectedPlayersWithTheReasonOfTheirLastAttempt() async throws {
        try await Database.with { database, pool in
            try await Self.fill(pool)
            try await Self.predict(["a"], pool)
            let result = await tipoff("predict", "missing", "--date", "2024-01-15", environment: environment(database))
            result.expect(0)
            try expectGolden(result.output.split(separator: "\n").map(String.init), "predict-missing")
            let json = try await tipoff(
                "predict",
                "missing",
                "--date",
                "2024-01-15",
                "--json",
                environment: environment(database)
            ).json()
            #expect(json["expected"]?.intValue == 4 && json["predicted"]?.intValue == 1)
            let reasons = (json["missing"]?.arrayValue ?? []).map { $0["reason"]?.stringValue }
            #expect(reasons == ["not asked", "unknown_player", "failed: the model\nbroke"])
        }
    }

    @Test func theStatusOfABatch() throws {
        let batch = PredictStatus.Batch(
            runID: "3fa94c11-0000-4000-8000-000000000000",
            kind: "pregame",
            openedBy: "planner",
            state: "open",
            players: 210,
            predicted: 180,
            open: 20,
            failed: 4,
            skipped: ["ruled_out": 5, "no_features": 1],
            reasons: ["170 of 215 expected players have complete features"],
            modelID: "2018-19_2022-23",
            systems: ["points_model", "moving_average"],
            startedAt: Self.instant
        )
        let status = PredictStatus(
            date: Self.date,
            now: Self.instant.addingTimeInterval(60),
            deadline: PredictionDeadline.standard.instant(of: Self.date),
            expected: 215,
            covered: 180,
            predicted: 183,
            lined: 120,
            forecast: .coming(runID: UUID(), secondsLeft: 50 * 60),
            clocks: [
                PredictStatus.Clock(
                    name: "06:00",
                    verdict: "skip",
                    reason: "there are no features to predict from",
                    decidedAt: LeagueClock.instant(Self.date, hour: 6, minute: 0)
                )
            ],
            batches: [batch]
        )
        try expectGolden(status.lines, "predict-status")
    }

    @Test func beforeTheFirstBatchTheStatusSaysHowToStart() async throws {
        try await Database.with { database, pool in
            let result = await tipoff("predict", "status", "--date", "2024-01-15", environment: environment(database))
            result.expect(0)
            #expect(result.output.contains("no batch yet"))
            #expect(result.output.contains("10:00 ET"))
            #expect(result.output.contains("forecast  unknown: no run is on its way to the predictions"))
            #expect(result.output.contains("tipoff predict start --date 2024-01-15"))
        }
    }

    @Test func theStatusNamesWhatTheClocksDecidedAndWhyNothingIsForecast() async throws {
        try await Database.with { database, pool in
            for (date, clock) in [("2024-01-15", "06:00"), ("2024-01-15", "verdict"), ("2024-01-16", "06:00")] {
                try await pool.execute(
                    """
                    INSERT INTO nba_orchestration.planner_decision
                        (window_key, game_date, day_state, verdict, reason, due_at, decided_at)
                    VALUES (\("clock:predictions:\(date):\(clock)"), \(date)::text::date, 'game_day', 'skip',
                            \("because of \(clock)"), '2024-01-15T11:00:00Z', '2024-01-15T11:00:02Z')
                    """
                )
            }
            let words = ["predict", "status", "--date", "2024-01-15"]
            let text = await tipoff(words, environment: environment(database)).output
            #expect(text.contains("clock     06:00 at 06:00 ET: skip, because of 06:00\n"))
            #expect(text.contains("verdict   06:00 ET: because of verdict\n"))
            let json = try await tipoff(words + ["--json"], environment: environment(database)).json()
            #expect(json["clocks"]?.arrayValue?.map { $0["clock"]?.stringValue } == ["06:00", "verdict"])
            #expect(json["forecast"]?["state"]?.stringValue == "unknown")
            #expect(json["forecast"]?["reason"]?.stringValue == "no run is on its way to the predictions")
        }
    }

    @Test func aStartOpensOneRunFromPhase5AndTheNextIsRefusedWhileItIsOpen() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            try await Self.fill(pool)
            let words = ["predict", "start", "--date", "2024-01-15", "--reason", "cancelled", "--json"]
            let result = await tipoff(words, environment: environment(database, broker))
            result.expect(0)
            let runID = try #require(try result.json()["run_id"]?.stringValue)
            let row = try await pool.query(
                """
                SELECT r.kind || ' ' || r.opened_by || ' ' || r.reason AS who, r.first_phase,
                       (SELECT state FROM nba_orchestration.run_phase AS p WHERE p.run_id = r.run_id AND phase = 5) AS five,
                       (SELECT string_agg(processor || ' ' || COALESCE(kind, 'full'), ',')
                        FROM nba_orchestration.change_marker) AS markers,
                       (SELECT producer FROM nba_orchestration.outbox) AS producer
                FROM nba_orchestration.run AS r
                """
            ).one()
            #expect(try row.decode("who", as: String.self) == "manual tipoff:ann cancelled")
            #expect(try row.decode("first_phase", as: Int16.self) == 5)
            #expect(try row.decode("five", as: String.self) == "open")
            #expect(try row.decode("markers", as: String.self).hasPrefix("prediction_coordinator"))
            #expect(try row.decode("producer", as: String.self) == "predictions", "who sends it again if needed")
            let again = await tipoff(words, environment: environment(database, broker))
            again.expect(1)
            #expect(again.errors.contains(runID))
            #expect(try await pool.query("SELECT count(*) FROM nba_orchestration.run").scalar(as: Int.self) == 1)
        }
    }

    @Test func withoutFeaturesNothingIsOpened() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            try await Self.fill(pool, features: false)
            let result = await tipoff(
                "predict",
                "start",
                "--date",
                "2024-01-15",
                "--reason",
                "r",
                environment: environment(database, broker)
            )
            result.expect(1)
            #expect(result.errors.contains("no features"))
            #expect(try await pool.query("SELECT count(*) FROM nba_orchestration.run").scalar(as: Int.self) == 0)
        }
    }

    @Test func aRetryNamesTheMissingPlayersAndWithNobodyMissingOpensNothing() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            try await Self.fill(pool)
            let words = ["predict", "retry", "--date", "2024-01-15", "--reason", "late"]
            let early = await tipoff(words, environment: environment(database, broker))
            early.expect(1)
            #expect(early.errors.contains("tipoff predict start"))
            try await Self.predict(["a"], pool)
            let result = await tipoff(words, environment: environment(database, broker))
            result.expect(0)
            #expect(result.output.contains("3 missing players"))
            let markers = try await pool.query("SELECT entity FROM nba_orchestration.change_marker ORDER BY entity")
            #expect(try markers.column("entity", as: String.self) == ["b", "c", "d"])
        }
        try await Database.with { database, pool in
            try await Self.fill(pool)
            try await Self.predict(["a", "b", "c", "d"], pool)
            let result = await tipoff(
                "predict",
                "retry",
                "--date",
                "2024-01-15",
                "--reason",
                "late",
                environment: environment(database, broker)
            )
            result.expect(0)
            #expect(result.output.contains("nothing was opened"))
            #expect(
                try await pool.query("SELECT count(*) FROM nba_orchestration.change_marker").scalar(as: Int.self) == 0
            )
        }
    }
}
