import Foundation

/// A program that gets bytes and gives bytes, with a limit on everything that it could use up.
///
/// It inherits nothing but the search path: no other variable and no open file. Where the kernel allows it, it runs
/// without a network; its arguments are ours in any case.
struct LimitedProcess: Sendable {
    struct Output: Sendable {
        var bytes: [UInt8]
        /// The beginning of what it said on standard error.
        var errors: String
        /// The exit status, or 128 and the signal.
        var status: Int32
    }

    var arguments: [String]
    var wallClock: Duration
    var cpuSeconds: Int
    var memoryBytes: Int
    var outputBytes: Int

    /// Two at a time, on threads of their own: waiting for a process must not hold one of Swift's few.
    private static let queue: OperationQueue = {
        let queue = OperationQueue()
        queue.name = "tipoff.documents"
        queue.maxConcurrentOperationCount = 2
        return queue
    }()

    /// What keeps a program from the network; empty where the kernel does not let us.
    private static let isolation: [String] = {
        let unshare = ["unshare", "--user", "--net", "--"]
        do {
            let probe = try ChildProcess.run(
                unshare + ["true"],
                input: [],
                deadline: ContinuousClock.now + .seconds(5),
                maximumOutput: 1024
            )
            return probe.status == 0 ? unshare : []
        } catch {
            return []
        }
    }()

    func run(input: [UInt8]) async throws(DocumentError) -> Output {
        let result: Result<Output, DocumentError> = await withCheckedContinuation { continuation in
            Self.queue.addOperation {
                continuation.resume(returning: Result { () throws(DocumentError) -> Output in try runBlocking(input) })
            }
        }
        return try result.get()
    }

    private func runBlocking(_ input: [UInt8]) throws(DocumentError) -> Output {
        let limits = [
            "prlimit", "--cpu=\(cpuSeconds)", "--as=\(memoryBytes)", "--fsize=0", "--core=0", "--nofile=32", "--",
        ]
        let output = try ChildProcess.run(
            Self.isolation + limits + arguments,
            input: input,
            deadline: ContinuousClock.now + wallClock,
            maximumOutput: outputBytes
        )
        // What a shell says too: 127 is a program that is not there, 126 one that may not be run.
        if output.status == 127 || output.status == 126 {
            throw DocumentError(.toolMissing, "\(arguments[0]) is not installed: \(output.errors.prefix(120))")
        }
        // SIGXCPU, and SIGKILL for one that does not hear it.
        if output.status == 128 + 24 || output.status == 128 + 9 {
            throw DocumentError(.tooLong, "\(arguments[0]) used more than \(cpuSeconds) s of processor time")
        }
        return output
    }
}
