import Foundation

/// Reads secrets that are mounted as files.
enum SecretFile {
    struct Problem: Error {
        let reason: String
    }

    static let maximumBytes = 64 << 10

    /// The content without trailing line ends. The checks are made on the opened file, so it cannot be exchanged between.
    static func read(_ path: String) -> Result<String, Problem> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(Problem(reason: String(cString: strerror(errno)))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            return .failure(Problem(reason: String(cString: strerror(errno))))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return .failure(Problem(reason: "not a regular file")) }
        guard status.st_mode & (S_IROTH | S_IWOTH) == 0 else {
            return .failure(Problem(reason: "other users can access it; set mode 0640 or stricter"))
        }
        guard status.st_size <= maximumBytes else { return .failure(Problem(reason: "larger than 64 KiB")) }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes { buffer in
                Foundation.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
            }
            if read < 0 && errno == EINTR { continue }
            guard read >= 0 else { return .failure(Problem(reason: String(cString: strerror(errno)))) }
            if read == 0 { break }
            count += read
        }
        var content = bytes[..<count]
        while let last = content.last, last == 0x0A || last == 0x0D { content.removeLast() }
        guard let text = String(validating: content, as: UTF8.self) else {
            return .failure(Problem(reason: "not UTF-8"))
        }
        guard !text.isEmpty else { return .failure(Problem(reason: "empty")) }
        return .success(text)
    }
}
