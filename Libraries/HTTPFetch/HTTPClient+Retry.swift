extension HTTPClient {
    /// Like `fetch(_:)`, and tries again after transient errors and transient statuses.
    ///
    /// Only idempotent methods are repeated. When attempts run out the last answer is returned or the last error
    /// thrown.
    /// - Parameters:
    ///   - policy: how often and after which waits.
    ///   - clock: what to wait by.
    ///   - onRetry: called before each wait with the number of attempts made and the wait.
    public func fetch(
        _ request: HTTPRequest,
        retrying policy: RetryPolicy,
        clock: any Clock<Duration> = ContinuousClock(),
        onRetry: @Sendable (_ attempts: Int, _ wait: Duration) -> Void = { _, _ in }
    ) async throws(HTTPError) -> HTTPResponse {
        var random = SystemRandomNumberGenerator()
        var attempts = 0
        while true {
            attempts += 1
            let outcome: Result<HTTPResponse, HTTPError>
            do {
                outcome = .success(try await fetch(request))
            } catch {
                outcome = .failure(error)
            }
            var retryAfter: Duration?
            switch outcome {
            case .success(let response):
                guard response.isTransientStatus, request.isIdempotent else { return response }
                retryAfter = response.retryAfter
            case .failure(let error):
                guard error.isTransient, request.isIdempotent else { throw error }
            }
            guard let wait = policy.delay(afterAttempt: attempts, retryAfter: retryAfter, using: &random) else {
                return try outcome.get()
            }
            onRetry(attempts, wait)
            do {
                try await clock.sleep(for: wait)
            } catch {
                throw HTTPError(.cancelled, "cancelled while waiting to try again", url: request.url)
            }
        }
    }
}
