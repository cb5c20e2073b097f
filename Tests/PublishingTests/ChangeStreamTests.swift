import Basketball
import Foundation
import Logging
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

@Suite("The stream of changes")
struct ChangeStreamTests {
    private static let documents = ["tonight_document"]

    private func publish(_ harness: PhaseHarness, _ date: GameDate) async throws {
        let run = try await harness.open(date, from: .publishing, kind: .full, marking: Self.documents)
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
    }

    /// Moves a pointer as a publisher does; the version says which move it was.
    private func move(_ harness: PhaseHarness, _ kind: String = "tonight", key: String = "2024-01-15") async throws {
        try await harness.pool.execute(
            """
            UPDATE nba_publishing.document_pointer SET version = version + 1, moved_at = now()
            WHERE kind = \(kind) AND key = \(key)
            """
        )
    }

    private func sequence(_ harness: PhaseHarness, key: String = "2024-01-15") async throws -> [Int64] {
        try await harness.pool.query(
            "SELECT seq FROM nba_publishing.change_event WHERE key = \(key) ORDER BY seq"
        ).column("seq", as: Int64.self)
    }

    /// A server with the stream on a published slate.
    private func with(_ body: @Sendable (PhaseHarness, ChangeStream, UInt16) async throws -> Void) async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let changes = ChangeStream()
            let server = HealthServer(
                identity: .init(service: "publishing"),
                progress: ProgressMonitor(),
                readiness: Readiness(),
                metrics: MetricsRegistry(),
                routes: harness.site(changes).routes,
                logger: Logger(label: "test")
            )
            let port = try server.bind().port
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                group.addTask {
                    await changes.follow(ChangeLog(pool: harness.readers), logger: Logger(label: "test"))
                }
                try await body(harness, changes, port)
                group.cancelAll()
            }
        }
    }

    @Test func everyMoveOfAPointerIsOneEvent() async throws {
        try await with { harness, _, _ in
            let events = try await harness.pool.query(
                "SELECT kind || '/' || key AS name FROM nba_publishing.change_event ORDER BY seq"
            ).column("name", as: String.self)
            #expect(
                events.sorted() == [
                    "best-bets/2024-01-15", "best-bets/all", "predictions/2024-01-15", "tonight/2024-01-15",
                    "tonight/all-players",
                ]
            )
            // What is not committed is not told.
            await #expect(throws: (any Error).self) {
                try await harness.pool.transaction { transaction in
                    try await transaction.execute("UPDATE nba_publishing.document_pointer SET version = version + 1")
                    throw CancellationError()
                }
            }
            #expect(try await harness.count("SELECT count(*) FROM nba_publishing.change_event") == 5)
        }
    }

    @Test func theServiceCannotRewriteWhatReadersWereTold() async throws {
        try await with { harness, _, _ in
            for statement: SQL in [
                "UPDATE nba_publishing.change_event SET version = 9", "DELETE FROM nba_publishing.change_event",
                "INSERT INTO nba_publishing.change_event (kind, key, version, slate_date) VALUES ('a', 'b', 1, now())",
            ] {
                await #expect(throws: PostgresError.self) { try await harness.context.pool.execute(statement) }
            }
        }
    }

    @Test func aReaderThatComesBackGetsWhatItMissedOnce() async throws {
        try await with { harness, _, port in
            let path = "/v1/stream?topics=slate:2024-01-15"
            let before = try await sequence(harness)
            let first = StreamReader(port, path)
            #expect(await first.events(1).map(\.name) == ["hello"])
            for _ in 0..<3 { try await move(harness) }
            let live = await first.events(4)
            first.disconnect()
            let told = live.dropFirst().map(\.id)
            let written = try await sequence(harness).dropFirst(before.count)
            #expect(told == Array(written))
            #expect(live.dropFirst().allSatisfy { $0.name == "slate.updated" })

            // While it is away, and while it comes back.
            for _ in 0..<5 { try await move(harness) }
            let mover = Task { for _ in 0..<20 { try await move(harness) } }
            let second = StreamReader(port, path, lastID: told[told.endIndex - 1])
            let rest = await second.events(25)
            second.disconnect()
            try await mover.value
            let all = try await sequence(harness).dropFirst(before.count)
            #expect(told + rest.map(\.id) == Array(all))
            #expect(Set(rest.map(\.id)).count == 25)
        }
    }

    @Test func whatCameWithTheReplayIsNotToldAgain() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let log = ChangeLog(pool: harness.readers)
            let changes = ChangeStream()
            let topics = Set([try #require(ChangeTopic("slate:2024-01-15"))])
            let listening = WebStream()
            try await changes.add(listening, topics: topics, lastID: nil, log)
            try await move(harness)
            let before = try await harness.pool.query(
                "SELECT seq FROM nba_publishing.change_event WHERE key <> 'all-players' ORDER BY seq"
            ).column("seq", as: Int64.self)
            // It comes back between the commit and the next look.
            let stream = WebStream()
            try await changes.add(stream, topics: topics, lastID: before[0] - 1, log)
            try await changes.look(log)
            guard case .bytes(let bytes) = stream.take(unsentBytes: 0) else {
                Issue.record("the reader was closed")
                return
            }
            let told = StreamReader.events(String(decoding: bytes, as: UTF8.self))
            #expect(told.map(\.id) == before)
        }
    }

    @Test func aReaderHearsItsTopicsOnly() async throws {
        try await with { harness, _, port in
            let dated = StreamReader(port, "/v1/stream?topics=slate:2024-01-15")
            let other = StreamReader(port, "/v1/stream?topics=slate:2024-01-16,slate:current")
            defer {
                dated.disconnect()
                other.disconnect()
            }
            _ = await (dated.events(1), other.events(1))
            try await move(harness, "tonight", key: "all-players")
            try await move(harness, "predictions")
            let heard = await (dated.events(2), other.events(2))
            #expect(heard.0[1].name == "document.updated")
            #expect(heard.0[1].data.contains("\"key\":\"2024-01-15\""))
            #expect(heard.1[1].data.contains("\"key\":\"all-players\""))
        }
    }

    @Test(arguments: [0, 1, 999_999])
    func aReaderWhoMissedTooMuchIsToldToFetchAnew(_ lastID: Int64) async throws {
        try await with { harness, _, port in
            try await harness.pool.execute("DELETE FROM nba_publishing.change_event WHERE seq <= 2")
            let reader = StreamReader(port, "/v1/stream?topics=slate:2024-01-15", lastID: lastID)
            defer { reader.disconnect() }
            let first = await reader.events(1)
            #expect(first.map(\.name) == ["resync"])
            try await move(harness)
            let next = await reader.events(2)
            let newest = try await sequence(harness).last
            #expect(next[1].id == newest)
        }
    }

    @Test func numbersBecomeVisibleInTheirOrder() async throws {
        try await with { harness, _, _ in
            let slow = Task {
                try await harness.pool.transaction { transaction in
                    try await transaction.execute(
                        "UPDATE nba_publishing.document_pointer SET version = version + 1 WHERE kind = 'predictions'"
                    )
                    // As the commit does, but with time to overtake.
                    try await transaction.execute("SET CONSTRAINTS ALL IMMEDIATE")
                    try await Task.sleep(for: .milliseconds(300))
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            // Ends only after the slower one, whose number is lower.
            try await move(harness)
            #expect(try await harness.count("SELECT count(*) FROM nba_publishing.change_event") == 7)
            try await slow.value
        }
    }

    @Test func nonsenseIsRefused() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let site = harness.site()
            for query in [
                "", "topics=", "topics=slate:", "topics=x", "topics=slate:1,x:2", "topics=slate:2024-01-155",
                "topics=slate:foo", "topics=slate:2024-1-5",
                "topics=slate:current&last_event_id=x",
                "topics=" + (1...9).map { "slate:2024-01-0\($0)" }.joined(separator: ","),
            ] {
                let answer = try await site.get("/v1/stream", query)
                #expect(answer.status == 400, "\(query)")
            }
        }
    }
}
