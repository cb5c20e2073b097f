import Basketball
import Foundation

/// The versioned canonical encoding behind a row's hash: type tag, length and bytes of each business column in the
/// table's order, so that 2 and 2.0, NULL and an empty text, or two texts split differently never meet.
struct RowHasher: ~Copyable {
    /// Changes whenever the encoding does, so that old hashes are recomputed instead of compared.
    static let version: UInt8 = 1

    private let columns: [Int]
    private var buffer: [UInt8] = []
    private var sha = SHA256()

    init(table: TableDefinition) {
        columns = table.columns.indices.filter { table.columns[$0].isBusiness }
        buffer.reserveCapacity(512)
    }

    /// Sixteen hexadecimal digits.
    mutating func hash(_ cells: [Cell]) -> String {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(Self.version)
        for index in columns { Self.append(cells[index], to: &buffer) }
        sha.update(buffer)
        return sha.finish().short
    }

    static func append(_ cell: Cell, to buffer: inout [UInt8]) {
        func append(tag: UInt8, _ bits: UInt64) {
            buffer.append(tag)
            withUnsafeBytes(of: bits.bigEndian) { buffer.append(contentsOf: $0) }
        }
        switch cell {
        case .null: buffer.append(0)
        case .text(let text):
            append(tag: 1, UInt64(text.utf8.count))
            buffer.append(contentsOf: text.utf8)
        case .integer(let integer): append(tag: 2, UInt64(bitPattern: integer))
        case .double(let double): append(tag: 3, (double == 0 ? 0 : double).bitPattern)
        case .boolean(let boolean): append(tag: 4, boolean ? 1 : 0)
        case .date(let date): append(tag: 5, UInt64(bitPattern: Int64(date.daysSince1970)))
        case .instant(let instant):
            append(tag: 6, UInt64(bitPattern: Int64((instant.timeIntervalSince1970 * 1_000_000).rounded())))
        case .json(let text):
            append(tag: 7, UInt64(text.utf8.count))
            buffer.append(contentsOf: text.utf8)
        }
    }

    /// The key of a row as one string that no two different keys share.
    static func keyText(_ cells: [Cell], _ indices: [Int]) -> String {
        var key = ""
        for (number, index) in indices.enumerated() {
            let text = cells[index].plainText
            if number > 0 { key += "|" }
            key += "\(text.utf8.count):"
            key += text
        }
        return key
    }
}

/// The key and the hash of every row of a write.
package struct RowFingerprints: Sendable {
    package let keys: [String]
    package let hashes: [String]

    package init(_ write: TableWrite) {
        let keyIndices = write.table.key.map(write.table.index)
        var hasher = RowHasher(table: write.table)
        var hashes: [String] = []
        hashes.reserveCapacity(write.rows.count)
        for row in write.rows { hashes.append(hasher.hash(row)) }
        self.hashes = hashes
        keys = write.rows.map { RowHasher.keyText($0, keyIndices) }
    }

    /// The digest of the scope.
    ///
    /// - Parameter quarantined: indices of the rows that are not written.
    package func digest(quarantined: Set<Int> = []) -> String {
        Self.digest(keys: keys, hashes: hashes, quarantined: quarantined)
    }

    /// SHA-256 over the (key, hash) pairs in the order of their keys. A scope with a row in quarantine is another one than the
    /// scope with the row and the scope without it.
    static func digest(keys: [String], hashes: [String], quarantined: Set<Int> = []) -> String {
        var bytes: [UInt8] = []
        for index in keys.indices.sorted(by: { keys[$0] < keys[$1] }) {
            bytes.append(contentsOf: keys[index].utf8)
            bytes.append(0)
            bytes.append(contentsOf: hashes[index].utf8)
            bytes.append(quarantined.contains(index) ? 1 : 0)
        }
        return SHA256.hash(bytes).hex
    }
}
