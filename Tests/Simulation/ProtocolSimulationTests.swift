import Foundation
import Synchronization
import Testing

/// A thousand seeded lives of the whole work protocol. `TIPOFF_SIMULATION_SEED=n` repeats one.
@Suite("The simulated work protocol")
struct ProtocolSimulationTests {
    static let lives = 1000
    /// Databases at the same time; each lives one life after the other.
    private static let databases = 2

    @Test("Every invariant of the work protocol holds in a thousand seeded lives")
    func simulate() async throws {
        let given = ProcessInfo.processInfo.environment["TIPOFF_SIMULATION_SEED"]
        if let given, UInt64(given) == nil {
            Issue.record("TIPOFF_SIMULATION_SEED is \(given), which is no number")
            return
        }
        let seeds: [UInt64] = given.flatMap(UInt64.init).map { [$0] } ?? (0..<UInt64(Self.lives)).map { $0 }
        let queue = SeedQueue(seeds)
        let tally = try await withThrowingTaskGroup(of: [String: Int].self) { group in
            for _ in 0..<min(Self.databases, seeds.count) {
                group.addTask { try await SimulatedDatabase.with { try await Self.live(queue, $0) } }
            }
            return try await group.reduce(into: [:]) { $0.merge($1) { $0 + $1 } }
        }
        for (seed, failure) in queue.failures {
            Issue.record(
                """
                seed \(seed): \(failure)
                repeat: TIPOFF_SIMULATION_SEED=\(seed) swift test --filter ProtocolSimulationTests
                """
            )
        }
        // The simulation is worth something only if it reaches every kind of event.
        if seeds.count == Self.lives, queue.failures.isEmpty {
            for event in Self.events { #expect(tally[event, default: 0] > 0, "\(event) never happened: \(tally)") }
        }
    }

    private static let events = [
        "broker wiped", "message delivered again", "claims of an earlier life picked up", "crashed", "zombie fenced",
        "sent without a mark", "sent again", "poison ended", "two replicas at once", "delta opened for markers",
        "delta joined its sibling", "outsider reported", "late unit ended", "leftover markers carried on",
        "ended success", "ended failed",
        "ended superseded", "ended pending",
    ]

    private static func live(_ queue: SeedQueue, _ database: SimulatedDatabase) async throws -> [String: Int] {
        var tally: [String: Int] = [:]
        var lived = 0
        while let seed = queue.next() {
            let life = try ProtocolLife(seed: seed, database)
            do { try await life.run() } catch { queue.fail(seed, String(describing: error)) }
            tally.merge(life.tally) { $0 + $1 }
            lived += 1
            if lived % 50 == 0 { try await database.vacuum() }
        }
        return tally
    }
}

/// The seeds that are still to be lived. After a few failures nothing more is begun.
final class SeedQueue: Sendable {
    private struct State {
        var seeds: ArraySlice<UInt64>
        var failures: [(seed: UInt64, failure: String)] = []
    }

    private let state: Mutex<State>

    init(_ seeds: [UInt64]) { state = Mutex(State(seeds: seeds[...])) }

    var failures: [(seed: UInt64, failure: String)] { state.withLock { $0.failures } }

    func next() -> UInt64? {
        state.withLock { $0.failures.count < 8 ? $0.seeds.popFirst() : nil }
    }

    func fail(_ seed: UInt64, _ failure: String) { state.withLock { $0.failures.append((seed, failure)) } }
}
