package import Postgres

extension MinimumRows {
    /// What the output holds of the date after a write, by unit.
    ///
    /// - Parameter outside: the rows of the date that an incremental write does not speak for.
    func rows(after write: TableWrite, outside: [String: Int]) -> [String: Int] {
        let table = write.table
        let unit = expected.column.map { table.index(of: $0) }
        let filter = expected.filter.map { (table.index(of: $0.column), Cell.text($0.value)) }
        return write.rows.reduce(into: outside) { rows, row in
            if let (column, value) = filter, row[column] != value { return }
            rows[unit.map { row[$0].plainText } ?? DateFacts.all, default: 0] += 1
        }
    }

    /// Judges an outcome by what its date then holds: too few rows make it partial, none at all a failure.
    func judge(_ outcome: Outcome, _ rows: [String: Int], _ facts: DateFacts) -> Result<Outcome, TaskError> {
        let coverage = facts.coverage(expected, rows)
        guard coverage.share < share else { return .success(outcome) }
        let text = "too few rows: \(coverage.text)"
        guard coverage.found > 0 else { return .failure(TaskError(.permanent, type: "too_few_rows", text)) }
        var judged = outcome
        judged.status = .partial
        judged.isExpectedEmpty = false
        judged.entitiesInScope = coverage.expected
        judged.entitiesProcessed = coverage.found
        judged.degradedReasons.append(text)
        return .success(judged)
    }
}

extension ChangePlan {
    /// The rows of the date that an incremental write does not speak for, by unit; nil for a write of the whole date.
    func outside(of expected: ExpectedRows) -> SQL? {
        guard case .entities(let conditions, let column, let values) = write.scope else { return nil }
        let unit: SQL = expected.column.map { "COALESCE(\(identifier: $0), '')" } ?? "\(DateFacts.all)"
        let filter: SQL = expected.filter.map { " AND \(identifier: $0.column) = \($0.value)" } ?? ""
        let table = write.table
        let matches = conditions.map { condition -> SQL in
            let type = table.columns[table.index(of: condition.column)].type
            return "\(identifier: condition.column) = \(sql: CellArrays.scalar(condition.value, type))"
        }
        return """
            SELECT \(sql: unit) AS unit, count(*) AS row_count FROM \(sql: .table(write.table.name))
            WHERE \(sql: matches.joined(separator: " AND ")) AND removed_at IS NULL
                AND \(identifier: column) <> ALL(\(values.sorted()))\(sql: filter)
            GROUP BY 1
            """
    }
}

extension ProcessorDefinition {
    /// Judges an outcome by the rows that its output then holds of the date. What an incremental write does not speak
    /// for is counted in the snapshot of its plan.
    package func judge(
        _ outcome: Result<Outcome, any Error>,
        _ plans: [ChangePlan],
        _ record: ExecutionRecord,
        reader: PostgresTransaction
    ) async throws -> Result<Outcome, any Error> {
        guard case .success(let ended) = outcome, let minimum = minimumRows, let facts = record.value?.facts,
            let plan = plans.first(where: { $0.write.table.name == output })
        else { return outcome }
        var outside: [String: Int] = [:]
        if let statement = plan.outside(of: minimum.expected) {
            for row in try await reader.query(statement) {
                outside[try row.decode("unit")] = try row.decode("row_count")
            }
        }
        return minimum.judge(ended, minimum.rows(after: plan.write, outside: outside), facts).mapError { $0 }
    }
}
