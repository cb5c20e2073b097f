internal import Foundation

/// A store in a directory of this machine or of a mounted volume: one file an object, readable with ordinary tools.
///
/// A write goes to a temporary file beside its target and is renamed, so readers see the old or the new object whole.
/// Every step below the root is opened relative to its parent and never follows a symbolic link. The checksum travels
/// with the file as the extended attribute `user.sha256`; where the volume has none, in a hidden file beside it.
public struct DirectoryObjectStore: ObjectStore {
    /// Where checksums are kept.
    public enum ChecksumPlace: Sendable, Hashable {
        /// As an extended attribute if the volume can, otherwise in a hidden file.
        case automatic
        /// Always in a hidden file.
        case hiddenFile
    }

    /// The root directory.
    public let root: String
    private let files: DirectoryFiles
    private let queues: BlockingQueues

    /// Opens a store; the root is created when it doesn't exist. Throws an error of code `.configuration`.
    /// - Parameters:
    ///   - root: the directory; it may be a symbolic link itself.
    ///   - syncsToDisk: whether `put` returns only when the bytes would survive a power cut.
    ///   - checksums: where checksums are kept.
    ///   - threads: how many files are worked on at once.
    public init(
        root: String,
        syncsToDisk: Bool = false,
        checksums: ChecksumPlace = .automatic,
        threads: Int = 4
    ) throws(ObjectStoreError) {
        do {
            try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        } catch {
            throw ObjectStoreError(
                .configuration,
                path: root,
                reason: "the root can't be created: \(error.localizedDescription)"
            )
        }
        self.root = root
        files = DirectoryFiles(root: root, syncsToDisk: syncsToDisk, checksums: checksums)
        queues = BlockingQueues(count: threads)
    }

    @discardableResult
    public func put(
        _ path: ObjectPath,
        bytes: [UInt8],
        ifAbsent: Bool
    ) async throws(ObjectStoreError) -> ObjectMetadata {
        try await queues.run { [files] () throws(ObjectStoreError) in
            try files.put(path, bytes: bytes, ifAbsent: ifAbsent)
        }
    }

    public func get(_ path: ObjectPath, maximumBytes: Int) async throws(ObjectStoreError) -> [UInt8] {
        try await queues.run { [files] () throws(ObjectStoreError) in
            try files.get(path, maximumBytes: maximumBytes)
        }
    }

    public func head(_ path: ObjectPath) async throws(ObjectStoreError) -> ObjectMetadata? {
        try await queues.run { [files] () throws(ObjectStoreError) in
            try files.head(path)
        }
    }

    public func list(
        prefix: String,
        after: String?,
        limit: Int
    ) async throws(ObjectStoreError) -> [ObjectMetadata] {
        try await queues.run { [files] () throws(ObjectStoreError) in
            var listing = DirectoryListing(files: files, prefix: prefix, after: after, limit: limit)
            return try listing.run()
        }
    }

    public func delete(_ path: ObjectPath) async throws(ObjectStoreError) {
        try await queues.run { [files] () throws(ObjectStoreError) in
            try files.delete(path)
        }
    }
}
