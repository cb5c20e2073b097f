import Foundation
import Pipeline
import Postgres
import Testing

/// Kafka promises neither that a message comes once nor, over partitions and resends, in which order.
@Suite("Duplicates and disorder", .serialized)
struct DuplicationTests {
    @Test("Messages that come too early, five times and in any order change nothing")
    func duplicates() async throws {
        let calm = try await Undisturbed.shared
        let seed = UInt64.random(in: .min ... .max)
        print("  seed \(seed)")
        var generator = SplitMix(state: seed)
        let stack = try await Stack.start(base: calm.base)
        try await Wire.with(stack) { wire in
            // What later phases report is there before anything has begun, the last of it first.
            stack.signal("scrapers", SIGSTOP)
            let run = try await stack.open(.full, Undisturbed.slate, key: Undisturbed.planKey)
            let early = calm.messages.filter { !$0.topic.hasPrefix("nba-phase1") && !$0.topic.hasPrefix("nba-phase2") }
            #expect(early.count > 10)
            try await wire.send(early.reversed())
            try await wire.drain(early)
            stack.signal("scrapers", SIGCONT)

            async let end = stack.wait(run)
            while try await stack.count(
                "SELECT count(*) FROM nba_orchestration.run WHERE run_id = \(run.runID) AND state = 'open'"
            ) == 1 {
                try await wire.send(try await stack.messages(of: run).shuffled(using: &generator))
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await end == "complete", "seed \(seed)")

            let all = try await stack.messages(of: run)
            try await wire.send((0..<5).flatMap { _ in all }.shuffled(using: &generator))
            try await wire.drain(all)
            try await calm.expectSameTables(stack)
            try await stack.expectOneTriggerEach()
            #expect(try await stack.deadLetters() == [], "seed \(seed)")
            #expect(try await stack.messages(of: run).count == all.count, "a copy made new messages; seed \(seed)")
            let runs = try await stack.count(
                "SELECT count(*) FROM nba_orchestration.run WHERE game_date = '2023-10-30'"
            )
            #expect(runs == 1, "a copy opened a run; seed \(seed)")
        }
        try await stack.stop()
    }
}

/// A small seeded generator, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
