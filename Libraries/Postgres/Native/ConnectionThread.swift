#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The one thread on which a connection's libpq calls block: a serial executor and nothing else.
///
/// `@unchecked Sendable`: everything mutable is read and written under `mutex`.
final class ConnectionThread: SerialExecutor, @unchecked Sendable {
    private enum Phase {
        case running
        /// No more waiting: the thread ends when the queue is empty.
        case ending
        /// The thread is gone. Late jobs (calls on a closed connection) run where they are enqueued, one by one.
        case ended
    }

    /// Only touched pages count; user code that encodes COPY rows runs here too.
    private static let stackSize = 512 * 1024

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var queue: [UnownedJob] = []
    private var head = 0
    private var phase = Phase.running
    private var isDraining = false

    /// Starts the thread.
    /// - Throws: an error of kind `connection` when the system gives none.
    init() throws(PostgresError) {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
        let failure = startThread(stackSize: Self.stackSize) { self.run() }
        if failure != 0 {
            throw PostgresError(.connection, "no thread for the connection: \(String(cString: strerror(failure)))")
        }
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        // The runtime names executors without holding them. Once the job is in the queue, its task may end anywhere and
        // drop the last connection, and this thread is not done yet.
        let own = Unmanaged.passRetained(self)
        defer { own.release() }
        let job = UnownedJob(job)
        pthread_mutex_lock(mutex)
        queue.append(job)
        if phase == .ended {
            let alone = !isDraining
            if alone { isDraining = true }
            pthread_mutex_unlock(mutex)
            if alone { drain() }
        } else {
            pthread_mutex_unlock(mutex)
            pthread_cond_signal(condition)
        }
    }

    /// Lets the thread end once it has nothing left to do.
    func end() {
        pthread_mutex_lock(mutex)
        if phase == .running { phase = .ending }
        pthread_mutex_unlock(mutex)
        pthread_cond_signal(condition)
    }

    private func run() {
        let executor = asUnownedSerialExecutor()
        while true {
            pthread_mutex_lock(mutex)
            while isEmpty, phase == .running {
                pthread_cond_wait(condition, mutex)
            }
            guard let job = pop() else {
                phase = .ended
                pthread_mutex_unlock(mutex)
                return
            }
            pthread_mutex_unlock(mutex)
            job.runSynchronously(on: executor)
        }
    }

    private func drain() {
        let executor = asUnownedSerialExecutor()
        while true {
            pthread_mutex_lock(mutex)
            guard let job = pop() else {
                isDraining = false
                pthread_mutex_unlock(mutex)
                return
            }
            pthread_mutex_unlock(mutex)
            job.runSynchronously(on: executor)
        }
    }

    private var isEmpty: Bool { head == queue.count }

    private func pop() -> UnownedJob? {
        guard !isEmpty else { return nil }
        let job = queue[head]
        head += 1
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
        }
        return job
    }
}

/// Runs `body` on a new detached thread.
/// - Returns: 0, or the system's error number.
func startThread(stackSize: Int, _ body: @escaping @Sendable () -> Void) -> Int32 {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, stackSize)
    let box = Unmanaged.passRetained(ThreadBody(body: body))
    #if canImport(Darwin)
        var thread: pthread_t?
    #else
        var thread = pthread_t()
    #endif
    let failure = pthread_create(&thread, &attributes, runThreadBody, box.toOpaque())
    if failure != 0 { box.release() }
    return failure
}

private final class ThreadBody {
    let body: @Sendable () -> Void

    init(body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}

#if canImport(Darwin)
    private func runThreadBody(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let box = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
        box.body()
        return nil
    }
#else
    private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let box = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
        box.body()
        return nil
    }
#endif
