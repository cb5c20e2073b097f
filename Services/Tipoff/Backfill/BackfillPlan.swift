import Basketball
import Foundation
import Pipeline
import Synchronization

/// What a backfill was asked for.
struct BackfillPlan: Sendable, Hashable {
    var job: String
    var from: GameDate
    var to: GameDate
    var untilPhase: Phase
    var window: Int
    var reason: String
    var waits: Bool

    /// Why the run of a date exists; a second attempt after a failure has its own.
    func planKey(_ date: GameDate, attempt: Int) -> String {
        attempt == 1 ? "backfill:\(job):\(date)" : "backfill:\(job):\(date):\(attempt)"
    }
}

/// Raised once, by a signal.
final class StopFlag: Sendable {
    private let raised = Mutex(false)
    var isRaised: Bool { raised.withLock { $0 } }
    func raise() { raised.withLock { $0 = true } }
}

/// Which dates are open, done and still to come: decides what is opened next.
struct BackfillQueue: Sendable {
    private(set) var waiting: [GameDate] = []
    private(set) var open: [UUID: GameDate] = [:]
    private(set) var complete = 0
    private(set) var failed: [(date: GameDate, reason: String)] = []
    let window: Int
    /// Opening more of what fails helps nobody.
    static let failureLimit = 5

    init(window: Int) { self.window = window }

    mutating func append(_ dates: [GameDate]) { waiting += dates }

    var givesUp: Bool { failed.count >= Self.failureLimit }
    var isIdle: Bool { open.isEmpty }
    var total: Int { waiting.count + open.count + complete + failed.count }

    /// The next date to open, while the window has room.
    mutating func next() -> GameDate? {
        guard open.count < window, !givesUp, !waiting.isEmpty else { return nil }
        return waiting.removeFirst()
    }

    mutating func opened(_ date: GameDate, _ runID: UUID) { open[runID] = date }

    /// A date that an earlier process completed.
    mutating func skippedAsComplete() { complete += 1 }

    /// - Parameter reason: nil when the run ended well.
    mutating func ended(_ runID: UUID, failure reason: String?) {
        guard let date = open.removeValue(forKey: runID) else { return }
        if let reason {
            failed.append((date, reason))
        } else {
            complete += 1
        }
    }
}

/// What came of a backfill.
struct BackfillReport: Sendable {
    var job: String
    var dates: Int
    var complete: Int
    var completeBefore: Int
    var failed: [(date: GameDate, reason: String)]
    var stillOpen: Int
    var left: Int
    var tasks: Int
    var seconds: Double
    var wasStopped: Bool

    private var rates: (dates: Double, tasks: Double) {
        let time = max(seconds, 0.001)
        return (Double(complete - completeBefore) / time, Double(tasks) / time)
    }

    var line: String {
        var parts = ["job \(job): \(complete) of \(dates) dates complete in \(EasternTime.duration(seconds))"]
        if complete > completeBefore {
            parts.append("\(EasternTime.tenths(rates.dates)) dates/s, \(Int(rates.tasks.rounded())) tasks/s")
        }
        if completeBefore > 0 { parts.append("\(completeBefore) were complete before") }
        if stillOpen > 0 { parts.append("\(stillOpen) still open") }
        if !failed.isEmpty { parts.append("\(failed.count) failed") }
        return parts.joined(separator: ", ")
    }

    var json: JSONValue {
        [
            "job": .string(job), "dates": .int(Int64(dates)), "complete": .int(Int64(complete)),
            "complete_before": .int(Int64(completeBefore)), "open": .int(Int64(stillOpen)), "left": .int(Int64(left)),
            "failed": .array(failed.map { ["date": .string($0.date.description), "reason": .string($0.reason)] }),
            "tasks": .int(Int64(tasks)), "seconds": .double(seconds), "dates_per_second": .double(rates.dates),
            "tasks_per_second": .double(rates.tasks), "stopped": .bool(wasStopped),
        ]
    }
}
