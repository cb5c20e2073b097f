import Basketball
import Foundation
import Kafka
import KafkaTestKit
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import TipoffCommands

/// A consumer of a topic as a service has it: it reads, files what it cannot take, and remembers what it has seen.
struct LetterBench: Sendable {
    let broker: Broker
    let database: TestDatabase
    let pool: PostgresPool
    let producer: KafkaProducer

    var environment: [String: String] {
        broker.environment.merging(["TIPOFF_DATABASE_URL": database.url, "USER": "ann"]) { $1 }
    }

    static func with(_ body: (LetterBench) async throws -> Void) async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            let producer = try KafkaProducer(
                configuration: KafkaConfiguration(brokers: broker.brokers, clientID: "test"),
                logger: .quiet
            )
            let bench = LetterBench(broker: broker, database: database, pool: pool, producer: producer)
            let result: Result<Void, any Error>
            do { result = .success(try await body(bench)) } catch { result = .failure(error) }
            await producer.close(timeout: .seconds(5))
            try result.get()
        }
    }

    var intake: Intake {
        Intake(
            pool: pool,
            registry: .standard,
            deadLetters: DeadLetters(pool: pool, cluster: "default", consumer: "analytics", topicPrefix: broker.prefix),
            manualRuns: ManualRuns(registry: .standard, role: "analytics"),
            relay: OutboxRelay(
                pool: pool,
                producer: producer,
                role: "analytics",
                topicPrefix: broker.prefix,
                resendBase: .seconds(10),
                logger: .quiet
            ),
            producer: producer,
            cluster: "default",
            topicPrefix: broker.prefix,
            clock: PipelineClock()
        )
    }

    /// Runs `tipoff dlq` with words that are separated by blanks.
    func dlq(_ words: String) async -> CommandResult {
        await tipoff(["dlq"] + words.split(separator: " ").map(String.init), environment: environment)
    }

    /// Reads a topic as a service does until something has happened.
    func consume(_ topic: Topic, until isDone: () async throws -> Bool) async throws {
        let consumer = try KafkaConsumer(
            configuration: .init(brokers: broker.brokers, clientID: "test"),
            group: broker.prefix + "consumer",
            topics: [broker.prefix + topic.rawValue],
            logger: .quiet
        )
        let result: Result<Void, any Error>
        do {
            let deadline = ContinuousClock.now + .seconds(240)
            while try await !isDone(), ContinuousClock.now < deadline {
                _ = try await intake.read(try await consumer.nextBatch(maximum: 1000, maxWait: .milliseconds(200)))
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await consumer.close(timeout: .seconds(5))
        try result.get()
    }

    /// The ids of a topic's messages: as many as are expected, and those that should not be there.
    func messageIDs(on topic: Topic, count: Int) async throws -> [String] {
        let consumer = try KafkaConsumer(
            configuration: .init(brokers: broker.brokers, clientID: "test"),
            group: broker.prefix + "counter",
            topics: [broker.prefix + topic.rawValue],
            logger: .quiet
        )
        var messages = try await consumer.collect(1)
        while messages.count <= count {
            let batch = try await consumer.nextBatch(maximum: 1000, maxWait: .seconds(2))
            if batch.isEmpty { break }
            messages += batch
        }
        await consumer.close(timeout: .seconds(5))
        return messages.map { message in
            message.header("message_id").map { String(decoding: $0, as: UTF8.self) } ?? "none"
        }
    }

    /// A run that has ended, which messages may name.
    func endedRun() async throws -> UUID {
        let runID = UUID()
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run
                (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by, state,
                 finished_at)
            VALUES (\(runID), 'full', '2024-01-15', 'live', 1, 6, 'test', \("test:\(runID)"), 'test', 'complete', now())
            """
        )
        return runID
    }

    /// Files letters as they were: their runs were not known then.
    func file(_ payloads: [String], topic: Topic = .phase3Trigger, firstOffset: Int = 0) async throws {
        let offsets = payloads.indices.map { Int64(firstOffset + $0) }
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.dead_letter
                (cluster, topic, partition, "offset", consumer, key, payload, reason, detail, processor, game_date,
                 first_seen_at, last_seen_at)
            SELECT 'default', \(topic.rawValue), 0, l.place, 'analytics', '2024-01-15', convert_to(l.payload, 'UTF8'),
                   'unknown_run', 'run ' || gen_random_uuid() || ' does not exist', 'player_game_summary', '2024-01-15',
                   now() - interval '1 hour', now() - interval '1 hour'
            FROM unnest(\(offsets)::bigint[], \(payloads)::text[]) AS l(place, payload)
            """
        )
    }

    static func payload(run: UUID?, note: String = "") -> String {
        let named = run.map { "\"run_id\":\"\($0.uuidString.lowercased())\"," } ?? ""
        return """
            {\(named)"processor_name":"player_game_summary","phase":"phase_3_analytics","game_date":"2024-01-15",\
            "status":"success","metadata":{"note":"\(note)"}}
            """
    }

    /// Has the database refuse hand-made runs, so that a message which asks for one is a poison.
    func refuseManualRuns() async throws {
        try await pool.execute(
            "ALTER TABLE nba_orchestration.run ADD CONSTRAINT none_by_hand CHECK (kind <> 'manual')"
        )
    }
}

@Suite struct DeadLetterBulkTests {
    @Test("Two operators replay ten thousand letters at once: each goes out once, and the poison comes back")
    func tenThousandOnceEach() async throws {
        let count = 10_000
        try await LetterBench.with { bench in
            let run = try await bench.endedRun()
            try await bench.refuseManualRuns()
            // The broker of the tests keeps the newest 5 MB of a partition: the poison must be among them.
            let poison = count - 10
            try await bench.file(
                (0..<count).map { LetterBench.payload(run: $0 == poison ? nil : run, note: "\($0)") }
            )
            let poisonID: Int64 = try await bench.pool.query(
                "SELECT dead_letter_id FROM nba_orchestration.dead_letter WHERE \"offset\" = \(Int64(poison))"
            ).scalar()
            let words = "replay --error unknown_run --rate 100000 --reason known --yes --json"
            async let first = bench.dlq(words)
            async let second = bench.dlq(words)
            let reports = try [await first, await second].map { result in
                result.expect(0)
                return try result.json()
            }
            let replayed = reports.compactMap { $0["replayed"]?.intValue }
            let speeds = reports.compactMap { $0["per_second"]?.doubleValue }
            print("replayed \(replayed), a second \(speeds.map { Int($0) })")
            #expect(replayed.reduce(0, +) == Int64(count))

            // The poison passes every check that can be made before it is sent, and is refused by its consumer.
            let store = DeadLetterStore(pool: bench.pool)
            let outbox = try await bench.pool.query(
                "SELECT message_id::text AS id, state FROM nba_orchestration.outbox"
            )
            #expect(outbox.count == count, "one message a letter")
            #expect(try outbox.column("state", as: String.self).allSatisfy { $0 == "done" }, "confirmed by the broker")
            try await bench.consume(.phase3Trigger) { try await store.load(poisonID).state == "new" }
            let sent = try await bench.messageIDs(on: .phase3Trigger, count: count)
            #expect(Set(sent).count == sent.count, "no message lies on the topic twice")
            let known = Set(try outbox.column("id", as: String.self))
            #expect(!sent.isEmpty && known.isSuperset(of: sent))

            let letter = try await store.load(poisonID)
            #expect(letter.state == "new" && letter.attempts == 2 && letter.reason == "refused")
            let states = try await bench.pool.query(
                """
                SELECT state, count(*) AS letters, max(attempts) AS attempts FROM nba_orchestration.dead_letter
                GROUP BY state ORDER BY state
                """
            )
            #expect(try states.column("state", as: String.self) == ["new", "replayed"])
            #expect(try states.column("letters", as: Int64.self) == [1, Int64(count) - 1])

            // It is left now, unless somebody insists; then it comes back once more.
            let left = await bench.dlq("replay \(poisonID) --reason again --yes")
            left.expect(1)
            #expect(left.output.contains("poison"))
            #expect(try await store.load(poisonID).state == "new")
            await bench.dlq("replay \(poisonID) --reason again --yes --force").expect(0)
            try await bench.consume(.phase3Trigger) { try await store.load(poisonID).attempts == 3 }
            let history = try await store.history(of: poisonID)
            #expect(history.count == 4)
            #expect(try await store.load(poisonID).state == "new")
        }
    }

    @Test func aReplayThatIsReadTwiceComesBackOnce() async throws {
        try await LetterBench.with { bench in
            try await bench.refuseManualRuns()
            try await bench.file([LetterBench.payload(run: nil)])
            let id: Int64 = try await bench.pool.query("SELECT dead_letter_id FROM nba_orchestration.dead_letter")
                .scalar()
            await bench.dlq("replay --all --reason test --yes").expect(0)
            let message = try #require(try await bench.broker.read(.phase3Trigger, count: 1).first)
            for _ in 0..<3 { _ = try await bench.intake.read([message]) }
            let store = DeadLetterStore(pool: bench.pool)
            let letter = try await store.load(id)
            #expect(letter.state == "new" && letter.attempts == 2)
            #expect(try await bench.pool.query("SELECT 1 AS one FROM nba_orchestration.dead_letter").count == 1)

            // Who only claims to be a replay is a letter of its own.
            var stranger = message
            stranger.offset += 1000
            stranger.headers =
                message.headers.filter { $0.name != "message_id" } + [
                    KafkaHeader(name: "message_id", value: Array(UUID().uuidString.utf8))
                ]
            _ = try await bench.intake.read([stranger])
            #expect(try await bench.pool.query("SELECT 1 AS one FROM nba_orchestration.dead_letter").count == 2)
            #expect(try await store.load(id).attempts == 2)
        }
    }

    @Test func workThatWasDoneSinceIsResolvedInsteadOfReplayed() async throws {
        try await LetterBench.with { bench in
            let run = try await bench.endedRun()
            try await bench.file((0..<3).map { LetterBench.payload(run: run, note: "\($0)") })
            try await bench.pool.execute(
                "UPDATE nba_orchestration.dead_letter SET unit = 'other' WHERE \"offset\" = 2"
            )
            try await bench.pool.execute(
                """
                INSERT INTO nba_orchestration.task
                    (run_id, processor, unit, game_date, phase, requirement, state, claimed_at, finished_at)
                VALUES (\(run), 'player_game_summary', '*', '2024-01-15', 3, 'critical', 'success', now(), now())
                """
            )
            let preview = try await bench.dlq("resolve --all --reason test --json").json()
            #expect(preview["selected"] == .int(2) && preview["is_done"] == .bool(false))
            let report = try await bench.dlq("replay --all --reason test --yes --json").json()
            #expect(report["replayed"] == .int(1))
            #expect(report["resolved"]?.arrayValue?.count == 2)
            let states = try await bench.pool.query(
                "SELECT state FROM nba_orchestration.dead_letter ORDER BY \"offset\""
            ).column("state", as: String.self)
            #expect(states == ["resolved", "resolved", "replayed"])
        }
    }

    private static func stranger(_ date: String) -> String {
        #"{"processor_name":"nobody","phase":"phase_3_analytics","game_date":"\#(date)","status":"success"}"#
    }

    @Test func lettersAreFoundByWhatTheyAreAboutAndCountedByWhatTheyHaveInCommon() async throws {
        try await LetterBench.with { bench in
            let broken = [
                (#"{"processor_name":"player_game_summary","game_date":"2024-01-15","correlation_id":"trace-1"}"#, 0),
                (Self.stranger("2024-01-16"), 1), (Self.stranger("2024-01-17"), 2),
                ("{", 3),
            ]
            _ = try await bench.intake.read(
                broken.map { payload, offset in
                    KafkaIncoming(
                        topic: bench.broker.prefix + Topic.phase3Trigger.rawValue,
                        partition: 0,
                        offset: Int64(offset),
                        value: Array(payload.utf8)
                    )
                }
            )
            func ids(_ options: String...) async throws -> [Int64] {
                let letters = try await tipoff(["dlq", "ls", "--json"] + options, environment: bench.environment).json()
                return try await bench.pool.query(
                    """
                    SELECT "offset" FROM nba_orchestration.dead_letter
                    WHERE dead_letter_id = ANY(\((letters.arrayValue ?? []).compactMap { $0["dead_letter_id"]?.intValue }))
                    ORDER BY "offset"
                    """
                ).column("offset", as: Int64.self)
            }
            #expect(try await ids("--processor", "nobody") == [1, 2])
            #expect(try await ids("--date", "2024-01-16") == [1])
            #expect(try await ids("--run", "trace-1") == [0])
            #expect(try await ids("--error", "not_json") == [3])
            #expect(try await ids("--reason", "not_json") == [3])
            #expect(try await ids("--since", "1h") == [0, 1, 2, 3])
            #expect(try await ids("--since", "2099-01-01T00:00:00Z") == [])
            let groups = try await bench.dlq("ls --by reason --json").json()
            #expect(groups[0]?["name"] == "unknown_processor" && groups[0]?["count"] == .int(2))
            let prints = try await bench.dlq("ls --by fingerprint --json").json()
            let fingerprint = try #require(prints[0]?["name"]?.stringValue)
            #expect(prints[0]?["count"] == .int(2))
            #expect(try await ids("--fingerprint", fingerprint) == [1, 2])
            // What would be rejected again stays, and says why.
            let replay = await tipoff(
                "dlq",
                "replay",
                "--fingerprint",
                fingerprint,
                "--reason",
                "test",
                "--yes",
                "--json",
                environment: bench.environment
            )
            replay.expect(1)
            let reasons = try replay.json()["refused"]?.arrayValue?.compactMap { $0["reason"]?.stringValue }
            #expect(reasons == ["unknown_processor", "unknown_processor"])
            await bench.dlq("replay --reason test").expect(2)
            await bench.dlq("drop 1 --all --reason test").expect(2)
        }
    }
}
