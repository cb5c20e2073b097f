/// Why a text is not JSON that Tipoff accepts, or why a value cannot be written as JSON.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was wrong. New codes may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        public let description: String

        /// A byte that cannot stand where it stands.
        public static let unexpectedByte = Code(description: "unexpected byte")
        /// The text ended inside a value.
        public static let unexpectedEnd = Code(description: "unexpected end of text")
        /// More text after the value.
        public static let trailingText = Code(description: "text after the value")
        /// A malformed or non-finite number, such as `01`, `1e999` or `NaN`.
        public static let invalidNumber = Code(description: "invalid number")
        /// A malformed string: bad escape, raw control character or lone surrogate.
        public static let invalidString = Code(description: "invalid string")
        /// A string that is not UTF-8.
        public static let invalidUTF8 = Code(description: "invalid UTF-8")
        /// The character U+0000, which `jsonb` cannot hold.
        public static let nulCharacter = Code(description: "NUL character (jsonb cannot hold it)")
        /// The same key twice in one object.
        public static let duplicateKey = Code(description: "duplicate key")
        /// Nested deeper than the limit.
        public static let tooDeep = Code(description: "nested too deeply")
        /// Longer than the limit.
        public static let tooLarge = Code(description: "too large")
        /// The text is JSON, but not the kind of value that was asked for.
        public static let unexpectedType = Code(description: "unexpected type")
    }

    public let code: Code
    /// Offset of the offending byte, or nil when a value (not a text) was refused.
    public let offset: Int?
    /// The key, limit or literal concerned; never a whole payload.
    public let detail: String

    public init(code: Code, offset: Int? = nil, detail: String = "") {
        self.code = code
        self.offset = offset
        self.detail = detail
    }

    public var description: String {
        var text = code.description
        if !detail.isEmpty { text += " (\(detail))" }
        if let offset { text += " at byte \(offset)" }
        return text
    }
}

/// What a text may cost before it is refused.
public struct JSONLimits: Sendable, Hashable {
    /// Longest accepted text in bytes.
    public var maximumBytes: Int
    /// Deepest accepted nesting of arrays and objects.
    public var maximumDepth: Int

    public init(maximumBytes: Int = 64 << 20, maximumDepth: Int = 64) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
    }

    /// For files fetched from a source: 64 MiB, 64 levels.
    public static let standard = JSONLimits()
    /// For messages: 1 MiB, Kafka's own default limit.
    public static let message = JSONLimits(maximumBytes: 1 << 20)
}
