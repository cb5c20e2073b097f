import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

extension ChangeHistory {
    /// Changes of one row that are read at most.
    static let limit = 100

    /// How a row became what it is; nil when the table does not have it.
    func story(of key: RowKey) async throws -> RowStory? {
        let table = key.table
        let isSame: SQL = "table_name = \(table.name) AND row_key = \(key.text)"
        let date: SQL = table.dateColumn.map { "\(identifier: $0)" } ?? "NULL::date"
        return try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            let rows = try await transaction.query(
                """
                SELECT \(sql: date) AS row_date, data_hash, run_id, execution_id, source_object, captured_at, created_at,
                       updated_at, removed_at,
                       (SELECT count(*) FROM nba_orchestration.row_change WHERE \(sql: isSame)) AS change_count
                FROM \(sql: table.sql) WHERE \(sql: key.condition)
                """
            )
            guard let row = rows.first else { return nil }
            var writer: RecordedExecution?
            if let run = try row.decode("run_id", as: UUID?.self),
                let id = try row.decode("execution_id", as: UUID?.self)
            {
                writer = try await execution(id, of: run, in: transaction)
            }
            let gameDate = try row.optionalGameDate("row_date")
            return RowStory(
                table: table.name,
                key: key.text,
                gameDate: gameDate,
                hash: try row.decode("data_hash"),
                createdAt: try row.decode("created_at"),
                updatedAt: try row.decode("updated_at"),
                removedAt: try row.decode("removed_at"),
                sourceObject: try row.decode("source_object"),
                capturedAt: try row.decode("captured_at"),
                writer: writer,
                inputs: try await inputs(of: table, on: gameDate, in: transaction),
                changes: try await changes(isSame, limit: Self.limit, in: transaction),
                changeCount: Int(try row.decode("change_count", as: Int64.self))
            )
        }
    }

    /// A key of the table that differs from this one by a few letters of one text.
    func key(closeTo key: RowKey) async throws -> RowKey? {
        // The first column stays: it is what the index finds rows by.
        for (place, column) in key.table.key.enumerated().dropFirst() {
            guard case .text(let wanted) = key.values[place] else { continue }
            let others = key.values.indices.filter { $0 != place }
            let names: [String] = try await pool.query(
                """
                SELECT DISTINCT \(identifier: column) FROM \(sql: key.table.sql) WHERE \(sql: key.condition(at: others))
                LIMIT 5000
                """
            ).column(at: 0)
            let edits = min(3, wanted.count / 3)
            if let close = CloseNames.to(wanted, among: names, edits: edits).first {
                return key.replacing(place, with: .text(close))
            }
        }
        return nil
    }

    /// What the writer of a table reads. What a coordinator hands out is computed from what it has read itself.
    static func sources(of table: String, in registry: Registry) -> [Input] {
        let writes = { (processor: ProcessorDefinition) in
            processor.output == table || processor.otherOutputs.contains(table)
        }
        guard let writer = registry.processors.first(where: writes) else { return [] }
        let readers =
            writer.inputs.isEmpty ? registry.enabled(in: writer.phase).filter { $0.level < writer.level } : [writer]
        return readers.flatMap(\.inputs)
    }

    private func inputs(
        of table: TableDefinition,
        on date: GameDate?,
        in transaction: PostgresTransaction
    ) async throws -> [RowStory.Input] {
        guard let date else { return [] }
        var inputs: [RowStory.Input] = []
        for input in Self.sources(of: table.name, in: registry) {
            guard let source = WarehouseTables.all.first(where: { $0.name == input.table }) else { continue }
            inputs.append(try await newest(of: source, on: date, input.window, in: transaction))
        }
        return inputs
    }

    private func newest(
        of table: TableDefinition,
        on date: GameDate,
        _ window: ReadWindow,
        in transaction: PostgresTransaction
    ) async throws -> RowStory.Input {
        let (dates, condition): (RowStory.Input.Dates, SQL) =
            switch (table.dateColumn, window) {
            case (nil, _): (.current, "true")
            case (let column?, .sameDate): (.same, "\(identifier: column) = \(date.sqlDate)")
            case (let column?, .laterDatesOfSeason): (.earlier, Self.isEarlier(column, date))
            case (let column?, .wholeSeason): (.season, Self.isOfSeason(column, date))
            }
        let row = try await transaction.query(
            """
            SELECT updated_at, source_object FROM \(sql: table.sql) WHERE \(sql: condition)
            ORDER BY updated_at DESC, source_object LIMIT 1
            """
        ).first
        return RowStory.Input(
            table: table.name,
            dates: dates,
            changedAt: try row?.decode("updated_at"),
            sourceObject: try row?.decode("source_object", as: String?.self)
        )
    }

    private static func isOfSeason(_ column: String, _ date: GameDate) -> SQL {
        let season = Season(containing: date)
        return "\(identifier: column) BETWEEN \(season.firstDay.sqlDate) AND \(season.lastDay.sqlDate)"
    }

    /// The dates of a season before a date.
    private static func isEarlier(_ column: String, _ date: GameDate) -> SQL {
        let lastSeason = Season(startYear: Season(containing: date).startYear - 1)
        return "\(identifier: column) > \(lastSeason.lastDay.sqlDate) AND \(identifier: column) < \(date.sqlDate)"
    }
}
