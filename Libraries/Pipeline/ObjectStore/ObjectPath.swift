internal import Foundation

/// The place of an object relative to its store's root. A path is data from a message, hence checked.
///
/// Segments are separated by `/`. None is empty, `.` or `..`, none begins with a dot (such names belong to the store
/// itself) or ends with a blank or a dot. Letters, marks and digits of any script are allowed in NFC, and the printable
/// ASCII characters except `\` and `%`: so nothing that decodes to a dot or slash later, nor a look-alike of one.
public struct ObjectPath: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The longest path, in UTF-8 bytes.
    public static let maximumBytes = 1024
    /// The longest segment, in UTF-8 bytes; file systems allow 255, and a store needs a few for its own files.
    public static let maximumSegmentBytes = 200
    /// The most segments; a listing holds one open directory for each.
    public static let maximumSegments = 32

    /// The path as text.
    public let string: String

    /// Checks a path. Throws an `ObjectStoreError` of code `.invalidPath` that says what is wrong.
    public init(validating text: String) throws(ObjectStoreError) {
        if let problem = Self.problem(text) {
            throw ObjectStoreError(.invalidPath, path: Self.printable(text), reason: problem)
        }
        string = text
    }

    /// The path's segments.
    public var segments: [String] { string.split(separator: "/").map(String.init) }

    /// The same as `string`.
    public var description: String { string }

    /// The order of UTF-8 bytes, which is also the order of S3 listings.
    public static func < (left: ObjectPath, right: ObjectPath) -> Bool {
        left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
    }

    private static func problem(_ text: String) -> String? {
        guard !text.isEmpty else { return "empty" }
        guard text.utf8.count <= maximumBytes else { return "longer than \(maximumBytes) bytes" }
        for scalar in text.unicodeScalars {
            if let problem = problem(scalar) { return problem }
        }
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.count <= maximumSegments else { return "more than \(maximumSegments) segments" }
        for segment in segments {
            guard let first = segment.utf8.first, let last = segment.utf8.last else { return "an empty segment" }
            if first == UInt8(ascii: ".") { return "a segment begins with a dot" }
            if last == UInt8(ascii: ".") { return "a segment ends with a dot" }
            if first == UInt8(ascii: " ") || last == UInt8(ascii: " ") { return "a blank at the edge of a segment" }
            if segment.utf8.count > maximumSegmentBytes { return "a segment longer than \(maximumSegmentBytes) bytes" }
        }
        // Bytes are compared, because Swift's own comparison calls both forms equal.
        if !text.utf8.elementsEqual(text.precomposedStringWithCanonicalMapping.utf8) { return "not in NFC" }
        return nil
    }

    private static func problem(_ scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0..<0x20, 0x7F: return "a control character"
        case 0x5C: return "a backslash"
        case 0x25: return "a percent sign"
        case 0x20..<0x7F: return nil
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .decimalNumber:
            return nil
        default:
            return "the character U+\(String(scalar.value, radix: 16, uppercase: true))"
        }
    }

    /// The text fit for an error message: cut short and without anything that isn't printable ASCII.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.prefix(120).map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" })
    }
}

extension ObjectPath: Codable {
    /// Decodes and checks.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            try self.init(validating: try container.decode(String.self))
        } catch let error as ObjectStoreError {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    /// Encodes as text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(string)
    }
}
