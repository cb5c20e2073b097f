/// Keys and hashes of the rows that a table holds in a scope, in the order in which it gave them.
package struct StoredKeys: Sendable {
    var keys: [String]
    var hashes: [String?]
    var areRemoved: [Bool]

    package init(keys: [String], hashes: [String?], areRemoved: [Bool]) {
        self.keys = keys
        self.hashes = hashes
        self.areRemoved = areRemoved
    }
}

/// How the rows of a write stand to those of its table, by key and hash.
package struct RowComparison: Sendable {
    /// Two rows of a write have one key.
    package struct DuplicateKey: Error {
        var key: String
    }

    /// Rows that the table does not hold, or holds as removed.
    package private(set) var fresh: [Int] = []
    /// Those of the fresh rows that the table holds as removed, with their places in it.
    package private(set) var returning: [(row: Int, place: Int)] = []
    /// Rows that the table holds otherwise, with their places in it.
    package private(set) var differing: [(row: Int, place: Int)] = []
    package private(set) var unchangedCount = 0
    /// Places of rows that the write does not have any more.
    package private(set) var gone: [Int] = []

    /// Compares rows with what is stored. Rows mostly come in the order in which they were stored, so both are walked side
    /// by side, and only what is left over is looked up by its key.
    ///
    /// - Parameter skipped: rows that are not compared; what the table holds under their keys is not gone.
    package init(
        keys: [String],
        hashes: [String],
        stored: StoredKeys,
        skipping skipped: Set<Int> = []
    ) throws(DuplicateKey) {
        let absent = -1
        var places = [Int](repeating: absent, count: keys.count)
        var isFound = [Bool](repeating: false, count: stored.keys.count)
        var next = 0
        for row in keys.indices where !skipped.contains(row) {
            // A stored row that the write has elsewhere or not at all is passed over.
            for place in next..<min(next + 2, stored.keys.count) where stored.keys[place] == keys[row] {
                places[row] = place
                isFound[place] = true
                next = place + 1
                break
            }
        }
        let unmatched = places.indices.filter { places[$0] == absent && !skipped.contains($0) }
        if !unmatched.isEmpty {
            var byKey: [String: Int] = [:]
            for place in isFound.indices where !isFound[place] { byKey[stored.keys[place]] = place }
            var unknown: Set<String> = []
            for row in unmatched {
                if let place = byKey.removeValue(forKey: keys[row]) {
                    places[row] = place
                    isFound[place] = true
                } else if !unknown.insert(keys[row]).inserted {
                    throw DuplicateKey(key: keys[row])
                }
            }
            // The second of two rows with a stored key does not find it any more.
            if !unknown.isEmpty,
                let row = keys.indices.first(where: { places[$0] != absent && unknown.contains(keys[$0]) })
            {
                throw DuplicateKey(key: keys[row])
            }
        }
        for row in keys.indices where !skipped.contains(row) {
            let place = places[row]
            if place == absent {
                fresh.append(row)
            } else if stored.areRemoved[place] {
                fresh.append(row)
                returning.append((row, place))
            } else if stored.hashes[place] != hashes[row] {
                differing.append((row, place))
            } else {
                unchangedCount += 1
            }
        }
        let kept = Set(skipped.map { keys[$0] })
        gone = isFound.indices.filter { !isFound[$0] && !stored.areRemoved[$0] && !kept.contains(stored.keys[$0]) }
    }
}
