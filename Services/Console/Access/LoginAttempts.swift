import Synchronization

/// How often a wrong password may be tried: a few times at once, then once in a while, for each address; more often for a
/// name, so that nobody who tries a name keeps its owner out from elsewhere. A right one costs nothing.
///
/// Kept in memory: a console that starts anew forgets, and a hash takes a third of a second anyway. Names and addresses that
/// are not heard of any more are forgotten first, so that memory is bounded whoever asks.
final class LoginAttempts: Sendable {
    /// What is limited, and how many attempts it has at once.
    struct Key: Sendable, Hashable {
        var text: String
        var burst: Double
    }

    static func address(_ peer: String) -> Key { Key(text: "address \(peer)", burst: 5) }
    static func name(_ name: String) -> Key { Key(text: "name \(name)", burst: 100) }

    /// Seconds after which a fifth of them is allowed again.
    static let refill = 20.0
    static let mostKeys = 10_000

    private struct Bucket {
        var tokens: Double
        var at: Double
    }

    private let buckets = Mutex<[Key: Bucket]>([:])

    /// Takes an attempt; nil when it may be made, else the seconds to wait.
    ///
    /// - Parameters:
    ///   - keys: the client's address and the name that is tried.
    ///   - now: seconds on a clock that never goes back.
    func take(_ keys: [Key], at now: Double) -> Int? {
        buckets.withLock { buckets in
            if buckets.count > Self.mostKeys {
                buckets = buckets.filter { Self.filled($0.key, $0.value, now).tokens < $0.key.burst }
                if buckets.count > Self.mostKeys { buckets = [:] }
            }
            let current = keys.map { Self.filled($0, buckets[$0] ?? Bucket(tokens: $0.burst, at: now), now) }
            let waits = zip(keys, current).map { (1 - $1.tokens) / Self.rate($0) }
            if let longest = waits.max(), longest > 0 { return max(1, Int(longest.rounded(.up))) }
            for (key, bucket) in zip(keys, current) {
                buckets[key] = Bucket(tokens: bucket.tokens - 1, at: now)
            }
            return nil
        }
    }

    /// The attempt was right.
    func giveBack(_ keys: [Key]) {
        buckets.withLock { buckets in
            for key in keys {
                if let bucket = buckets[key] { buckets[key]?.tokens = min(key.burst, bucket.tokens + 1) }
            }
        }
    }

    /// Attempts a second that come back.
    private static func rate(_ key: Key) -> Double { key.burst / 5 / refill }

    private static func filled(_ key: Key, _ bucket: Bucket, _ now: Double) -> Bucket {
        Bucket(tokens: min(key.burst, bucket.tokens + max(0, now - bucket.at) * rate(key)), at: now)
    }
}
