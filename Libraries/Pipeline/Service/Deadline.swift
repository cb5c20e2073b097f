import Synchronization

/// A piece of work took longer than it may.
struct DeadlineExceeded: Error {}

/// Runs work with a time limit. Work that ignores cancellation is left behind, so that even a hang frees its place.
func withDeadline<R: Sendable>(
    _ limit: Duration,
    _ work: @escaping @Sendable () async throws -> R
) async throws -> R {
    let race = Race<R>()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            race.begin(continuation)
            let worker = Task {
                do { race.end(.success(try await work())) } catch { race.end(.failure(error)) }
            }
            let timer = Task {
                do { try await Task.sleep(for: limit) } catch { return }
                race.end(.failure(DeadlineExceeded()))
                worker.cancel()
            }
            race.onEnd { timer.cancel() }
        }
    } onCancel: {
        race.end(.failure(CancellationError()))
    }
}

/// Resumes one continuation with whatever comes first.
private final class Race<R: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<R, any Error>?
        var result: Result<R, any Error>?
        var cleanUp: (@Sendable () -> Void)?
    }
    private let state = Mutex(State())

    func begin(_ continuation: CheckedContinuation<R, any Error>) {
        let early = state.withLock { state -> Result<R, any Error>? in
            if let result = state.result { return result }
            state.continuation = continuation
            return nil
        }
        if let early { continuation.resume(with: early) }
    }

    func end(_ result: Result<R, any Error>) {
        let (continuation, cleanUp) = state.withLock {
            state -> (CheckedContinuation<R, any Error>?, (@Sendable () -> Void)?) in
            guard state.result == nil else { return (nil, nil) }
            state.result = result
            defer { state.continuation = nil }
            return (state.continuation, state.cleanUp)
        }
        cleanUp?()
        continuation?.resume(with: result)
    }

    func onEnd(_ cleanUp: @escaping @Sendable () -> Void) {
        let isOver = state.withLock { state -> Bool in
            state.cleanUp = cleanUp
            return state.result != nil
        }
        if isOver { cleanUp() }
    }
}
