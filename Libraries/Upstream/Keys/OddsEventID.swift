/// The odds source's id of an event, 32 lower-case hexadecimal digits.
public struct OddsEventID: Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String

    /// Checks an id; nil for anything else, so that a unit of a message never reaches a URL unchecked.
    public init?(_ text: String) {
        let isHexadecimal = text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard text.utf8.count == 32, isHexadecimal else { return nil }
        rawValue = text
    }

    public var description: String { rawValue }
}
