import CSpawn
import Foundation
import Glibc

/// Starts a program, feeds it, reads it and ends it. Blocks.
enum ChildProcess {
    private static let pollMilliseconds: Int32 = 1000

    static func run(
        _ arguments: [String],
        input: [UInt8],
        deadline: ContinuousClock.Instant,
        maximumOutput: Int
    ) throws(DocumentError) -> LimitedProcess.Output {
        let stdin = try file(of: input)
        defer { close(stdin) }
        var output = try Pipe()
        defer { output.close() }
        var errors = try Pipe()
        defer { errors.close() }
        let process = try spawn(arguments, [stdin, output.writing, errors.writing])
        output.closeWriting()
        errors.closeWriting()
        let read: Result<([UInt8], [UInt8]), DocumentError> = Result { () throws(DocumentError) -> ([UInt8], [UInt8]) in
            try drain(output.reading, errors.reading, deadline, maximumOutput)
        }
        let isRead = if case .success = read { true } else { false }
        let (status, isOver) = try end(process, until: isRead ? deadline : ContinuousClock.now)
        let (bytes, words) = try read.get()
        guard isOver else { throw DocumentError(.tooLong, "no end within the time that it has") }
        let signal = status & 0x7F
        return LimitedProcess.Output(
            bytes: bytes,
            errors: String(decoding: words, as: UTF8.self),
            status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        )
    }

    /// Waits for a program that has closed its output, and ends it when it is time.
    ///
    /// - Returns: what `waitpid` says, and whether it ended by itself.
    private static func end(
        _ process: pid_t,
        until deadline: ContinuousClock.Instant
    ) throws(DocumentError) -> (status: Int32, isOver: Bool) {
        var status: Int32 = 0
        var isOver = false
        while !isOver, ContinuousClock.now < deadline {
            let ended = waitpid(process, &status, WNOHANG)
            guard ended >= 0 || errno == EINTR else { throw failure("waitpid") }
            isOver = ended == process
            if !isOver { usleep(500) }
        }
        // Its whole group: nothing that it started outlives it.
        kill(-process, SIGKILL)
        while !isOver, waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw failure("waitpid") }
        }
        return (status, isOver)
    }

    /// Reads both ends until the program closes them.
    private static func drain(
        _ output: Int32,
        _ errors: Int32,
        _ deadline: ContinuousClock.Instant,
        _ maximumOutput: Int
    ) throws(DocumentError) -> ([UInt8], [UInt8]) {
        var read: [[UInt8]] = [[], []]
        var open = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            pollfd(fd: errors, events: Int16(POLLIN), revents: 0),
        ]
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while open.contains(where: { $0.fd >= 0 }) {
            guard ContinuousClock.now < deadline else {
                throw DocumentError(.tooLong, "no end within the time that it has")
            }
            guard poll(&open, nfds_t(open.count), pollMilliseconds) >= 0 || errno == EINTR else {
                throw failure("poll")
            }
            for index in open.indices where open[index].fd >= 0 && open[index].revents != 0 {
                let count = Glibc.read(open[index].fd, &buffer, buffer.count)
                if count < 0 {
                    guard errno == EINTR else { throw failure("read") }
                } else if count == 0 {
                    open[index].fd = -1
                } else if index == 1 {
                    // Complaints may be endless; their beginning is enough.
                    read[1] += buffer[..<min(count, max(0, 2048 - read[1].count))]
                } else {
                    read[0] += buffer[..<count]
                    guard read[0].count <= maximumOutput else {
                        throw DocumentError(.tooLarge, "more than \(maximumOutput) bytes of text")
                    }
                }
            }
        }
        return (read[0], read[1])
    }

    /// A file without a name that holds the bytes, for standard input: a pipe would have to be fed while reading.
    private static func file(of bytes: [UInt8]) throws(DocumentError) -> Int32 {
        var template = Array((NSTemporaryDirectory() + "/tipoff-XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure("mkstemp") }
        unlink(template)
        closeOnExec(descriptor)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + written, bytes.count - written) }
            guard count > 0 || errno == EINTR else {
                defer { close(descriptor) }
                throw failure("write")
            }
            written += max(0, count)
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    /// - Parameter descriptors: what becomes of 0, 1 and 2; nothing else stays open.
    private static func spawn(_ arguments: [String], _ descriptors: [Int32]) throws(DocumentError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (target, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
        }
        tipoff_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var strings: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        var environment: [UnsafeMutablePointer<CChar>?] = [strdup("PATH=\(path)"), nil]
        defer { for string in strings + environment { free(string) } }
        var process: pid_t = 0
        let status = posix_spawnp(&process, arguments[0], &actions, &attributes, &strings, &environment)
        guard status == 0 else {
            throw DocumentError(
                status == ENOENT ? .toolMissing : .toolFailed,
                "\(arguments[0]) does not start: \(String(cString: strerror(status)))"
            )
        }
        return process
    }

    /// A program that somebody else starts must not keep it open.
    private static func closeOnExec(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }

    private static func failure(_ call: String) -> DocumentError {
        DocumentError(.toolFailed, "\(call): \(String(cString: strerror(errno)))")
    }

    private struct Pipe {
        let reading: Int32
        private(set) var writing: Int32

        init() throws(DocumentError) {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw ChildProcess.failure("pipe") }
            for end in ends { ChildProcess.closeOnExec(end) }
            (reading, writing) = (ends[0], ends[1])
        }

        mutating func closeWriting() {
            if writing >= 0 { Glibc.close(writing) }
            writing = -1
        }

        mutating func close() {
            closeWriting()
            Glibc.close(reading)
        }
    }
}
