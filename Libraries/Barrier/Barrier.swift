public import Foundation
public import Pipeline

/// The decision of an orchestrator about one phase of one run: a pure state machine. The shell loads the rows, hands
/// in what happened and performs the actions in one serializable transaction.
public struct Barrier: Sendable {
    public private(set) var state: BarrierState
    public let policy: BarrierPolicy

    public init(state: BarrierState, policy: BarrierPolicy) {
        self.state = state
        self.policy = policy
    }

    /// Applies one event and returns what is to be done, in order. A barrier that is not open does nothing: a second
    /// trigger for a level or a second end cannot come out of it.
    public mutating func handle(_ event: BarrierEvent) -> [BarrierAction] {
        guard state.isOpen else { return [] }
        switch event {
        case .evaluate(let now): return evaluate(now: now)
        case .force(let without, let actor): return force(without: without, actor: actor)
        case .cancel(let actor, let reason):
            state.isOpen = false
            return [.fail(.cancelled, reason: "cancelled by \(actor): \(reason)")]
        }
    }

    private mutating func evaluate(now: Date) -> [BarrierAction] {
        let report = BarrierReport(tasks: state.tasks)
        if let broken = report.unsatisfiedCritical.first {
            // Terminal never changes within a run, so nothing that may still come can satisfy it.
            state.isOpen = false
            return [
                .alert(.error, "a critical processor failed", report.unsatisfiedCritical),
                .fail(.failed, reason: "critical processor \(broken) did not deliver"),
            ]
        }
        if report.isDone { return proceed(report, now: now, late: []) }
        if now >= state.deadline {
            let actions: [BarrierAction] = [.alert(.error, "deadline passed", report.missing)]
            if policy.permits(report, elapsed: nil) { return actions + proceed(report, now: now, late: report.open) }
            state.isOpen = false
            return actions + [
                .fail(.expired, reason: "deadline passed without \(report.missing.joined(separator: ", "))")
            ]
        }
        let elapsed = now.timeIntervalSince(state.openedAt)
        if policy.permits(report, elapsed: elapsed) { return proceed(report, now: now, late: report.open) }
        return nextLevel()
    }

    /// Starts the lowest level that has open tasks, once every lower level has ended.
    private mutating func nextLevel() -> [BarrierAction] {
        let open = state.tasks.filter { !$0.hasEnded }
        guard let level = open.map(\.level).min(), let highest = state.triggeredLevels.max(), level > highest else {
            return []
        }
        state.triggeredLevels.insert(level)
        return [.triggerLevel(level)]
    }

    private mutating func proceed(_ report: BarrierReport, now: Date, late: [BarrierTask.ID]) -> [BarrierAction] {
        var reasons = report.degradedReasons
        switch state.history {
        case .complete: break
        case .waiting(let games) where now < state.deadline:
            return [.wait(reason: "history before the date is still coming: \(Self.named(games))")]
        case .waiting(let games), .missing(let games):
            reasons.append("history incomplete: \(Self.named(games))")
        }
        if let until = state.absorbsUntil, late.isEmpty, now < until { return [.hold(until: until, reasons: reasons)] }
        if !late.isEmpty { reasons.append("opened without \(report.missing.joined(separator: ", "))") }
        state.isOpen = false
        let end: [BarrierAction] = [.complete(degraded: !reasons.isEmpty, reasons: reasons, report: report)]
        return late.isEmpty ? end : [.markLate(late)] + end
    }

    private mutating func force(without: Set<String>, actor: String) -> [BarrierAction] {
        let report = BarrierReport(tasks: state.tasks)
        let named = report.open.filter { without.isEmpty || without.contains($0.processor) }
        guard named.count == report.open.count else {
            return [.wait(reason: "still open beside the ones given up: \(report.missing.joined(separator: ", "))")]
        }
        state.isOpen = false
        let reasons = report.degradedReasons + ["forced by \(actor) without \(report.missing.joined(separator: ", "))"]
        return [.markLate(named), .complete(degraded: true, reasons: reasons, report: report)]
    }

    /// A few names and how many more.
    static func named(_ games: [String]) -> String {
        let shown = games.prefix(5).joined(separator: ", ")
        return games.count > 5 ? "\(shown) and \(games.count - 5) more games" : shown
    }
}

/// What may happen to a barrier.
public enum BarrierEvent: Sendable {
    /// Tasks may have changed, or time has passed. A completion message is one reason to look, never a count.
    case evaluate(now: Date)
    /// An operator opens the next phase without the named processors (without all open ones when none is named).
    case force(without: Set<String>, actor: String)
    case cancel(actor: String, reason: String)
}

/// What the shell has to do.
public enum BarrierAction: Sendable, Hashable {
    public enum Failure: String, Sendable, Hashable { case failed, expired, cancelled }

    /// The phase is over: close it and open the next one that has work.
    case complete(degraded: Bool, reasons: [String], report: BarrierReport)
    /// The phase and the run cannot go on; markers stay for the next run of the date.
    case fail(Failure, reason: String)
    case triggerLevel(Int)
    /// The phase goes on without these; what they still bring opens a delta.
    case markLate([BarrierTask.ID])
    case wait(reason: String)
    /// The phase could end now and waits for siblings of its date; the reasons are those it would end degraded for.
    case hold(until: Date, reasons: [String])
    /// The phase is over, and what the run has changed is carried on by another run of the date.
    case join(UUID, reasons: [String])
    case alert(Alerts.Level, String, [String])
}
