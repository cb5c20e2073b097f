import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

/// The quality of one date's rows.
struct DateQuality: Sendable, Hashable {
    struct Table: Sendable, Hashable {
        var name: String
        /// not_audited, empty, passed or fired.
        var verdict: String
        var rows: Int?
        var expectedRows: Int?
        var monitors: Int?
        var checkedAt: Date?
        /// Rows in quarantine now.
        var quarantined: Int
        /// Rows by quality tier, the best first.
        var tiers: [Tier]
    }

    struct Tier: Sendable, Hashable {
        var name: String
        var rows: Int
    }

    /// A monitor that fires.
    struct Finding: Sendable, Hashable {
        var table: String
        var column: String
        var monitor: String
        var demand: String
        var measured: Double?
        var rows: Int
        var firstFiredAt: Date
    }

    var date: GameDate
    var tables: [Table]
    var findings: [Finding]

    var isGood: Bool { findings.isEmpty && tables.allSatisfy { $0.quarantined == 0 } }
}

/// Reads what the audits recorded.
struct QualityReader: Sendable {
    let pool: PostgresPool

    func read(_ date: GameDate) async throws -> DateQuality {
        let results = try await pool.withConnection { connection in
            try await connection.execute(batch: [
                """
                SELECT table_name, verdict, row_count, expected_rows, monitors, checked_at
                FROM nba_orchestration.quality_check WHERE game_date = \(date.postgres)
                """,
                """
                SELECT table_name, column_name, monitor, demand, measured, row_count, first_fired_at
                FROM nba_orchestration.column_check WHERE game_date = \(date.postgres) AND resolved_at IS NULL
                ORDER BY table_name, column_name, monitor
                """,
                """
                SELECT table_name, count(*) AS rows FROM nba_orchestration.quarantined_row
                WHERE game_date = \(date.postgres) AND resolved_at IS NULL GROUP BY table_name
                """,
                Self.tiers(date),
            ])
        }
        var held: [String: Int] = [:]
        for row in results[2] { held[try row.decode("table_name")] = try row.decode("rows") }
        var tiers: [String: [DateQuality.Tier]] = [:]
        for row in results[3] {
            tiers[try row.decode("table_name"), default: []].append(
                .init(name: try row.decode("tier"), rows: try row.decode("rows"))
            )
        }
        var tables: [DateQuality.Table] = TableAudit.all.map { audit in
            .init(name: audit.table.name, verdict: "not_audited", quarantined: 0, tiers: tiers[audit.table.name] ?? [])
        }
        // Rows of a table without an audit can be in quarantine too.
        for name in held.keys.sorted() where !tables.contains(where: { $0.name == name }) {
            tables.append(.init(name: name, verdict: "not_audited", quarantined: 0, tiers: []))
        }
        var places: [String: Int] = [:]
        for (index, table) in tables.enumerated() {
            places[table.name] = index
            tables[index].quarantined = held[table.name] ?? 0
        }
        for row in results[0] {
            guard let index = places[try row.decode("table_name")] else { continue }
            tables[index].verdict = try row.decode("verdict")
            tables[index].rows = try row.decode("row_count")
            tables[index].expectedRows = try row.decode("expected_rows")
            tables[index].monitors = Int(try row.decode("monitors", as: Int32.self))
            tables[index].checkedAt = try row.decode("checked_at")
        }
        let findings = try results[1].map { row in
            DateQuality.Finding(
                table: try row.decode("table_name"),
                column: try row.decode("column_name"),
                monitor: try row.decode("monitor"),
                demand: try row.decode("demand"),
                measured: try row.decode("measured"),
                rows: try row.decode("row_count"),
                firstFiredAt: try row.decode("first_fired_at")
            )
        }
        return DateQuality(date: date, tables: tables, findings: findings)
    }

    /// Rows by tier of every audited table that has one.
    private static func tiers(_ date: GameDate) -> SQL {
        let parts: [SQL] = TableAudit.all.compactMap { audit in
            guard let tier = audit.table.tierColumn, let day = audit.table.dateColumn else { return nil }
            let name = audit.table.name.split(separator: ".").map(String.init)
            return """
                SELECT \(audit.table.name) AS table_name, \(identifier: tier) AS tier, count(*) AS rows
                FROM \(identifier: name[0]).\(identifier: name[1])
                WHERE \(identifier: day) = \(date.postgres) AND removed_at IS NULL GROUP BY 2
                """
        }
        let union = parts.dropFirst().reduce(parts[0]) { "\(sql: $0) UNION ALL \(sql: $1)" }
        let order = ["gold", "high", "silver", "medium", "bronze", "low", "poor", "critical"]
        return """
            SELECT table_name, COALESCE(tier, 'none') AS tier, rows FROM (\(sql: union)) AS t
            ORDER BY table_name, array_position(\(order)::text[], tier), tier
            """
    }
}

extension TableDefinition {
    /// The column that holds the quality tier of a row.
    fileprivate var tierColumn: String? {
        ["data_quality_tier", "quality_tier"].first { name in columns.contains { $0.name == name } }
    }
}
