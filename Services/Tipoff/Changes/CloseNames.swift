/// Finds what somebody may have meant.
enum CloseNames {
    /// The names that at most `edits` insertions, deletions and replacements make of `name`, the closest first.
    static func to(_ name: String, among names: [String], edits: Int) -> [String] {
        names.map { (name: $0, distance: distance(name, $0)) }
            .filter { $0.distance <= edits }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .map(\.name)
    }

    /// Levenshtein's distance, by rows of its matrix.
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (i, character) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let replaced = diagonal + (character == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
