import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// What operators may do with what is published: each act is a new version, has a reason, and is shown before it is done.
@Suite struct PublishTests {
    static let clock = "2024-01-15T17:00:00Z"

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
            try await body(
                [
                    "TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": root.path, "TIPOFF_CLOCK": Self.clock,
                    "USER": "ann", "TIPOFF_DATABASE_ROLE": "tipoff_operator",
                ],
                pool
            )
        }
    }

    static func run(_ number: Int) -> String { "6f1d2c80-6a0e-4d55-9c56-3f0f6f0b1a1\(number)" }

    /// One publication of the slate: two documents of tonight's and the predictions, all with the player's prediction.
    static func publish(
        _ pool: PostgresPool,
        number: Int,
        points: Double,
        state: String = "good",
        reasons: [String] = []
    ) async throws {
        try await pool.transaction { transaction in
            for (kind, key) in [("predictions", "2024-01-15"), ("tonight", "2024-01-15"), ("tonight", "all-players")] {
                let prediction = """
                    {"points":\(points),"predicted":\(points),"recommendation":"OVER","line":20.5}
                    """
                let list = kind == "tonight" ? "players" : "predictions"
                let counts =
                    kind == "tonight" ? "" : #""total_predictions":1,"total_with_lines":1,"#
                let breakdown = #""recommendation_breakdown":{"over":1,"under":0,"pass":0,"no_line":0},"#
                let game = kind == "tonight" ? "" : #""prediction_count":1,"# + breakdown
                let reasonList = reasons.map { "\"\($0)\"" }.joined(separator: ",")
                let payload = """
                    {"kind":"\(kind)","key":"\(key)","schema_version":1,"version":\(number),"slate_date":"2024-01-15",\
                    "generated_at":"2024-01-15T16:0\(number):00.000Z","data_as_of":null,"state":"predictions_ready",\
                    "status":"\(state)","status_reasons":[\(reasonList)],"run_id":"\(run(number))","correlation_id":"c",\
                    "data":{\(counts)"games":[{"game_id":"20240115_OKC_BKN",\(game)"\(list)":[\
                    {"player_lookup":"nicolasclaxton","prediction":\(prediction)}]}]}}
                    """
                let id = UUID()
                try await transaction.execute(
                    """
                    INSERT INTO nba_publishing.document
                        (document_id, kind, key, version, schema_version, game_date, state, reasons, slate_state,
                         player_count, payload, etag, content_hash, object_path, generated_at, run_id, execution_id,
                         correlation_id, created_at)
                    VALUES (\(id), \(kind), \(key), \(Int64(number)), 1, '2024-01-15', \(state), \(reasons),
                            'predictions_ready', 1, \(payload)::text::json, \("etag\(number)"), \("content\(number)"),
                            'o', \(try LeagueClock.parseUTC("2024-01-15T16:0\(number):00Z")),
                            \(UUID(uuidString: run(number))), \(UUID(uuidString: run(number))), 'c',
                            \(try LeagueClock.parseUTC("2024-01-15T16:0\(number):00Z")))
                    """
                )
                guard state != "quarantined" else { continue }
                try await transaction.execute(
                    """
                    INSERT INTO nba_publishing.document_pointer (kind, key, document_id, version, game_date)
                    VALUES (\(kind), \(key), \(id), \(Int64(number)), '2024-01-15')
                    ON CONFLICT (kind, key) DO UPDATE SET document_id = excluded.document_id,
                        version = excluded.version, moved_at = now()
                    """
                )
            }
        }
    }

    /// Version, status and the player's predicted points of what readers see, by document.
    private func seen(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query(
            """
            SELECT d.kind || '/' || d.key || ' ' || p.version || ' ' || d.state || ' ' || COALESCE(
                       d.payload->'data'->'games'->0->'players'->0->'prediction'->>'points',
                       d.payload->'data'->'games'->0->'predictions'->0->'prediction'->>'points', 'none') AS line
            FROM nba_publishing.document_pointer AS p JOIN nba_publishing.document AS d USING (document_id)
            WHERE p.version = d.version AND (d.payload->>'version')::bigint = d.version ORDER BY d.kind, d.key
            """
        ).column("line", as: String.self)
    }

    private func actions(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query(
            """
            SELECT concat_ws(' ', action, kind || '/' || key, player_lookup, new_version, actor, reason) AS line
            FROM nba_publishing.publish_action ORDER BY action_id
            """
        ).column("line", as: String.self)
    }

    private func lines(_ result: CommandResult) -> [String] {
        result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
    }

    @Test func versionsAndDifferencesAreListed() async throws {
        try await with { environment, pool in
            let nothing = await tipoff("publish", "ls", environment: environment)
            nothing.expect(0)
            #expect(nothing.output == "nothing is published\n")
            try await Self.publish(pool, number: 1, points: 21)
            try await Self.publish(pool, number: 2, points: 61, state: "quarantined", reasons: ["61 predicted points"])
            try await Self.publish(pool, number: 3, points: 23.5)
            for (name, arguments) in [
                ("publish-ls", ["publish", "ls"]), ("publish-versions", ["publish", "ls", "tonight/2024-01-15"]),
                ("publish-diff", ["publish", "diff", "tonight/2024-01-15", "1"]),
                ("publish-same", ["publish", "diff", "tonight/2024-01-15", "3", "3"]),
                (
                    "publish-preview",
                    ["publish", "rollback", "tonight/all-players", "--to", "1", "--reason", "wrong lines"]
                ),
            ] {
                let result = await tipoff(arguments, environment: environment)
                result.expect(0)
                try expectGolden(lines(result), name)
            }
            let shown = try await tipoff("publish", "show", "predictions/2024-01-15", environment: environment).json()
            #expect(shown["version"] == 3)
            #expect(try await actions(pool) == [])
        }
    }

    @Test func aRollbackIsANewVersionOfTheWholeSlate() async throws {
        try await with { environment, pool in
            for number in 1...3 { try await Self.publish(pool, number: number, points: 20 + Double(number)) }
            let arguments = ["publish", "rollback", "tonight/2024-01-15", "--to", "1", "--reason", "wrong lines"]
            await tipoff(arguments, environment: environment).expect(0)
            let before = try await seen(pool)
            #expect(before.allSatisfy { $0.hasSuffix(" 3 good 23.0") })
            await tipoff(arguments + ["--yes"], environment: environment).expect(0)
            let now = [
                "predictions/2024-01-15 4 degraded 21.0", "tonight/2024-01-15 4 degraded 21.0",
                "tonight/all-players 4 degraded 21.0",
            ]
            #expect(try await seen(pool) == now)
            #expect(
                try await actions(pool) == [
                    "rollback predictions/2024-01-15 4 tipoff:ann wrong lines",
                    "rollback tonight/2024-01-15 4 tipoff:ann wrong lines",
                    "rollback tonight/all-players 4 tipoff:ann wrong lines",
                ]
            )
            let shown = try await tipoff("publish", "show", "tonight/2024-01-15", environment: environment).json()
            #expect(shown["status_reasons"]?[0] == "version 1 shown again by an operator: wrong lines")
            // The etag is of the very bytes, and a copy of them is kept.
            let wrong: Int = try await pool.query(
                """
                SELECT count(*) FROM nba_publishing.document WHERE version = 4
                    AND etag <> encode(sha256(convert_to(payload::text, 'UTF8')), 'hex')
                """
            ).scalar()
            #expect(wrong == 0)
            let path: String = try await pool.query(
                "SELECT object_path FROM nba_publishing.document WHERE version = 4 AND key = 'all-players'"
            ).scalar()
            await tipoff("object", "cat", path, environment: environment).expect(0)
        }
    }

    @Test func whatIsTakenAwayGivesWayToTheLastGoodContent() async throws {
        try await with { environment, pool in
            for number in 1...2 { try await Self.publish(pool, number: number, points: 20 + Double(number)) }
            let arguments = ["publish", "quarantine", "tonight/2024-01-15", "--reason", "wrong", "--yes"]
            await tipoff(arguments, environment: environment).expect(0)
            let now = try await seen(pool)
            #expect(now.count == 3 && now.allSatisfy { $0.hasSuffix(" 3 degraded 21.0") })
            // The content of version 2 was refused, and nothing else is left.
            let again = await tipoff(arguments, environment: environment)
            again.expect(1)
            #expect(again.errors.contains("no good version before 3") && again.errors.contains("publish halt"))
        }
    }

    @Test func aRefusedVersionIsShownOnlyByName() async throws {
        try await with { environment, pool in
            try await Self.publish(pool, number: 1, points: 21)
            try await Self.publish(pool, number: 2, points: 61, state: "quarantined", reasons: ["61 predicted points"])
            let back = await tipoff(
                ["publish", "rollback", "tonight/2024-01-15", "--to", "2", "--reason", "x", "--yes"],
                environment: environment
            )
            back.expect(1)
            #expect(back.errors.contains("publish promote"))
            await tipoff(
                ["publish", "promote", "tonight/2024-01-15", "--version", "2", "--reason", "he did", "--yes"],
                environment: environment
            ).expect(0)
            let now = try await seen(pool)
            #expect(now.count == 3 && now.allSatisfy { $0.hasSuffix(" 3 degraded 61.0") })
            let shown = try await tipoff("publish", "show", "tonight/2024-01-15", environment: environment).json()
            #expect(
                shown["status_reasons"] == ["61 predicted points", "version 2 promoted by an operator: he did"]
            )
        }
    }

    @Test func ofTwoWhoPublishAtOnceOneWinsAndTheOtherChangesNothing() async throws {
        try await with { environment, pool in
            for number in 1...3 { try await Self.publish(pool, number: number, points: 20 + Double(number)) }
            let results = await withTaskGroup(of: Int32.self) { group in
                for target in [1, 2, 1, 2] {
                    group.addTask {
                        await tipoff(
                            [
                                "publish", "rollback", "tonight/2024-01-15", "--to", "\(target)", "--reason", "race",
                                "--yes",
                            ],
                            environment: environment
                        ).code
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results.contains(0))
            let won = results.count { $0 == 0 }
            // Whole slates only, one after the other.
            let versions = try await pool.query(
                "SELECT kind || '/' || key || ' ' || version AS line FROM nba_publishing.document WHERE version > 3"
            ).column("line", as: String.self)
            #expect(versions.count == 3 * won)
            let seen = try await seen(pool)
            #expect(seen.count == 3)
            #expect(Set(seen.map { $0.split(separator: " ").dropFirst().joined(separator: " ") }).count == 1)
        }
    }

    @Test func aHaltHoldsUntilItIsEnded() async throws {
        try await with { environment, pool in
            let halt = ["publish", "halt", "--reason", "lines of another day"]
            await tipoff(halt, environment: environment).expect(0)
            let preview = try await PublishHalt.current(pool)
            #expect(preview == nil)
            await tipoff(halt + ["--yes"], environment: environment).expect(0)
            #expect(try await PublishHalt.current(pool)?.reason == "lines of another day")
            await tipoff(halt + ["--yes"], environment: environment).expect(1)
            let listed = await tipoff("publish", "ls", environment: environment)
            #expect(listed.output.hasPrefix("HALTED by tipoff:ann"))
            let resume = ["publish", "resume", "--reason", "right again"]
            await tipoff(resume, environment: environment).expect(0)
            #expect(try await PublishHalt.current(pool) != nil)
            await tipoff(resume + ["--yes"], environment: environment).expect(0)
            #expect(try await PublishHalt.current(pool) == nil)
            await tipoff(resume + ["--yes"], environment: environment).expect(1)
            #expect(
                try await actions(pool) == [
                    "halt tipoff:ann lines of another day", "resume tipoff:ann right again",
                ]
            )
        }
    }

    @Test func aWithdrawnPredictionIsGoneAtOnceFromEveryDocument() async throws {
        try await with { environment, pool in
            try await Self.publish(pool, number: 1, points: 21)
            let withdraw = ["publish", "withdraw", "--player", "Nicolas Claxton", "--reason", "ill"]
            await tipoff(withdraw, environment: environment).expect(0)
            let before = try await seen(pool)
            #expect(before.allSatisfy { $0.hasSuffix(" 1 good 21.0") })
            await tipoff(withdraw + ["--yes"], environment: environment).expect(0)
            #expect(
                try await seen(pool) == [
                    "predictions/2024-01-15 2 good none", "tonight/2024-01-15 2 good none",
                    "tonight/all-players 2 good none",
                ]
            )
            let predictions = try await tipoff("publish", "show", "predictions/2024-01-15", environment: environment)
                .json()
            #expect(predictions["data"]?["total_predictions"] == 0)
            #expect(predictions["data"]?["games"]?[0]?["recommendation_breakdown"]?["over"] == 0)
            let tonight = try await tipoff("publish", "show", "tonight/2024-01-15", environment: environment).json()
            #expect(tonight["data"]?["games"]?[0]?["players"]?[0]?["prediction_withdrawn"] == true)
            await tipoff(withdraw + ["--yes"], environment: environment).expect(1)
            #expect(try await actions(pool) == ["withdraw nicolasclaxton tipoff:ann ill"])
        }
    }

    @Test func aRestoredPlayerIsPublishedByARunOfEachShownDate() async throws {
        let broker = try await Broker()
        try await with { environment, pool in
            let environment = environment.merging(broker.environment) { $1 }
            try await Self.publish(pool, number: 1, points: 21)
            await tipoff(
                ["publish", "withdraw", "--player", "nicolasclaxton", "--reason", "ill", "--yes"],
                environment: environment
            ).expect(0)
            await tipoff(
                ["publish", "resume", "--player", "nicolasclaxton", "--reason", "well", "--yes"],
                environment: environment
            ).expect(0)
            let row = try await pool.query(
                """
                SELECT r.first_phase, r.until_phase, r.reason, t.processor, t.state FROM nba_orchestration.run AS r
                JOIN nba_orchestration.task AS t USING (run_id) WHERE r.game_date = '2024-01-15'
                """
            ).one()
            #expect(try row.decode("processor", as: String.self) == "tonight_document")
            #expect(try row.decode("first_phase", as: Int16.self) == 6)
            #expect(try await broker.read(.phase5PredictionsComplete, count: 1).count == 1)
            let open: Int = try await pool.query(
                "SELECT count(*) FROM nba_publishing.withdrawal WHERE ended_at IS NULL"
            ).scalar()
            #expect(open == 0)
        }
    }

    static let refused: [(arguments: [String], code: Int32)] = [
        (["ls", "nonsense/x"], 2), (["ls", "tonight"], 2), (["ls", "tonight/1999-01-01"], 1),
        (["show", "tonight/1999-01-01"], 1), (["rollback", "tonight/2024-01-15", "--to", "9", "--reason", "x"], 1),
        (["rollback", "tonight/2024-01-15", "--to", "1", "--reason", " "], 2), (["halt", "--reason", " "], 2),
        (["promote", "tonight/2024-01-15", "--version", "1", "--reason", "x"], 1), (["resume", "--reason", "x"], 1),
        (["withdraw", "--player", "Nobody Atall", "--reason", "x", "--yes"], 1),
        (["quarantine", "tonight/2024-01-15", "--reason", "x"], 1),
    ]

    @Test(arguments: refused)
    func whatMakesNoSenseIsRefused(arguments: [String], code: Int32) async throws {
        try await with { environment, pool in
            try await Self.publish(pool, number: 1, points: 21)
            await tipoff(["publish"] + arguments, environment: environment).expect(code)
            #expect(try await actions(pool) == [])
        }
    }

    @Test func theDifferenceNamesPlayersAndFieldsWhateverTheirOrder() throws {
        func envelope(_ players: String) throws -> PublishedEnvelope {
            try PublishedEnvelope(parsing: #"{"version":1,"data":{"games":[{"game_id":"g","players":[\#(players)]}]}}"#)
        }
        let ann = #"{"player_lookup":"ann","points":3,"last_10":{"points":[1,2]}}"#
        let before = try envelope(#"\#(ann),{"player_lookup":"bob","points":5}"#)
        let after = try envelope(#"{"player_lookup":"bob","points":6},\#(ann),{"player_lookup":"cid","points":1}"#)
        let changes = DocumentDifference(before, after).changes
        #expect(changes.map { "\($0.subject) \($0.field)" } == ["bob points", "cid player_lookup", "cid points"])
        #expect(changes[0].before == 5 && changes[0].after == 6)
        #expect(DocumentDifference(before, before).changes == [])
    }
}
