import Basketball
import Foundation
import Postgres

/// Builds the parameter arrays of `unnest` statements from rows of cells, and reads cells back.
enum CellArrays {
    /// One column of the rows as an array parameter with its cast.
    static func parameter(_ rows: some Sequence<[Cell]>, _ index: Int, _ type: ColumnType) -> SQL {
        switch type {
        case .text, .json:
            let values: [String?] = rows.map {
                switch $0[index] {
                case .text(let text), .json(let text): text
                default: nil
                }
            }
            return "\(values)::text[]"
        case .integer:
            let values: [Int64?] = rows.map { if case .integer(let value) = $0[index] { value } else { nil } }
            return "\(values)::bigint[]"
        case .double:
            let values: [Double?] = rows.map {
                switch $0[index] {
                case .double(let value): value
                case .integer(let value): Double(value)
                default: nil
                }
            }
            return "\(values)::double precision[]"
        case .boolean:
            let values: [Bool?] = rows.map { if case .boolean(let value) = $0[index] { value } else { nil } }
            return "\(values)::boolean[]"
        case .date:
            let values: [PostgresDate?] = rows.map {
                if case .date(let value) = $0[index] { PostgresDate(daysSince1970: value.daysSince1970) } else { nil }
            }
            return "\(values)::date[]"
        case .instant:
            let values: [Date?] = rows.map { if case .instant(let value) = $0[index] { value } else { nil } }
            return "\(values)::timestamptz[]"
        }
    }

    static func scalar(_ cell: Cell, _ type: ColumnType) -> SQL {
        switch cell {
        case .null: "NULL"
        case .text(let value), .json(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .date(let value): "\(PostgresDate(daysSince1970: value.daysSince1970))"
        case .instant(let value): "\(value)"
        }
    }

    static func decode(_ row: PostgresRow, at index: Int, _ type: ColumnType) throws -> Cell {
        switch type {
        case .text: .text(try row.decode(at: index, as: String?.self))
        case .json: try row.decode(at: index, as: PostgresJSON?.self).map { .json($0.text) } ?? .null
        case .integer: try row.decode(at: index, as: Int64?.self).map { .integer($0) } ?? .null
        case .double: .double(try row.decode(at: index, as: Double?.self))
        case .boolean: .boolean(try row.decode(at: index, as: Bool?.self))
        case .date:
            .date(
                try row.decode(at: index, as: PostgresDate?.self).map { try GameDate(daysSince1970: $0.daysSince1970) }
            )
        case .instant: .instant(try row.decode(at: index, as: Date?.self))
        }
    }
}

extension SQL {
    /// A name with its schema, quoted part by part.
    static func table(_ name: String) -> SQL {
        let parts = name.split(separator: ".").map(String.init)
        return parts.dropFirst().reduce("\(identifier: parts[0])") { "\(sql: $0).\(identifier: $1)" }
    }

    static func joined(_ parts: [SQL], separator: SQL) -> SQL {
        guard let first = parts.first else { return "" }
        return parts.dropFirst().reduce(first) { "\(sql: $0)\(sql: separator)\(sql: $1)" }
    }

    static func columns(_ names: [String], of alias: StaticString? = nil) -> SQL {
        joined(
            names.map { name in
                if let alias { "\(unescaped: alias).\(identifier: name)" } else { "\(identifier: name)" }
            },
            separator: ", "
        )
    }
}
