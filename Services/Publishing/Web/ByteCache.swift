import Synchronization

/// Bytes that were asked for last, by name, up to a size: what comes first goes first.
final class ByteCache: Sendable {
    private struct Content {
        var bytes: [String: [UInt8]] = [:]
        var order: [String] = []
        var size = 0
    }

    private let maximumBytes: Int
    private let content = Mutex(Content())

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    subscript(name: String) -> [UInt8]? { content.withLock { $0.bytes[name] } }

    /// Keeps the bytes, unless they are larger than everything that may be kept.
    func keep(_ bytes: [UInt8], as name: String) {
        guard bytes.count <= maximumBytes else { return }
        content.withLock { content in
            if let known = content.bytes.updateValue(bytes, forKey: name) {
                content.size -= known.count
            } else {
                content.order.append(name)
            }
            content.size += bytes.count
            while content.size > maximumBytes {
                let oldest = content.order.removeFirst()
                content.size -= content.bytes.removeValue(forKey: oldest)?.count ?? 0
            }
        }
    }

    /// Bytes that are kept.
    var size: Int { content.withLock { $0.size } }
}
