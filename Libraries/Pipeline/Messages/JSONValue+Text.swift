extension JSONValue {
    /// An object from a dictionary, with its keys in order.
    public static func dictionary(_ fields: [String: JSONValue]) -> JSONValue {
        .object(JSONObject(fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }

    /// The object's fields; nil for any other kind.
    public var dictionaryValue: [String: JSONValue]? {
        objectValue.map { object in
            Dictionary(object.map { ($0.0, $0.1) }, uniquingKeysWith: { $1 })
        }
    }

    /// The value as compact UTF-8. What JSON (or `jsonb`) cannot hold, a non-finite number or U+0000 inside a text that
    /// came from outside, is written as null or left out, so that recording a failure cannot itself fail.
    public var encoded: [UInt8] {
        do { return try utf8() } catch {
            do { return try representable.utf8() } catch { return Array("null".utf8) }
        }
    }

    /// ``encoded`` as text.
    public var encodedText: String { String(decoding: encoded, as: UTF8.self) }

    private var representable: JSONValue {
        switch self {
        case .double(let number) where !number.isFinite: .null
        case .string(let text): .string(text.filter { $0 != "\0" })
        case .array(let elements): .array(elements.map(\.representable))
        case .object(let object):
            .object(JSONObject(object.map { ($0.0.filter { $0 != "\0" }, $0.1.representable) }))
        case .null, .bool, .int, .double: self
        }
    }
}
