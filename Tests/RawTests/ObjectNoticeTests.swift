import PipelineTestKit
import Basketball
import Foundation
import Kafka
import KafkaTestKit
import Postgres
import Testing

@testable import Pipeline
@testable import Raw

@Suite struct ObjectNoticeTests {
    static let origin = MessageOrigin(
        cluster: "test",
        topic: "nba-phase1-scrapers-complete",
        partition: 1,
        offset: 7,
        timestampMilliseconds: 1_705_395_600_000
    )

    static func notice(_ keys: [String], event: String = "s3:ObjectCreated:Put") -> [UInt8] {
        let records = keys.map {
            "{\"eventName\":\"\(event)\",\"s3\":{\"bucket\":{\"name\":\"b\"},\"object\":{\"key\":\"\($0)\",\"size\":7}}}"
        }
        return Array("{\"EventName\":\"\(event)\",\"Records\":[\(records.joined(separator: ","))]}".utf8)
    }

    static let box = "nba-com/team-boxscore/2024-01-15/0022300561/20240116_090000.json"

    @Test(arguments: [
        (box, "", "nbac_team_boxscore", "0022300561", "2024-01-15"),
        ("raw/\(box)", "raw", "nbac_team_boxscore", "0022300561", "2024-01-15"),
        (box.replacingOccurrences(of: "/", with: "%2F"), "", "nbac_team_boxscore", "0022300561", "2024-01-15"),
        // Nine in the morning UTC is four in New York, of the same day.
        ("nba-com/schedule/2023-24/20240116_090000.json", "", "nbac_schedule_api", "*", "2024-01-16"),
    ])
    func theKeyTellsWhoseScrapeItIs(
        key: String,
        prefix: String,
        scraper: String,
        unit: String,
        date: String
    ) throws {
        let envelopes = try #require(try ObjectNotice.envelopes(Self.notice([key, key]), Self.origin, prefix: prefix))
        #expect(envelopes.count == 2 && envelopes[0].messageID != envelopes[1].messageID)
        let envelope = envelopes[0]
        #expect(envelope.processorName == scraper && envelope.unit == unit && envelope.runID == nil)
        #expect(envelope.gameDate.description == date && envelope.status == .success)
        #expect(envelope.objectPath.map { key.hasSuffix($0) || key.contains("%2F") } == true)
        // The same notice read twice is the same message.
        let again = try ObjectNotice.envelopes(Self.notice([key, key]), Self.origin, prefix: prefix)
        #expect(again?.map(\.messageID) == envelopes.map(\.messageID))
    }

    @Test(arguments: [
        notice(["quarantine/x.json"]), notice(["other/\(box)"]), notice([box], event: "s3:ObjectRemoved:Delete"),
        notice([]),
        notice(["nba-com/team-boxscore/2024-01-15/../20240116_090000.json"]), Array("{\"Records\":[{}]}".utf8),
    ])
    func aNoticeThatIsNotAboutAPayloadIsRefused(payload: [UInt8]) {
        #expect(throws: EnvelopeError.self) { try ObjectNotice.envelopes(payload, Self.origin, prefix: "") }
    }

    @Test(arguments: ["", "{}", "[]", "{\"processor_name\":1}", "{\"Records\":7}"])
    func anotherMessageIsLeftToOthers(payload: String) throws {
        #expect(try ObjectNotice.envelopes(Array(payload.utf8), Self.origin, prefix: "") == nil)
    }

    @Test func aNoticeOpensARunThatLoadsThePayload() async throws {
        try await TaskHarness.with { harness in
            try await harness.objects.put(try ObjectPath(validating: Self.box), bytes: RawProcessorTests.box())
            let envelope = try #require(
                try ObjectNotice.envelopes(Self.notice([Self.box]), Self.origin, prefix: "")?.first
            )
            for isNew in [true, false] {
                let opened = try await harness.pool.transaction { transaction in
                    try await ManualRuns(registry: harness.registry, role: "raw")
                        .accept(envelope, on: .phase1ScrapersComplete, now: harness.clock.now, in: transaction)
                }
                #expect(opened.isNew == isNew)
                let results = try await harness.work(opened.run, .raw, RawService.processors)
                #expect(results.map(\.state) == (isNew ? ["success"] : []))
            }
            #expect(try await harness.count("nba_raw.nbac_team_boxscore") == 2)
        }
    }
}

@Suite struct ForeignMessageTests {
    @Test func theIntakeTakesNoticesAndStillFilesWhatNobodyUnderstands() async throws {
        let topics = try await TestTopics(Topic.allCases.flatMap { [$0.rawValue, $0.deadLetterName] })
        try await TaskHarness.with { harness in
            let logger = harness.logger
            let producer = try KafkaProducer(
                configuration: topics.broker.configuration(),
                logger: logger
            )
            let relay = OutboxRelay(
                pool: harness.pool,
                producer: producer,
                role: "raw",
                topicPrefix: topics.prefix,
                resendBase: .seconds(10),
                logger: logger
            )
            var intake = Intake(
                pool: harness.pool,
                registry: harness.registry,
                deadLetters: DeadLetters(
                    pool: harness.pool,
                    cluster: "test",
                    consumer: "raw",
                    topicPrefix: topics.prefix
                ),
                manualRuns: ManualRuns(registry: harness.registry, role: "raw"),
                relay: relay,
                producer: producer,
                cluster: "test",
                topicPrefix: topics.prefix,
                clock: harness.clock
            )
            intake.foreign = { (payload, origin) throws(EnvelopeError) in
                try ObjectNotice.envelopes(payload, origin, prefix: "")
            }
            let payloads = [
                ObjectNoticeTests.notice([ObjectNoticeTests.box]), ObjectNoticeTests.notice(["quarantine/x.json"]),
                Array("{}".utf8),
            ]
            let wakeUps = try await intake.read(
                payloads.enumerated().map { offset, payload in
                    KafkaIncoming(
                        topic: topics.prefix + Topic.phase1ScrapersComplete.rawValue,
                        partition: 0,
                        offset: Int64(offset),
                        timestampMilliseconds: 1_705_395_600_000,
                        value: payload
                    )
                }
            )
            // The run's own message comes back through the topic; the notice itself wakes nobody.
            #expect(wakeUps.isEmpty)
            #expect(try await harness.count("nba_orchestration.run WHERE kind = 'manual'") == 1)
            let letters = try await harness.pool.query(
                "SELECT \"offset\", reason FROM nba_orchestration.dead_letter ORDER BY \"offset\""
            )
            #expect(try letters.column("reason", as: String.self) == ["invalid_field", "missing_field"])
            await producer.close(timeout: .seconds(5))
        }
    }
}
