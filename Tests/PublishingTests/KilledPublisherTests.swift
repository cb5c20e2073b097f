import Basketball
import Foundation
import KafkaTestKit
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// The built service dies of kill -9 between any two writes of a publication.
@Suite("A publisher that is killed", .serialized)
struct KilledPublisherTests {
    private static let clock = "2024-01-15T19:00:00Z"

    private static let documents = [
        "best-bets/2024-01-15", "best-bets/all", "predictions/2024-01-15", "tonight/2024-01-15", "tonight/all-players",
    ]

    /// Each document is one object and two writes of its own.
    private static let points =
        ["claimed-before-work:1"] + (1...5).map { "publish-between-objects:\($0)" }
        + ["worked-before-finish:1", "finish-before-writes:1"]
        + (1...10).map { "publish-between-writes:\($0)" } + ["finish-before-commit:1"]

    @Test func readersSeeTheOldSlateOrTheNewOneWhole() async throws {
        try await PhaseHarness.with("publishing", clock: Self.clock) { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            let (star, other) = (slate.members[1], slate.members[2])
            try await slate.writeEvaluation(other, harness.pool)
            try await finish(try await open(slate, harness), harness)
            let watcher = SlateWatcher(harness.context.pool, player: star.lookup)
            let watching = Task { await watcher.watch() }
            try await watcher.lookTwice()
            var expected = ["16.5"]
            for (round, point) in Self.points.enumerated() {
                // A pick of another player is taken back, or stands again, with the same version.
                try await slate.writePrediction(star, harness.pool, points: Double(20 + round))
                try await slate.writeStatus(other, round % 2 == 0 ? "out" : "available", nil, harness.pool)
                let run = try await open(slate, harness)
                let before = watcher.versions
                let process = try await start(harness, fault: point)
                do { try await process.waitUntilKilled() } catch {
                    try await process.end()
                    throw error
                }
                try await watcher.lookTwice()
                #expect(watcher.versions == before, "\(point): a dead publication is seen")
                try await finish(run, harness)
                let written = try await harness.pool.query(
                    "SELECT kind || '/' || key AS name FROM nba_publishing.document WHERE run_id = \(run.runID) ORDER BY 1"
                ).column("name", as: String.self)
                #expect(written == Self.documents, "\(point)")
                expected.append("\(20 + round).0")
                try await watcher.lookTwice()
            }
            // Committed and not told to anybody: the new slate is there.
            try await slate.writePrediction(star, harness.pool, points: 50)
            let run = try await open(slate, harness)
            try await start(harness, fault: "finished-before-send:1").waitUntilKilled()
            expected.append("50.0")
            try await watcher.lookTwice()
            #expect(try await harness.runState(run) == "complete")
            watching.cancel()
            await watching.value
            #expect(watcher.versions == expected)
            #expect(Set(watcher.problems) == [])
            print("  \(watcher.looks) looks at \(expected.count) slates")
        }
    }

    /// Readers of the store, who follow the manifest, are as safe: what it names is there with the bytes that it says, of
    /// one moment, wherever the writer of the files dies.
    @Test func theManifestNamesWholeFilesOfOneMoment() async throws {
        try await PhaseHarness.with("publishing", clock: Self.clock) { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            let (star, other) = (slate.members[1], slate.members[2])
            try await slate.writeEvaluation(other, harness.pool)
            try await finish(try await open(slate, harness), harness)
            let projection = DocumentProjection(context: harness.context, signal: ProjectionSignal())
            let count = try await projection.project(verifying: false)
            #expect(count == Self.documents.count)
            for place in 1...(count + 1) {
                try await slate.writePrediction(star, harness.pool, points: Double(20 + place))
                try await slate.writeStatus(other, place % 2 == 1 ? "out" : "available", nil, harness.pool)
                try await finish(try await open(slate, harness), harness)
                let process = try await start(harness, fault: "project-between-files:\(place)")
                do { try await process.waitUntilKilled() } catch {
                    try await process.end()
                    throw error
                }
                // The dead held the role for some seconds more.
                try await harness.pool.execute("DELETE FROM nba_orchestration.lease")
                // The manifest is the last to change.
                let versions = try await manifestVersions(harness)
                #expect(versions.count == count)
                #expect(Set(versions.values) == [place > count ? place + 1 : place], "\(place)")
                #expect(try await projection.project(verifying: true) == (place > count ? 0 : count))
                #expect(Set(try await manifestVersions(harness).values) == [place + 1])
            }
        }
    }

    /// The versions that the manifest names, after a look at every file's bytes.
    private func manifestVersions(_ harness: PhaseHarness) async throws -> [String: Int] {
        let objects = harness.context.objects
        let manifest = try await objects.get(
            ObjectPath(validating: DocumentProjection.manifestPath),
            maximumBytes: 1 << 20
        )
        var versions: [String: Int] = [:]
        for (name, entry) in try JSONValue(parsing: manifest).dictionaryValue ?? [:] {
            let path = try ObjectPath(validating: try #require(entry["path"]?.stringValue))
            let bytes = try await objects.get(path, maximumBytes: 1 << 24)
            #expect(SHA256.hash(bytes).hex == entry["sha256"]?.stringValue, "\(name)")
            versions[name] = entry["version"]?.intValue.map(Int.init)
            #expect(try JSONValue(parsing: bytes)["version"]?.intValue == entry["version"]?.intValue, "\(name)")
        }
        return versions
    }

    private func start(_ harness: PhaseHarness, fault: String) async throws -> PublishingProcess {
        let topics = try await TestTopics([
            Topic.phase5PredictionsComplete.rawValue, Topic.phase6PublishingComplete.rawValue,
        ])
        return try PublishingProcess(harness, instance: "one", clock: Self.clock, topics: topics, fault: fault)
    }

    private func open(_ slate: PublishedSlate, _ harness: PhaseHarness) async throws -> RunRecord {
        try await harness.open(
            slate.date,
            from: .publishing,
            kind: .full,
            marking: [TonightDocument.name],
            role: Phase.publishing.name
        )
    }

    /// What the dead left is done by another, when its lease is over.
    private func finish(_ run: RunRecord, _ harness: PhaseHarness) async throws {
        try await harness.pool.execute(
            """
            UPDATE nba_orchestration.task SET lease_until = now() - interval '1 minute', next_attempt_at = now()
            WHERE run_id = \(run.runID) AND NOT is_terminal
            """
        )
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
        #expect(try await harness.runState(run) == "complete")
    }
}

/// Several publish the same slate at once.
@Suite("Publishers at once")
struct ConcurrentPublishersTests {
    @Test func oneOfTwoWinsAndVersionsCountUp() async throws {
        try await PhaseHarness.with("publishing", clock: "2024-01-15T14:00:00Z") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            var other = harness.context
            other.instance = "publishing-two"
            let contexts = [harness.context, other]
            for round in 0..<12 {
                try await slate.writePrediction(slate.members[2], harness.pool, points: Double(20 + round))
                var runs: [RunRecord] = []
                for kind in [RunKind.full, .pregame] {
                    let names = [TonightDocument.name]
                    runs.append(try await harness.open(slate.date, from: .publishing, kind: kind, marking: names))
                }
                await withTaskGroup(of: Void.self) { group in
                    for (run, context) in zip(runs, contexts) {
                        group.addTask {
                            let definition = PublishingService.definition(context, signal: ProjectionSignal())
                            await TaskWorker(definition: definition, context: context)
                                .work([TaskSelector(runID: run.runID)], trigger: nil)
                        }
                    }
                }
                // Who came second tries again, and finds everything said.
                try await harness.pool.execute(
                    "UPDATE nba_orchestration.task SET next_attempt_at = now() WHERE state = 'pending'"
                )
                let definition = PublishingService.definition(harness.context, signal: ProjectionSignal())
                for run in runs {
                    await harness.work(run, definition)
                    #expect(try await harness.runState(run) == "complete")
                }
                let versions = try await harness.count(
                    "SELECT count(*) FROM nba_publishing.document WHERE kind = 'tonight' AND key = '2024-01-15'"
                )
                #expect(versions == round + 1, "both published round \(round)")
            }
            // The events of each document come in the order of their versions, one by one.
            let told = try await harness.pool.query(
                """
                SELECT kind || '/' || key AS name, version FROM nba_publishing.change_event
                WHERE kind <> 'best-bets' ORDER BY seq
                """
            )
            var last: [String: Int] = [:]
            for row in told {
                let name: String = try row.decode("name")
                let version: Int = try row.decode("version")
                #expect(version == last[name, default: 0] + 1, "\(name)")
                last[name] = version
            }
            #expect(last == ["predictions/2024-01-15": 12, "tonight/2024-01-15": 12, "tonight/all-players": 12])
        }
    }
}
