import Basketball
import Foundation
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

@Suite("Publishing on a real PostgreSQL")
struct PublishingTests {
    private static let documents = ["tonight_document"]

    private func definition(_ harness: PhaseHarness) -> PhaseServiceDefinition {
        PublishingService.definition(harness.context, signal: ProjectionSignal())
    }

    /// Publishes a date with full markers.
    @discardableResult
    private func publish(_ harness: PhaseHarness, _ date: GameDate, reasons: [String] = []) async throws -> RunRecord {
        let run = try await harness.open(
            date,
            from: .publishing,
            kind: .full,
            marking: Self.documents,
            reasons: reasons
        )
        await harness.work(run, definition(harness))
        return run
    }

    /// What readers see.
    private func shown(_ harness: PhaseHarness, _ kind: String, _ key: String) async throws -> JSONValue? {
        let rows = try await harness.pool.query(
            """
            SELECT d.payload::text AS payload FROM nba_publishing.document_pointer AS p
            JOIN nba_publishing.document AS d USING (document_id) WHERE p.kind = \(kind) AND p.key = \(key)
            """
        )
        return try rows.first.map { try JSONValue(parsing: $0.decode("payload", as: String.self)) }
    }

    private func projection(_ harness: PhaseHarness) -> DocumentProjection {
        DocumentProjection(context: harness.context, signal: ProjectionSignal())
    }

    private func file(_ harness: PhaseHarness, _ path: String) async throws -> [UInt8] {
        try await harness.context.objects.get(ObjectPath(validating: path), maximumBytes: 1 << 24)
    }

    @Test func aSlateIsPublishedAsTheSchemasSay() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            let star = slate.members[1]
            try await slate.writeHistory(
                star,
                points: [nil, 20, 30, 12, 11, 8, 40, 41, 42, 43, 44],
                line: 11.5,
                harness.pool
            )
            let run = try await publish(harness, slate.date)

            #expect(try await harness.runState(run) == "complete")
            #expect(try await harness.phaseState(run, .publishing) == "complete")
            let predictions = try #require(try await shown(harness, "predictions", "2024-01-15"))
            #expect(try JSONSchema.published("predictions").problems(predictions) == [])
            #expect(predictions["status"]?.stringValue == "good")
            #expect(predictions["state"]?.stringValue == "predictions_ready")
            #expect(predictions["version"]?.intValue == 1)
            #expect(predictions["run_id"]?.stringValue == run.runID.uuidString.lowercased())
            #expect(predictions["data"]?["total_predictions"]?.intValue == 24)
            #expect(predictions["data_as_of"]?.stringValue == "2024-01-15T13:01:00.000Z")

            for key in ["2024-01-15", "all-players"] {
                let tonight = try #require(try await shown(harness, "tonight", key))
                #expect(try JSONSchema.published("tonight").problems(tonight) == [])
                // The earlier game first.
                let games = try #require(tonight["data"]?["games"]?.arrayValue)
                #expect(games.compactMap { $0["game_id"]?.stringValue } == [slate.gameID(1), slate.gameID(0)])
                #expect(games[0]["game_time"]?.stringValue == "9:30 PM ET")
                let players = games[1]["players"]?.arrayValue ?? []
                let found = try #require(players.first { $0["player_lookup"]?.stringValue == star.lookup })
                #expect(found["last_10"]?["points"] == [44, 43, 42, 41, 40, 8, 11, 12, 30, 20])
                #expect(found["last_10"]?["results"] == ["O", "O", "O", "O", "O", "U", "U", "O", "O", "O"])
                #expect(found["last_10"]?["record"] == "8-2")
                #expect(found["recent_form"] == "Hot")
                #expect(found["games_played"] == 10)
                #expect(found["props"]?.arrayValue?.count == 2)
                #expect(found["props"]?[0]?["bookmaker"] == "draftkings")
                #expect(found["props"]?[1]?["line"]?.doubleValue == 9.5)
                #expect(found["line_history"]?.arrayValue?.count == 1)
                #expect(found["prediction"]?["factors"]?.arrayValue?.count == 4)
                // Who has no line comes last and has no props.
                let last = try #require(players.last)
                #expect(last["has_line"] == false)
                #expect(last["props"] == nil)
            }
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.outbox WHERE topic = 'nba-phase6-publishing-complete'"
                ) == 1
            )
            #expect(try await harness.count("SELECT count(*) FROM nba_orchestration.change_marker") == 0)
        }
    }

    @Test func nothingNewIsNoNewVersion() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let before = try await harness.count("SELECT count(*) FROM nba_publishing.document")
            let run = try await publish(harness, slate.date)
            #expect(try await harness.runState(run) == "complete")
            #expect(try await harness.count("SELECT count(*) FROM nba_publishing.document") == before)

            try await slate.writePrediction(slate.members[2], harness.pool, points: 33)
            try await publish(harness, slate.date)
            let now = try #require(try await shown(harness, "predictions", "2024-01-15"))
            #expect(now["version"]?.intValue == 2)
        }
    }

    @Test func theCurrentSlateNeverGoesBack() async throws {
        try await PhaseHarness.with("publishing") { harness in
            for day in ["2024-01-15", "2024-01-14", "2024-01-16"] {
                let slate = try PublishedSlate(day)
                try await slate.write(harness.pool)
                try await publish(harness, slate.date)
                #expect(try await shown(harness, "tonight", day)?["slate_date"]?.stringValue == day)
                let current = day == "2024-01-16" ? day : "2024-01-15"
                #expect(try await shown(harness, "tonight", "all-players")?["slate_date"]?.stringValue == current)
            }
        }
    }

    @Test func pointersOfConcurrentRunsEndAtTheLatestSlate() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let days = (10..<18).map { "2024-01-\($0)" }
            var runs: [RunRecord] = []
            for day in days {
                let slate = try PublishedSlate(day)
                try await slate.write(harness.pool)
                runs.append(
                    try await harness.open(slate.date, from: .publishing, kind: .full, marking: Self.documents)
                )
            }
            await withTaskGroup(of: Void.self) { group in
                for run in runs.shuffled() { group.addTask { await harness.work(run, definition(harness)) } }
            }
            // Who met another run at the current document tries again when his time has come.
            for run in runs {
                try await harness.pool.execute(
                    "UPDATE nba_orchestration.task SET next_attempt_at = now() WHERE state = 'pending'"
                )
                await harness.work(run, definition(harness))
                #expect(try await harness.runState(run) == "complete")
            }
            #expect(try await shown(harness, "tonight", "all-players")?["slate_date"]?.stringValue == days.last)
            #expect(
                try await harness.count("SELECT count(*) FROM nba_publishing.document_pointer") == 3 * days.count + 2
            )
        }
    }

    @Test func aSlateToComeDoesNotTakeTonightAway() async throws {
        try await PhaseHarness.with("publishing", clock: "2024-01-15T20:00:00Z") { harness in
            for day in ["2024-01-15", "2024-01-16"] {
                let slate = try PublishedSlate(day)
                try await slate.write(harness.pool)
                try await publish(harness, slate.date)
            }
            #expect(try await shown(harness, "tonight", "2024-01-16") != nil)
            #expect(try await shown(harness, "tonight", "all-players")?["slate_date"]?.stringValue == "2024-01-15")
        }
    }

    @Test func aRefusedCandidateLeavesTheLastGoodVersionAndSaysSo() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let good = try #require(try await shown(harness, "tonight", "all-players"))
            try await slate.writeOffer(slate.members[1], harness.pool, over: 199_900)
            let run = try await publish(harness, slate.date)

            #expect(try await shown(harness, "tonight", "all-players") == good)
            #expect(
                try await harness.count("SELECT count(*) FROM nba_publishing.document WHERE state = 'quarantined'") > 0
            )
            let alerts: SQL = """
                SELECT count(*) FROM nba_orchestration.alert
                WHERE signature LIKE 'publishing:quarantined:%' AND resolved_at IS NULL
                """
            // The document without offers is not concerned.
            #expect(try await harness.count(alerts) == 2)
            #expect(try await harness.runState(run) == "complete")
            #expect(
                try await harness.scalar(
                    "SELECT degraded FROM nba_orchestration.run WHERE run_id = \(run.runID)",
                    as: Bool.self
                )
            )
            // The markers stay, so that the next run of the date publishes what is right again.
            #expect(try await harness.count("SELECT count(*) FROM nba_orchestration.change_marker") == 1)
            // The source corrects itself: what readers have all along is right again.
            try await slate.writeOffer(slate.members[1], harness.pool, over: -115)
            let next = try await harness.open(slate.date, from: .publishing, kind: .delta, marking: [])
            await harness.work(next, definition(harness))
            #expect(try await harness.count(alerts) == 0)
            #expect(try await shown(harness, "tonight", "all-players") == good)
            #expect(try await harness.count("SELECT count(*) FROM nba_orchestration.change_marker") == 0)
        }
    }

    @Test func aThinSlateIsDegradedButNeverReplacesAFullerOne() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let thin = try PublishedSlate("2024-01-15", roster: 3)
            try await thin.write(harness.pool)
            try await publish(harness, thin.date)
            let first = try #require(try await shown(harness, "predictions", "2024-01-15"))
            #expect(first["status"]?.stringValue == "degraded")
            #expect(first["status_reasons"]?[0]?.stringValue == "12 players for 2 games")

            try await harness.pool.execute(
                "UPDATE nba_predictions.player_prop_predictions SET removed_at = now() WHERE player_lookup LIKE '%player2'"
            )
            try await publish(harness, thin.date)
            #expect(try await shown(harness, "predictions", "2024-01-15") == first)
        }
    }

    @Test func anEmptySlateIsAnAnswer() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let date = try GameDate("2024-02-16")
            let run = try await publish(harness, date)
            #expect(try await harness.runState(run) == "complete")
            for (kind, schema) in [("predictions", "predictions"), ("tonight", "tonight")] {
                let document = try #require(try await shown(harness, kind, "2024-02-16"))
                #expect(try JSONSchema.published(schema).problems(document) == [])
                #expect(document["status"]?.stringValue == "empty")
                #expect(document["state"]?.stringValue == "no_games")
                #expect(document["status_reasons"] == ["no games on 2024-02-16"])
                #expect(document["data"]?["games"]?.arrayValue?.isEmpty == true)
            }
        }
    }

    @Test func whatWentWrongBeforeReachesThePage() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await slate.writePrediction(slate.members[1], harness.pool, synthetic: true)
            try await publish(harness, slate.date, reasons: ["3 of 450 predictions failed"])
            let document = try #require(try await shown(harness, "tonight", "2024-01-15"))
            #expect(document["status"]?.stringValue == "degraded")
            #expect(document["status_reasons"] == ["3 of 450 predictions failed"])
            #expect(document["data"]?["has_synthetic_lines"] == true)
        }
    }

    @Test func theFirstVersionAfterTheDeadlineIsLate() async throws {
        try await PhaseHarness.with("publishing", clock: "2024-01-15T15:30:00Z") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            #expect(try await shown(harness, "tonight", "2024-01-15")?["status"]?.stringValue == "late")
            try await slate.writePrediction(slate.members[2], harness.pool, points: 33)
            try await publish(harness, slate.date)
            #expect(try await shown(harness, "tonight", "2024-01-15")?["status"]?.stringValue == "good")
        }
    }

    @Test func theFilesFollowThePointersWhateverHappensToThem() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            // The process may have died right here: nothing but the pointers is needed to go on.
            let first = projection(harness)
            #expect(try await first.project(verifying: false) == 5)
            #expect(try await first.project(verifying: false) == 0)
            let bytes = try await file(harness, "tonight/all-players.json")
            #expect(try JSONValue(parsing: bytes) == (try await shown(harness, "tonight", "all-players")))
            let etag = try await harness.scalar(
                """
                SELECT d.etag FROM nba_publishing.document_pointer AS p JOIN nba_publishing.document AS d USING (document_id)
                WHERE p.kind = 'tonight' AND p.key = 'all-players'
                """,
                as: String.self
            )
            #expect(SHA256.hash(bytes).hex == etag)

            // A file is lost, another one is overwritten: the look at every file finds both.
            try await harness.context.objects.delete(ObjectPath(validating: "tonight/all-players.json"))
            try await harness.context.objects.put(
                ObjectPath(validating: "predictions/2024-01-15.json"),
                bytes: Array("{}".utf8)
            )
            #expect(try await first.project(verifying: true) == 2)
            #expect(try await file(harness, "tonight/all-players.json") == bytes)

            // Without its manifest everything is written again.
            try await harness.context.objects.delete(ObjectPath(validating: DocumentProjection.manifestPath))
            #expect(try await first.project(verifying: false) == 5)

            try await slate.writePrediction(slate.members[2], harness.pool, points: 33)
            try await publish(harness, slate.date)
            #expect(try await first.project(verifying: false) == 3)
            let manifest = try JSONValue(parsing: try await file(harness, DocumentProjection.manifestPath))
            #expect(manifest["tonight/2024-01-15.json"]?["version"]?.intValue == 2)
            // What the manifest names is a slate of one moment, whatever replaces the files.
            try await slate.writePrediction(slate.members[2], harness.pool, points: 34)
            try await publish(harness, slate.date)
            #expect(try await first.project(verifying: false) == 3)
            for (path, entry) in manifest.dictionaryValue ?? [:] {
                let kept = try await file(harness, try #require(entry["path"]?.stringValue))
                #expect(try JSONValue(parsing: kept)["version"] == entry["version"], "\(path)")
                #expect(SHA256.hash(kept).hex == entry["sha256"]?.stringValue)
            }
        }
    }

    @Test func readersGetTheVersionOnceAndThenNotModified() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let site = harness.site()
            func get(_ path: String, _ headers: [String: String] = [:]) async throws -> WebResponse {
                try await site.get(path, headers: headers)
            }
            let first = try await get("/v1/documents/predictions/2024-01-15")
            #expect(first.status == 200)
            let etag = try #require(first.headers["ETag"])
            #expect("\"\(SHA256.hash(first.body).hex)\"" == etag)
            #expect(try await get("/v1/documents/predictions/2024-01-15", ["if-none-match": etag]).status == 304)
            #expect(
                try await get("/v1/documents/predictions/2024-01-15", ["if-none-match": "\"old\", W/\(etag)"]).status
                    == 304
            )
            #expect(try await get("/v1/documents/predictions/2024-01-15", ["if-none-match": "\"old\""]).status == 200)
            #expect(try await get("/v1/documents/predictions/2024-01-16").status == 404)
            #expect(try await get("/v1/documents/nothing").status == 404)
            let current = try await get("/v1/slates/current")
            #expect(try JSONValue(parsing: current.body)["slate_date"]?.stringValue == "2024-01-15")
            #expect(try await get("/v1/slates/2024-01-15").status == 200)
            #expect(try await get("/v1/slates/yesterday").status == 404)
        }
    }

    /// Ends as a bug in a document would.
    private struct Broken: Processor {
        static let name = TonightDocument.name
        func execute(_ execution: Execution) async throws -> Outcome {
            throw TaskError(.permanent, type: "bug", "broken")
        }
    }

    @Test func aDocumentThatCannotBeMadeFailsTheRun() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            let run = try await harness.open(slate.date, from: .publishing, kind: .full, marking: Self.documents)
            var broken = definition(harness)
            broken.processors = [Broken()]
            await harness.work(run, broken)
            #expect(try await harness.runState(run) == "failed")
            #expect(try await harness.phaseState(run, .publishing) == "failed")
            #expect(try await shown(harness, "predictions", "2024-01-15") == nil)
            #expect(
                try await harness.count(
                    "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'tonight_document'"
                ) == 1
            )
        }
    }

    @Test func ofTwoDocumentsThatEndAtOnceTheLastEndsTheRun() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            for round in 0..<25 {
                try await slate.writePrediction(slate.members[2], harness.pool, points: Double(round))
                let run = try await publish(harness, slate.date)
                #expect(try await harness.runState(run) == "complete", "round \(round)")
            }
        }
    }
}
