import Basketball
import Foundation
import Pipeline

extension JSONValue {
    static func maybe(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    static func maybe(_ value: Int?) -> JSONValue { value.map { .int(Int64($0)) } ?? .null }
    static func maybe(_ value: Bool?) -> JSONValue { value.map { .bool($0) } ?? .null }
    static func maybe(_ value: Date?) -> JSONValue { value.map { .string(Instant.text($0)) } ?? .null }

    static func count(_ value: Int) -> JSONValue { .int(Int64(value)) }

    /// A number as readers see it; what is no number is null.
    static func rounded(_ value: Double?, _ places: Int = 1) -> JSONValue {
        guard let value, value.isFinite else { return .null }
        return .double(Rounding.halfAway(value, places: places))
    }

    static func list(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
}
