import Synchronization

/// A token bucket for each client: so many requests a second on average, and a burst beyond.
///
/// Memory is bounded whoever asks. Buckets stand in two generations: once the young one is full it becomes the old one, and
/// the old one is dropped. A client whose bucket is dropped begins with a full one; by then as many others have asked.
final class RateLimiter: Sendable {
    struct Limit: Sendable, Hashable {
        var requestsPerSecond: Int
        var burst: Int
    }

    enum Verdict: Sendable, Hashable {
        case admitted
        /// A token is there after this time.
        case refused(retryAfter: Duration)
    }

    private struct Bucket {
        var tokens: Double
        var filledAt: Duration
    }

    private struct State {
        var young: [NetworkAddress: Bucket] = [:]
        var old: [NetworkAddress: Bucket] = [:]
    }

    let limit: Limit
    private let clientsPerGeneration: Int
    private let state = Mutex(State())

    /// - Parameter clientsPerGeneration: at most twice as many buckets are kept, some 60 bytes each.
    init(_ limit: Limit, clientsPerGeneration: Int = 10_000) {
        self.limit = limit
        self.clientsPerGeneration = clientsPerGeneration
    }

    /// Takes a token of the client's bucket.
    ///
    /// - Parameter now: on a clock that never goes back.
    func admit(_ client: NetworkAddress, at now: Duration) -> Verdict {
        let rate = Double(limit.requestsPerSecond)
        let full = Double(limit.burst)
        return state.withLock { state in
            var bucket =
                state.young[client] ?? state.old.removeValue(forKey: client) ?? Bucket(tokens: full, filledAt: now)
            bucket.tokens = min(full, bucket.tokens + max(0, (now - bucket.filledAt) / .seconds(1)) * rate)
            bucket.filledAt = now
            var verdict = Verdict.admitted
            if bucket.tokens >= 1 {
                bucket.tokens -= 1
            } else {
                verdict = .refused(retryAfter: .seconds((1 - bucket.tokens) / rate))
            }
            if state.young[client] == nil, state.young.count >= clientsPerGeneration {
                state.old = state.young
                state.young = [:]
            }
            state.young[client] = bucket
            return verdict
        }
    }

    /// Number of clients whose buckets are kept.
    var clientCount: Int { state.withLock { $0.young.count + $0.old.count } }
}
