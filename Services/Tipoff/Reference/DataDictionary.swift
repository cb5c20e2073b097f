import Basketball
import Pipeline
import Postgres
import Upstream

/// The tables with their columns, as the database describes them.
struct DataDictionary: Sendable {
    struct Column: Sendable {
        var name: String
        var type: String
        var isRequired: Bool
        var unit: String
        var source: String
        var meaning: String
    }

    struct Table: Sendable {
        /// With its schema.
        var name: String
        var meaning: String
        var key: [String]
        var columns: [Column]
    }

    var tables: [Table]

    /// The schemas that analysts read, in the order of the phases.
    static let schemas = [
        "nba_raw", "nba_reference", "nba_analytics", "nba_precompute", "nba_predictions", "nba_publishing",
    ]

    /// Columns that every warehouse table ends with, described once.
    static let tail: Set<String> = [
        "data_hash", "run_id", "execution_id", "source_object", "captured_at", "created_at", "updated_at", "removed_at",
    ]

    /// Reads the tables of a database.
    init(_ pool: PostgresPool) async throws {
        let rows = try await pool.query(
            """
            SELECT n.nspname || '.' || c.relname AS table_name, COALESCE(obj_description(c.oid), '') AS table_meaning,
                   a.attname::text AS column_name, format_type(a.atttypid, a.atttypmod) AS column_type,
                   a.attnotnull AS is_required, COALESCE(col_description(c.oid, a.attnum), '') AS comment,
                   COALESCE(array_position(i.indkey::int2[], a.attnum) + 1, 0)::bigint AS key_place
            FROM pg_class AS c
            JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = ANY(\(Self.schemas))
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
            WHERE c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
            ORDER BY array_position(\(Self.schemas)::text[], n.nspname::text), c.relname, a.attnum
            """
        )
        var tables: [Table] = []
        var keys: [String: [(Int, String)]] = [:]
        for row in rows {
            let name: String = try row.decode("table_name")
            if tables.last?.name != name {
                tables.append(Table(name: name, meaning: try row.decode("table_meaning"), key: [], columns: []))
            }
            let column: String = try row.decode("column_name")
            let parts = try row.decode("comment", as: String.self).split(
                separator: "|",
                maxSplits: 2,
                omittingEmptySubsequences: false
            ).map { $0.split(separator: " ").joined(separator: " ") }
            tables[tables.count - 1].columns.append(
                Column(
                    name: column,
                    type: try row.decode("column_type"),
                    isRequired: try row.decode("is_required"),
                    unit: parts.count == 3 ? parts[0] : "",
                    source: parts.count == 3 ? parts[1] : "",
                    meaning: parts.last ?? ""
                )
            )
            let place: Int = try row.decode("key_place")
            if place > 0 { keys[name, default: []].append((place, column)) }
        }
        for index in tables.indices {
            tables[index].key = (keys[tables[index].name] ?? []).sorted { $0.0 < $1.0 }.map(\.1)
        }
        self.tables = tables
    }

    /// The whole dictionary with the list of sources, for `docs/data-dictionary.md`.
    var markdown: String {
        var text = """
            # Data dictionary

            Made by `tipoff dictionary --markdown` from the tables and their comments; a test compares. Every table of the
            warehouse also has the columns of [the tail](#the-tail). An empty source means that Tipoff derives the value.


            """
        for table in tables {
            text += "## \(table.name)\n\n\(table.meaning).\n\n"
            text += table.key.isEmpty ? "A view.\n\n" : "Key: \(table.key.joined(separator: ", "))\n\n"
            text += Self.head
            let hasTail = Self.tail.isSubset(of: Set(table.columns.map(\.name)))
            for column in table.columns where !(hasTail && Self.tail.contains(column.name)) {
                text += Self.line(column)
            }
            text += "\n"
        }
        text += "## The tail\n\n" + Self.head
        if let table = tables.first(where: { Self.tail.isSubset(of: Set($0.columns.map(\.name))) }) {
            for column in table.columns where Self.tail.contains(column.name) { text += Self.line(column) }
        }
        return text + "\n" + Self.sources
    }

    private static let head = "| column | type | null | unit | source field | meaning |\n|---|---|---|---|---|---|\n"

    private static func line(_ column: Column) -> String {
        "| \(column.name) | \(column.type) | \(column.isRequired ? "no" : "yes") | \(column.unit) | \(column.source) "
            + "| \(column.meaning) |\n"
    }

    /// What each scraper's payloads are known from.
    private static var sources: String {
        var text = """
            ## Sources

            How well the form of a source's payloads is known: `captured` from real payloads that the tests read,
            `documented` by its provider or by those who used it, `guessed` from neither.

            | scraper | unit | stored as | read by | form |
            |---|---|---|---|---|

            """
        let registry = Registry.standard
        for layout in PayloadLayout.all {
            let readers = registry.processors.filter {
                $0.phase == .raw && ($0.scraper == layout.scraper || $0.otherScrapers.contains(layout.scraper))
            }
            text +=
                "| \(layout.scraper) | \(layout.unitForm.rawValue) | \(layout.folders.joined(separator: "/"))/….\(layout.fileType.rawValue) "
            text +=
                "| \(readers.isEmpty ? "-" : readers.map(\.name).joined(separator: ", ")) | \(layout.form.rawValue) |\n"
        }
        return text
    }
}
