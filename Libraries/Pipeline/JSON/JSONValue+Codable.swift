import Foundation

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        if let container = Self.unlessRefused({ try decoder.container(keyedBy: AnyKey.self) }) {
            var object = JSONObject()
            for key in container.allKeys {
                object[key.stringValue] = try container.decode(JSONValue.self, forKey: key)
            }
            self = .object(object)
            return
        }
        if var container = Self.unlessRefused({ try decoder.unkeyedContainer() }) {
            var elements: [JSONValue] = []
            while !container.isAtEnd { elements.append(try container.decode(JSONValue.self)) }
            self = .array(elements)
            return
        }
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = Self.unlessRefused({ try container.decode(Bool.self) }) {
            self = .bool(value)
        } else if let value = Self.unlessRefused({ try container.decode(Int64.self) }) {
            self = .int(value)
        } else if let value = Self.unlessRefused({ try container.decode(Double.self) }) {
            self = .double(value)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    /// A decoder says which kind it holds only by refusing the others, so a refusal here is an answer, not a failure.
    /// Foundation refuses a fraction as an integer with an error type of its own; what nobody accepts ends as the
    /// error of the last attempt.
    private static func unlessRefused<T>(_ body: () throws -> T) -> T? {
        do { return try body() } catch { return nil }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let object):
            var container = encoder.container(keyedBy: AnyKey.self)
            for (key, value) in object { try container.encode(value, forKey: AnyKey(stringValue: key)) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .int(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .double(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        case .string(let value):
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }

    /// The value that an `Encodable` writes, for typed parts inside a free-form object (off the hot path).
    ///
    /// - Throws: `EncodingError` of the value itself, or `JSONError` for what Tipoff refuses (U+0000).
    public init(encoding value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys]
        try self.init(parsing: Array(encoder.encode(value)))
    }

    /// Reads a `Decodable` from this value (off the hot path).
    ///
    /// - Throws: `DecodingError` naming the path that does not fit.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(utf8()))
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { stringValue = String(intValue) }
    }
}
