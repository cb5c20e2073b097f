internal import Glibc

/// One listing: walks only the directories that can hold a match, in the order of full paths, and stops at the limit.
struct DirectoryListing {
    private let files: DirectoryFiles
    private let prefix: [UInt8]
    private let after: [UInt8]
    private let limit: Int
    private var found: [ObjectMetadata] = []

    init(files: DirectoryFiles, prefix: String, after: String?, limit: Int) {
        self.files = files
        self.prefix = Array(prefix.utf8)
        self.after = Array((after ?? "").utf8)
        self.limit = limit
    }

    mutating func run() throws(ObjectStoreError) -> [ObjectMetadata] {
        guard limit > 0 else { return [] }
        do throws(SystemError) {
            try walk(try System.open(files.root, O_RDONLY | O_DIRECTORY), base: "", depth: 1)
        } catch {
            throw error.at(String(decoding: prefix, as: UTF8.self))
        }
        return found
    }

    private mutating func walk(
        _ directory: consuming FileDescriptor,
        base: String,
        depth: Int
    ) throws(SystemError) {
        for entry in try Self.entries(directory) {
            guard found.count < limit else { return }
            let full = base + entry.name
            do throws(SystemError) {
                if entry.isDirectory {
                    guard depth < ObjectPath.maximumSegments, mayHoldMatch(full + "/") else { continue }
                    let child = try System.open(at: directory, entry.name, O_RDONLY | O_DIRECTORY)
                    try walk(child, base: full + "/", depth: depth + 1)
                } else if matches(full), let path = Self.path(full) {
                    found.append(try files.describe(path, in: directory, name: entry.name))
                }
            } catch {
                // It went, or turned into something else, between the reading of the directory and now.
                guard [ENOENT, ELOOP, ENOTDIR, EISDIR].contains(error.number) else { throw error }
            }
        }
    }

    private func matches(_ path: String) -> Bool {
        path.utf8.starts(with: prefix) && after.lexicographicallyPrecedes(path.utf8)
    }

    /// Whether any path that begins with `directory` can be a match.
    private func mayHoldMatch(_ directory: String) -> Bool {
        let name = Array(directory.utf8)
        guard name.starts(with: prefix) || prefix.starts(with: name) else { return false }
        return after.starts(with: name) || after.lexicographicallyPrecedes(name)
    }

    /// A name put there by other means may be no valid path: such an object can't be asked for, so it isn't listed.
    private static func path(_ text: String) -> ObjectPath? {
        do throws(ObjectStoreError) {
            return try ObjectPath(validating: text)
        } catch {
            return nil
        }
    }

    private struct Entry {
        let name: String
        let isDirectory: Bool
        /// A directory sorts as its contents do: with the slash.
        var key: String { isDirectory ? name + "/" : name }
    }

    private static func entries(_ directory: borrowing FileDescriptor) throws(SystemError) -> [Entry] {
        // closedir closes its descriptor, and the walk still needs this one.
        let copy = fcntl(directory.raw, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SystemError("dup") }
        guard let stream = fdopendir(copy) else {
            let error = SystemError("opendir")
            close(copy)
            throw error
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix("."), let isDirectory = kind(entry.pointee.d_type, name, directory) {
                entries.append(Entry(name: name, isDirectory: isDirectory))
            }
            errno = 0
        }
        guard errno == 0 else { throw SystemError("readdir") }
        return entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// True for a directory, false for a plain file, nil for links, pipes, devices and what is gone.
    private static func kind(_ type: UInt8, _ name: String, _ directory: borrowing FileDescriptor) -> Bool? {
        switch Int(type) {
        case Int(DT_DIR): return true
        case Int(DT_REG): return false
        case Int(DT_UNKNOWN):
            var status = stat()
            guard fstatat(directory.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return true
            case S_IFREG: return false
            default: return nil
            }
        default: return nil
        }
    }
}
