import Synchronization

/// How often a password may be tried: a few times at once, then once in a while, for each address and for each name.
///
/// Kept in memory: a console that starts anew forgets, and a hash takes a third of a second anyway. Names and addresses that
/// are not heard of any more are forgotten first, so that memory is bounded whoever asks.
final class LoginAttempts: Sendable {
    static let burst = 5.0
    /// Seconds after which one more is allowed.
    static let refill = 20.0
    static let mostKeys = 10_000

    private struct Bucket {
        var tokens: Double
        var at: Double
    }

    private let buckets = Mutex<[String: Bucket]>([:])

    /// Takes an attempt; nil when it may be made, else the seconds to wait.
    ///
    /// - Parameters:
    ///   - keys: what is limited, such as the client's address and the name that is tried.
    ///   - now: seconds on a clock that never goes back.
    func take(_ keys: [String], at now: Double) -> Int? {
        buckets.withLock { buckets in
            if buckets.count > Self.mostKeys {
                buckets = buckets.filter { Self.filled($0.value, now).tokens < Self.burst }
                if buckets.count > Self.mostKeys { buckets = [:] }
            }
            let current = keys.map { Self.filled(buckets[$0] ?? Bucket(tokens: Self.burst, at: now), now) }
            if let least = current.map(\.tokens).min(), least < 1 {
                return max(1, Int(((1 - least) * Self.refill).rounded(.up)))
            }
            for (key, bucket) in zip(keys, current) {
                buckets[key] = Bucket(tokens: bucket.tokens - 1, at: now)
            }
            return nil
        }
    }

    private static func filled(_ bucket: Bucket, _ now: Double) -> Bucket {
        Bucket(tokens: min(burst, bucket.tokens + max(0, now - bucket.at) / refill), at: now)
    }
}
