import Foundation

/// A small file that tells others where a service listens.
enum AddressFile {
    /// Replaces the file at once: a reader sees the old text, the new text, or no file.
    ///
    /// - Throws: `HealthServerError` with the path and the system's reason.
    static func write(_ text: String, to path: String) throws(HealthServerError) {
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system("cannot write the address file \(path)", errno) }
        let failure = DescriptorWriter.write(Array((text + "\n").utf8), to: descriptor)?.code
        close(descriptor)
        if let failure {
            unlink(temporary)
            throw .system("cannot write the address file \(path)", failure)
        }
        guard rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw .system("cannot write the address file \(path)", code)
        }
    }

    /// Removes the file if it still tells this address: a successor may have written its own.
    static func remove(_ path: String, ifItSays text: String) {
        guard let content = FileManager.default.contents(atPath: path),
            String(decoding: content, as: UTF8.self) == text + "\n"
        else { return }
        unlink(path)
    }
}
