import Foundation
/// The SQL of a new warehouse table with its column comments, from which the data dictionary is made. Migrations are
/// never edited, so what is written here once stays.
struct TableSQL {
    struct ColumnSQL {
        var name: String
        var type: String
        var isRequired: Bool
        var unit: String
        var source: String
        var meaning: String
    }

    var name: String
    var meaning: String
    var key: [String]
    var indexes: [[String]]
    var columns: [ColumnSQL]

    /// - Parameters:
    ///   - name: with its schema.
    ///   - meaning: what a row is.
    ///   - key: the natural key.
    ///   - indexes: further indexes by their columns.
    init(_ name: String, _ meaning: String, key: [String], indexes: [[String]] = [], _ columns: [ColumnSQL]) {
        self.name = name
        self.meaning = meaning
        self.key = key
        self.indexes = indexes
        self.columns = columns
    }

    /// What the runtime fills in every warehouse table.
    private static let tail: [ColumnSQL] = [
        .optional("data_hash", "text", "hash of the business columns", unit: "hexadecimal SHA-256"),
        .optional("run_id", "uuid", "the run that wrote the row last"),
        .optional("execution_id", "uuid", "the execution that wrote the row last"),
        .optional("source_object", "text", "the stored payload that the row was read from", unit: "object path"),
        .optional("captured_at", "timestamptz", "when that payload was captured", unit: "UTC"),
        .required("created_at", "timestamptz", "when the row appeared", unit: "UTC", default: "now()"),
        .required("updated_at", "timestamptz", "when the row changed last", unit: "UTC", default: "now()"),
        .optional(
            "removed_at",
            "timestamptz",
            "when the source stopped listing the row; null while it does",
            unit: "UTC"
        ),
    ]

    /// The statements, ended by semicolons.
    var text: String {
        let all = columns + Self.tail
        let lines = all.map { "    \($0.name) \($0.type)\($0.isRequired ? " NOT NULL" : "")" }
            .map { $0.replacingOccurrences(of: " DEFAULT now() NOT NULL", with: " NOT NULL DEFAULT now()") }
        var text = "CREATE TABLE \(name) (\n" + lines.joined(separator: ",\n")
        text += ",\n    PRIMARY KEY (\(key.joined(separator: ", ")))\n);\n"
        let plain = name.drop { $0 != "." }.dropFirst()
        for index in indexes {
            text +=
                "CREATE INDEX \(plain)_by_\(index.joined(separator: "_")) ON \(name) (\(index.joined(separator: ", ")));\n"
        }
        text += "COMMENT ON TABLE \(name) IS \(Self.literal(meaning));\n"
        return text + Self.comments(all, of: name)
    }

    /// The statements that give a table of an earlier migration further columns.
    static func adding(to name: String, _ columns: [ColumnSQL]) -> String {
        let lines = columns.map { "    ADD COLUMN \($0.name) \($0.type)\($0.isRequired ? " NOT NULL" : "")" }
        return "ALTER TABLE \(name)\n" + lines.joined(separator: ",\n") + ";\n" + comments(columns, of: name)
    }

    private static func comments(_ columns: [ColumnSQL], of name: String) -> String {
        columns.map { column in
            let comment = [column.unit, column.source, column.meaning].joined(separator: " | ")
            return "COMMENT ON COLUMN \(name).\(column.name) IS \(literal(comment));\n"
        }.joined()
    }

    private static func literal(_ text: String) -> String { "'" + text.replacingOccurrences(of: "'", with: "''") + "'" }
}

extension TableSQL.ColumnSQL {
    /// A column that is never null.
    ///
    /// - Parameters:
    ///   - source: the source's own name of the field; empty for what Tipoff derives.
    static func required(
        _ name: String,
        _ type: String,
        _ meaning: String,
        unit: String = "",
        source: String = "",
        default fallback: String? = nil
    ) -> Self {
        let type = type + (fallback.map { " DEFAULT \($0)" } ?? "")
        return .init(name: name, type: type, isRequired: true, unit: unit, source: source, meaning: meaning)
    }

    /// A column that may be null.
    static func optional(
        _ name: String,
        _ type: String,
        _ meaning: String,
        unit: String = "",
        source: String = ""
    ) -> Self {
        .init(name: name, type: type, isRequired: false, unit: unit, source: source, meaning: meaning)
    }
}
