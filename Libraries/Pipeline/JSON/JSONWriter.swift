/// How a value is laid out as text.
public struct JSONStyle: Sendable, Hashable {
    var sortsKeys = false
    var isCanonical = false
    var isIndented = false

    /// No spaces, keys in the object's own order.
    public static let compact = JSONStyle()
    /// No spaces, keys sorted by their UTF-8 bytes, one spelling a number: the form that digests are taken of. A double
    /// that is a whole number within Int64 is written as that integer, so a digest survives a trip through `jsonb`.
    public static let canonical = JSONStyle(sortsKeys: true, isCanonical: true)
    /// Two spaces of indentation, keys sorted: for people.
    public static let indented = JSONStyle(sortsKeys: true, isIndented: true)
}

extension JSONValue {
    /// The value as UTF-8 text.
    ///
    /// - Throws: `JSONError` when the value holds something that JSON (or `jsonb`) cannot: a non-finite number, U+0000.
    public func utf8(_ style: JSONStyle = .compact) throws(JSONError) -> [UInt8] {
        var writer = JSONWriter(style: style)
        try writer.write(self)
        return writer.output
    }

    /// The value as text; throws like `utf8(_:)`.
    public func text(_ style: JSONStyle = .compact) throws(JSONError) -> String {
        String(decoding: try utf8(style), as: UTF8.self)
    }
}

/// Writes values as UTF-8 text.
struct JSONWriter {
    let style: JSONStyle
    private(set) var output: [UInt8] = []
    private var depth = 0

    init(style: JSONStyle) {
        self.style = style
        output.reserveCapacity(256)
    }

    mutating func write(_ value: JSONValue) throws(JSONError) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let value): output.append(contentsOf: (value ? "true" : "false").utf8)
        case .int(let value): output.append(contentsOf: String(value).utf8)
        case .double(let value): try write(value)
        case .string(let value): try write(value)
        case .array(let elements): try write(elements)
        case .object(let object): try write(object)
        }
    }

    private mutating func write(_ value: Double) throws(JSONError) {
        guard value.isFinite else { throw JSONError(code: .invalidNumber, detail: "\(value) cannot be written") }
        if style.isCanonical, let whole = Int64(exactly: value) {
            output.append(contentsOf: String(whole).utf8)
        } else {
            // The shortest text that reads back as the same double.
            output.append(contentsOf: value.description.utf8)
        }
    }

    private mutating func write(_ value: String) throws(JSONError) {
        guard JSONText.appendQuoted(value, to: &output) else { throw JSONError(code: .nulCharacter) }
    }

    private mutating func write(_ elements: [JSONValue]) throws(JSONError) {
        try open(0x5B)
        for (index, element) in elements.enumerated() {
            separate(index)
            try write(element)
        }
        close(0x5D, isEmpty: elements.isEmpty)
    }

    private mutating func write(_ object: JSONObject) throws(JSONError) {
        try open(0x7B)
        let order =
            style.sortsKeys
            ? object.keys.indices.sorted { object.keys[$0].utf8.lexicographicallyPrecedes(object.keys[$1].utf8) }
            : Array(object.keys.indices)
        for (index, position) in order.enumerated() {
            separate(index)
            try write(object.keys[position])
            output.append(0x3A)
            if style.isIndented { output.append(0x20) }
            try write(object.values[position])
        }
        close(0x7D, isEmpty: object.isEmpty)
    }

    private mutating func open(_ byte: UInt8) throws(JSONError) {
        depth += 1
        // A value built in code is bounded like a parsed one: what is written can be read back.
        guard depth <= JSONLimits.standard.maximumDepth else { throw JSONError(code: .tooDeep) }
        output.append(byte)
    }

    private mutating func separate(_ index: Int) {
        if index > 0 { output.append(0x2C) }
        if style.isIndented { newline() }
    }

    private mutating func close(_ byte: UInt8, isEmpty: Bool) {
        depth -= 1
        if style.isIndented && !isEmpty { newline() }
        output.append(byte)
    }

    private mutating func newline() {
        output.append(0x0A)
        output.append(contentsOf: repeatElement(0x20, count: 2 * depth))
    }
}

/// The text form of JSON strings.
enum JSONText {
    private static let hexadecimal = Array("0123456789abcdef".utf8)

    /// Appends the string in quotes. Control characters (also DEL and U+0080–U+009F, which terminals obey) are escaped.
    ///
    /// - Returns: false when the string held U+0000, which is then written as the escape.
    @discardableResult
    static func appendQuoted(_ text: String, to output: inout [UInt8]) -> Bool {
        var copy = text
        return copy.withUTF8 { appendQuoted($0, to: &output) }
    }

    private static func appendQuoted(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) -> Bool {
        var hasNoNul = true
        output.append(0x22)
        var plainStart = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            var length = 1
            var escape: [UInt8]?
            switch byte {
            case 0x22: escape = [0x5C, 0x22]
            case 0x5C: escape = [0x5C, 0x5C]
            case 0x0A: escape = [0x5C, 0x6E]
            case 0x0D: escape = [0x5C, 0x72]
            case 0x09: escape = [0x5C, 0x74]
            case 0x00..<0x20, 0x7F:
                if byte == 0 { hasNoNul = false }
                escape = unicode(byte)
            // U+0080…U+009F are C2 80…C2 9F in UTF-8; a Swift string always has the second byte.
            case 0xC2 where index + 1 < bytes.count && bytes[index + 1] < 0xA0:
                escape = unicode(bytes[index + 1])
                length = 2
            default: break
            }
            if let escape {
                output.append(contentsOf: bytes[plainStart..<index])
                output.append(contentsOf: escape)
                plainStart = index + length
            }
            index += length
        }
        output.append(contentsOf: bytes[plainStart..<bytes.count])
        output.append(0x22)
        return hasNoNul
    }

    private static func unicode(_ byte: UInt8) -> [UInt8] {
        [0x5C, 0x75, 0x30, 0x30, hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 0xF)]]
    }
}
