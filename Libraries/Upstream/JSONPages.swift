/// JSON texts that follow each other.
enum JSONPages {
    /// Cuts where a value ends, whatever line feeds the values hold.
    static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pages: [ArraySlice<UInt8>] = []
        var start = 0
        var brackets = JSONBrackets()
        for (position, byte) in bytes.enumerated() where brackets.closes(with: byte) {
            pages.append(bytes[start...position])
            start = position + 1
        }
        // What is left over is not a value; reading it says why.
        let rest = bytes[start...]
        if rest.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) { pages.append(rest) }
        return pages
    }
}

/// Follows the brackets of a JSON text, so that its end is found without reading it.
struct JSONBrackets {
    private var depth = 0
    private var isInText = false
    private var isEscaped = false

    /// Takes the next byte; true when it closes the outermost bracket.
    mutating func closes(with byte: UInt8) -> Bool {
        if isInText {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText = false
            }
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): isInText = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            return depth == 0
        default: break
        }
        return false
    }
}
