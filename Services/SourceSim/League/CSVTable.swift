import Foundation
import HTTPFetch

/// A comma-separated file with a header, read without a String for every cell.
struct CSVTable {
    private let bytes: [UInt8]
    private let columns: [String: Int]
    private let firstRow: Int
    let name: String

    /// The longest table that is read, unpacked.
    private static let maximumBytes = 256 << 20

    /// Reads a file, packed with gzip when its name says so. Throws `LeagueDataError`.
    init(_ file: URL) throws {
        name = file.lastPathComponent
        bytes = try Self.read(file)
        var cells: [Range<Int>] = []
        firstRow = Self.scan(bytes, from: 0, into: &cells)
        var columns: [String: Int] = [:]
        for (index, cell) in cells.enumerated() { columns[Self.text(bytes, cell)] = index }
        self.columns = columns
    }

    /// Calls `body` for every row.
    func forEachRow(_ body: (Row) throws -> Void) throws {
        var cells: [Range<Int>] = []
        var position = firstRow
        var line = 1
        while position < bytes.count {
            position = Self.scan(bytes, from: position, into: &cells)
            line += 1
            if cells.count == 1 && cells[0].isEmpty { continue }
            guard cells.count == columns.count else {
                throw LeagueDataError.malformed(
                    "\(name) line \(line): \(cells.count) cells for \(columns.count) columns"
                )
            }
            try body(Row(table: self, cells: cells, line: line))
        }
    }

    /// The index of a column. Throws when the file does not have it.
    func column(_ header: String) throws -> Int {
        guard let index = columns[header] else { throw LeagueDataError.malformed("\(name) has no column \(header)") }
        return index
    }

    struct Row {
        fileprivate let table: CSVTable
        fileprivate let cells: [Range<Int>]
        let line: Int

        func text(_ column: Int) -> String { CSVTable.text(table.bytes, cells[column]) }

        /// A whole number; a fraction of zero ("12.0") is accepted.
        func int(_ column: Int) throws -> Int {
            guard let value = try optionalDouble(column), let exact = Int(exactly: value) else {
                throw LeagueDataError.malformed("\(table.name) line \(line): '\(text(column))' is not a whole number")
            }
            return exact
        }

        /// A number, nil when the cell is empty.
        func optionalDouble(_ column: Int) throws -> Double? {
            let cell = cells[column]
            if cell.isEmpty { return nil }
            if cell.count <= 9, table.bytes[cell].allSatisfy({ (48...57).contains($0) }) {
                return Double(table.bytes[cell].reduce(0) { $0 * 10 + Int($1 - 48) })
            }
            guard let value = Double(text(column)) else {
                throw LeagueDataError.malformed("\(table.name) line \(line): '\(text(column))' is not a number")
            }
            return value
        }
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        guard !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "\"") else {
            return String(decoding: bytes[range], as: UTF8.self)
        }
        let inner = bytes[(range.lowerBound + 1)..<max(range.lowerBound + 1, range.upperBound - 1)]
        return String(decoding: inner, as: UTF8.self).replacingOccurrences(of: "\"\"", with: "\"")
    }

    /// Splits the row at `start`; returns where the next one begins.
    private static func scan(_ bytes: [UInt8], from start: Int, into cells: inout [Range<Int>]) -> Int {
        cells.removeAll(keepingCapacity: true)
        var cellStart = start
        var position = start
        var quoted = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                quoted.toggle()
            } else if !quoted && byte == UInt8(ascii: ",") {
                cells.append(cellStart..<position)
                cellStart = position + 1
            } else if !quoted && byte == UInt8(ascii: "\n") {
                break
            }
            position += 1
        }
        let end = position > cellStart && bytes[position - 1] == UInt8(ascii: "\r") ? position - 1 : position
        cells.append(cellStart..<end)
        return position + 1
    }

    private static func read(_ file: URL) throws -> [UInt8] {
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw LeagueDataError.missing(file.lastPathComponent)
        }
        guard file.pathExtension == "gz" else { return [UInt8](try Data(contentsOf: file)) }
        do {
            return try GzipBody.unpack([UInt8](try Data(contentsOf: file)), maximumBytes: maximumBytes)
        } catch let error as HTTPError {
            throw LeagueDataError.malformed("\(file.lastPathComponent): \(error)")
        }
    }
}

/// Why a data folder cannot be served.
enum LeagueDataError: Error, CustomStringConvertible {
    case missing(String)
    case malformed(String)

    var description: String {
        switch self {
        case .missing(let file): "missing \(file)"
        case .malformed(let reason): reason
        }
    }
}
