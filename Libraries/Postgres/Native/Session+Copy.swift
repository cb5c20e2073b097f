import CLibpq

extension Session {
    private static let signature: [UInt8] = [
        0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00, 0, 0, 0, 0, 0, 0, 0, 0,
    ]
    private static let flushSize = 64 * 1024

    /// Loads rows in the binary format of COPY.
    /// - Throws: `PostgresError`, or what `encode` throws; the COPY is given up then.
    func copyIn<Rows: Sequence>(
        _ table: CopyTarget,
        rows: Rows,
        preamble: [String],
        encode: (Rows.Element, inout PostgresCopyRow) throws -> Void
    ) throws -> Int {
        // The binary format converts nothing, so the columns' types are asked for first.
        let types = try run(table.describing, preamble: preamble).types
        let command = table.command
        let started = PQexec(connection, command)
        guard PQresultStatus(started) == PGRES_COPY_IN else {
            _ = try take(started, statement: command)
            isPoisoned = true
            throw PostgresError(.connection, "the server did not start the COPY", statement: command)
        }
        PQclear(started)
        var row = PostgresCopyRow(columns: table.columns, types: types)
        row.buffer.append(bytes: Self.signature)
        do {
            for element in rows {
                row.begin()
                try encode(element, &row)
                try row.finish()
                if row.buffer.bytes.count >= Self.flushSize {
                    try Task.checkCancellation()
                    try flush(&row.buffer, command)
                }
            }
            row.buffer.append(integer: Int16(-1))
            try flush(&row.buffer, command)
        } catch {
            abandon()
            throw (error as? PostgresError)?.with(statement: command) ?? error
        }
        guard PQputCopyEnd(connection, nil) == 1 else { throw connectionError(statement: command) }
        defer { drain() }
        return try take(PQgetResult(connection), statement: command).affectedRows
    }

    private func flush(_ buffer: inout PostgresBuffer, _ command: String) throws(PostgresError) {
        let sent = buffer.bytes.withUnsafeBytes {
            PQputCopyData(connection, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
        }
        guard sent == 1 else { throw connectionError(statement: command) }
        buffer.bytes.removeAll(keepingCapacity: true)
    }

    /// Makes the server fail the COPY; its answer repeats what is thrown already.
    private func abandon() {
        if PQputCopyEnd(connection, "given up by the client") != 1 { isPoisoned = true }
        drain()
    }

    private func drain() {
        while let result = PQgetResult(connection) {
            let isCopy = PQresultStatus(result) == PGRES_COPY_IN
            PQclear(result)
            if isCopy {
                isPoisoned = true
                return
            }
        }
    }
}

/// A table and the columns that a COPY fills.
struct CopyTarget: Sendable {
    let table: SQL
    let columns: [String]

    /// - Parameter table: a name, or schema and name separated by a dot.
    init(table: String, columns: [String]) throws(PostgresError) {
        guard !columns.isEmpty else { throw PostgresError(.misuse, "COPY needs at least one column") }
        self.table = table.split(separator: ".", omittingEmptySubsequences: false)
            .map { "\(identifier: String($0))" as SQL }.joined(separator: ".")
        self.columns = columns
    }

    var describing: SQL { "SELECT \(identifiers: columns) FROM \(sql: table) LIMIT 0" }

    var command: String {
        ("COPY \(sql: table) (\(identifiers: columns)) FROM STDIN (FORMAT binary)" as SQL).text
    }
}
