import Basketball
import Foundation
import Pipeline
import Postgres

/// A row of `nba_orchestration.quarantined_row`.
struct HeldRow: Sendable, Hashable {
    struct Violation: Sendable, Hashable {
        var rule: String
        var demand: String
        var values: JSONValue
    }

    var id: Int64
    var table: String
    var key: String
    var date: GameDate
    var processor: String
    var unit: String
    var runID: UUID
    var rule: String
    var violations: [Violation]
    /// The row as it was brought, by column.
    var values: JSONValue
    var times: Int
    var firstSeenAt: Date
    var lastSeenAt: Date
    var resolvedAt: Date?
    /// sound or gone.
    var resolution: String?

    /// The schema tells people nothing.
    var shortTable: String { table.split(separator: ".").last.map(String.init) ?? table }
}

/// Reads quarantined rows.
struct QuarantineStore: Sendable {
    let pool: PostgresPool

    private static let columns: SQL = """
        SELECT quarantine_id, table_name, row_key, game_date, processor, unit, run_id, rule, violations, row_values, times,
               first_seen_at, last_seen_at, resolved_at, resolution
        FROM nba_orchestration.quarantined_row
        """

    func list(table: String?, date: GameDate?, isOpen: Bool, limit: Int) async throws -> [HeldRow] {
        try await pool.query(
            """
            \(sql: Self.columns)
            WHERE (\(table)::text IS NULL OR table_name = \(table)) AND (NOT \(isOpen) OR resolved_at IS NULL)
                AND (\(date.map(\.postgres))::date IS NULL OR game_date = \(date.map(\.postgres)))
            ORDER BY last_seen_at DESC, quarantine_id DESC LIMIT \(Int64(limit))
            """
        ).map(Self.row)
    }

    func load(_ id: Int64) async throws -> HeldRow {
        let rows = try await pool.query("\(sql: Self.columns) WHERE quarantine_id = \(id)")
        guard let row = rows.first else {
            throw CommandProblem.problem("there is no row \(id) in quarantine", next: "tipoff quarantine ls --all")
        }
        return try Self.row(row)
    }

    private static func row(_ row: PostgresRow) throws -> HeldRow {
        let violations = try JSONValue(parsing: row.decode("violations", as: PostgresJSON.self).bytes)
        return HeldRow(
            id: try row.decode("quarantine_id"),
            table: try row.decode("table_name"),
            key: try row.decode("row_key"),
            date: try row.gameDate("game_date"),
            processor: try row.decode("processor"),
            unit: try row.decode("unit"),
            runID: try row.decode("run_id"),
            rule: try row.decode("rule"),
            violations: (violations.arrayValue ?? []).map { violation in
                .init(
                    rule: violation["rule"]?.stringValue ?? "",
                    demand: violation["demand"]?.stringValue ?? "",
                    values: violation["values"] ?? .null
                )
            },
            values: try JSONValue(parsing: row.decode("row_values", as: PostgresJSON.self).bytes),
            times: Int(try row.decode("times", as: Int32.self)),
            firstSeenAt: try row.decode("first_seen_at"),
            lastSeenAt: try row.decode("last_seen_at"),
            resolvedAt: try row.decode("resolved_at"),
            resolution: try row.decode("resolution")
        )
    }
}

extension HeldRow {
    func json(withRow: Bool) -> JSONValue {
        var fields: [String: JSONValue] = [
            "quarantine_id": .int(id), "table": .string(table), "key": .string(key), "date": .string(date.description),
            "processor": .string(processor), "unit": .string(unit),
            "run_id": .string(runID.uuidString.lowercased()), "rule": .string(rule),
            "violations": .array(
                violations.map { ["rule": .string($0.rule), "demand": .string($0.demand), "values": $0.values] }
            ),
            "times": .int(Int64(times)), "first_seen_at": .string(Instant.text(firstSeenAt)),
            "last_seen_at": .string(Instant.text(lastSeenAt)),
            "resolved_at": resolvedAt.map { .string(Instant.text($0)) } ?? .null,
            "resolution": resolution.map { .string($0) } ?? .null,
        ]
        if withRow { fields["row"] = values }
        return .dictionary(fields)
    }
}
