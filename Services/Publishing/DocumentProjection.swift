import Logging
import Foundation
import Logging
public import Pipeline
import Postgres
public import ServiceLifecycle

/// Keeps the object store's files equal to the pointers: `predictions/2024-01-15.json` and so on, and a manifest that
/// says which version each of them is, all of one moment, and where its bytes lie for good. Files are replaced one after
/// the other; who wants a slate whole follows the manifest.
///
/// The pointers in PostgreSQL are the truth. A file that a crash left behind, or that somebody removed, is written again:
/// changed pointers are looked for every second and after each commit, every file is looked at every minute.
public struct DocumentProjection: Service {
    static let manifestPath = "documents/manifest.json"
    static let rounds = 60

    let context: ServiceContext
    let signal: ProjectionSignal

    public init(context: ServiceContext, signal: ProjectionSignal) {
        self.context = context
        self.signal = signal
    }

    public func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isShuttingDownGracefully, !Task.isCancelled {
                    signal.send()
                    await context.pause(.seconds(1))
                }
                signal.finish()
            }
            group.addTask { await follow() }
            await group.waitForAll()
        }
    }

    private func follow() async {
        let lease = RoleLease(
            pool: context.pool,
            role: "publishing-projection",
            owner: context.instance,
            duration: .seconds(5)
        )
        var round = 0
        for await _ in signal.stream {
            context.progress.beat("projection")
            do {
                guard try await lease.acquire() != nil else { continue }
                let written = try await project(verifying: round % Self.rounds == 0)
                if written > 0 { context.logger.info("document files rewritten", metadata: ["files": "\(written)"]) }
                round += 1
            } catch {
                context.logger.warning("document files not written yet", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Compares pointers and manifest and rewrites what differs; with `verifying` also the files themselves. Returns the
    /// number of files written.
    func project(verifying: Bool) async throws -> Int {
        var manifest = try await manifest()
        let halt = try await PublishHalt.current(context.pool)
        let rows = try await context.pool.query(
            """
            SELECT p.kind, p.key, p.version, d.etag, d.state FROM nba_publishing.document_pointer AS p
            JOIN nba_publishing.document AS d USING (document_id) ORDER BY p.kind, p.key
            """
        )
        var written = 0
        for row in rows {
            let kind: String = try row.decode("kind")
            let key: String = try row.decode("key")
            let shown = ShownDocument(
                kind: kind,
                key: key,
                storedETag: try row.decode("etag"),
                version: try row.decode("version"),
                storedStatus: try row.decode("state"),
                halt: halt
            )
            guard let shown else {
                // A newer build publishes it; this one keeps its hands off.
                context.logger.warning("unknown kind of document", metadata: ["kind": "\(kind)"])
                continue
            }
            let path = try ObjectPath(validating: "\(kind)/\(key).json")
            let isListed = manifest[path.string]?["etag"]?.stringValue == shown.etag
            if isListed {
                guard verifying else { continue }
                let listed = manifest[path.string]?["sha256"]?.stringValue
                if let listed, try await context.objects.head(path)?.sha256 == listed { continue }
            }
            // The pointer may have moved on since; its next version follows in the next round.
            let bytes = try await shown.bytes(context.pool)
            let hash = SHA256.hash(bytes).hex
            let kept = try ObjectPath(validating: "documents/\(kind)/\(key)/\(hash).json")
            // A version is kept before its pointer moves; as a halt makes it, nobody has.
            if try await context.objects.head(kept) == nil { try await context.objects.put(kept, bytes: bytes) }
            try await context.objects.put(path, bytes: bytes)
            FaultPoint.hit("project-between-files")
            manifest[path.string] = [
                "version": .int(shown.version), "etag": .string(shown.etag), "sha256": .string(hash),
                "path": .string(kept.string),
            ]
            written += 1
        }
        if written > 0 {
            let sorted = JSONValue.object(JSONObject(manifest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
            try await context.objects.put(
                ObjectPath(validating: Self.manifestPath),
                bytes: try sorted.utf8(.indented)
            )
            FaultPoint.hit("project-between-files")
        }
        return written
    }

    /// What the files are, by path; a manifest that is missing or broken counts as empty and every file is written again.
    private func manifest() async throws -> [String: JSONValue] {
        do {
            let bytes = try await context.objects.get(
                ObjectPath(validating: Self.manifestPath),
                maximumBytes: 64 << 20
            )
            return try JSONValue(parsing: bytes).dictionaryValue ?? [:]
        } catch let error as ObjectStoreError where error.code == .notFound || error.code == .corrupt {
            return [:]
        } catch is JSONError {
            return [:]
        }
    }
}

/// Wakes the projection; several wake-ups before it looks are one.
public struct ProjectionSignal: Sendable {
    let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    public init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    public func send() { continuation.yield() }
    func finish() { continuation.finish() }
}
