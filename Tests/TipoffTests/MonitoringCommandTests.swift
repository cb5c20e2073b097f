import Basketball
import Foundation
import Kafka
import KafkaTestKit
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// What the commands of monitoring say of rows that are written by hand, and how they end.
@Suite struct MonitoringCommandTests {
    static let date = "2024-01-15"

    /// A game with ten players who have played before, one who has not, and one who is out; the first `predicted` of the ten
    /// have a prediction.
    private func fill(_ pool: PostgresPool, predicted: Int) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_raw.nbac_schedule
                (game_id, nba_game_id, season_year, season_type, game_date, game_status, is_postponed, home_team_tricode,
                 away_team_tricode)
            VALUES ('20240115_BOS_TOR', '0022300001', 2023, 'regular', '2024-01-15', 1, false, 'TOR', 'BOS')
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_analytics.upcoming_player_game_context
                (player_lookup, player_full_name, game_id, nba_game_id, game_date, season_year, team_abbr,
                 opponent_team_abbr, home_game, season_phase, has_prop_line, history_games, data_quality_tier,
                 player_status)
            SELECT 'player' || n, 'Player ' || n, '20240115_BOS_TOR', '0022300001', '2024-01-15', 2023, 'TOR', 'BOS',
                   true, 'mid', n < 7, CASE WHEN n = 11 THEN 0 ELSE 20 END, 'gold', CASE WHEN n = 12 THEN 'out' END
            FROM generate_series(1, 12) AS n
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_predictions.player_prop_predictions
                (prediction_id, system_id, model_version, player_lookup, game_date, game_id, team_abbr, opponent_team_abbr,
                 is_home, predicted_points, confidence_score, recommendation, has_prop_line, components,
                 features_snapshot, features_hash, feature_version, feature_quality_score, build_commit)
            SELECT 'p' || n, 'moving_average', 'v1', 'player' || n, '2024-01-15', '20240115_BOS_TOR', 'TOR', 'BOS', true,
                   20, 0.5, 'PASS', false, '{}', '{}', 'x', 'v1', 90, 'test'
            FROM generate_series(1, \(Int32(predicted))) AS n
            """
        )
    }

    @Test(
        arguments: [
            (10, 0, "10 of 10 (100.0 %)", "lines"), (9, 0, "9 of 10 (90.0 %), below the goal", "features"),
            (8, 1, "8 of 10 (80.0 %)", "features"),
        ]
    )
    func coverageNamesWhatIsLostAndEndsWithOneBelowNinety(
        predicted: Int,
        code: Int32,
        verdict: String,
        bottleneck: String
    ) async throws {
        try await Database.with { database, pool in
            try await fill(pool, predicted: predicted)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let result = await tipoff("coverage", Self.date, environment: environment)
            result.expect(code)
            #expect(result.output.contains(verdict), "\(result.output)")
            let json = try await tipoff("coverage", Self.date, "--json", environment: environment).json()
            let game = try #require(json.objectValue?["games"]?.arrayValue?.first)
            #expect(game["players"] == .int(12) && game["expected"] == .int(10) && game["lined"] == .int(6))
            #expect(game["predicted"] == .int(Int64(predicted)) && game["bottleneck"] == .string(bottleneck))
            #expect(game["reasons"]?["ruled_out"] == .int(1) && game["reasons"]?["never_played"] == .int(1))
            let lost = game["reasons"]?["no_features"]?.intValue ?? 0
            #expect(lost == Int64(10 - predicted))
            let weeks = try await tipoff("coverage", Self.date, "--weeks", "2", "--json", environment: environment)
                .json()
            #expect(weeks.objectValue?["dates"]?.arrayValue?.count == 1)
        }
    }

    @Test func aDateWithoutGamesSaysSo() async throws {
        try await Database.with { database, _ in
            let result = await tipoff("coverage", Self.date, environment: ["TIPOFF_DATABASE_URL": database.url])
            result.expect(0)
            #expect(result.output.contains("no games are scheduled on 2024-01-15"))
        }
    }

    /// A slate before and after its deadline, without any document.
    @Test(arguments: [("2024-01-15T14:59:00Z", Int32(0), "not due"), ("2024-01-15T15:01:00Z", 1, "missing")])
    func aSlateIsMissingAfterItsDeadlineOnly(clock: String, code: Int32, verdict: String) async throws {
        try await Database.with { database, pool in
            try await fill(pool, predicted: 10)
            let environment = ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_CLOCK": clock]
            let result = await tipoff("freshness", environment: environment)
            result.expect(code)
            let line = result.output.split(separator: "\n").first { $0.hasPrefix("tonight/2024-01-15") }
            #expect(line?.hasSuffix(verdict) == true, "\(result.output)")
            // Every kind has a row, published or not.
            for definition in Registry.documents {
                let isThere = result.output.split(separator: "\n").contains { $0.hasPrefix(definition.kind) }
                #expect(isThere, "\(definition.kind)")
            }
        }
    }

    @Test func aHungRunIsAProblemAndFiltersChoose() async throws {
        try await Database.with { database, pool in
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.run
                    (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by, opened_at,
                     finished_at, state)
                VALUES ('6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a10', 'full', '2024-01-15', 'live', 1, 6, 'c1', 'k1', 'test',
                        now() - interval '20 minutes', NULL, 'open'),
                       ('7f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a10', 'delta', '2024-01-15', 'backfill', 3, 6, 'c2', 'k2', 'test',
                        now() - interval '2 days', now() - interval '1 day', 'complete')
                """
            )
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let all = await tipoff("runs", environment: environment)
            all.expect(1)
            #expect(all.output.contains("hung") && all.output.contains("7f1d2c80"))
            let calm = await tipoff("runs", "--lane", "backfill", environment: environment)
            calm.expect(0)
            #expect(!calm.output.contains("6f1d2c80"))
            for filter in [["--kind", "full"], ["--state", "open"], ["--since", "1h"], ["--lane", "live"]] {
                let json = try await tipoff(["run", "ls", "--json"] + filter, environment: environment).json()
                let runs = json.objectValue?["runs"]?.arrayValue ?? []
                #expect(runs.count == 1 && runs.first?["pulse"] == .string("hung"), "\(filter)")
            }
            let other = await tipoff("runs", "--date", "2024-01-16", environment: environment)
            #expect(other.code == 0 && other.output.contains("no run fits"))
            await tipoff("runs", "--since", "soon", environment: environment).expect(2)
        }
    }

    @Test func lagCountsWhatNobodyReadAndJudgesItsAge() async throws {
        let broker = try await Broker()
        let topics = broker.environment
        let calm = await tipoff("lag", environment: topics)
        #expect(calm.output.contains("phase4-to-phase5"), "\(calm.errors)")
        try await send(broker)
        let json = try await tipoff("lag", "--json", environment: topics).json()
        let worst = try #require(json.objectValue?["groups"]?.arrayValue?.first)
        #expect(worst["topic"] == .string("nba-phase3-trigger") && worst["messages"] == .int(1))
        let seconds = try #require(worst["seconds"]?.doubleValue)
        #expect(seconds >= 0)
        let late = await tipoff("lag", "--limit", "0", environment: topics)
        late.expect(1)
        #expect(late.output.contains("analytics is ") || late.output.contains("without members"))
        await tipoff("lag", "--limit", "-1", environment: topics).expect(2)
        await tipoff("lag", environment: ["TIPOFF_KAFKA_BROKERS": "127.0.0.1:1"]).expect(3)
    }

    private func send(_ broker: Broker) async throws {
        let producer = try KafkaProducer(
            configuration: .init(brokers: broker.brokers, clientID: "test"),
            logger: .quiet
        )
        let sent = await producer.send([
            KafkaOutgoing(
                topic: broker.prefix + Topic.phase3Trigger.rawValue,
                key: Array(Self.date.utf8),
                value: Array("{}".utf8)
            )
        ])
        await producer.close(timeout: .seconds(5))
        for result in sent { _ = try result.get() }
    }
}
