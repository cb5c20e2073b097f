/// Growing pauses with full jitter: a uniformly random part of a doubling, bounded delay.
struct Backoff: Sendable {
    var base: Duration
    var maximum: Duration

    /// - Parameters:
    ///   - attempt: the number of failures so far, from 1.
    ///   - random: uniform in 0..<1.
    func delay(afterFailure attempt: Int, random: Double) -> Duration {
        let doubled = base * (1 << min(max(0, attempt - 1), 30))
        return min(doubled, maximum) * random
    }
}

/// Whether and how a transaction that the server rolled back for another's sake is run again.
public struct PostgresRetry: Sendable {
    /// How often the body may run in all.
    public let maximumAttempts: Int
    let backoff: Backoff
    /// Replaced by tests, which look at the world between two attempts.
    package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// - Parameters:
    ///   - maximumAttempts: how often the body may run in all.
    ///   - base: the longest pause after the first failure; it doubles with each.
    ///   - maximum: the longest pause.
    public init(maximumAttempts: Int, base: Duration = .milliseconds(2), maximum: Duration = .milliseconds(250)) {
        self.maximumAttempts = max(1, maximumAttempts)
        backoff = Backoff(base: base, maximum: maximum)
    }

    /// The body runs once.
    public static let never = PostgresRetry(maximumAttempts: 1)

    /// The body runs again after an error of SQLSTATE class 40 (serialization failure, deadlock), and only then.
    public static func serializationFailures(maximumAttempts: Int) -> PostgresRetry {
        PostgresRetry(maximumAttempts: maximumAttempts)
    }
}
