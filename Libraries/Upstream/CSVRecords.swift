/// The records of a comma-separated text (RFC 4180), one at a time: no more than one record is ever held besides the
/// bytes themselves.
package struct CSVRecords {
    private let bytes: [UInt8]
    private var position: Int

    /// A byte order mark at the beginning is no part of the first cell.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    /// The cells of the next record that is not empty; nil at the end. Throws ``PayloadError`` for a quote that is never
    /// closed.
    package mutating func next() throws(PayloadError) -> [String]? {
        while position < bytes.count {
            let cells = try record()
            if cells != [""] { return cells }
        }
        return nil
    }

    private mutating func record() throws(PayloadError) -> [String] {
        var cells: [String] = []
        while true {
            cells.append(try cell())
            guard position < bytes.count else { return cells }
            let end = bytes[position]
            position += 1
            if end == UInt8(ascii: ",") { continue }
            if end == UInt8(ascii: "\r"), position < bytes.count, bytes[position] == UInt8(ascii: "\n") {
                position += 1
            }
            return cells
        }
    }

    /// A cell up to the comma or line end behind it.
    private mutating func cell() throws(PayloadError) -> String {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            let start = position
            while position < bytes.count, !Self.ends(bytes[position]) { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }
        let start = position
        var text: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\"") else {
                text.append(byte)
                continue
            }
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                // Anything between the closing quote and the comma belongs to no cell.
                guard position == bytes.count || Self.ends(bytes[position]) else {
                    throw PayloadError(.malformed, "text behind the quote at byte \(position)")
                }
                return String(decoding: text, as: UTF8.self)
            }
            text.append(byte)
            position += 1
        }
        throw PayloadError(.malformed, "the quote at byte \(start) is never closed")
    }

    private static func ends(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
}
