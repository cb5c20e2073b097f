#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One row of a COPY under construction: append one value a column, in the order of the columns.
public struct PostgresCopyRow {
    let columns: [String]
    let types: [PostgresType]
    var buffer = PostgresBuffer()
    private var next = 0

    init(columns: [String], types: [PostgresType]) {
        self.columns = columns
        self.types = types
    }

    mutating func begin() {
        next = 0
        buffer.append(integer: Int16(columns.count))
    }

    func finish() throws(PostgresError) {
        guard next == columns.count else {
            throw PostgresError(.misuse, "a row of \(next) values for \(columns.count) columns")
        }
    }

    /// Appends the next column's value, converted to the column's type where nothing is lost
    /// (integers among each other, text to varchar or an enumeration, jsonb to json, …).
    /// - Throws: an error of kind `encoding` that names the column.
    public mutating func append(_ value: some PostgresEncodable) throws(PostgresError) {
        guard next < columns.count else {
            throw PostgresError(.misuse, "more than \(columns.count) values for a row")
        }
        let target = types[next]
        do throws(PostgresCodingError) {
            if value.isPostgresNull {
                buffer.append(integer: Int32(-1))
            } else if type(of: value).postgresType == target {
                try buffer.appendSized(value)
            } else {
                try appendConverted(value, to: target)
            }
        } catch {
            let type = type(of: value).postgresType
            throw PostgresError(
                .encoding,
                "column \"\(columns[next])\" (\(target)) cannot take a value of type \(type): \(error.reason)",
                server: PostgresError.ServerFields(column: columns[next])
            )
        }
        next += 1
    }

    private mutating func appendConverted<Value: PostgresEncodable>(
        _ value: Value,
        to target: PostgresType
    ) throws(PostgresCodingError) {
        var scratch = PostgresBuffer()
        try value.encode(into: &scratch)
        let source = Value.postgresType
        switch (source, target) {
        case (.text, .varchar), (.text, .bpchar), (.text, .name), (.text, .json):
            appendSized(scratch.bytes)
        case (.text, _) where target.isUserDefined:
            appendSized(scratch.bytes)
        case (.text, .jsonb):
            appendSized([1] + scratch.bytes)
        case (.jsonb, .json):
            appendSized(scratch.bytes.dropFirst())
        case (.int2, .int4), (.int8, .int4):
            try buffer.appendSized(try decode(scratch, source, as: Int32.self))
        case (.int4, .int2), (.int8, .int2):
            try buffer.appendSized(try decode(scratch, source, as: Int16.self))
        case (.int2, .int8), (.int4, .int8):
            try buffer.appendSized(try decode(scratch, source, as: Int64.self))
        case (.int2, .float8), (.int4, .float8), (.int8, .float8):
            let whole = try decode(scratch, source, as: Int64.self)
            guard let number = Double(exactly: whole) else { throw .notRepresentable("\(whole) loses digits") }
            try buffer.appendSized(number)
        case (.float4, .float8):
            try buffer.appendSized(try decode(scratch, source, as: Double.self))
        case (.float8, .float4):
            try buffer.appendSized(Float(try decode(scratch, source, as: Double.self)))
        case (.int2, .numeric), (.int4, .numeric), (.int8, .numeric):
            try buffer.appendSized(try decode(scratch, source, as: Decimal.self))
        case (.float8, .numeric):
            // The shortest decimal that reads back as the same Double, as the server's own text output would be.
            let number = try decode(scratch, source, as: Double.self)
            guard number.isFinite, let decimal = Decimal(string: number.description) else {
                throw .notRepresentable("\(number) is not a numeric")
            }
            try buffer.appendSized(decimal)
        default:
            throw .typeMismatch
        }
    }

    private func decode<Value: PostgresDecodable>(
        _ scratch: PostgresBuffer,
        _ type: PostgresType,
        as: Value.Type
    ) throws(PostgresCodingError) -> Value {
        // withUnsafeBytes carries no typed errors, hence the Result.
        let outcome = scratch.bytes.withUnsafeBytes { bytes -> Result<Value, PostgresCodingError> in
            do throws(PostgresCodingError) {
                return .success(try Value.decode(from: PostgresCell(type: type, bytes: bytes)))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private mutating func appendSized(_ bytes: some Collection<UInt8>) {
        buffer.append(integer: Int32(bytes.count))
        buffer.append(bytes: bytes)
    }
}
