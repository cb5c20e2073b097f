/// The callers that wait for a batch, first come first served. Pure: the owner resumes what it returns.
///
/// A request is *claimed* while the poll thread takes messages for it. A cancellation that comes meanwhile is only
/// noted, because messages that were taken must reach their caller: nobody else would ever mark them done.
struct DemandQueue<Continuation: Sendable>: Sendable {
    struct Request: Sendable {
        var id: UInt64
        var maximum: Int
        var deadline: ContinuousClock.Instant
        var continuation: Continuation
        var isCancelled = false
    }

    private var waiting: [Request] = []
    private var claimed: Request?

    var isEmpty: Bool { waiting.isEmpty && claimed == nil }

    mutating func add(_ request: Request) { waiting.append(request) }

    /// Takes the first request in hand; nil if nobody waits. At most one is claimed at a time.
    mutating func claim() -> Request? {
        guard claimed == nil, !waiting.isEmpty else { return nil }
        claimed = waiting.removeFirst()
        return claimed
    }

    /// The claimed request has messages: it leaves the queue, cancelled or not.
    mutating func fulfil() -> Continuation? {
        defer { claimed = nil }
        return claimed?.continuation
    }

    enum Release { case requeued, cancelled(Continuation) }

    /// There was nothing for the claimed request: it keeps its place, unless it was cancelled meanwhile.
    mutating func release() -> Release {
        guard let request = claimed else { return .requeued }
        claimed = nil
        if request.isCancelled { return .cancelled(request.continuation) }
        waiting.insert(request, at: 0)
        return .requeued
    }

    /// Removes a waiting request, whose continuation the caller resumes. nil if it is unknown or claimed.
    mutating func cancel(_ id: UInt64) -> Continuation? {
        if claimed?.id == id {
            claimed?.isCancelled = true
            return nil
        }
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return waiting.remove(at: index).continuation
    }

    /// Removes the requests whose time is up.
    mutating func expire(at now: ContinuousClock.Instant) -> [Continuation] {
        guard waiting.contains(where: { $0.deadline <= now }) else { return [] }
        let expired = waiting.filter { $0.deadline <= now }
        waiting.removeAll { $0.deadline <= now }
        return expired.map(\.continuation)
    }

    /// Removes everybody who is not claimed.
    mutating func removeAll() -> [Continuation] {
        defer { waiting.removeAll() }
        return waiting.map(\.continuation)
    }

    /// When the next request expires; nil if nobody waits.
    var nextDeadline: ContinuousClock.Instant? { waiting.lazy.map(\.deadline).min() }
}
