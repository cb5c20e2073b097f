import Basketball
import Foundation
import Kafka
import KafkaTestKit
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct DeadLetterTests {
    static let correct = """
        {"processor_name":"PlayerGameSummaryProcessor","phase":"phase_3_analytics","correlation_id":"trace-id",\
        "game_date":"2024-01-15","status":"success"}
        """

    static func file(
        _ pool: PostgresPool,
        payload: String,
        topic: Topic = .phase3Trigger,
        offset: Int64 = 7
    ) async throws -> Int64 {
        try await pool.query(
            """
            INSERT INTO nba_orchestration.dead_letter
                (cluster, topic, partition, "offset", consumer, key, payload, reason, detail)
            VALUES ('default', \(topic.rawValue), 0, \(offset), 'analytics', \(Array("2024-01-15".utf8)),
                    \(Array(payload.utf8)), 'missing_field', 'required field status is missing')
            RETURNING dead_letter_id
            """
        ).scalar()
    }

    static func replay(_ pool: PostgresPool) throws -> DeadLetterReplay {
        DeadLetterReplay(
            pool: pool,
            registry: .standard,
            today: try GameDate("2024-01-15"),
            now: .now,
            actor: "tipoff:ann"
        )
    }

    @Test func concurrentReplaysTakeEffectOnce() async throws {
        try await Database.with { _, pool in
            let id = try await Self.file(pool, payload: Self.correct)
            let replay = try Self.replay(pool)
            let winners = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do {
                            _ = try await replay.record(id, corrected: nil, reason: "test")
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(winners == 1)
            let rows = try await pool.query(
                "SELECT producer, topic, headers->>'replay_of' AS origin FROM nba_orchestration.outbox"
            )
            #expect(rows.count == 1)
            #expect(try rows[0].decode("producer", as: String.self) == "analytics", "a live service's relay owns it")
            #expect(try rows[0].decode("origin", as: String?.self) != nil)
            let letter = try await DeadLetterStore(pool: pool).load(id)
            #expect(letter.state == "replayed")
            #expect(letter.stateBy == "tipoff:ann")
            #expect(letter.replayMessageID != nil)
        }
    }

    @Test(arguments: [
        ("{", "not_json"), (#"{"processor_name":"x"}"#, "missing_field"),
        (
            #"{"processor_name":"player_game_summary","phase":"phase_3_analytics","game_date":"2024-01-15","status":"odd"}"#,
            "invalid_field"
        ),
        (
            #"{"processor_name":"nobody","phase":"phase_3_analytics","game_date":"2024-01-15","status":"success"}"#,
            "unknown_processor"
        ),
        (
            #"{"processor_name":"player_game_summary","phase":"phase_3_analytics","game_date":"2024-03-15","status":"success"}"#,
            "invalid_field"
        ),
        (
            #"{"processor_name":"player_game_summary","phase":"phase_3_analytics","game_date":"2024-01-15","status":"success","run_id":"6f1d2c80-6a0e-5d55-9c56-3f0f6f0b1a10"}"#,
            "unknown_run"
        ),
    ])
    func whatWouldBeRejectedAgainIsNotSent(_ payload: String, _ reason: String) async throws {
        try await Database.with { _, pool in
            let id = try await Self.file(pool, payload: Self.correct)
            let replay = try Self.replay(pool)
            let error = await #expect(throws: EnvelopeError.self) {
                _ = try await replay.record(id, corrected: Array(payload.utf8), reason: "test")
            }
            #expect(error?.reason == reason)
            #expect(try await DeadLetterStore(pool: pool).load(id).state == "new")
            #expect(try await pool.query("SELECT 1 AS one FROM nba_orchestration.outbox").isEmpty)
        }
    }

    @Test func correctedPayloadReachesTheOriginalTopicAsANewMessage() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            let id = try await Self.file(pool, payload: #"{"processor_name":"player_game_summary"}"#)
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
            try Self.correct.write(to: file, atomically: true, encoding: .utf8)
            defer { unlink(file.path) }
            let environment = broker.environment.merging([
                "TIPOFF_DATABASE_URL": database.url, "TIPOFF_CLOCK": "2024-01-15T14:00:00Z", "USER": "ann",
            ]) { $1 }
            await tipoff("dlq", "replay", "\(id)", "--reason", "test", "--yes", environment: environment).expect(1)
            let command = ["dlq", "replay", "\(id)", "--payload", file.path, "--reason", "status was missing"]
            await tipoff("dlq", "replay", "\(id)", "--payload", file.path, environment: environment).expect(2)
            let preview = await tipoff(command, environment: environment)
            preview.expect(0)
            #expect(preview.output.contains("would be replayed: 1") && preview.output.contains("--yes"))
            #expect(try await DeadLetterStore(pool: pool).load(id).state == "new")
            let result = await tipoff(
                command + ["--yes"],
                environment: environment.merging(["TIPOFF_CONSOLE_URL": "http://127.0.0.1:9/"]) { $1 }
            )
            result.expect(0)
            #expect(result.output.contains("correlation id trace-id"))
            #expect(result.output.contains("page: http://127.0.0.1:9/trace/trace-id"))
            await tipoff(command + ["--yes"], environment: environment).expect(1)

            let message = try #require(try await broker.read(.phase3Trigger, count: 1).first)
            let envelope = try Envelope(
                decoding: message.value ?? [],
                origin: .init(cluster: "c", topic: "t", partition: 0, offset: 0, timestampMilliseconds: 0)
            )
            #expect(envelope.triggerSource == .replay)
            #expect(envelope.runID == nil)
            #expect(envelope.correlationID == "trace-id")
            #expect(message.headers.contains { $0.name == "replay_of" })
            #expect(message.key.map { String(decoding: $0, as: UTF8.self) } == "2024-01-15")
            let state: String = try await pool.query("SELECT state FROM nba_orchestration.outbox").scalar()
            #expect(state == "done", "sent by the command itself")
        }
    }

    @Test func aKindOfDeadLetterIsAnAlertUntilItIsDecided() async throws {
        try await Database.with { database, pool in
            let letters = DeadLetters(pool: pool, cluster: "default", consumer: "raw", topicPrefix: "")
            let messages = (0..<3).map { offset in
                KafkaIncoming(
                    topic: Topic.phase3Trigger.rawValue,
                    partition: 0,
                    offset: Int64(offset),
                    key: nil,
                    value: Array("{}".utf8)
                )
            }
            _ = try await letters.file(messages.map { ($0, EnvelopeError.missingField("status")) })
            _ = try await letters.file(messages.prefix(1).map { ($0, EnvelopeError.missingField("status")) })
            let environment = ["TIPOFF_DATABASE_URL": database.url, "USER": "ann"]
            func open() async throws -> Int {
                try await pool.query("SELECT count(*) FROM nba_orchestration.alert WHERE resolved_at IS NULL").scalar()
            }
            let ids = try await pool.query("SELECT dead_letter_id FROM nba_orchestration.dead_letter ORDER BY 1")
                .column("dead_letter_id", as: Int64.self)
            #expect(ids.count == 3)
            for (number, id) in ids.enumerated() {
                let standing = try await open()
                #expect(standing == 1, "\(number)")
                await tipoff("dlq", "drop", "\(id)", "--reason", "known", "--yes", environment: environment).expect(0)
            }
            let left = try await open()
            #expect(left == 0)
        }
    }

    @Test func droppedLettersStayWithTheirReason() async throws {
        try await Database.with { database, pool in
            let id = try await Self.file(pool, payload: "x\u{1B}[2J")
            let environment = ["TIPOFF_DATABASE_URL": database.url, "USER": "ann"]
            let shown = await tipoff("dlq", "show", "\(id)", environment: environment)
            #expect(shown.output.contains("x\\u{1b}[2J"))
            let drop = ["dlq", "drop", "\(id)", "--reason", "came again"]
            await tipoff(drop, environment: environment).expect(0)
            #expect(try await DeadLetterStore(pool: pool).load(id).state == "new", "a preview")
            await tipoff(drop + ["--yes"], environment: environment).expect(0)
            await tipoff(drop + ["--yes"], environment: environment).expect(1)
            await tipoff("dlq", "drop", "999", "--reason", "x", "--yes", environment: environment).expect(1)
            let json = try await tipoff("dlq", "ls", "--state", "dropped", "--json", environment: environment).json()
            #expect(json[0]?["state_reason"]?.stringValue == "came again")
            #expect(json[0]?["state_by"]?.stringValue == "tipoff:ann")
            #expect(try await tipoff("dlq", "ls", "--json", environment: environment).json() == .array([]))
        }
    }
}

extension DeadLetterReplay {
    /// Replays one letter and returns its message, or throws why it was left: the error with which it would be rejected.
    func record(_ id: Int64, corrected: [UInt8]?, reason: String) async throws -> OutboxMessage {
        let letter = try await DeadLetterStore(pool: pool).load(id)
        let message = try message(for: letter, payload: corrected)
        let batch = try await batch(
            of: DeadLetterFilter(ids: [id]),
            after: 0,
            seenBefore: .distantFuture,
            limit: 1,
            corrected: corrected,
            reason: reason
        )
        if batch.refused.first?.reason == "unknown_run" {
            throw EnvelopeError.unknownRun(message.envelope.runID?.uuidString.lowercased() ?? "")
        }
        guard let sent = batch.messages.first else { throw DeadLetterStore.done(letter) }
        return sent
    }
}
