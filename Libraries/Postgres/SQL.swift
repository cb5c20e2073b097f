/// A statement with its parameters. Interpolated values become `$n` parameters in binary form; there is no way to
/// splice text that is not written in the source, or in a file that was compiled in (``SQLFile``).
///
/// ```swift
/// let statement: SQL = "SELECT name FROM \(identifier: table) WHERE id = \(id)"
/// ```
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// Only literals of the source code are taken as they are: a `StaticString` cannot hold a runtime value.
    public typealias StringLiteralType = StaticString

    /// One parameter: its declared type, and where its value stands.
    public struct Binding: Sendable {
        public let type: PostgresType
        public var isNull: Bool { length < 0 }
        var offset: Int
        let length: Int
    }

    enum Piece: Sendable {
        case literal(StaticString)
        case quoted(String)
        case parameter(Int)
    }

    private(set) var pieces: [Piece] = []
    public private(set) var bindings: [Binding] = []
    private(set) var values = PostgresBuffer()
    /// The first value that could not be encoded; thrown when the statement is run.
    private(set) var failure: PostgresError?

    init() {}

    public init(stringLiteral value: StaticString) {
        pieces = [.literal(value)]
    }

    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// The text that is sent, with `$1`, `$2`, … in place of the values.
    public var text: String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
            case .quoted(let quoted): text += quoted
            case .parameter(let index):
                text += "$"
                text += String(index + 1)
            }
        }
        return text
    }

    public static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum.append(right)
        return sum
    }

    public static func += (left: inout SQL, right: SQL) {
        left.append(right)
    }

    /// Appends another statement's text and parameters.
    public mutating func append(_ other: SQL) {
        let shift = bindings.count
        let offset = values.bytes.count
        for piece in other.pieces {
            if case .parameter(let index) = piece {
                pieces.append(.parameter(index + shift))
            } else {
                pieces.append(piece)
            }
        }
        for var binding in other.bindings {
            binding.offset += offset
            bindings.append(binding)
        }
        values.append(bytes: other.values.bytes)
        if failure == nil { failure = other.failure }
    }

    mutating func append(literal: StaticString) {
        pieces.append(.literal(literal))
    }

    /// Text of a file that was compiled in; nothing else may be appended like this.
    mutating func append(ofFile text: String) {
        pieces.append(.quoted(text))
    }

    mutating func append(identifier: String) {
        if identifier.utf8.contains(0), failure == nil {
            failure = PostgresError(.encoding, "an identifier contains a NUL byte")
        }
        pieces.append(
            .quoted(
                "\""
                    + identifier.split(separator: "\"", omittingEmptySubsequences: false)
                    .joined(separator: "\"\"") + "\""
            )
        )
    }

    mutating func append(value: some PostgresEncodable) {
        pieces.append(.parameter(bindings.count))
        let type = Swift.type(of: value).postgresType
        let offset = values.bytes.count
        guard !value.isPostgresNull else {
            bindings.append(Binding(type: type, offset: offset, length: -1))
            return
        }
        do throws(PostgresCodingError) {
            try value.encode(into: &values)
            if values.bytes.count - offset > Int32.max {
                throw .notRepresentable("the value is larger than 2 GiB")
            }
        } catch {
            if failure == nil {
                failure = PostgresError(
                    .encoding,
                    "parameter $\(bindings.count + 1) of type \(type) cannot be sent: \(error.reason)"
                )
            }
        }
        bindings.append(Binding(type: type, offset: offset, length: values.bytes.count - offset))
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        public typealias StringLiteralType = StaticString

        var sql = SQL()

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.pieces.reserveCapacity(2 * interpolationCount + 1)
            sql.bindings.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            if literal.utf8CodeUnitCount > 0 { sql.append(literal: literal) }
        }

        /// Binds a value as the next parameter.
        public mutating func appendInterpolation(_ value: some PostgresEncodable) {
            sql.append(value: value)
        }

        /// Binds a value, or NULL of its type.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
            sql.append(value: value)
        }

        /// Quotes a table's, column's or role's name.
        public mutating func appendInterpolation(identifier: String) {
            sql.append(identifier: identifier)
        }

        /// Quotes several names, separated by commas.
        public mutating func appendInterpolation(identifiers: some Sequence<String>) {
            for (index, identifier) in identifiers.enumerated() {
                if index > 0 { sql.append(literal: ", ") }
                sql.append(identifier: identifier)
            }
        }

        /// Splices another statement with its parameters.
        public mutating func appendInterpolation(sql other: SQL) {
            sql.append(other)
        }

        /// Splices text of the source code, for example a chosen ORDER BY.
        public mutating func appendInterpolation(unescaped literal: StaticString) {
            sql.append(literal: literal)
        }
    }
}

extension Sequence where Element == SQL {
    /// The statements one after the other, with `separator` between them.
    public func joined(separator: SQL) -> SQL {
        var sum = SQL()
        for (index, element) in enumerated() {
            if index > 0 { sum.append(separator) }
            sum.append(element)
        }
        return sum
    }
}

extension PostgresCodingError {
    var reason: String {
        switch self {
        case .unexpectedNull: "it is NULL"
        case .typeMismatch: "the types do not match"
        case .notRepresentable(let reason), .malformed(let reason): reason
        }
    }
}
