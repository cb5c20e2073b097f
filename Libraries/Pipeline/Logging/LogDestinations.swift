import Foundation
import Synchronization

/// An open descriptor that is not owned, normally stderr.
struct DescriptorDestination: LogDestination {
    let name: String
    let descriptor: Int32

    func write(_ lines: [[UInt8]]) -> Int {
        // One write a batch; when it fails in the middle, the lines of the batch count as lost.
        DescriptorWriter.write(Array(lines.joined()), to: descriptor) == nil ? 0 : lines.count
    }
}

enum DescriptorWriter {
    /// Writes everything; the errno and the bytes that were written before it when that fails.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> (code: Int32, written: Int)? {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Foundation.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                // A descriptor shared with a non-blocking reader: wait until it takes more.
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&request, 1, 1000)
                if request.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { return (EPIPE, written) }
            } else if errno != EINTR {
                return (errno, written)
            }
        }
        return nil
    }
}

/// A log file that is rotated by size: `file`, `file.1`, `file.2`, …
///
/// Rotation renames, so a reader that follows by name (`tail -F`) loses nothing, and at every moment each line is in
/// exactly one file. A file that was moved away by others is opened anew. Problems are returned as lost lines, never thrown.
final class RotatingLogFile: LogDestination {
    private struct State {
        var descriptor: Int32 = -1
        var size = 0
        var device: UInt64 = 0
        var inode: UInt64 = 0
    }

    let name = "file"
    private let path: String
    private let maximumBytes: Int
    private let files: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - maximumBytes: size that the current file does not exceed (unless one line alone is larger).
    ///   - files: how many files are kept, the current one included.
    init(path: String, maximumBytes: Int, files: Int) {
        self.path = path
        self.maximumBytes = maximumBytes
        self.files = max(1, files)
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
    }

    func write(_ lines: [[UInt8]]) -> Int {
        state.withLock { state in
            reopenIfMoved(&state)
            var lost = 0
            var chunk: [UInt8] = []
            var chunkLines = 0
            func writeChunk() {
                guard !chunk.isEmpty else { return }
                if !append(chunk, &state) { lost += chunkLines }
                chunk = []
                chunkLines = 0
            }
            for line in lines {
                let size = state.size + chunk.count
                if size > 0 && size + line.count > maximumBytes {
                    writeChunk()
                    rotate(&state)
                }
                chunk += line
                chunkLines += 1
            }
            writeChunk()
            return lost
        }
    }

    private func append(_ bytes: [UInt8], _ state: inout State) -> Bool {
        if state.descriptor < 0 && !open(&state) { return false }
        guard let failure = DescriptorWriter.write(bytes, to: state.descriptor) else {
            state.size += bytes.count
            return true
        }
        // A full disk must not leave half a line behind: the next line would be glued to it.
        if failure.written > 0, ftruncate(state.descriptor, off_t(state.size)) != 0 { state.size += failure.written }
        return false
    }

    private func open(_ state: inout State) -> Bool {
        let descriptor = Foundation.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            close(descriptor)
            return false
        }
        state = State(
            descriptor: descriptor,
            size: Int(status.st_size),
            device: UInt64(status.st_dev),
            inode: UInt64(status.st_ino)
        )
        return true
    }

    private func reopenIfMoved(_ state: inout State) {
        if state.descriptor >= 0 {
            var status = stat()
            let isSame =
                stat(path, &status) == 0 && UInt64(status.st_dev) == state.device
                && UInt64(status.st_ino) == state.inode
            if isSame {
                // Somebody may have truncated it in place.
                state.size = Int(status.st_size)
                return
            }
            close(state.descriptor)
            state = State()
        }
        _ = open(&state)
    }

    private func rotate(_ state: inout State) {
        if state.descriptor >= 0 {
            close(state.descriptor)
            state = State()
        }
        // From the oldest on, each rename atomic. When one fails the younger stay where they are and the current file
        // goes on growing: too long a log is better than a lost one.
        if files == 1 {
            unlink(path)
        } else {
            for number in stride(from: files - 1, through: 1, by: -1) {
                let source = number == 1 ? path : "\(path).\(number - 1)"
                if rename(source, "\(path).\(number)") != 0 && errno != ENOENT { break }
            }
        }
        _ = open(&state)
    }
}
