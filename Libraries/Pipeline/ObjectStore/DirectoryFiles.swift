internal import Foundation
internal import Glibc

/// The file work of `DirectoryObjectStore`. Every call blocks.
struct DirectoryFiles: Sendable {
    let root: String
    let syncsToDisk: Bool
    let checksums: DirectoryObjectStore.ChecksumPlace

    func put(_ path: ObjectPath, bytes: [UInt8], ifAbsent: Bool) throws(ObjectStoreError) -> ObjectMetadata {
        let segments = path.segments
        let name = segments[segments.count - 1]
        let digest = SHA256.hash(bytes)
        do throws(SystemError) {
            let parent = try openParent(segments, creating: true)
            let temporary = ".tmp-\(getpid())-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
            let file = try System.open(at: parent, temporary, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600)
            let status: stat
            do throws(SystemError) {
                status = try fill(file, bytes: bytes, digest: digest, parent: parent, name: name)
                try place(temporary, as: name, in: parent, ifAbsent: ifAbsent, inode: status.st_ino)
            } catch {
                // The first error is the one to report; what this leaves behind is hidden and harmless.
                unlinkat(parent.raw, temporary, 0)
                throw error
            }
            if syncsToDisk {
                let raw = parent.raw
                _ = try System.retrying("fsync") { fsync(raw) }
            }
            return ObjectMetadata(
                path: path,
                byteCount: bytes.count,
                sha256: digest.hex,
                modifiedAt: status.modificationDate
            )
        } catch {
            throw error.at(path.string)
        }
    }

    func get(_ path: ObjectPath, maximumBytes: Int) throws(ObjectStoreError) -> [UInt8] {
        let bytes: [UInt8]
        let stored: Checksums.Stored
        do throws(SystemError) {
            let segments = path.segments
            let parent = try openParent(segments, creating: false)
            let name = segments[segments.count - 1]
            let file = try openFile(name, in: parent)
            let status = try System.status(file)
            guard status.st_size <= maximumBytes else {
                throw SystemError("size", number: EFBIG)
            }
            bytes = try System.read(file, count: Int(status.st_size))
            stored = try Checksums.read(file, parent: parent, name: name, inode: status.st_ino)
        } catch {
            if error.number == EFBIG {
                throw ObjectStoreError(.tooLarge, path: path.string, reason: "longer than \(maximumBytes) bytes")
            }
            throw error.at(path.string)
        }
        switch stored {
        case .none: return bytes
        case .digest(let digest) where digest == SHA256.hash(bytes): return bytes
        case .digest: throw ObjectStoreError(.corrupt, path: path.string, reason: "the bytes don't match the checksum")
        case .unreadable: throw ObjectStoreError(.corrupt, path: path.string, reason: "the checksum is unreadable")
        }
    }

    func head(_ path: ObjectPath) throws(ObjectStoreError) -> ObjectMetadata? {
        do throws(SystemError) {
            let segments = path.segments
            return try describe(path, in: try openParent(segments, creating: false), name: segments[segments.count - 1])
        } catch {
            if error.number == ENOENT { return nil }
            throw error.at(path.string)
        }
    }

    func delete(_ path: ObjectPath) throws(ObjectStoreError) {
        do throws(SystemError) {
            let segments = path.segments
            let name = segments[segments.count - 1]
            let parent = try openParent(segments, creating: false)
            let raw = parent.raw
            let inode = try inode(of: name, in: parent)
            _ = try System.retrying("unlink") { unlinkat(raw, name, 0) }
            if let inode { try Checksums.removeHiddenFile(in: parent, name: name, inode: inode) }
        } catch {
            if error.number != ENOENT { throw error.at(path.string) }
        }
    }

    /// Metadata of a file in an open directory. A missing or unreadable checksum is replaced by that of the bytes.
    func describe(
        _ path: ObjectPath,
        in parent: borrowing FileDescriptor,
        name: String
    ) throws(SystemError) -> ObjectMetadata {
        let file = try openFile(name, in: parent)
        let status = try System.status(file)
        let digest: SHA256Digest
        if case .digest(let stored) = try Checksums.read(file, parent: parent, name: name, inode: status.st_ino) {
            digest = stored
        } else {
            digest = try hash(file)
        }
        return ObjectMetadata(
            path: path,
            byteCount: Int(status.st_size),
            sha256: digest.hex,
            modifiedAt: status.modificationDate
        )
    }

    private func openParent(_ segments: [String], creating: Bool) throws(SystemError) -> FileDescriptor {
        var directory = try System.open(root, O_RDONLY | O_DIRECTORY)
        for segment in segments.dropLast() {
            do throws(SystemError) {
                let next = try System.open(at: directory, segment, O_RDONLY | O_DIRECTORY)
                directory = next
            } catch {
                guard creating, error.number == ENOENT else { throw error }
                let raw = directory.raw
                // Another writer may make it first; opening it decides.
                if mkdirat(raw, segment, 0o755) != 0, errno != EEXIST { throw SystemError("mkdir") }
                directory = try System.open(at: directory, segment, O_RDONLY | O_DIRECTORY)
            }
        }
        return directory
    }

    private func openFile(_ name: String, in parent: borrowing FileDescriptor) throws(SystemError) -> FileDescriptor {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let file = try System.open(at: parent, name, O_RDONLY | O_NONBLOCK)
        guard try System.status(file).st_mode & S_IFMT == S_IFREG else {
            throw SystemError("not a plain file", number: EISDIR)
        }
        return file
    }

    /// Writes bytes, mode and checksum into the temporary file.
    private func fill(
        _ file: borrowing FileDescriptor,
        bytes: [UInt8],
        digest: SHA256Digest,
        parent: borrowing FileDescriptor,
        name: String
    ) throws(SystemError) -> stat {
        try System.write(file, bytes)
        let raw = file.raw
        // Explicit, so that the umask has no say.
        _ = try System.retrying("fchmod") { fchmod(raw, 0o644) }
        let status = try System.status(file)
        let attributed = checksums == .automatic ? try Checksums.writeAttribute(file, digest) : false
        if !attributed { try Checksums.writeHiddenFile(in: parent, name: name, inode: status.st_ino, digest) }
        if syncsToDisk { _ = try System.retrying("fsync") { fsync(raw) } }
        return status
    }

    private func place(
        _ temporary: String,
        as name: String,
        in parent: borrowing FileDescriptor,
        ifAbsent: Bool,
        inode: ino_t
    ) throws(SystemError) {
        let raw = parent.raw
        if ifAbsent {
            // Unlike rename, link never replaces: of several writers one succeeds.
            do throws(SystemError) {
                _ = try System.retrying("link") { linkat(raw, temporary, raw, name, 0) }
            } catch {
                try Checksums.removeHiddenFile(in: parent, name: name, inode: inode)
                throw error
            }
            _ = try System.retrying("unlink") { unlinkat(raw, temporary, 0) }
            return
        }
        let replaced = try self.inode(of: name, in: parent)
        _ = try System.retrying("rename") { renameat(raw, temporary, raw, name) }
        if let replaced, replaced != inode { try Checksums.removeHiddenFile(in: parent, name: name, inode: replaced) }
    }

    private func inode(of name: String, in parent: borrowing FileDescriptor) throws(SystemError) -> ino_t? {
        var status = stat()
        guard fstatat(parent.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw SystemError("stat")
        }
        return status.st_ino
    }

    private func hash(_ file: borrowing FileDescriptor) throws(SystemError) -> SHA256Digest {
        var sha = SHA256()
        while true {
            let piece = try System.read(file, count: 256 << 10)
            if piece.isEmpty { return sha.finish() }
            sha.update(piece)
        }
    }
}

extension stat {
    /// The time of the last change of the bytes.
    fileprivate var modificationDate: Date {
        Date(timeIntervalSince1970: Double(st_mtim.tv_sec) + Double(st_mtim.tv_nsec) / 1e9)
    }
}
