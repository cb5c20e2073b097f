import Basketball
import Pipeline

/// What a parameter looks like: for the router, for the OpenAPI document and for whoever got it wrong.
struct APIForm: Sendable {
    /// JSON Schema.
    var schema: JSONValue
    /// Completes "expected …".
    var expected: String
    var accepts: @Sendable (String) -> Bool

    /// A whole number in decimal digits.
    static func integer(_ range: ClosedRange<Int>, default fallback: Int) -> APIForm {
        APIForm(
            schema: [
                "type": "integer", "minimum": .count(range.lowerBound), "maximum": .count(range.upperBound),
                "default": .count(fallback),
            ],
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).map { range.contains($0) && String($0) == text } ?? false }
    }

    static func choice(_ names: [String]) -> APIForm {
        APIForm(schema: ["type": "string", "enum": .list(names)], expected: "one of \(names.joined(separator: ", "))") {
            names.contains($0)
        }
    }

    /// A document's key, or a place in a list of them.
    static let key = APIForm(
        schema: ["type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"],
        expected: "letters, digits, dots, dashes and underscores, at most 64"
    ) { text in
        (1...64).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            }
    }

    /// The date of a slate, or the word for the one that readers follow.
    static let slate = APIForm(
        schema: ["type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}|current)$"],
        expected: "a game date such as 2024-01-15, or current"
    ) { $0 == "current" || (try? GameDate($0)) != nil }

    static let topics = APIForm(
        schema: [
            "type": "string",
            "pattern": "^slate:([0-9]{4}-[0-9]{2}-[0-9]{2}|current)(,slate:([0-9]{4}-[0-9]{2}-[0-9]{2}|current)){0,7}$",
        ],
        expected: "slate:{date} or slate:current, at most \(ChangeTopic.maximumCount), by commas"
    ) { ChangeTopic.set($0) != nil }

    /// The number of an event that the reader has.
    static let eventID = APIForm(
        schema: ["type": "integer", "minimum": 0],
        expected: "the number of an event, 0 or more"
    ) { Int64($0).map { $0 >= 0 } ?? false }
}

/// Something that a request may carry.
struct APIParameter: Sendable {
    enum Place: String, Sendable { case path, query, header }

    var name: String
    var place: Place = .query
    var isRequired = false
    var form: APIForm
    var meaning: String
}
