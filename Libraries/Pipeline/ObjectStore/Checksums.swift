internal import CFileAttributes
internal import Glibc

/// The checksum that belongs to a file: an extended attribute, or a hidden file on volumes without them.
///
/// A hidden file is named after the inode it describes. The new checksum can so be laid down before the rename and the
/// old one stays valid until then: at no instant does a name point to bytes with the wrong checksum.
enum Checksums {
    /// What was found.
    enum Stored {
        case none
        case digest(SHA256Digest)
        case unreadable
    }

    private static let attribute = "user.sha256"

    static func read(
        _ file: borrowing FileDescriptor,
        parent: borrowing FileDescriptor,
        name: String,
        inode: ino_t
    ) throws(SystemError) -> Stored {
        var buffer = [UInt8](repeating: 0, count: 65)
        let length = fgetxattr(file.raw, attribute, &buffer, buffer.count)
        if length >= 0 { return parse(buffer.prefix(length)) }
        switch errno {
        case ENODATA, ENOTSUP: break
        case ERANGE: return .unreadable
        default: throw SystemError("fgetxattr")
        }
        do throws(SystemError) {
            let hidden = try System.open(at: parent, hiddenName(name, inode), O_RDONLY | O_NONBLOCK)
            return parse(try System.read(hidden, count: 65)[...])
        } catch {
            if error.number == ENOENT { return .none }
            throw error
        }
    }

    /// Stores the checksum with the file; false when the volume can't.
    static func writeAttribute(
        _ file: borrowing FileDescriptor,
        _ digest: SHA256Digest
    ) throws(SystemError) -> Bool {
        let text = Array(digest.hex.utf8)
        if fsetxattr(file.raw, attribute, text, text.count, 0) == 0 { return true }
        if errno == ENOTSUP { return false }
        throw SystemError("fsetxattr")
    }

    static func writeHiddenFile(
        in parent: borrowing FileDescriptor,
        name: String,
        inode: ino_t,
        _ digest: SHA256Digest
    ) throws(SystemError) {
        // An inode that is used again finds the file of its predecessor: that one is gone, so replace it.
        let file = try System.open(at: parent, hiddenName(name, inode), O_WRONLY | O_CREAT | O_TRUNC, mode: 0o644)
        try System.write(file, Array(digest.hex.utf8))
    }

    static func removeHiddenFile(
        in parent: borrowing FileDescriptor,
        name: String,
        inode: ino_t
    ) throws(SystemError) {
        if unlinkat(parent.raw, hiddenName(name, inode), 0) != 0, errno != ENOENT { throw SystemError("unlink") }
    }

    private static func hiddenName(_ name: String, _ inode: ino_t) -> String {
        ".\(name).\(inode).sha256"
    }

    private static func parse(_ bytes: ArraySlice<UInt8>) -> Stored {
        SHA256Digest(hex: String(decoding: bytes, as: UTF8.self)).map(Stored.digest) ?? .unreadable
    }
}
