import CLibpq

extension Session {
    private enum Expected {
        case preamble(String)
        case preparation(key: StatementKey, name: String)
        case statement(text: String)

        var text: String {
            switch self {
            case .preamble(let text), .statement(let text): text
            case .preparation(let key, _): key.text
            }
        }
    }

    /// Sends everything, then one Sync, then reads: one round trip. Missing statements are prepared on the way.
    ///
    /// libpq reads while it waits to write, so a batch larger than the socket's buffers cannot block both sides.
    /// - Returns: the statements' results, without the preamble's.
    func pipeline(_ steps: [Step], preamble: [String]) throws(PostgresError) -> [ResultBox] {
        guard PQenterPipelineMode(connection) == 1 else { throw connectionError(statement: steps.first?.key.text) }
        let expected: [Expected]
        do throws(PostgresError) {
            expected = try send(steps, preamble: preamble)
        } catch {
            // Half a pipeline is on its way; nobody can say what the server makes of it.
            isPoisoned = true
            throw error
        }
        return try receive(expected)
    }

    private func send(
        _ steps: [Step],
        preamble: [String]
    ) throws(PostgresError) -> [Expected] {
        var expected: [Expected] = []
        expected.reserveCapacity(preamble.count + 2 * steps.count)
        func check(_ outcome: Int32, _ text: String) throws(PostgresError) {
            if outcome != 1 { throw connectionError(statement: text) }
        }
        var fresh: [StatementKey: String] = [:]
        func prepare(_ key: StatementKey) throws(PostgresError) -> String {
            if let known = statements.name(of: key) ?? fresh[key] { return known }
            let name = statements.newName()
            fresh[key] = name
            let types = key.types.map(\.oid)
            try check(PQsendPrepare(connection, name, key.text, Int32(types.count), types), key.text)
            expected.append(.preparation(key: key, name: name))
            return name
        }
        for text in preamble {
            let name = try prepare(StatementKey(text: text, types: []))
            try check(PQsendQueryPrepared(connection, name, 0, nil, nil, nil, 1), text)
            expected.append(.preamble(text))
        }
        for step in steps {
            let (sql, text) = (step.sql, step.key.text)
            let name = try prepare(step.key)
            let sent = withParameters(of: sql) { count, values, lengths, formats in
                PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
            }
            try check(sent, text)
            expected.append(.statement(text: text))
        }
        try check(PQpipelineSync(connection), steps.last?.key.text ?? "")
        return expected
    }

    private func receive(_ expected: [Expected]) throws(PostgresError) -> [ResultBox] {
        var boxes: [ResultBox] = []
        var failure: PostgresError?
        var index = 0
        var isSynced = false
        while !isSynced {
            let current = index < expected.count ? expected[index] : nil
            guard let result = PQgetResult(connection) else {
                // The end of one command's results; on a dead connection it is the end of everything.
                index += 1
                if PQstatus(connection) != CONNECTION_OK || index > expected.count {
                    isPoisoned = true
                    break
                }
                continue
            }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                isSynced = true
                PQclear(result)
            case PGRES_PIPELINE_ABORTED:
                PQclear(result)
            default:
                do throws(PostgresError) {
                    let box = try take(result, statement: current?.text ?? "")
                    switch current {
                    case .preparation(let key, let name): statements.insert(key, name: name)
                    case .statement: boxes.append(box)
                    case .preamble, nil: break
                    }
                } catch {
                    // A second error is the connection's end after the server's own words; the first one says more.
                    if failure == nil { failure = error }
                    if isPoisoned { throw error }
                }
            }
        }
        if PQexitPipelineMode(connection) != 1 { isPoisoned = true }
        if let failure { throw failure }
        guard isSynced else { throw connectionError(statement: expected.last?.text) }
        return boxes
    }
}
