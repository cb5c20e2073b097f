import Basketball
import Foundation
import Kafka
import KafkaTestKit
import Logging
import Pipeline
import Postgres
import PostgresTestKit
import Testing
import Upstream

@testable import TipoffCommands

@Suite struct ReplayTests {
    private static let words = [
        "replay", "--date", "2024-01-15", "--from-phase", "3", "--reason", "box score was corrected",
    ]

    @Test func aDryRunNamesWhatWouldRunAndOpensNothing() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url, "USER": "ann"]
            let shown = await tipoff(Self.words, environment: environment)
            shown.expect(0)
            #expect(shown.output.contains("2024-01-15  phase 3  ") && shown.output.contains("player_game_summary"))
            #expect(!shown.output.contains("phase 4  ") && shown.output.contains("--yes does it"))
            let wider = try await tipoff(
                Self.words + ["--until-phase", "4", "--teams", "bos,LAL", "--json"],
                environment: environment
            ).json()
            #expect(wider["work"]?.arrayValue?.compactMap { $0["phase"]?.intValue } == [3, 4])
            #expect(wider["selection"]?["teams"] == ["BOS", "LAL"])
            #expect(wider["is_done"] == false)
            let runs: Int64 = try await pool.query("SELECT count(*) FROM nba_orchestration.run").scalar()
            #expect(runs == 0)
            // Nobody is there to answer.
            let silent = await tipoff(Self.words + ["--shadow", "--timeout", "1"], environment: environment)
            silent.expect(1)
            #expect(silent.errors.contains("analytics"))
        }
    }

    @Test func aReplayIsOneRunOfItsPhasesThatAnOperatorMayOpen() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            let environment = broker.environment.merging([
                "TIPOFF_DATABASE_URL": database.url, "TIPOFF_DATABASE_ROLE": "tipoff_operator", "USER": "ann",
                "TIPOFF_CLOCK": "2024-02-01T14:00:00Z",
            ]) { $1 }
            let done = await tipoff(
                Self.words + ["--games", "20240115_BOS_LAL", "--yes", "--json"],
                environment: environment
            )
            done.expect(0)
            let correlationID = try #require(try done.json()["correlation_id"]?.stringValue)
            let run = try await pool.query(
                """
                SELECT run_id::text AS id, kind, lane, first_phase, until_phase, is_replay, opened_by, reason, state
                FROM nba_orchestration.run WHERE correlation_id = \(correlationID)
                """
            ).one()
            #expect(try run.decode("kind", as: String.self) == "manual")
            #expect(try run.decode("lane", as: String.self) == "backfill", "the date is over")
            #expect(try run.decode("first_phase", as: Int16.self) == 3)
            #expect(try run.decode("until_phase", as: Int16.self) == 3, "nothing follows unasked")
            #expect(try run.decode("is_replay", as: Bool.self))
            #expect(try run.decode("opened_by", as: String.self) == "tipoff:ann")
            #expect(try run.decode("state", as: String.self) == "open")
            let markers = try await pool.query(
                "SELECT DISTINCT processor, kind, entity, wants_run FROM nba_orchestration.change_marker ORDER BY processor"
            )
            let names = Registry.standard.replayed(in: .analytics).map(\.name).sorted()
            #expect(try markers.column("processor", as: String.self) == names)
            #expect(Set(try markers.column("entity", as: String.self)) == ["20240115_BOS_LAL"])
            #expect(try markers.column("wants_run", as: Bool.self).contains(true) == false)
            let message = try await broker.read(.phase3Trigger, count: 1)
            #expect(message.count == 1)

            let actions = try await tipoff("actions", "--json", environment: environment).json()
            #expect(actions[0]?["action"] == "replay" && actions[0]?["reason"] == "box score was corrected")
            #expect(actions[0]?["correlation_id"]?.stringValue == correlationID)
        }
    }

    @Test(arguments: [
        ["--from-phase", "3"], ["--date", "2024-01-15"], ["--date", "2024-01-15", "--from", "2024-01-01"],
        ["--from", "2024-01-01", "--from-phase", "3"],
        ["--date", "2024-01-15", "--from-phase", "4", "--until-phase", "3"],
        ["--date", "2024-01-15", "--from-phase", "2", "--teams", "BOS"],
        ["--date", "2024-01-15", "--from-phase", "5", "--shadow"],
        ["--date", "2024-01-15", "--from-phase", "3", "--dry-run", "--yes"],
        ["--date", "2024-01-15", "--from-phase", "7"],
    ])
    func whatMakesNoSenseIsRefusedBeforeAnythingIsAsked(_ options: [String]) async {
        await tipoff(["replay", "--reason", "r"] + options).expect(2)
    }

    @Test func payloadsOfOneUnitAreReadOneAfterTheOtherInTheOrderOfTheirCapture() throws {
        let date = try GameDate("2024-01-15")
        let noon = LeagueClock.instant(date, hour: 12, minute: 0)
        func payload(_ scraper: String, _ minutes: Double) -> StoredPayloads.Payload {
            StoredPayloads.Payload(
                key: PayloadKey(PayloadSubject(scraper, date: date), capturedAt: noon.addingTimeInterval(60 * minutes)),
                sha256: "",
                processors: Registry.standard.rawProcessors(of: scraper)
            )
        }
        let late = payload("nbac_player_boxscore", 10)
        let early = payload("nbac_player_boxscore", 5)
        let other = payload("nbac_referee_assignments", 20)
        #expect(StoredPayloads.rounds([late, other, early]) == [[early, other], [late]])
        #expect(StoredPayloads.rounds([]) == [])
    }

    @Test("A replay of Phase 2 reads every payload of the date, the older ones as well")
    func everyPayloadOfTheDateIsRead() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)")
        defer { unlinkFolder(root) }
        let objects = try DirectoryObjectStore(root: root.path)
        try await Database.with { database, _ in
            var paths: [String] = []
            for (day, hour) in [("2024-01-15", 8), ("2024-01-15", 12), ("2024-01-16", 8)] {
                let date = try GameDate(day)
                let key = PayloadKey(
                    PayloadSubject("nbac_referee_assignments", date: date),
                    capturedAt: LeagueClock.instant(date, hour: hour, minute: 0)
                )
                try await objects.put(key.path, bytes: Array("{}".utf8))
                paths.append(key.path.string)
            }
            let environment = [
                "TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": root.path,
                "TIPOFF_CLOCK": "2024-01-16T14:00:00Z",
            ]
            let plan = await tipoff(
                ["replay", "--date", "2024-01-15", "--from-phase", "2", "--reason", "garbled", "--json"],
                environment: environment
            )
            plan.expect(0)
            for (path, isRead) in zip(paths, [true, true, false]) {
                #expect(plan.output.contains(path) == isRead, "\(path)")
            }
        }
    }

    @Test func whatWasScrapedSinceABackupIsFoundAndWhatIsKnownIsPassedOver() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)")
        defer { unlinkFolder(root) }
        let objects = try DirectoryObjectStore(root: root.path)
        let broker = try await Broker()
        try await broker.sendByHand(Self.byHand)
        try await Database.with { database, pool in
            let date = try GameDate("2024-01-15")
            var paths: [String] = []
            for hour in [8, 12, 16] {
                let key = PayloadKey(
                    PayloadSubject("nbac_referee_assignments", date: date),
                    capturedAt: LeagueClock.instant(date, hour: hour, minute: 0)
                )
                try await objects.put(key.path, bytes: Array("{}".utf8))
                paths.append(key.path.string)
            }
            try await objects.put(try ObjectPath(validating: "tonight/2024-01-15.json"), bytes: Array("{}".utf8))
            let environment = broker.environment.merging([
                "TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": root.path,
                "TIPOFF_CLOCK": "2024-01-16T14:00:00Z", "USER": "ann",
            ]) { $1 }
            let words = ["recover", "--since", "2024-01-15T16:00:00Z", "--reason", "disk lost", "--json"]
            let all = try await tipoff(words, environment: environment).json()
            #expect(all["hand_made_messages"] == .int(1), "nobody has opened its run")
            #expect(all["dates"]?[0]?["payloads"]?.arrayValue?.compactMap(\.stringValue) == Array(paths[1...]))
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.snapshot_head (table_name, scope, row_count, source_object)
                VALUES ('t', 's', 1, \(paths[1]))
                """
            )
            let rest = try await tipoff(words, environment: environment).json()
            #expect(rest["known"] == .int(1) && rest["is_done"] == false)
            #expect(rest["dates"]?[0]?["payloads"]?.arrayValue?.compactMap(\.stringValue) == [paths[2]])
        }
    }

    @Test func whatWasSentByHandAndLostIsADeadLetterThatCanBeReplayed() async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)")
        defer { unlinkFolder(root) }
        _ = try DirectoryObjectStore(root: root.path)
        let broker = try await Broker()
        try await broker.sendByHand(Self.byHand)
        try await Database.with { database, pool in
            let environment = broker.environment.merging([
                "TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": root.path,
                "TIPOFF_DATABASE_ROLE": "tipoff_operator", "USER": "ann",
            ]) { $1 }
            let words = ["recover", "--since", "1d", "--reason", "disk lost", "--yes", "--json"]
            let first = await tipoff(words, environment: environment)
            first.expect(0)
            #expect(try first.json()["filed_dead_letters"] == .int(1))
            let second = await tipoff(words, environment: environment)
            #expect(try second.json()["filed_dead_letters"] == .int(0), "it is a letter already")
            let replay = ["dlq", "replay", "--error", "lost_by_restore", "--reason", "again", "--yes", "--json"]
            let sent = await tipoff(replay, environment: environment)
            sent.expect(0)
            #expect(try sent.json()["replayed"] == .int(1))
            let state: String = try await pool.query("SELECT state FROM nba_orchestration.dead_letter").scalar()
            #expect(state == "replayed")
        }
    }

    private static let byHand =
        #"{"processor_name":"player_game_summary","phase":"phase_3_analytics","game_date":"2024-01-15","status":"success"}"#

    private func unlinkFolder(_ root: URL) {
        do { try FileManager.default.removeItem(at: root) } catch {
            print("notice: \(root.path) is left behind: \(error)")
        }
    }
}

extension Broker {
    /// Puts a message on the trigger of Phase 3 as `kcat` would.
    fileprivate func sendByHand(_ payload: String) async throws {
        let producer = try KafkaProducer(
            configuration: KafkaConfiguration(brokers: brokers, clientID: "test"),
            logger: Logger(label: "test")
        )
        let message = KafkaOutgoing(
            topic: prefix + Topic.phase3Trigger.rawValue,
            key: Array("2024-01-15".utf8),
            value: Array(payload.utf8)
        )
        let result: Result<Void, any Error>
        do {
            try await producer.sendAll([message])
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await producer.close(timeout: .seconds(5))
        try result.get()
    }
}
