/// What makes a prepared statement: its text, and the types that its parameters were declared with.
struct StatementKey: Hashable {
    let text: String
    let types: [PostgresType]
}

/// Which statements a connection has prepared, by text and parameter types; the least recently used one makes room.
struct StatementCache {
    private struct Entry {
        let name: String
        var lastUse: Int
    }

    private let limit: Int
    private var entries: [StatementKey: Entry] = [:]
    private var uses = 0
    private var namesGiven = 0
    /// Names that the server still holds but the cache has given up.
    private(set) var evicted: [String] = []

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    var count: Int { entries.count }

    /// The server's name of a prepared statement, if there is one.
    mutating func name(of key: StatementKey) -> String? {
        guard let index = entries.index(forKey: key) else { return nil }
        uses += 1
        entries.values[index].lastUse = uses
        return entries.values[index].name
    }

    /// A name that this connection has not used yet.
    mutating func newName() -> String {
        namesGiven += 1
        return "tipoff_\(namesGiven)"
    }

    mutating func insert(_ key: StatementKey, name: String) {
        if let old = entries[key] { evicted.append(old.name) }
        uses += 1
        entries[key] = Entry(name: name, lastUse: uses)
        if entries.count > limit, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) {
            entries[oldest.key] = nil
            evicted.append(oldest.value.name)
        }
    }

    /// Forgets a statement that the server still has.
    mutating func remove(_ key: StatementKey) {
        if let old = entries.removeValue(forKey: key) { evicted.append(old.name) }
    }

    /// Forgets all statements, because the server has done so. Names are not given twice.
    mutating func removeAll() {
        entries = [:]
        evicted = []
    }

    mutating func takeEvicted() -> [String] {
        defer { evicted.removeAll() }
        return evicted
    }
}
