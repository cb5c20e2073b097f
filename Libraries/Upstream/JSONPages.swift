/// JSON texts that follow each other.
enum JSONPages {
    /// Cuts where a value ends, whatever line feeds the values hold.
    static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var pages: [ArraySlice<UInt8>] = []
        var start = 0
        var depth = 0
        var isInText = false
        var isEscaped = false
        for (position, byte) in bytes.enumerated() {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 {
                    pages.append(bytes[start...position])
                    start = position + 1
                }
            default: break
            }
        }
        // What is left over is not a value; reading it says why.
        let rest = bytes[start...]
        if rest.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) { pages.append(rest) }
        return pages
    }
}
