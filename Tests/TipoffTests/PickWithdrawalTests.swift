import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// What operators may do with picks that readers were shown: say that they are taken back, and never make them vanish.
@Suite struct PickWithdrawalTests {
    private func with(
        _ body: @Sendable (_ environment: [String: String], PostgresPool) async throws -> Void
    ) async throws {
        try await Database.with { database, pool in
            try await NamesTests.fill(pool)
            let root = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
            defer {
                do { try FileManager.default.removeItem(at: root) } catch {
                    Issue.record("\(root.path) stays: \(error)")
                }
            }
            try await PublishTests.publish(pool, number: 1, points: 21)
            // One of yesterday's game, which is over, and one of tonight's.
            let played = Self.pick("nicolasclaxton", "2024-01-15T00:30:00.000Z", rank: 1)
            let open = Self.pick("nicolasclaxton", "2024-01-16T00:30:00.000Z", rank: 1)
            let other = Self.pick("mikalbridges", "2024-01-16T00:30:00.000Z", rank: 2)
            try await Self.publish(
                pool,
                key: "2024-01-15",
                data: #"{"game_date":"2024-01-15","active":2,"retracted":0,"picks":[\#(open),\#(other)]}"#
            )
            try await Self.publish(
                pool,
                key: "all",
                data: """
                    {"game_date":"2024-01-15","record":{},"days":[{"game_date":"2024-01-15","picks":[\(open)]},\
                    {"game_date":"2024-01-14","picks":[\(played)]}]}
                    """
            )
            for (player, date, start) in [
                ("nicolasclaxton", "2024-01-14", "2024-01-15T00:30:00Z"),
                ("nicolasclaxton", "2024-01-15", "2024-01-16T00:30:00Z"),
                ("mikalbridges", "2024-01-15", "2024-01-16T00:30:00Z"),
            ] {
                try await Self.log(pool, player, date, start)
            }
            try await body(
                [
                    "TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": root.path,
                    "TIPOFF_CLOCK": PublishTests.clock, "USER": "ann", "TIPOFF_DATABASE_ROLE": "tipoff_operator",
                ],
                pool
            )
        }
    }

    private static func pick(_ player: String, _ start: String, rank: Int) -> String {
        """
        {"rank":\(rank),"player_lookup":"\(player)","starts_at":"\(start)","state":"active","retraction":null,"line":11.5,\
        "result":null}
        """
    }

    private static func publish(_ pool: PostgresPool, key: String, data: String) async throws {
        let payload = """
            {"kind":"best-bets","key":"\(key)","schema_version":1,"version":1,"slate_date":"2024-01-15",\
            "generated_at":"2024-01-15T16:01:00.000Z","data_as_of":null,"state":"predictions_ready","status":"good",\
            "status_reasons":[],"run_id":"\(PublishTests.run(1))","correlation_id":"c","data":\(data)}
            """
        let id = UUID()
        try await pool.transaction { transaction in
            try await transaction.execute(
                """
                INSERT INTO nba_publishing.document
                    (document_id, kind, key, version, schema_version, game_date, state, reasons, slate_state, player_count,
                     payload, etag, content_hash, object_path, generated_at, run_id, execution_id, correlation_id)
                VALUES (\(id), 'best-bets', \(key), 1, 1, '2024-01-15', 'good', '{}', 'predictions_ready', 1,
                        \(payload)::text::json, \("etag" + key), 'c', 'o', now(), \(UUID(uuidString: PublishTests.run(1))),
                        \(UUID(uuidString: PublishTests.run(1))), 'c')
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_publishing.document_pointer (kind, key, document_id, version, game_date)
                VALUES ('best-bets', \(key), \(id), 1, '2024-01-15')
                """
            )
        }
    }

    private static func log(_ pool: PostgresPool, _ player: String, _ date: String, _ start: String) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_publishing.pick_event
                (game_date, game_id, player_lookup, stat_type, side, event, occurred_at, team_abbr, opponent_team_abbr,
                 tipoff_at, bookmaker, points_line, price_american, win_probability, expected_value, edge,
                 predicted_points, system_id, model_version, reasons, run_id, execution_id)
            VALUES (\(date)::text::date, \("game of \(date)"), \(player), 'points', 'OVER', 'shown',
                    \(start)::text::timestamptz - interval '8 hours', 'BKN', 'OKC', \(start)::text::timestamptz,
                    'draftkings', 11.5, -115, 0.6, 0.1, 4, 15.5, 'ensemble', '1', '{}', gen_random_uuid(),
                    gen_random_uuid())
            """
        )
    }

    @Test func aWithdrawnPlayersPickStaysAndSaysWhy() async throws {
        try await with { environment, pool in
            let withdraw = ["publish", "withdraw", "--player", "Nicolas Claxton", "--reason", "a wrong price", "--yes"]
            await tipoff(withdraw, environment: environment).expect(0)
            let dated = try await tipoff("publish", "show", "best-bets/2024-01-15", environment: environment).json()
            let data = try #require(dated["data"])
            #expect(dated["version"] == 2 && data["active"] == 1 && data["retracted"] == 1)
            let picks = try #require(data["picks"]?.arrayValue)
            #expect(picks.compactMap { $0["player_lookup"]?.stringValue } == ["mikalbridges", "nicolasclaxton"])
            #expect(picks[0]["rank"] == 1 && picks[1]["rank"] == .null && picks[1]["line"]?.doubleValue == 11.5)
            #expect(picks[1]["state"] == "retracted" && picks[1]["retraction"]?["reason"] == "withdrawn")
            #expect(picks[1]["retraction"]?["detail"] == "a wrong price")
            // A game that has begun is played: its pick is judged as it stands.
            let all = try await tipoff("publish", "show", "best-bets/all", environment: environment).json()
            #expect(all["data"]?["days"]?[0]?["picks"]?[0]?["state"] == "retracted")
            #expect(all["data"]?["days"]?[1]?["picks"]?[0]?["state"] == "active")
            let folded = try await pool.query(
                """
                SELECT concat_ws(' ', player_lookup, game_date, is_retracted, retraction_reason, retraction_detail) AS line
                FROM nba_publishing.pick ORDER BY player_lookup, game_date
                """
            ).column("line", as: String.self)
            #expect(
                folded == [
                    "mikalbridges 2024-01-15 f", "nicolasclaxton 2024-01-14 f",
                    "nicolasclaxton 2024-01-15 t withdrawn a wrong price",
                ]
            )
            // The documents and the log say the same moment.
            let at = try #require(picks[1]["retraction"]?["at"]?.stringValue)
            let logged: Date = try await pool.query(
                "SELECT retracted_at FROM nba_publishing.pick WHERE is_retracted"
            ).scalar()
            #expect(Instant.text(logged) == at)
        }
    }

    @Test(arguments: [
        ["rollback", "best-bets/2024-01-15", "--to", "1"], ["quarantine", "best-bets/all"],
        ["promote", "best-bets/all", "--version", "1"],
    ])
    func noEarlierVersionOfPicksIsShownAgain(_ arguments: [String]) async throws {
        try await with { environment, _ in
            let result = await tipoff(["publish"] + arguments + ["--reason", "x", "--yes"], environment: environment)
            result.expect(1)
            #expect(result.errors.contains("keeps what readers were shown") && result.errors.contains("withdraw"))
        }
    }

    @Test func aSlateThatGoesBackLeavesItsPicksAlone() async throws {
        try await with { environment, pool in
            try await PublishTests.publish(pool, number: 2, points: 22)
            let rollback = ["publish", "rollback", "tonight/2024-01-15", "--to", "1", "--reason", "x", "--yes"]
            await tipoff(rollback, environment: environment).expect(0)
            let versions = try await pool.query(
                "SELECT kind || ' ' || version AS line FROM nba_publishing.document_pointer ORDER BY kind, key"
            ).column("line", as: String.self)
            #expect(versions == ["best-bets 1", "best-bets 1", "predictions 3", "tonight 3", "tonight 3"])
        }
    }
}
