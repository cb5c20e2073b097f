import Synchronization

/// What one execution found of its date, and how long it read; it outlives an execution that fails.
package final class ExecutionRecord: Sendable {
    struct Found: Sendable {
        var facts: DateFacts
        var judgement: DependencyJudgement
    }

    private let found = Mutex<Found?>(nil)
    private let reading = Mutex<Duration>(.zero)

    package init() {}

    func set(_ facts: DateFacts, _ judgement: DependencyJudgement) {
        found.withLock { $0 = Found(facts: facts, judgement: judgement) }
    }

    /// Nil before the execution's snapshot.
    var value: Found? { found.withLock { $0 } }

    package var verdicts: [DependencyVerdict] { value?.judgement.verdicts ?? [] }

    /// Time in snapshots.
    var readingTime: Duration { reading.withLock { $0 } }

    func hasRead(for duration: Duration) { reading.withLock { $0 += duration } }
}
