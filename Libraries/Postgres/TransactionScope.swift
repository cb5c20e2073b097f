import Synchronization

/// The life of one transaction: what BEGIN has to say, whether it was said, the first error, and the end.
final class TransactionScope: Sendable {
    private struct State {
        var hasBegun = false
        var isFinished = false
        var failure: PostgresError?
    }

    private let begin: [String]
    private let state = Mutex(State())
    /// The pool whose connection this is, and the transaction around this one (of another pool).
    let owner: ObjectIdentifier?
    let outer: TransactionScope?

    init(begin: [String], owner: ObjectIdentifier?, outer: TransactionScope?) {
        self.begin = begin
        self.owner = owner
        self.outer = outer
    }

    /// What goes before the next statement, in the same round trip: BEGIN travels with the first one that is sent.
    func preambleForUse() throws(PostgresError) -> [String] {
        let (isFinished, isFirst) = state.withLock { ($0.isFinished, !$0.hasBegun) }
        if isFinished { throw PostgresError(.misuse, "the transaction is over; it is usable only inside its body") }
        return isFirst ? begin : []
    }

    var hasBegun: Bool { state.withLock { $0.hasBegun } }
    /// The first error of a statement, which rolled the transaction back whatever the body did with it.
    var failure: PostgresError? { state.withLock { $0.failure } }
    private var isFinished: Bool { state.withLock { $0.isFinished } }

    /// BEGIN has reached the server. (A statement that was refused before it was sent took its BEGIN with it.)
    func markBegun() {
        state.withLock { $0.hasBegun = true }
    }

    func record(_ failure: PostgresError) {
        guard failure.sqlState != nil || failure.kind == .connection else { return }
        state.withLock { if $0.failure == nil { $0.failure = failure } }
    }

    func finish() {
        state.withLock { $0.isFinished = true }
    }

    /// The transaction that the current task is inside of.
    @TaskLocal static var current: TransactionScope?

    /// Whether the current task is inside a transaction of this pool that still runs.
    static func isInside(_ owner: ObjectIdentifier) -> Bool {
        var scope = current
        while let candidate = scope {
            if candidate.owner == owner, !candidate.isFinished { return true }
            scope = candidate.outer
        }
        return false
    }
}
