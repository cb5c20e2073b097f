/// The rows of one result. The server's bytes are kept as they came, once, and decoded when asked for.
public struct PostgresRows: RandomAccessCollection, Sendable {
    let box: ResultBox

    init(_ box: ResultBox) {
        self.box = box
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { box.rowCount }

    public subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < box.rowCount, "row \(position) of \(box.rowCount)")
        return PostgresRow(box: box, row: position)
    }

    /// Rows that the command inserted, updated, deleted or selected; 0 for other commands.
    public var affectedRows: Int { box.affectedRows }
    /// The columns' names, in order.
    public var columnNames: [String] { box.names }
    /// The columns' types, in order.
    public var columnTypes: [PostgresType] { box.types }

    /// Decodes a whole column.
    /// - Throws: an error of kind `decoding` that names column, types, row and statement.
    public func column<Value: PostgresDecodable>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> [Value] {
        try column(at: try box.index(of: name), as: type)
    }

    /// Decodes a whole column by its place, from 0.
    /// - Throws: an error of kind `decoding`.
    public func column<Value: PostgresDecodable>(
        at index: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> [Value] {
        try box.check(column: index)
        var values: [Value] = []
        values.reserveCapacity(box.rowCount)
        for row in 0..<box.rowCount {
            do throws(PostgresCodingError) {
                values.append(try Value.decode(from: box.cell(row: row, column: index)))
            } catch {
                throw box.decodingError(error, row: row, column: index, expected: Value.self)
            }
        }
        return values
    }

    /// The only row.
    /// - Throws: an error of kind `decoding` when there is none, or more than one.
    public func one() throws(PostgresError) -> PostgresRow {
        guard count == 1 else {
            throw PostgresError(.decoding, "expected one row, got \(count)", statement: box.statement)
        }
        return self[0]
    }

    /// The first column of the only row.
    /// - Throws: an error of kind `decoding`.
    public func scalar<Value: PostgresDecodable>(as type: Value.Type = Value.self) throws(PostgresError) -> Value {
        try one().decode(at: 0)
    }
}

/// One row of a result; keeps the whole result alive.
public struct PostgresRow: Sendable {
    let box: ResultBox
    let row: Int

    /// Decodes one cell by the column's name.
    /// - Throws: an error of kind `decoding` that names column, types, row and statement.
    public func decode<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try decodeChecked(at: try box.index(of: column))
    }

    /// Decodes one cell by the column's place, from 0.
    /// - Throws: an error of kind `decoding`.
    public func decode<Value: PostgresDecodable>(
        at index: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try box.check(column: index)
        return try decodeChecked(at: index)
    }

    private func decodeChecked<Value: PostgresDecodable>(at index: Int) throws(PostgresError) -> Value {
        do throws(PostgresCodingError) {
            return try Value.decode(from: box.cell(row: row, column: index))
        } catch {
            throw box.decodingError(error, row: row, column: index, expected: Value.self)
        }
    }
}

extension ResultBox {
    func index(of name: String) throws(PostgresError) -> Int {
        switch indices[name] {
        case .some(.some(let index)):
            return index
        case .some(.none):
            throw PostgresError(
                .decoding,
                "column \"\(name)\" occurs more than once; decode it by its place",
                server: PostgresError.ServerFields(column: name),
                statement: statement
            )
        case .none:
            throw PostgresError(
                .decoding,
                "no column \"\(name)\"; the result has \(names.joined(separator: ", "))",
                server: PostgresError.ServerFields(column: name),
                statement: statement
            )
        }
    }

    func check(column index: Int) throws(PostgresError) {
        guard index >= 0, index < columnCount else {
            throw PostgresError(.decoding, "no column \(index); the result has \(columnCount)", statement: statement)
        }
    }

    func decodingError(
        _ error: PostgresCodingError,
        row: Int,
        column: Int,
        expected: Any.Type
    ) -> PostgresError {
        let type = types[column]
        let reason =
            switch error {
            case .unexpectedNull: "it is NULL"
            case .typeMismatch: "a \(type) is not read as one"
            case .notRepresentable(let text), .malformed(let text): text
            }
        return PostgresError(
            .decoding,
            "column \"\(names[column])\" (\(type), oid \(type.oid)) of row \(row) cannot be decoded as "
                + "\(expected): \(reason)",
            server: PostgresError.ServerFields(column: names[column]),
            statement: statement
        )
    }
}
