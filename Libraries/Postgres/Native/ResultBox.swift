import CLibpq

/// Owns one `PGresult` and the description of its columns.
///
/// `@unchecked Sendable`: libpq never changes a result after `PQgetResult` has returned it, reading it needs no
/// connection, and it is freed exactly once, here.
final class ResultBox: @unchecked Sendable {
    private let result: OpaquePointer
    let statement: String
    let rowCount: Int
    let columnCount: Int
    let types: [PostgresType]
    let names: [String]
    /// Made once a result; a name that occurs twice maps to nil, because either answer would be a guess.
    let indices: [String: Int?]

    init(owning result: OpaquePointer, statement: String) {
        self.result = result
        self.statement = statement
        rowCount = Int(PQntuples(result))
        let count = Int(PQnfields(result))
        columnCount = count
        var types: [PostgresType] = []
        var names: [String] = []
        var indices: [String: Int?] = [:]
        if count > 0 {
            types.reserveCapacity(count)
            names.reserveCapacity(count)
            indices.reserveCapacity(count)
            for index in 0..<count {
                types.append(PostgresType(oid: PQftype(result, Int32(index))))
                let name = PQfname(result, Int32(index)).map { String(cString: $0) } ?? ""
                names.append(name)
                let isFirst = indices[name] == nil
                indices.updateValue(isFirst ? index : nil, forKey: name)
            }
        }
        self.types = types
        self.names = names
        self.indices = indices
    }

    deinit {
        PQclear(result)
    }

    /// Rows that INSERT, UPDATE, DELETE, MERGE, SELECT or COPY touched; 0 for other commands.
    var affectedRows: Int {
        guard let text = PQcmdTuples(result) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command that was run, for example `INSERT 0 1`.
    var commandTag: String {
        PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    /// The cell's memory lives as long as this box. The caller has checked `row` and `column`.
    @inline(__always)
    func cell(row: Int, column: Int) -> PostgresCell {
        let row = Int32(truncatingIfNeeded: row)
        let position = Int32(truncatingIfNeeded: column)
        let length = PQgetlength(result, row, position)
        if length == 0, PQgetisnull(result, row, position) != 0 {
            return PostgresCell(type: types[column], bytes: nil)
        }
        return PostgresCell(
            type: types[column],
            bytes: UnsafeRawBufferPointer(start: PQgetvalue(result, row, position), count: Int(length))
        )
    }
}
