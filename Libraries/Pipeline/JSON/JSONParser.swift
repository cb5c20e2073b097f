/// A strict recursive-descent scanner over one text (RFC 8259), bounded in size and depth.
///
/// Unsafe box: it reads through a raw buffer for speed. Every read is behind a comparison of `position` with `count`,
/// and the parser lives only inside the closure that lends the buffer.
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let count: Int
    private let limits: JSONLimits
    private let maximumDepth: Int
    var position = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        count = bytes.count
        self.limits = limits
        // Whatever the caller asks for, the recursion stays far from the end of a 512 KiB stack.
        maximumDepth = min(limits.maximumDepth, 256)
    }

    /// One value with nothing after it.
    mutating func document() throws(JSONError) -> JSONValue {
        try checkSize()
        let result = try value()
        try finish()
        return result
    }

    func checkSize() throws(JSONError) {
        guard count <= limits.maximumBytes else {
            throw JSONError(code: .tooLarge, detail: "\(count) bytes, at most \(limits.maximumBytes)")
        }
    }

    mutating func finish() throws(JSONError) {
        skipSpace()
        guard position == count else { throw JSONError(code: .trailingText, offset: position) }
    }

    mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        switch peek() {
        case 0x22: return .string(try string())
        case 0x7B: return .object(try object())
        case 0x5B: return .array(try array())
        case 0x2D, 0x30...0x39: return try number()
        case 0x74:
            try literal("true")
            return .bool(true)
        case 0x66:
            try literal("false")
            return .bool(false)
        case 0x6E:
            try literal("null")
            return .null
        default: throw unexpected()
        }
    }

    /// Checks one value and steps over it without building it.
    mutating func skipValue() throws(JSONError) {
        skipSpace()
        switch peek() {
        case 0x22: try skipString()
        case 0x7B:
            try members { (parser) throws(JSONError) in
                try parser.skipString()
                try parser.colon()
                try parser.skipValue()
            }
        case 0x5B:
            try elements { (parser) throws(JSONError) in try parser.skipValue() }
        default: _ = try value()
        }
    }

    // MARK: Containers

    private mutating func object() throws(JSONError) -> JSONObject {
        var result = JSONObject()
        try members { (parser) throws(JSONError) in
            let offset = parser.position
            let key = try parser.string()
            try parser.colon()
            guard result.position(of: key) == nil else {
                throw JSONError(code: .duplicateKey, offset: offset, detail: key)
            }
            if result.isEmpty { result.reserve(8) }
            result.appendNew(key, try parser.value())
        }
        return result
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        var result: [JSONValue] = []
        try elements { (parser) throws(JSONError) in result.append(try parser.value()) }
        return result
    }

    /// Walks `{…}`. The body starts at the key's opening quote and consumes the key, the colon and the value.
    mutating func members(_ body: (inout JSONParser) throws(JSONError) -> Void) throws(JSONError) {
        try enter()
        skipSpace()
        if peek() == 0x7D {
            leave()
            return
        }
        while true {
            skipSpace()
            guard peek() == 0x22 else { throw unexpected() }
            try body(&self)
            skipSpace()
            switch peek() {
            case 0x2C: position += 1
            case 0x7D:
                leave()
                return
            default: throw unexpected()
            }
        }
    }

    private mutating func elements(_ body: (inout JSONParser) throws(JSONError) -> Void) throws(JSONError) {
        try enter()
        skipSpace()
        if peek() == 0x5D {
            leave()
            return
        }
        while true {
            try body(&self)
            skipSpace()
            switch peek() {
            case 0x2C: position += 1
            case 0x5D:
                leave()
                return
            default: throw unexpected()
            }
        }
    }

    mutating func colon() throws(JSONError) {
        skipSpace()
        guard peek() == 0x3A else { throw unexpected() }
        position += 1
    }

    mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= maximumDepth else {
            throw JSONError(code: .tooDeep, offset: position, detail: "more than \(maximumDepth) levels")
        }
        position += 1
    }

    mutating func leave() {
        depth -= 1
        position += 1
    }

    // MARK: Bytes

    /// The byte at the position, or -1 at the end.
    @inline(__always)
    func peek() -> Int {
        position < count ? Int(bytes[position]) : -1
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func literal(_ text: StaticString) throws(JSONError) {
        let start = position
        for index in 0..<text.utf8CodeUnitCount {
            guard peek() == Int(text.utf8Start[index]) else {
                throw position < count
                    ? JSONError(code: .unexpectedByte, offset: start, detail: "expected \(text)") : unexpected()
            }
            position += 1
        }
    }

    func unexpected() -> JSONError {
        guard position < count else { return JSONError(code: .unexpectedEnd, offset: position) }
        return JSONError(
            code: .unexpectedByte,
            offset: position,
            detail: "0x" + String(bytes[position], radix: 16)
        )
    }

    // MARK: Numbers

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let negative = peek() == 0x2D
        if negative { position += 1 }
        let digitsStart = position
        var mantissa: UInt64 = 0
        var digits = 0
        scanDigits(&mantissa, &digits)
        guard digits > 0, digits == 1 || bytes[digitsStart] != 0x30 else { throw invalidNumber(start) }

        var isWhole = true
        var exponent = 0
        if peek() == 0x2E {
            isWhole = false
            position += 1
            let before = digits
            scanDigits(&mantissa, &digits)
            guard digits > before else { throw invalidNumber(start) }
            exponent = before - digits
        }
        if peek() == 0x65 || peek() == 0x45 {
            isWhole = false
            position += 1
            var exponentIsNegative = false
            if peek() == 0x2B || peek() == 0x2D {
                exponentIsNegative = peek() == 0x2D
                position += 1
            }
            var written: UInt64 = 0
            var exponentDigits = 0
            scanDigits(&written, &exponentDigits)
            guard exponentDigits > 0 else { throw invalidNumber(start) }
            // Beyond five digits the exact path below decides; only its sign matters here.
            let bounded = exponentDigits > 5 ? 99_999 : Int(written)
            exponent += exponentIsNegative ? -bounded : bounded
        }

        // At most 18 digits cannot overflow.
        if isWhole && digits <= 18 { return .int(negative ? -Int64(mantissa) : Int64(mantissa)) }
        if isWhole, let exact = Int64(text(from: start)) { return .int(exact) }
        // Clinger's fast path: both operands are exact, so one operation rounds correctly.
        if digits <= 15, abs(exponent) <= 22 {
            let magnitude = Double(mantissa)
            let power = Self.powersOfTen[abs(exponent)]
            let result = exponent < 0 ? magnitude / power : magnitude * power
            return .double(negative ? -result : result)
        }
        guard let result = Double(text(from: start)), result.isFinite else { throw invalidNumber(start) }
        return .double(result)
    }

    @inline(__always)
    private mutating func scanDigits(_ value: inout UInt64, _ digits: inout Int) {
        while position < count {
            let digit = bytes[position] &- 0x30
            guard digit <= 9 else { return }
            value = value &* 10 &+ UInt64(digit)
            digits += 1
            position += 1
        }
    }

    private func text(from start: Int) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    }

    private func invalidNumber(_ start: Int) -> JSONError {
        JSONError(code: .invalidNumber, offset: start, detail: String(text(from: start).prefix(40)))
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
