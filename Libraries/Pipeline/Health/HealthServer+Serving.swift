import Foundation
import Logging
import ServiceLifecycle
import Synchronization

extension HealthServer {
    /// A request for one of the service's own routes.
    private struct Job: Sendable {
        let connection: UInt64
        let route: WebRoute
        let request: WebRequest
    }

    private struct Timeout: Error {}

    /// The loop runs on its own thread; the routes' handlers run as child tasks of this function.
    func serve(_ listener: ListeningSocket) async throws {
        let mailbox = try WebMailbox()
        // Bounded by the number of connections: each has at most one request in work.
        let jobs = AsyncStream<Job>.makeStream()
        let ended = ThreadEnd()
        let thread = Thread { [self] in
            var loop = WebLoop(
                listener: listener,
                mailbox: mailbox,
                limits: limits,
                logger: logger,
                decide: { connection, request in
                    self.decide(request) { route in
                        jobs.continuation.yield(Job(connection: connection, route: route, request: request))
                    }
                },
                count: { self.requests.with($0 == 0 ? "refused" : String($0)).increment() }
            )
            let result = Result { () throws(HealthServerError) in try loop.run() }
            jobs.continuation.finish()
            ended.signal(result)
        }
        thread.name = "http"
        thread.stackSize = 1 << 20
        thread.start()

        let result = await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await job in jobs.stream {
                    group.addTask { mailbox.answer(job.connection, await self.answer(job)) }
                }
            }
            return await ended.wait()
        } onCancelOrGracefulShutdown: {
            mailbox.stop()
        }
        try result.get()
    }

    /// Answers what is built in or refused; hands the rest to a route.
    private func decide(_ request: WebRequest, _ start: (WebRoute) -> Void) -> WebLoop.Decision {
        let method = request.method == "HEAD" ? "GET" : request.method
        if builtIn.contains(request.path), let response = report.response(to: request.path) {
            return .answer(method == "GET" ? response : Self.notAllowed(["GET"]))
        }
        let matching = routes.filter { $0.matches(path: request.path) }
        guard !matching.isEmpty else { return .answer(.problem(404, "not found")) }
        guard let route = matching.first(where: { $0.method == method || $0.method == WebRoute.anyMethod }) else {
            return .answer(Self.notAllowed(matching.map(\.method)))
        }
        start(route)
        return .pending
    }

    private static func notAllowed(_ methods: [String]) -> WebResponse {
        var response = WebResponse.problem(405, "method not allowed")
        response.headers["Allow"] = methods.flatMap { $0 == "GET" ? ["GET", "HEAD"] : [$0] }.joined(separator: ", ")
        return response
    }

    private func answer(_ job: Job) async -> WebResponse {
        do {
            return try await withThrowingTaskGroup(of: WebResponse.self) { group in
                group.addTask { try await job.route.handler(job.request) }
                group.addTask { [limits] in
                    try await Task.sleep(for: limits.responseTimeout)
                    throw Timeout()
                }
                defer { group.cancelAll() }
                do {
                    guard let first = try await group.next() else { throw CancellationError() }
                    return first
                } catch {
                    group.cancelAll()
                    // An answer that comes after all has nobody to go to.
                    while let late = await group.nextResult() { (try? late.get())?.stream?.close() }
                    throw error
                }
            }
        } catch is Timeout {
            logger.error("http handler timed out", metadata: [LogKeys.path: "\(job.route.path)"])
            return .problem(504, "the handler did not answer in time")
        } catch {
            logger.error("http handler failed", error: error, metadata: [LogKeys.path: "\(job.route.path)"])
            return .problem(500, "internal error")
        }
    }
}

/// Lets a task wait for a thread to end with a result.
private final class ThreadEnd: Sendable {
    private enum State {
        case running(CheckedContinuation<Result<Void, HealthServerError>, Never>?)
        case ended(Result<Void, HealthServerError>)
    }

    private let state = Mutex(State.running(nil))

    func signal(_ result: Result<Void, HealthServerError>) {
        let waiting = state.withLock { state -> CheckedContinuation<Result<Void, HealthServerError>, Never>? in
            guard case .running(let waiting) = state else { return nil }
            state = .ended(result)
            return waiting
        }
        waiting?.resume(returning: result)
    }

    /// Waits once, for one task.
    func wait() async -> Result<Void, HealthServerError> {
        await withCheckedContinuation { continuation in
            let result = state.withLock { state -> Result<Void, HealthServerError>? in
                if case .ended(let result) = state { return result }
                state = .running(continuation)
                return nil
            }
            if let result { continuation.resume(returning: result) }
        }
    }
}
