/// A JSON document as text. Bound as jsonb; read from jsonb and json. The server checks that it is JSON.
public struct PostgresJSON: Sendable, Hashable, PostgresCodable, PostgresArrayElement, CustomStringConvertible {
    /// The document, in UTF-8.
    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public init(_ text: String) {
        bytes = [UInt8](text.utf8)
    }

    /// The document as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
    public var description: String { text }

    public static var postgresType: PostgresType { .jsonb }

    private static let version: UInt8 = 1

    public func encode(into buffer: inout PostgresBuffer) throws(PostgresCodingError) {
        if bytes.contains(0) { throw .notRepresentable("JSON contains a NUL byte") }
        buffer.append(Self.version)
        buffer.append(bytes: bytes)
    }

    public static func decode(from cell: PostgresCell) throws(PostgresCodingError) -> PostgresJSON {
        switch cell.type {
        case .jsonb: return PostgresJSON([UInt8](try withoutVersion(try cell.required())))
        case .json: return PostgresJSON([UInt8](try cell.required()))
        default: throw .typeMismatch
        }
    }

    static func withoutVersion(
        _ bytes: UnsafeRawBufferPointer
    ) throws(PostgresCodingError) -> UnsafeRawBufferPointer {
        guard bytes.first == version else { throw .malformed("a jsonb of another version") }
        return UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    }
}
