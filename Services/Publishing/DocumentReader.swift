import Pipeline
import Postgres

/// Reads documents for readers: which version they get is looked up each time, its bytes are read once.
struct DocumentReader: Sendable {
    /// Of the role `tipoff_reader`.
    let pool: PostgresPool
    private let bodies = ByteCache(maximumBytes: 32 << 20)
    private let reading = SharedReads()

    init(pool: PostgresPool) { self.pool = pool }

    /// What readers get now under a name, and its bytes; nil when nothing is published there.
    func document(_ kind: String, _ key: String) async throws -> (shown: ShownDocument, bytes: [UInt8])? {
        guard let shown = try await ShownDocument.find(kind, key, pool) else { return nil }
        if let bytes = bodies[shown.etag] { return (shown, bytes) }
        let read = try await reading.read(shown.etag) { [pool] in try await ShownDocument.read(kind, key, pool) }
        // The pointer may have moved on since: then the newer version is the answer.
        guard let read else { return nil }
        bodies.keep(read.bytes, as: read.shown.etag)
        return (read.shown, read.bytes)
    }
}

/// Of many who want the same bytes at the same moment, as all readers of a slate do when it changes, one reads them.
private actor SharedReads {
    typealias Found = (shown: ShownDocument, bytes: [UInt8])?

    private var running: [String: Task<Found, any Error>] = [:]

    func read(_ name: String, _ body: @escaping @Sendable () async throws -> Found) async throws -> Found {
        if let task = running[name] { return try await task.value }
        let task = Task { try await body() }
        running[name] = task
        defer { running[name] = nil }
        return try await task.value
    }
}
