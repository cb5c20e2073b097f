extension JSONParser {
    /// The string whose opening quote is at the position.
    mutating func string() throws(JSONError) -> String {
        let start = position
        let scan = try scanString()
        let content = UnsafeBufferPointer(rebasing: bytes[(start + 1)..<(position - 1)])
        if scan.escapes == 0 {
            if scan.isASCII { return String(decoding: content, as: UTF8.self) }
            guard let result = String(validating: content, as: UTF8.self) else {
                throw JSONError(code: .invalidUTF8, offset: start)
            }
            return result
        }
        guard let result = String(validating: try unescaped(content, offset: start + 1), as: UTF8.self) else {
            throw JSONError(code: .invalidUTF8, offset: start)
        }
        return result
    }

    /// Checks the string at the position and steps over it.
    mutating func skipString() throws(JSONError) {
        let start = position
        let scan = try scanString()
        // Only plain ASCII needs no second look; escapes and multi-byte sequences are judged by the full path.
        if scan.escapes > 0 || !scan.isASCII {
            position = start
            _ = try string()
        }
    }

    /// Whether the checked string at `range` (quotes included) is spelled exactly `name`.
    func string(at range: Range<Int>, equals name: [UInt8]) -> Bool {
        range.count == name.count + 2 && bytes[range].dropFirst().dropLast().elementsEqual(name)
    }

    /// Runs to the closing quote; refuses raw control characters.
    private mutating func scanString() throws(JSONError) -> (isASCII: Bool, escapes: Int) {
        let start = position
        position += 1
        var all: UInt8 = 0
        var escapes = 0
        while position < count {
            let byte = bytes[position]
            if byte == 0x22 {
                position += 1
                return (all < 0x80, escapes)
            }
            if byte == 0x5C {
                escapes += 1
                position += 2
                continue
            }
            guard byte >= 0x20 else {
                throw JSONError(
                    code: byte == 0 ? .nulCharacter : .invalidString,
                    offset: position,
                    detail: byte == 0 ? "" : "control character"
                )
            }
            all |= byte
            position += 1
        }
        position = count
        throw JSONError(code: .unexpectedEnd, offset: start, detail: "string without end")
    }

    private func unescaped(
        _ content: UnsafeBufferPointer<UInt8>,
        offset: Int
    ) throws(JSONError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var index = 0
        while index < content.count {
            let byte = content[index]
            guard byte == 0x5C else {
                result.append(byte)
                index += 1
                continue
            }
            // The scan saw a byte after each backslash, inside the content.
            let escape = content[index + 1]
            if escape != 0x75 {
                guard let plain = Self.plainEscape(escape) else {
                    throw JSONError(code: .invalidString, offset: offset + index, detail: "unknown escape")
                }
                result.append(plain)
                index += 2
                continue
            }
            let scalar = try unicodeEscape(content, &index, offset: offset)
            guard scalar.value != 0 else { throw JSONError(code: .nulCharacter, offset: offset + index) }
            result.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
        }
        return result
    }

    private static func plainEscape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x22, 0x5C, 0x2F: byte
        case 0x62: 0x08
        case 0x66: 0x0C
        case 0x6E: 0x0A
        case 0x72: 0x0D
        case 0x74: 0x09
        default: nil
        }
    }

    /// Reads `\uXXXX` or a surrogate pair at `index` and steps over it.
    private func unicodeEscape(
        _ content: UnsafeBufferPointer<UInt8>,
        _ index: inout Int,
        offset: Int
    ) throws(JSONError) -> Unicode.Scalar {
        let start = index
        guard let first = Self.hexadecimal(content, index + 2) else {
            throw JSONError(code: .invalidString, offset: offset + start, detail: "bad \\u escape")
        }
        index += 6
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index + 1 < content.count, content[index] == 0x5C, content[index + 1] == 0x75,
            let second = Self.hexadecimal(content, index + 2), (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else {
            throw JSONError(code: .invalidString, offset: offset + start, detail: "lone surrogate")
        }
        index += 6
        return scalar
    }

    private static func hexadecimal(_ content: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32? {
        guard start + 4 <= content.count else { return nil }
        var value: UInt32 = 0
        for byte in content[start..<(start + 4)] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
