internal import CCurl
internal import FoundationEssentials
internal import Glibc
internal import Synchronization

/// What all transfers of one client share.
struct TransferSettings: Sendable {
    let limits: HTTPLimits
    let userAgent: String
    let proxy: String?
    let certificateAuthorityFile: String?
}

/// One answer of one hop.
struct HopResponse: Sendable {
    var status = 0
    var headers = HTTPHeaders()
    var body: [UInt8] = []
    var wireBytes = 0
    var elapsed = Duration.zero
    var receivedAt = Date()
}

/// A request on its way to the thread.
struct TransferOrder: Sendable {
    let id: UInt64
    let request: HTTPRequest
    let url: HTTPURL
    let timeout: Duration
    let continuation: CheckedContinuation<Result<HopResponse, HTTPError>, Never>

    func finish(_ code: HTTPError.Code, _ reason: String) {
        continuation.resume(returning: .failure(HTTPError(code, reason, url: url.text)))
    }
}

/// The door to the transfer thread: takes orders and cancellations from any task and wakes the thread.
///
/// The thread drives all transfers through one curl multi handle, so a slow source holds no thread, every request
/// shares the connections, and a cancellation takes effect at once.
final class TransferEngine: Sendable {
    struct State {
        /// Present while the thread runs. Only the thread uses it, except for `curl_multi_wakeup`, which libcurl
        /// allows from any thread; calling it under this lock keeps the handle alive meanwhile.
        var multi: UnsafeMutableRawPointer?
        var orders: [TransferOrder] = []
        var cancelled: [UInt64] = []
        var isStopping = false
    }

    let settings: TransferSettings
    let maximumConcurrentTransfers: Int
    private let state = Mutex(State())
    private let nextID = Atomic<UInt64>(0)

    init(settings: TransferSettings, maximumConcurrentTransfers: Int) {
        self.settings = settings
        self.maximumConcurrentTransfers = maximumConcurrentTransfers
    }

    /// Runs one hop; the result is a failure of code `.cancelled` when the task is cancelled.
    func perform(_ request: HTTPRequest, url: HTTPURL, timeout: Duration) async -> Result<HopResponse, HTTPError> {
        let id = nextID.add(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                submit(
                    TransferOrder(id: id, request: request, url: url, timeout: timeout, continuation: continuation)
                )
                // A cancellation that came before the order was in the queue found nothing to cancel.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Lets running transfers finish, then ends the thread.
    func finishAndStop() {
        state.withLock { state in
            state.isStopping = true
            state.wake()
        }
    }

    /// What the thread has to look at next; nil ends the thread, and the engine is then free to start another.
    func take(active: Int) -> (orders: [TransferOrder], cancelled: [UInt64])? {
        state.withLock { state in
            let room = min(maximumConcurrentTransfers - active, state.orders.count)
            let orders = Array(state.orders.prefix(room))
            state.orders.removeFirst(room)
            let cancelled = state.cancelled
            state.cancelled = []
            if state.isStopping, active == 0, orders.isEmpty {
                state.multi = nil
                return nil
            }
            return (orders, cancelled)
        }
    }

    private func submit(_ order: TransferOrder) {
        let problem: String? = state.withLock { state in
            if state.multi == nil, let problem = startThread(&state) { return problem }
            state.orders.append(order)
            state.wake()
            return nil
        }
        if let problem { order.finish(.local, problem) }
    }

    private func cancel(_ id: UInt64) {
        let waiting: TransferOrder? = state.withLock { state in
            if let index = state.orders.firstIndex(where: { $0.id == id }) {
                return state.orders.remove(at: index)
            }
            state.cancelled.append(id)
            state.wake()
            return nil
        }
        waiting?.finish(.cancelled, "cancelled before it began")
    }

    /// Starts the thread and returns nil, or says why it could not.
    private func startThread(_ state: inout State) -> String? {
        guard Self.isLibraryReady else { return "libcurl could not be initialised" }
        guard let multi = curl_multi_init() else { return "no memory for the transfer handle" }
        let start = Unmanaged.passRetained(ThreadStart(engine: self, multi: multi))
        var thread = pthread_t()
        let outcome = pthread_create(&thread, nil, runTransferThread, start.toOpaque())
        guard outcome == 0 else {
            start.release()
            curl_multi_cleanup(multi)
            return "no thread could be started (\(outcome))"
        }
        pthread_detach(thread)
        state.multi = multi
        return nil
    }

    /// libcurl asks for one initialisation a process, before its first use.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

extension TransferEngine.State {
    /// Call it under the lock. A failure (a full wake-up pipe) means that a wake-up is already pending.
    func wake() {
        if let multi { curl_multi_wakeup(multi) }
    }
}

/// What the new thread receives.
private final class ThreadStart {
    let engine: TransferEngine
    let multi: UnsafeMutableRawPointer

    init(engine: TransferEngine, multi: UnsafeMutableRawPointer) {
        self.engine = engine
        self.multi = multi
    }
}

private func runTransferThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
    TransferLoop(engine: start.engine, multi: start.multi).run()
    return nil
}
