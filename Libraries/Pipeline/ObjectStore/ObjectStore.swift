public import Foundation

/// What a store knows about one object.
public struct ObjectMetadata: Sendable, Hashable {
    /// Where the object is.
    public let path: ObjectPath
    /// Its length in bytes.
    public let byteCount: Int
    /// The SHA-256 of its bytes, 64 lowercase hexadecimal digits.
    public let sha256: String
    /// When it was last written, by the store's clock.
    public let modifiedAt: Date

    /// Makes metadata.
    public init(path: ObjectPath, byteCount: Int, sha256: String, modifiedAt: Date) {
        self.path = path
        self.byteCount = byteCount
        self.sha256 = sha256
        self.modifiedAt = modifiedAt
    }
}

/// Whole objects by path. A reader sees an object complete or not at all. All methods throw `ObjectStoreError`.
public protocol ObjectStore: Sendable {
    /// Writes an object. With `ifAbsent` an existing one stays and `.alreadyExists` is thrown; of several writers
    /// exactly one wins.
    @discardableResult
    func put(_ path: ObjectPath, bytes: [UInt8], ifAbsent: Bool) async throws(ObjectStoreError) -> ObjectMetadata

    /// Reads an object and checks it against its checksum. Throws `.notFound`, `.tooLarge`, `.corrupt`.
    ///
    /// An object that was laid down by other means and has no checksum is returned as it is.
    func get(_ path: ObjectPath, maximumBytes: Int) async throws(ObjectStoreError) -> [UInt8]

    /// Describes an object; nil when there is none.
    func head(_ path: ObjectPath) async throws(ObjectStoreError) -> ObjectMetadata?

    /// Lists objects whose path begins with `prefix` and is greater than `after`, in the order of UTF-8 bytes.
    ///
    /// `prefix` may end inside a segment. Names that are no valid `ObjectPath` are passed over. Objects that carry no
    /// checksum are read to compute one.
    func list(prefix: String, after: String?, limit: Int) async throws(ObjectStoreError) -> [ObjectMetadata]

    /// Removes an object; one that isn't there counts as removed.
    func delete(_ path: ObjectPath) async throws(ObjectStoreError)
}

extension ObjectStore {
    /// Writes an object, replacing what was there.
    @discardableResult
    public func put(_ path: ObjectPath, bytes: [UInt8]) async throws(ObjectStoreError) -> ObjectMetadata {
        try await put(path, bytes: bytes, ifAbsent: false)
    }

    /// Lists the first objects below a prefix.
    public func list(prefix: String, limit: Int = 1000) async throws(ObjectStoreError) -> [ObjectMetadata] {
        try await list(prefix: prefix, after: nil, limit: limit)
    }
}
