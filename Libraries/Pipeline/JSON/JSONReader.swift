/// Walks a JSON text and hands over only what is asked for, without building the rest.
///
/// Everything that is stepped over is still checked. A member that occurs twice is handed over twice.
///
///     let ids = try JSONReader.read(bytes) { reader in
///         var ids: [Int] = []
///         try reader.members { reader, key in
///             switch key {
///             case "ids": try reader.elements { ids.append(try $0.integer()) }
///             default: try reader.skip()
///             }
///         }
///         return ids
///     }
public struct JSONReader: ~Copyable {
    private var parser: JSONParser

    /// Reads one text. Throws `JSONError` for a text that is not JSON, and whatever `body` throws.
    public static func read<Result>(
        _ bytes: [UInt8],
        limits: JSONLimits = .standard,
        _ body: (inout JSONReader) throws -> Result
    ) throws -> Result {
        try bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(parser: JSONParser(buffer, limits: limits))
            try reader.parser.checkSize()
            let result = try body(&reader)
            try reader.parser.finish()
            return result
        }
    }

    private init(parser: JSONParser) { self.parser = parser }

    // MARK: Containers

    /// Walks an object. The body must consume each member's value.
    public mutating func members(_ body: (inout JSONReader, JSONKey) throws -> Void) throws {
        try expect(0x7B, "an object")
        try parser.enter()
        parser.skipSpace()
        if parser.peek() == 0x7D { return parser.leave() }
        while true {
            parser.skipSpace()
            guard parser.peek() == 0x22 else { throw parser.unexpected() }
            let key = try parser.key()
            try parser.colon()
            try body(&self, key)
            parser.skipSpace()
            switch parser.peek() {
            case 0x2C: parser.position += 1
            case 0x7D: return parser.leave()
            default: throw parser.unexpected()
            }
        }
    }

    /// Walks an array. The body must consume each element.
    public mutating func elements(_ body: (inout JSONReader) throws -> Void) throws {
        try expect(0x5B, "an array")
        try parser.enter()
        parser.skipSpace()
        if parser.peek() == 0x5D { return parser.leave() }
        while true {
            try body(&self)
            parser.skipSpace()
            switch parser.peek() {
            case 0x2C: parser.position += 1
            case 0x5D: return parser.leave()
            default: throw parser.unexpected()
            }
        }
    }

    /// Reads one value with `body`. When that fails the reader steps over the value, so that the next one can be
    /// read, and returns the failure. Throws `JSONError` when the value is not even JSON.
    public mutating func attempt<Value>(
        _ body: (inout JSONReader) throws -> Value
    ) throws(JSONError) -> Result<Value, any Error> {
        let start = parser
        do {
            return .success(try body(&self))
        } catch {
            parser = start
            try parser.skipValue()
            return .failure(error)
        }
    }

    /// A place in the text to which ``seek(to:)`` returns.
    public struct Bookmark: Sendable, Hashable {
        fileprivate var position: Int
    }

    /// Where the next value begins.
    public var bookmark: Bookmark { Bookmark(position: parser.position) }

    /// Goes back to a place of the same container, or on to one.
    public mutating func seek(to bookmark: Bookmark) { parser.position = min(bookmark.position, parser.count) }

    // MARK: Values

    /// Steps over a value.
    public mutating func skip() throws(JSONError) { try parser.skipValue() }

    /// Builds a value whole.
    public mutating func value() throws(JSONError) -> JSONValue { try parser.value() }

    /// Whether the next value is an object; nothing is consumed.
    public var isAtObject: Bool {
        mutating get {
            parser.skipSpace()
            return parser.peek() == 0x7B
        }
    }

    /// Whether the next value is null; it is consumed then.
    public mutating func null() throws(JSONError) -> Bool {
        parser.skipSpace()
        guard parser.peek() == 0x6E else { return false }
        try parser.skipValue()
        return true
    }

    public mutating func string() throws(JSONError) -> String {
        try expect(0x22, "a string")
        return try parser.string()
    }

    /// A string; nil for null.
    public mutating func optionalString() throws(JSONError) -> String? {
        try null() ? nil : try string()
    }

    public mutating func boolean() throws(JSONError) -> Bool {
        let start = parser.position
        guard case .bool(let value) = try parser.value() else { throw mismatch(start, "a boolean") }
        return value
    }

    /// A boolean; nil for null.
    public mutating func optionalBoolean() throws(JSONError) -> Bool? {
        try null() ? nil : try boolean()
    }

    /// A whole number; `12.0` counts as one.
    public mutating func integer() throws(JSONError) -> Int {
        guard let value = try optionalInteger() else { throw mismatch(parser.position, "a whole number") }
        return value
    }

    /// A whole number; nil for null and for the empty string that some sources send instead.
    public mutating func optionalInteger() throws(JSONError) -> Int? {
        let start = parser.position
        switch try number() {
        case nil: return nil
        case .int(let value): return Int(value)
        case .double(let value):
            guard let whole = Int(exactly: value) else { throw mismatch(start, "a whole number") }
            return whole
        default: throw mismatch(start, "a whole number")
        }
    }

    public mutating func double() throws(JSONError) -> Double {
        guard let value = try optionalDouble() else { throw mismatch(parser.position, "a number") }
        return value
    }

    /// A number; nil for null and for the empty string that some sources send instead.
    public mutating func optionalDouble() throws(JSONError) -> Double? {
        let start = parser.position
        switch try number() {
        case nil: return nil
        case .int(let value): return Double(value)
        case .double(let value): return value
        default: throw mismatch(start, "a number")
        }
    }

    private mutating func number() throws(JSONError) -> JSONValue? {
        parser.skipSpace()
        let start = parser.position
        switch parser.peek() {
        case 0x6E:
            try parser.skipValue()
            return nil
        case 0x2D, 0x30...0x39: return try parser.value()
        case 0x22 where try parser.string().isEmpty: return nil
        case -1: throw parser.unexpected()
        default: throw mismatch(start, "a number")
        }
    }

    private mutating func expect(_ byte: Int, _ what: String) throws(JSONError) {
        parser.skipSpace()
        guard parser.peek() == byte else {
            throw parser.peek() < 0 ? parser.unexpected() : mismatch(parser.position, what)
        }
    }

    private func mismatch(_ offset: Int, _ expected: String) -> JSONError {
        JSONError(code: .unexpectedType, offset: offset, detail: "expected \(expected)")
    }
}

/// A member's name, compared without being copied. It lives only as long as the call that hands it over.
public struct JSONKey {
    /// The bytes between the quotes.
    let raw: UnsafeBufferPointer<UInt8>
    /// Set when the name is written with escapes.
    let unescaped: String?

    /// The name as text.
    public var name: String { unescaped ?? String(decoding: raw, as: UTF8.self) }

    /// Whether the key has the name, so that a `switch` over literals works.
    public static func ~= (name: StaticString, key: JSONKey) -> Bool {
        if let unescaped = key.unescaped { return unescaped == "\(name)" }
        guard key.raw.count == name.utf8CodeUnitCount else { return false }
        for index in 0..<key.raw.count where key.raw[index] != name.utf8Start[index] { return false }
        return true
    }
}

extension JSONParser {
    /// The name at the position, checked.
    mutating func key() throws(JSONError) -> JSONKey {
        let start = position
        try skipString()
        let raw = UnsafeBufferPointer(rebasing: bytes[(start + 1)..<(position - 1)])
        guard raw.contains(0x5C) else { return JSONKey(raw: raw, unescaped: nil) }
        var copy = self
        copy.position = start
        return JSONKey(raw: raw, unescaped: try copy.string())
    }
}
