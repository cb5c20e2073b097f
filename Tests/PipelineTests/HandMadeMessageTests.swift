import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Pipeline

/// What a person may publish: the sample of the manual on every topic, and everything that must not be accepted.
@Suite("Hand-made messages", .serialized)
struct HandMadeMessageTests {
    /// The documented sample, in the older form of the processor's name.
    static let sample = """
        {"processor_name":"PlayerGameSummaryProcessor","phase":"phase_3_analytics","execution_id":"unique-id",\
        "correlation_id":"trace-id","game_date":"2025-11-29","output_table":"player_game_summary",\
        "output_dataset":"nba_analytics","status":"success","record_count":450,"duration_seconds":28.5,"metadata":{}}
        """

    private func decode(_ text: String, offset: Int64 = 1) throws(EnvelopeError) -> Envelope {
        try Envelope(
            decoding: Array(text.utf8),
            origin: MessageOrigin(
                cluster: "test",
                topic: "t",
                partition: 0,
                offset: offset,
                timestampMilliseconds: 1_764_400_000_000
            )
        )
    }

    private func database() async throws -> TestDatabase {
        let template = try await TestCluster.template(named: "hand-made") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.create("manual", template: template)
    }

    @Test("Four fields suffice; the rest has defaults, the date has none")
    func fourFields() throws {
        let envelope = try decode(
            #"{"processor_name":"player_game_summary","phase":"phase_3_analytics","game_date":"2025-11-29","status":"success"}"#
        )
        #expect(envelope.schemaVersion == 1)
        #expect(envelope.triggerSource == .manual)
        #expect(envelope.runID == nil)
        #expect(envelope.gameDate.description == "2025-11-29")
        #expect(throws: EnvelopeError.missingField("game_date")) {
            try decode(#"{"processor_name":"player_game_summary","phase":"phase_3_analytics","status":"success"}"#)
        }
    }

    @Test("The same record has the same id at every reading, another record another")
    func derivedID() throws {
        let first = try decode(Self.sample)
        #expect(try decode(Self.sample).messageID == first.messageID)
        #expect(try decode(Self.sample, offset: 2).messageID != first.messageID)
    }

    @Test("Unknown fields are kept when a message is copied")
    func unknownFields() throws {
        let text = Self.sample.dropLast() + #","from_the_future":{"a":[1,2]}}"#
        let copy = try decode(try decode(String(text)).json.text())
        #expect(copy.unknownFields["from_the_future"] == ["a": [1, 2]])
    }

    @Test(
        "What cannot be accepted is refused with its reason",
        arguments: [
            ("", "not_json"), ("{", "not_json"), ("[1]", "not_json"), ("\u{FEFF}{}", "not_json"),
            (
                #"{"processor_name":"a\u0000","phase":"phase_3_analytics","game_date":"2025-11-29","status":"success"}"#,
                "not_json"
            ),
            (
                #"{"processor_name":"a","phase":"phase_3_analytics","game_date":"2025-11-29","status":"success","record_count":1e999}"#,
                "not_json"
            ),
            (
                #"{"processor_name":"a","phase":"phase_3_analytics","game_date":"2025-11-29","status":"success","record_count":9223372036854775808}"#,
                "invalid_field"
            ),
            (
                #"{"processor_name":"a","phase":"phase_3_analytics","game_date":"2025-11-29","status":"success","record_count":-1}"#,
                "invalid_field"
            ),
            (#"{"processor_name":"a","phase":"phase_9","game_date":"2025-11-29","status":"success"}"#, "invalid_field"),
            (
                #"{"processor_name":"a","phase":"phase_3_analytics","game_date":"TODAY","status":"success"}"#,
                "invalid_field"
            ),
            (
                #"{"processor_name":"a","phase":"phase_3_analytics","game_date":"2025-02-30","status":"success"}"#,
                "invalid_field"
            ),
            (
                #"{"processor_name":"a","phase":"phase_3_analytics","game_date":"2025-11-29","status":"done"}"#,
                "invalid_field"
            ),
            (#"{"processor_name":"a","phase":"phase_3_analytics","game_date":"2025-11-29"}"#, "missing_field"),
            (#"{"phase":"phase_3_analytics","game_date":"2025-11-29","status":"success"}"#, "missing_field"),
            (
                #"{"schema_version":2,"processor_name":"a","phase":"phase_3_analytics","game_date":"2025-11-29","status":"success"}"#,
                "unsupported_version"
            ),
            (
                #"{"processor_name":"a","phase":"phase_3_analytics","game_date":"2025-11-29","status":"success","run_id":"no"}"#,
                "invalid_field"
            ),
        ]
    )
    func refused(text: String, reason: String) {
        do {
            _ = try decode(text)
            Issue.record("accepted \(text)")
        } catch {
            #expect(error.reason == reason, "\(error)")
        }
    }

    @Test("A payload beyond the limit is refused by its size alone")
    func oversized() {
        #expect(throws: EnvelopeError.tooLarge(bytes: 2_000_000, limit: Envelope.maximumBytes)) {
            try Envelope(
                decoding: [UInt8](repeating: UInt8(ascii: " "), count: 2_000_000),
                origin: MessageOrigin(cluster: "c", topic: "t", partition: 0, offset: 0, timestampMilliseconds: 0)
            )
        }
    }

    @Test(
        "The sample opens one manual run on every consumed topic, and goes on to the next phase",
        arguments: Topic.allCases
    )
    func sampleOnEveryTopic(topic: Topic) async throws {
        let database = try await database()
        let pool = database.pool()
        let manual = ManualRuns(registry: .standard, role: "test")
        let envelope = try decode(Self.sample)
        let result = try await pool.transaction { transaction in
            try await manual.accept(envelope, on: topic, now: Date(), in: transaction)
        }
        #expect(result.isNew)
        let runsItself = topic == .phase3Trigger
        #expect(result.messages.map(\.topic) == [runsItself ? .phase3Trigger : .phase4Trigger])
        let again = try await pool.transaction { transaction in
            try await manual.accept(envelope, on: topic, now: Date(), in: transaction)
        }
        #expect(!again.isNew)
        #expect(again.messages.isEmpty)
        let row = try await pool.query(
            """
            SELECT count(*) AS runs, min(kind) AS kind, min(correlation_id) AS correlation, min(state) AS state,
                   (SELECT count(*) FROM nba_orchestration.run_phase) AS phases
            FROM nba_orchestration.run
            """
        ).one()
        #expect(try row.decode("runs", as: Int64.self) == 1)
        #expect(try row.decode("kind", as: String.self) == "manual")
        #expect(try row.decode("correlation", as: String.self) == "trace-id")
        #expect(try row.decode("state", as: String.self) == "open")
        #expect(try row.decode("phases", as: Int64.self) == 4)
        await pool.close()
        try await database.drop()
    }

    @Test("A stranger and a path that leaves the store open nothing")
    func refusedAtTheRegistry() async throws {
        let database = try await database()
        let pool = database.pool()
        let manual = ManualRuns(registry: .standard, role: "test")
        let stranger = try decode(Self.sample.replacing("PlayerGameSummaryProcessor", with: "nobody"))
        let escape = try decode(
            #"{"processor_name":"nbac_player_boxscore","phase":"phase_1_scrapers","game_date":"2025-11-29","status":"success","metadata":{"object_path":"../../etc/passwd"}}"#
        )
        for envelope in [stranger, escape] {
            await #expect(throws: EnvelopeError.self) {
                try await pool.transaction { transaction in
                    _ = try await manual.accept(envelope, on: .phase1ScrapersComplete, now: Date(), in: transaction)
                }
            }
        }
        let runs = try await pool.query("SELECT count(*) FROM nba_orchestration.run").scalar(as: Int64.self)
        #expect(runs == 0)
        await pool.close()
        try await database.drop()
    }

    @Test("A scrape's message that is to start nothing more still has its payload read")
    func payloadWithoutDownstream() async throws {
        let database = try await database()
        let pool = database.pool()
        let envelope = try decode(
            #"{"processor_name":"nbac_player_boxscore","phase":"phase_1_scrapers","game_date":"2025-11-29","status":"success","skip_downstream_trigger":true,"metadata":{"object_path":"ingest/x.json"}}"#
        )
        let manual = ManualRuns(registry: .standard, role: "test")
        let result = try await pool.transaction { transaction in
            try await manual.accept(envelope, on: .phase1ScrapersComplete, now: Date(), in: transaction)
        }
        #expect(result.run.untilPhase == .raw)
        let phases = try await pool.query(
            "SELECT phase || ' ' || state AS p FROM nba_orchestration.run_phase ORDER BY 1"
        )
        .column("p", as: String.self)
        #expect(phases == ["2 open", "3 suppressed"])
        await pool.close()
        try await database.drop()
    }
}
