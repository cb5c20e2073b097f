import Foundation
import Subprocess
import Synchronization
import SystemPackage

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

    /// How much of what a program complains is kept.
    private static let errorBytes = 2048

    private static let knownIsolation = Mutex<[String]?>(nil)

    /// What keeps a program from the network; empty where the kernel does not let us or `unshare` is not there. A probe
    /// that fails otherwise says nothing and is made again next time.
    private static func isolation() async throws(DocumentError) -> [String] {
        if let known = knownIsolation.withLock({ $0 }) { return known }
        let unshare = ["unshare", "--user", "--net", "--"]
        let found: [String]
        do throws(DocumentError) {
            let probe = try await withDeadline(.seconds(5)) {
                try await run(unshare + ["true"], input: [], outputBytes: 1024)
            }
            found = probe.status == 0 ? unshare : []
        } catch {
            guard error.code == .toolMissing else { throw error }
            found = []
        }
        knownIsolation.withLock { $0 = found }
        return found
    }

    /// - Throws: `toolMissing` without the program, `tooLarge` and `tooLong` beyond a limit, `toolFailed` otherwise. A
    ///   status other than 0 is no error.
    func run(input: [UInt8]) async throws(DocumentError) -> Output {
        let limits = [
            "prlimit", "--cpu=\(cpuSeconds)", "--as=\(memoryBytes)", "--fsize=0", "--core=0", "--nofile=32", "--",
        ]
        let command = try await Self.isolation() + limits + arguments
        let output = try await Self.withDeadline(wallClock) {
            try await Self.run(command, input: input, outputBytes: outputBytes)
        }
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

    /// Ends the program when its time is over.
    private static func withDeadline(
        _ limit: Duration,
        _ body: @escaping @Sendable () async throws -> Output
    ) async throws(DocumentError) -> Output {
        do {
            return try await withThrowingTaskGroup(of: Output.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    try await Task.sleep(for: limit)
                    throw DocumentError(.tooLong, "no end within \(limit)")
                }
                defer { group.cancelAll() }
                return try await group.next()!
            }
        } catch let error as DocumentError {
            throw error
        } catch let error as SubprocessError {
            let code: DocumentError.Code =
                switch error.code {
                case .executableNotFound: .toolMissing
                case .outputLimitExceeded: .tooLarge
                default: .toolFailed
                }
            throw DocumentError(code, error.description)
        } catch {
            throw DocumentError(.toolFailed, "\(error)")
        }
    }

    private static func run(_ command: [String], input: [UInt8], outputBytes: Int) async throws -> Output {
        var options = PlatformOptions()
        options.createSession = true
        // Its whole group: nothing that it started outlives it.
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let result = try await Subprocess.run(
            .name(command[0]),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(["PATH": path]),
            platformOptions: options,
            input: .fileDescriptor(try file(of: input), closeAfterSpawningProcess: true),
            output: .bytes(limit: outputBytes),
            error: .sequence
        ) { execution in
            var errors: [UInt8] = []
            for try await chunk in execution.standardError {
                chunk.withUnsafeBytes { errors += $0.prefix(errorBytes - errors.count) }
            }
            return String(decoding: errors, as: UTF8.self)
        }
        let status: Int32 =
            switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            }
        return Output(bytes: result.standardOutput, errors: result.closureResult, status: status)
    }

    /// A file without a name that holds the bytes, for standard input: a program need not read a pipe to its end.
    private static func file(of bytes: [UInt8]) throws -> FileDescriptor {
        let path = FilePath(FileManager.default.temporaryDirectory.path).appending("tipoff-\(UUID().uuidString)")
        let file = try FileDescriptor.open(
            path,
            .readWrite,
            options: [.create, .exclusiveCreate, .closeOnExec],
            permissions: .ownerReadWrite
        )
        do {
            try FileManager.default.removeItem(atPath: path.string)
            try file.writeAll(bytes)
            try file.seek(offset: 0, from: .start)
            return file
        } catch {
            try file.close()
            throw error
        }
    }
}
