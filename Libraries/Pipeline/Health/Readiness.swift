import Synchronization

/// Whether a service can do its work: every named condition holds and it is not draining.
///
/// A condition starts unmet. The condition `startup` always exists; `declareReady()` meets it.
public final class Readiness: Sendable {
    /// A condition that does not hold, and why.
    public struct Unmet: Sendable, Hashable {
        public let condition: String
        public let reason: String
    }

    private struct State {
        var conditions: [String: String?] = [:]
        var isDraining = false
    }

    public static let startup = "startup"
    private let state: Mutex<State>

    /// - Parameter conditions: names such as `database` or `kafka_assigned`.
    public init(conditions: [String] = []) {
        var state = State()
        for condition in conditions { state.conditions[condition] = .some("not established yet") }
        state.conditions[Self.startup] = .some("the service is starting")
        self.state = Mutex(state)
    }

    /// The condition holds.
    public func satisfy(_ condition: String) {
        state.withLock { $0.conditions[condition] = .some(nil) }
    }

    /// The condition does not hold, or no longer.
    public func fail(_ condition: String, reason: String) {
        state.withLock { $0.conditions[condition] = .some(reason) }
    }

    /// Start-up is over; from now on only the named conditions decide.
    public func declareReady() { satisfy(Self.startup) }

    /// The service is shutting down and takes no new work; cannot be undone.
    public func beginDraining() {
        state.withLock { $0.isDraining = true }
    }

    public var isReady: Bool { unmet.isEmpty }

    /// Everything that keeps the service from being ready, sorted by condition.
    public var unmet: [Unmet] {
        state.withLock { state in
            var result = state.conditions.compactMap { condition, reason in
                reason.map { Unmet(condition: condition, reason: $0) }
            }
            if state.isDraining { result.append(Unmet(condition: "draining", reason: "the service is shutting down")) }
            return result.sorted { $0.condition < $1.condition }
        }
    }
}
