internal import Glibc

/// An open file or directory, closed when the value goes.
struct FileDescriptor: ~Copyable {
    let raw: Int32

    init(_ raw: Int32) {
        self.raw = raw
    }

    deinit {
        // Linux releases the descriptor whatever close reports; writes are checked (and synced, if asked) before.
        Glibc.close(raw)
    }
}

/// A system call that failed.
struct SystemError: Error {
    let number: Int32
    let call: String

    init(_ call: String, number: Int32 = errno) {
        self.number = number
        self.call = call
    }

    /// The error in a store's terms.
    func at(_ path: String) -> ObjectStoreError {
        let code: ObjectStoreError.Code =
            switch number {
            case ENOENT: .notFound
            case EEXIST: .alreadyExists
            case EACCES, EPERM, EROFS: .access
            case ENOSPC, EDQUOT: .full
            case ELOOP, ENOTDIR, EISDIR, ENAMETOOLONG, ENXIO: .invalidPath
            default: .io
            }
        return ObjectStoreError(code, path: path, reason: "\(call): \(String(cString: strerror(number)))")
    }
}

/// Calls that are retried when a signal interrupts them.
enum System {
    static func open(_ path: String, _ flags: Int32, _ call: String = "open") throws(SystemError) -> FileDescriptor {
        FileDescriptor(try retrying(call) { Glibc.open(path, flags | O_CLOEXEC) })
    }

    static func open(
        at directory: borrowing FileDescriptor,
        _ name: String,
        _ flags: Int32,
        mode: mode_t = 0
    ) throws(SystemError) -> FileDescriptor {
        let raw = directory.raw
        return FileDescriptor(try retrying("openat") { openat(raw, name, flags | O_CLOEXEC | O_NOFOLLOW, mode) })
    }

    static func status(_ file: borrowing FileDescriptor) throws(SystemError) -> stat {
        var status = stat()
        let raw = file.raw
        _ = try retrying("fstat") { fstat(raw, &status) }
        return status
    }

    static func write(_ file: borrowing FileDescriptor, _ bytes: [UInt8]) throws(SystemError) {
        let raw = file.raw
        var done = 0
        while done < bytes.count {
            let offset = done
            done += try retrying("write") {
                bytes.withUnsafeBytes { Glibc.write(raw, $0.baseAddress?.advanced(by: offset), bytes.count - offset) }
            }
        }
    }

    /// Reads `count` bytes, or fewer when the file ends before.
    static func read(_ file: borrowing FileDescriptor, count: Int) throws(SystemError) -> [UInt8] {
        let raw = file.raw
        var failure: SystemError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = Glibc.read(raw, buffer.baseAddress?.advanced(by: filled), count - filled)
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    failure = SystemError("read")
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    static func retrying<R: SignedInteger>(_ call: String, _ work: () -> R) throws(SystemError) -> R {
        while true {
            let outcome = work()
            if outcome >= 0 { return outcome }
            let number = errno
            if number != EINTR { throw SystemError(call, number: number) }
        }
    }
}
