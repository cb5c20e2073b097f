import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing

@testable import Alerting

/// From an alert's row to people.
@Suite struct DeliveryTests {
    @Test func anIncidentIsOneMessageAndItsEndOneMore() async throws {
        try await TaskHarness.with { harness in
            let (desk, sink) = (harness.desk(), CollectingSink())
            let sender = harness.sender([sink, CollectingSink(.log)])
            try await harness.raise(
                "service:raw",
                detail: ["names": ["nbac_schedule"], "next": "restart raw", "since": "2024-01-15T13:00:00.000Z"]
            )
            for _ in 0..<3 {
                try await desk.round()
                await sender.round()
            }
            try await harness.resolve("service:raw")
            for _ in 0..<3 {
                try await desk.round()
                await sender.round()
            }
            #expect(sink.messages.map(\.kind) == [.first, .resolve])
            let first = try #require(sink.messages.first)
            #expect(first.names == ["nbac_schedule"])
            #expect(first.command == "restart raw")
            #expect(first.since == Instant.parse("2024-01-15T13:00:00.000Z"))
            #expect(first.text.contains("next: restart raw"))
            #expect(try AlertMessage(json: first.json) == first, "what is stored is what was said")
        }
    }

    @Test("Replicas that look at the same moment share one budget")
    func replicasShareOneBudget() async throws {
        try await TaskHarness.with { harness in
            for number in 0..<20 { try await harness.raise("s\(number)") }
            let desks = (0..<4).map { harness.desk(owner: "replica \($0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for desk in desks { group.addTask { for _ in 0..<3 { try await desk.round() } } }
                try await group.waitForAll()
            }
            let decided = try await harness.decided()
            #expect(decided.sorted() == (0..<20).map { "s\($0) first" }.sorted())
        }
    }

    @Test func aStartAnewTellsNothingAgain() async throws {
        try await TaskHarness.with { harness in
            try await harness.raise("s")
            try await harness.desk().round()
            try await harness.raise("s")
            try await harness.desk(owner: "after a restart").round()
            try await harness.raise("s")
            try await harness.desk(owner: "after another").round()
            let decided = try await harness.decided()
            #expect(decided == ["s first", "s summary"])
        }
    }

    @Test func whatIsMutedIsToldAfterItsTimeAndWhatIsAcknowledgedOnlyWithItsEnd() async throws {
        try await TaskHarness.with { harness in
            try await harness.pool.execute(
                """
                INSERT INTO nba_orchestration.alert_silence (kind, signature, until, reason, actor)
                VALUES ('mute', 'source:*', now() + interval '1 hour', 'rebuilt', 'ann')
                """
            )
            try await harness.raise("source:silent:x")
            try await harness.raise("other")
            try await harness.desk().round()
            var decided = try await harness.decided()
            #expect(decided == ["other first"])
            try await harness.pool.execute(
                "UPDATE nba_orchestration.alert_silence SET until = now() - interval '1 second'"
            )
            try await harness.pool.execute(
                """
                INSERT INTO nba_orchestration.alert_silence (kind, alert_id, signature, reason, actor)
                SELECT 'ack', alert_id, signature, 'on it', 'ann' FROM nba_orchestration.alert WHERE signature = 'other'
                """
            )
            for _ in 0..<5 { try await harness.raise("other") }
            try await harness.desk().round()
            decided = try await harness.decided()
            #expect(decided == ["other first", "source:silent:x first"])
            try await harness.resolve("other")
            try await harness.desk().round()
            decided = try await harness.decided()
            #expect(decided.last == "other resolve")
        }
    }

    @Test("A backfill's errors come as one digest, what is critical at once, information never")
    func backfillIsBatched() async throws {
        try await TaskHarness.with { harness in
            let run = try await harness.open(.full, try GameDate("2024-01-15"), only: [])
            try await harness.pool.execute(
                "UPDATE nba_orchestration.run SET lane = 'backfill' WHERE run_id = \(run.runID)"
            )
            let (desk, sink, log) = (harness.desk(), CollectingSink(), CollectingSink(.log))
            let sender = harness.sender([sink, log])
            for number in 0..<4 { try await harness.raise("e\(number)", run: run) }
            try await harness.raise("w", .warning, run: run)
            try await harness.raise("i", .info, run: run)
            try await harness.raise("c", .critical, run: run)
            try await desk.round()
            await sender.round()
            #expect(sink.messages.map(\.signature) == ["c"])
            #expect(log.messages.count == 7, "the log has everything at once")
            try await harness.resolve("e0")
            try await desk.round()
            // Half an hour later the errors' time has come; the warnings' is an hour.
            try await harness.pool.execute(
                "UPDATE nba_orchestration.alert_message SET created_at = created_at - interval '31 minutes'"
            )
            try await desk.round()
            await sender.round()
            #expect(sink.messages.map(\.kind) == [.first, .digest])
            #expect(sink.messages.last?.entries.count == 4)
            #expect(sink.messages.last?.entries.contains("e0 is amiss (over)") == true)
            // With the backfill's end the rest is told.
            try await harness.pool.execute(
                "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)"
            )
            try await desk.round()
            await sender.round()
            #expect(sink.messages.map(\.signature) == ["c", "digest:backfill:error", "digest:backfill:warning"])
            #expect(try await desk.round() == 0)
        }
    }

    @Test("A sink that is down is told through the others, keeps nobody waiting, and gets everything in order later")
    func aFailingSinkIsSeen() async throws {
        try await TaskHarness.with { harness in
            let (webhook, command) = (CollectingSink(.webhook), CollectingSink(.command))
            let desk = harness.desk([.webhook, .command])
            let sender = harness.sender([webhook, command])
            webhook.fail(times: AlertSender.failuresTold)
            try await harness.raise("s")
            try await desk.round()
            for _ in 0..<AlertSender.failuresTold {
                await sender.round()
                try await harness.pool.execute("UPDATE nba_orchestration.alert_sending SET next_attempt_at = now()")
            }
            #expect(command.messages.map(\.signature) == ["s"])
            #expect(webhook.messages.isEmpty)
            var open = try await harness.openAlerts()
            #expect(open == ["alerts:sink:webhook", "s"])
            try await harness.resolve("s")
            try await desk.round()
            await sender.round()
            open = try await harness.openAlerts()
            #expect(open.isEmpty)
            #expect(webhook.messages.first?.kind == .first)
            #expect(command.messages.map(\.signature) == ["s", "s", "alerts:sink:webhook"])
            try await desk.round()
            await sender.round()
            #expect(webhook.messages.filter { $0.signature == "s" }.map(\.kind) == [.first, .resolve])
        }
    }

    @Test func aMessageThatIsRefusedAgainAndAgainMakesWayForTheNext() async throws {
        try await TaskHarness.with { harness in
            let webhook = CollectingSink(.webhook)
            let (desk, sender) = (harness.desk([.webhook]), harness.sender([webhook]))
            webhook.fail(times: AlertSender.refusals, isRefusal: true)
            try await harness.raise("a")
            try await desk.round()
            for _ in 0..<AlertSender.refusals {
                await sender.round()
                try await harness.pool.execute("UPDATE nba_orchestration.alert_sending SET next_attempt_at = now()")
            }
            let state: String = try await harness.pool.query(
                "SELECT state FROM nba_orchestration.alert_sending"
            ).scalar()
            #expect(state == "given_up")
            try await harness.raise("b")
            try await desk.round()
            await sender.round()
            #expect(webhook.messages.contains { $0.signature == "b" })
        }
    }
}
