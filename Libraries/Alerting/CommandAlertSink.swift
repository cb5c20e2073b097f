import Foundation
import Pipeline
import Subprocess
import SystemPackage

/// Runs a program, without a shell, that gets each message as JSON on its standard input. It inherits the search path
/// and nothing else.
struct CommandAlertSink: AlertSink {
    let command: [String]
    let timeout: Duration
    let name = AlertSinkName.command

    func send(_ message: AlertMessage) async throws(AlertSinkError) {
        let (command, timeout, input) = (command, timeout, message.json.encoded)
        let outcome: String?
        do {
            outcome = try await withThrowingTaskGroup(of: String?.self) { group in
                group.addTask { try await Self.run(command, input) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return "no end within \(timeout)"
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch {
            throw AlertSinkError(reason: "\(command.first ?? "the command") did not run: \(error)")
        }
        if let outcome { throw AlertSinkError(reason: "\(command.first ?? "the command"): \(outcome)") }
    }

    /// Returns why it failed, or nil.
    private static func run(_ command: [String], _ input: [UInt8]) async throws -> String? {
        var options = PlatformOptions()
        options.createSession = true
        // Its whole group: nothing that it started outlives it.
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        let executable: Executable =
            command[0].contains("/") ? .path(FilePath(command[0])) : .name(command[0])
        let result = try await Subprocess.run(
            executable,
            arguments: Arguments(Array(command.dropFirst())),
            environment: .custom(["PATH": path]),
            platformOptions: options,
            input: .fileDescriptor(try file(of: input), closeAfterSpawningProcess: true),
            output: .discarded,
            error: .discarded
        )
        return switch result.terminationStatus {
        case .exited(0): nil
        case .exited(let code): "exit status \(code)"
        case .signaled(let signal): "ended by signal \(signal)"
        }
    }

    /// A file without a name for standard input: a program need not read a pipe to its end.
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
