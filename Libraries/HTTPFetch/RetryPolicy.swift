/// When to try again: bounded attempts, exponential back-off with jitter, and the server's own wish within a cap.
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all, the first one included; at least 1.
    public var maximumAttempts: Int
    /// The longest wait before the second attempt; it doubles with each further one.
    public var baseDelay: Duration
    /// The longest back-off.
    public var maximumDelay: Duration
    /// The longest wait that a server's Retry-After may ask for; a longer wish is cut to this.
    public var maximumRetryAfter: Duration

    /// Makes a policy.
    public init(
        maximumAttempts: Int = 4,
        baseDelay: Duration = .milliseconds(250),
        maximumDelay: Duration = .seconds(10),
        maximumRetryAfter: Duration = .seconds(60)
    ) {
        self.maximumAttempts = max(1, maximumAttempts)
        self.baseDelay = max(.zero, baseDelay)
        self.maximumDelay = max(.zero, maximumDelay)
        self.maximumRetryAfter = max(.zero, maximumRetryAfter)
    }

    /// One attempt, no retry.
    public static let never = RetryPolicy(maximumAttempts: 1)

    /// The wait before the next attempt, or nil to give up.
    ///
    /// The back-off lies between half and the whole of `baseDelay · 2^(attempt-1)`, capped. A Retry-After that is
    /// longer replaces it, with up to `baseDelay` on top so that many clients don't come back in the same instant.
    /// - Parameters:
    ///   - attempt: how many attempts have been made, from 1.
    ///   - retryAfter: what the server asked for.
    ///   - random: the source of jitter.
    public func delay(
        afterAttempt attempt: Int,
        retryAfter: Duration? = nil,
        using random: inout some RandomNumberGenerator
    ) -> Duration? {
        guard attempt >= 1, attempt < maximumAttempts else { return nil }
        let whole = ceiling(attempt)
        let backOff = whole / 2 + (whole - whole / 2) * Self.fraction(&random)
        guard let retryAfter, retryAfter > .zero else { return backOff }
        let asked = min(retryAfter, maximumRetryAfter) + baseDelay * Self.fraction(&random)
        return max(backOff, asked)
    }

    /// A number in 0..<1 from exactly one word of the source.
    private static func fraction(_ random: inout some RandomNumberGenerator) -> Double {
        Double(random.next() >> 11) * 0x1p-53
    }

    /// The longest back-off after an attempt, without jitter.
    func ceiling(_ attempt: Int) -> Duration {
        var delay = baseDelay
        for _ in 1..<max(1, attempt) {
            // Stops at the cap, so no number of attempts can overflow.
            if delay >= maximumDelay { break }
            delay *= 2
        }
        return min(delay, maximumDelay)
    }
}
