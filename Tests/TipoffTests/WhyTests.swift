import Basketball
import Foundation
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Pipeline
@testable import TipoffCommands

@Suite struct WhyTests {
    /// A delta run in which the feature store followed an injury report, and an official left the replay centre.
    enum Fixture {
        static let run = UUID(uuidString: "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a10")
        static let morning = UUID(uuidString: "3fa94c11-0000-4000-8000-000000000001")
        static let evening = UUID(uuidString: "3fa94c11-0000-4000-8000-000000000002")
        static let officials = UUID(uuidString: "b2c3d4e5-0000-4000-8000-000000000003")
        static let message = UUID(uuidString: "77777777-0000-4000-8000-000000000004")
        static let features = "nba_precompute.ml_feature_store_v2"
        static let replay = "nba_raw.nbac_referee_replay_officials"

        static func hash(_ digit: Character) -> String { String(repeating: digit, count: 64) }

        static func insert(_ pool: PostgresPool) async throws {
            try await pool.transaction { transaction in
                try await runAndLog(transaction)
                try await rows(transaction)
                try await game(transaction)
                try await changes(transaction)
            }
        }

        private static func runAndLog(_ transaction: PostgresTransaction) async throws {
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.run
                    (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by, opened_at)
                VALUES (\(run), 'delta', '2024-01-15', 'live', 1, 6, 'c', 'poll:nbac_injury_report:1', 'scrapers',
                        '2024-01-15 17:00:00Z')
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.outbox (message_id, producer, topic, payload, run_id)
                VALUES (\(message), 'phase3-to-phase4', 'nba-phase4-trigger', '{}', \(run))
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.pipeline_execution_log
                    (execution_id, correlation_id, run_id, run_kind, lane, phase, processor_name, unit, event_type, game_date,
                     status, started_at, completed_at, duration_seconds, attempt, trigger_source, trigger_message_id, scope,
                     processing_mode, instance, build_commit)
                SELECT e.execution_id, 'c', \(run), 'delta', 'live', e.phase, e.processor, '*', 'attempt', '2024-01-15',
                       'success', now(), now(), 0, e.attempt, 'pubsub', e.message, 'full', 'full', 'test', 'unknown'
                FROM (VALUES (\(morning), 4::int2, 'ml_feature_store_v2', 1::int2, NULL),
                             (\(evening), 4, 'ml_feature_store_v2', 2, \(message?.text)),
                             (\(officials), 2, 'nbac_referee_game_assignments', 1, NULL))
                    AS e(execution_id, phase, processor, attempt, message)
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.task
                    (run_id, processor, unit, game_date, phase, requirement, state, execution_id, input)
                VALUES (\(run), 'nbac_referee_game_assignments', '*', '2024-01-15', 2, 'optional', 'success', \(officials),
                        '{"object_path":"nbac_referee_assignments/2024-01-15/2.json"}')
                """
            )
        }

        private static func rows(_ transaction: PostgresTransaction) async throws {
            try await transaction.execute(
                """
                INSERT INTO nba_precompute.ml_feature_store_v2
                    (player_lookup, game_date, game_id, nba_game_id, season_year, team_abbr, opponent_team_abbr, is_home,
                     feature_version, feature_count, features, missing_features, features_hash, feature_quality_score,
                     quality_tier, is_quality_ready, history_games, has_vegas_line, data_hash, run_id, execution_id,
                     created_at, updated_at)
                VALUES ('joelembiid', '2024-01-15', '20240115_HOU_PHI', '0022300561', 2023, 'PHI', 'HOU', true, 'v', 3,
                        '[1, 90, 3]', '{}', 'h', 90, 'good', true, 30, true, \(hash("c")), \(run), \(evening),
                        '2024-01-15 11:00:00Z', '2024-01-15 22:30:00.250Z')
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_analytics.player_game_summary
                    (player_lookup, nba_player_id, player_full_name, game_id, nba_game_id, game_date, season_year,
                     season_type, team_abbr, opponent_team_abbr, home_game, player_status, primary_source_used,
                     data_quality_tier, updated_at)
                SELECT 'joelembiid', 203954, 'Joel Embiid', 'g', 'g', day, 2023, 'regular', 'PHI', 'HOU', true, 'active',
                       's', 'good', changed_at
                FROM (VALUES (date '2023-06-01', timestamptz '2024-01-14 08:00:00Z'),
                             ('2024-01-12', '2024-01-14 05:00:00Z'), ('2024-01-15', '2024-01-16 05:00:00Z'))
                    AS v(day, changed_at)
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_raw.nbac_referee_replay_officials
                    (game_date, official_id, official_name, data_hash, run_id, execution_id, source_object, captured_at,
                     created_at, updated_at, removed_at)
                VALUES ('2024-01-15', 1147, 'Pat Fraher', \(hash("d")), \(run), \(officials),
                        'nbac_referee_assignments/2024-01-15/1.json', '2024-01-15 14:00:00Z', '2024-01-15 14:00:01Z',
                        '2024-01-15 14:00:01Z', NULL),
                       ('2024-01-15', 2001, E'Ed\\x1b Malloy', \(hash("e")), \(run), \(officials),
                        'nbac_referee_assignments/2024-01-15/1.json', '2024-01-15 14:00:00Z', '2024-01-15 14:00:01Z',
                        '2024-01-15 16:00:00Z', '2024-01-15 16:00:00Z')
                """
            )
        }

        /// A team's summary of which nobody has said who wrote it, and an official of its game.
        private static func game(_ transaction: PostgresTransaction) async throws {
            try await transaction.execute(
                """
                INSERT INTO nba_analytics.team_offense_game_summary
                    (game_id, nba_game_id, game_date, season_year, season_type, team_abbr, opponent_team_abbr, home_game,
                     primary_source_used, data_quality_tier)
                VALUES ('20240115_HOU_PHI', '0022300561', '2024-01-15', 2023, 'regular', 'PHI', 'HOU', true, 's', 'good')
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_raw.nbac_referee_game_assignments
                    (game_id, nba_game_id, game_date, season_year, home_team_abbr, away_team_abbr, official_position,
                     official_id, official_name, source_object, updated_at)
                VALUES ('20240115_HOU_PHI', '0022300561', '2024-01-15', 2023, 'PHI', 'HOU', 1, 7, 'A', 'a/1.json',
                        '2024-01-15 15:00:00Z'),
                       ('20240115_HOU_PHI', '0022300561', '2024-01-15', 2023, 'PHI', 'HOU', 2, 8, 'B', 'a/2.json',
                        '2024-01-15 16:00:00Z')
                """
            )
        }

        private static func changes(_ transaction: PostgresTransaction) async throws {
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.row_change
                    (table_name, row_key, execution_id, run_id, game_date, kind, hash_before, hash_after, differences,
                     changed_at)
                VALUES (\(features), '2024-01-15/joelembiid', \(morning), \(run), '2024-01-15', 'updated', \(hash("a")),
                        \(hash("b")), '{"quality_tier": ["poor", "good"], "current_points_line": [31.5, null]}',
                        '2024-01-15 15:00:00Z'),
                       (\(features), '2024-01-15/joelembiid', \(evening), \(run), '2024-01-15', 'updated', \(hash("b")),
                        \(hash("c")), '{"features": [[1, 85.0, 3], [1, 90.0, 3]]}', '2024-01-15 22:30:00.250Z'),
                       (\(features), '2024-01-15/tyresemaxey', \(evening), \(run), '2024-01-15', 'updated', \(hash("f")),
                        \(hash("0")), '{"features": [[2, 7], [2.5, 7]], "features_hash": ["x", "y"]}',
                        '2024-01-15 22:30:00.250Z'),
                       (\(replay), '2024-01-15/2001', \(officials), \(run), '2024-01-15', 'removed', \(hash("e")), NULL,
                        '{}', '2024-01-15 16:00:00Z')
                """
            )
        }
    }

    static func withFixture(_ body: ([String: String]) async throws -> Void) async throws {
        try await Database.with { database, pool in
            try await Fixture.insert(pool)
            try await body(["TIPOFF_DATABASE_URL": database.url])
        }
    }

    @Test func storyNamesWriterOriginsAndHistory() async throws {
        try await Self.withFixture { environment in
            for (name, table, key) in [
                ("why-computed", "ml_feature_store_v2", "2024-01-15/joelembiid"),
                ("why-never-changed", "nbac_referee_replay_officials", "2024-01-15/1147"),
                ("why-removed", Fixture.replay, "2024-01-15/2001"),
            ] {
                let result = await tipoff("why", table, key, environment: environment)
                result.expect(0)
                try expectGolden(Self.lines(result), name)
            }
        }
    }

    @Test func rowThatCameBackExistsAgain() async throws {
        try await Database.with { database, pool in
            try await Fixture.insert(pool)
            try await pool.execute(
                """
                UPDATE nba_raw.nbac_referee_replay_officials SET removed_at = NULL, updated_at = '2024-01-15 17:00:00Z'
                WHERE official_id = 2001
                """
            )
            let result = await tipoff(
                "why",
                Fixture.replay,
                "2024-01-15/2001",
                environment: ["TIPOFF_DATABASE_URL": database.url]
            )
            result.expect(0)
            #expect(result.output.contains("\nexists again, as it is since 2024-01-15 12:00:00.000 ET"))
        }
    }

    @Test func storyAsJSONIsWhole() async throws {
        try await Self.withFixture { environment in
            let json = try await tipoff(
                "why",
                Fixture.features,
                "2024-01-15/joelembiid",
                "--json",
                environment: environment
            ).json()
            #expect(json["state"] == "exists")
            #expect(json["data_hash"]?.stringValue == Fixture.hash("c"))
            #expect(json["writer"]?["trigger_topic"] == "nba-phase4-trigger")
            #expect(json["writer"]?["run"]?["plan_key"] == "poll:nbac_injury_report:1")
            #expect(json["change_count"] == 2)
            #expect(json["changes"]?[0]?["differences"]?["features"]?[1] == [1, 90.0, 3])
            #expect(json["changes"]?[1]?["hash_before"]?.stringValue == Fixture.hash("a"))
            let histories = json["inputs"]?.arrayValue?.filter { $0["dates"] == "earlier" }.compactMap { $0["table"] }
            #expect(histories?.contains("nba_analytics.player_game_summary") == true)
            let removed = try await tipoff("why", Fixture.replay, "2024-01-15/2001", "--json", environment: environment)
                .json()
            #expect(removed["state"] == "removed")
            #expect(removed["removed_at"] == "2024-01-15T16:00:00.000Z")
        }
    }

    @Test func computedRowLeadsToTheFilesOfItsInputs() async throws {
        try await Self.withFixture { environment in
            let story = try await tipoff(
                "why",
                "team_offense_game_summary",
                "2024-01-15/PHI",
                "--json",
                environment: environment
            ).json()
            #expect(story["writer"] == .some(.null))
            let officials = story["inputs"]?.arrayValue?.first {
                $0["table"] == "nba_raw.nbac_referee_game_assignments"
            }
            #expect(officials?["source_object"] == "a/2.json")
            #expect(officials?["changed_at"] == "2024-01-15T16:00:00.000Z")
        }
    }

    @Test(arguments: WarehouseTables.all)
    func everyComputedTableHasSources(_ table: TableDefinition) {
        let sources = ChangeHistory.sources(of: table.name, in: .standard)
        #expect(sources.isEmpty == table.name.hasPrefix("nba_raw."))
    }

    @Test func changesOfARunAnExecutionAndATableOfADate() async throws {
        try await Self.withFixture { environment in
            for (name, arguments) in [
                ("explain-execution", ["3fa94c11-0000-4000-8000-000000000002"]),
                ("explain-run", ["6f1d2c80", "--limit", "1"]),
                ("explain-table", ["--table", "nbac_referee_replay_officials", "--date", "2024-01-15"]),
            ] {
                let result = await tipoff(["explain-change"] + arguments, environment: environment)
                result.expect(0)
                try expectGolden(Self.lines(result), name)
            }
            let json = try await tipoff("explain-change", "6F1D2C80", "--json", environment: environment).json()
            #expect(json["change_count"] == 4)
            #expect(json["tables"]?[0]?["columns"]?["features"] == 2)
            #expect(json["changes"]?.arrayValue?.count == 4)
        }
    }

    @Test func nothingChangedIsNoProblem() async throws {
        try await Self.withFixture { environment in
            let arguments = ["explain-change", "--table", "nbac_schedule", "--date", "2024-01-15"]
            let result = await tipoff(arguments, environment: environment)
            result.expect(0)
            #expect(result.output.contains("nothing changed") && result.output.contains("30 days"))
            let json = try await tipoff(arguments + ["--json"], environment: environment).json()
            #expect(json["changes"] == [])
        }
    }

    @Test func whatIsNotThereSaysWhatToDoNext() async throws {
        try await Self.withFixture { environment in
            let typo = await tipoff("why", "ml_feature_store_v2", "2024-01-15/joelembid", environment: environment)
            typo.expect(1)
            #expect(typo.errors.contains("next: perhaps tipoff why ml_feature_store_v2 2024-01-15/joelembiid\n"))
            let nobody = await tipoff("why", "ml_feature_store_v2", "2024-01-15/nobody", environment: environment)
            nobody.expect(1)
            #expect(nobody.errors.contains("next: tipoff status --date 2024-01-15\n"))
            let unknown = await tipoff("explain-change", "00000000", environment: environment)
            unknown.expect(1)
            #expect(unknown.errors.contains("next: "))
            let ambiguous = await tipoff("explain-change", "3fa94c11", environment: environment)
            ambiguous.expect(2)
            #expect(ambiguous.errors.contains("ambiguous"))
            #expect(ambiguous.errors.contains("3fa94c11-0000-4000-8000-000000000002"))
        }
    }

    static let unreachable = ["TIPOFF_DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"]

    @Test(arguments: [
        (["why", "player_summary", "2024-01-15/joelembiid"], "close: player_game_summary"),
        (["why", "ml_feature_store_v2", "joelembiid"], "game_date/player_lookup"),
        (["why", "ml_feature_store_v2", "2024-13-15/joelembiid"], "2024-01-15/joelembiid"),
        (["why", "ml_feature_store_v2", "2024-01-15/"], "game_date/player_lookup"),
        (["why", "nbac_schedule", "1/2"], "nba_game_id"),
        (["explain-change"], "--table and --date"),
        (["explain-change", "3fa94c11", "--date", "2024-01-15"], "--table and --date"),
        (["explain-change", "--table", "nbac_schedule"], "--table and --date"),
        (["explain-change", "--table", "nbac_schedul", "--date", "today"], "close: nbac_schedule"),
        (["explain-change", "3fa94c1"], "8 are enough"), (["explain-change", "latest-run"], "8 are enough"),
        (["explain-change", "3fa94c11", "--limit", "0"], "--limit"),
    ])
    func wrongUsageIsTwoAndSaysHow(_ arguments: [String], hint: String) async {
        let result = await tipoff(arguments, environment: Self.unreachable)
        result.expect(2)
        #expect(result.errors.contains(hint), "\(result.errors)")
    }

    @Test(arguments: [["why", "nbac_schedule", "0022300561"], ["explain-change", "3fa94c11"]])
    func unreachableDatabaseIsThree(_ arguments: [String]) async {
        await tipoff(arguments, environment: Self.unreachable).expect(3)
    }

    @Test(arguments: WarehouseTables.all)
    func exampleOfAKeyFitsAndIsSpelledAsRecorded(_ table: TableDefinition) throws {
        let example = RowKey.example(of: table)
        let key = try RowKey(example, of: table)
        #expect(key.text == example)
        #expect(key.text == key.values.map(\.plainText).joined(separator: "/"))
    }

    static func change(_ column: String, _ before: JSONValue, _ after: JSONValue) -> RecordedChange {
        RecordedChange(
            table: "t",
            key: "k",
            kind: .updated,
            gameDate: StatusTests.date,
            changedAt: StatusTests.at(6, 10),
            runID: UUID(),
            executionID: UUID(),
            differences: JSONObject([(column, JSONValue.array([before, after]))])
        )
    }

    static let differences: [(JSONValue, JSONValue, [String])] = [
        ([1, 85.0, 3], [1, 90.0, 3], ["    c[1]: 85 → 90"]),
        ([1], [1, nil, "x"], ["    c[1]: nothing → null", "    c[2]: nothing → \"x\""]),
        (["a": 1, "b": [1, 2]], ["b": [1, 3]], ["    c.a: 1 → nothing", "    c.b[1]: 2 → 3"]),
        ([1], nil, ["    c: [1] → null"]),
        ("\u{1B}[2J\u{202E}", "", ["    c: \"\\u001b[2J\\u{202e}\" → \"\""]),
        (
            .string(String(repeating: "a", count: 50) + String(repeating: "b", count: 50)), true,
            ["    c: \"\(String(repeating: "a", count: 29))…\(String(repeating: "b", count: 28))\" → true"]
        ),
    ]

    @Test(arguments: differences)
    func onlyWhatDiffersIsShown(_ before: JSONValue, _ after: JSONValue, lines: [String]) {
        #expect(ChangeText.differences(Self.change("c", before, after)) == lines)
    }

    @Test func manyElementsEndInACount() {
        let zeros = JSONValue.array(Array(repeating: 0, count: 60))
        let lines = ChangeText.differences(Self.change("features", zeros, .array(Array(repeating: 1, count: 60))))
        #expect(lines.count == 21)
        #expect(lines.last == "    features: 40 more")
    }

    private static func lines(_ result: CommandResult) -> [String] {
        result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }
}
