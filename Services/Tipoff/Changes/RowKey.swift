import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

/// The natural key of a row as people write it: its values in the table's key order, with slashes.
struct RowKey: Sendable, Hashable {
    let table: TableDefinition
    /// One for each column of the key, none of them null.
    let values: [Cell]

    private init(table: TableDefinition, values: [Cell]) {
        self.table = table
        self.values = values
    }

    /// Reads `2024-01-15/joelembiid`. Throws a problem that shows the columns when the text does not fit them.
    init(_ text: String, of table: TableDefinition) throws {
        self.table = table
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        values = zip(table.key, parts).compactMap { column, part in
            Cell(part, as: table.columns[table.index(of: column)].type)
        }
        guard values.count == table.key.count, parts.count == table.key.count else {
            throw CommandProblem.usage(
                "\(text) is no key of \(table.name), whose key is \(table.key.joined(separator: "/"))",
                next: "tipoff why \(table.name) \(Self.example(of: table))"
            )
        }
    }

    /// As `row_change` spells it.
    var text: String { values.map(\.keyText).joined(separator: "/") }

    /// The date that is part of the key.
    var date: GameDate? { values.lazy.compactMap { if case .date(let date) = $0 { date } else { nil } }.first }

    /// True for this row alone, on columns that the primary key serves.
    var condition: SQL { condition(at: Array(values.indices)) }

    /// True for the rows that have the same values at these places.
    func condition(at places: [Int]) -> SQL {
        places.map { "\(identifier: table.key[$0]) = \(sql: values[$0].parameter)" as SQL }.joined(separator: " AND ")
    }

    /// The same key with another value.
    func replacing(_ place: Int, with value: Cell) -> RowKey {
        var values = values
        values[place] = value
        return RowKey(table: table, values: values)
    }

    /// A key that fits the table, such as `2024-01-15/joelembiid`.
    static func example(of table: TableDefinition) -> String {
        table.key.map { examples[$0] ?? example(of: table.columns[table.index(of: $0)].type, $0) }
            .joined(separator: "/")
    }

    private static let examples = [
        "player_lookup": "joelembiid", "team_abbr": "PHI", "defending_team_abbr": "PHI", "nba_game_id": "0022300561",
        "game_id": "20240115_HOU_PHI", "season_year": "2023", "points_line": "27.5",
    ]

    private static func example(of type: ColumnType, _ column: String) -> String {
        switch type {
        case .date: "2024-01-15"
        case .instant: "2024-01-15T13:00:00.000Z"
        case .integer: "1"
        case .double: "1.5"
        case .boolean: "true"
        case .text, .json: column.uppercased()
        }
    }
}

extension Cell {
    /// Reads one value of a key; nil when it is none of the type.
    fileprivate init?(_ text: String, as type: ColumnType) {
        let cell: Cell? =
            switch type {
            case .text: text.isEmpty ? nil : .text(text)
            case .integer: Int64(text).map { .integer($0) }
            case .double: Double(text).map { .double($0) }
            case .boolean: Bool(text).map { .boolean($0) }
            case .date: GameDate(argument: text).map { .date($0) }
            case .instant: Instant.parse(text).map { .instant($0) }
            case .json: nil
            }
        guard let cell else { return nil }
        self = cell
    }

    fileprivate var keyText: String {
        switch self {
        case .null: "null"
        case .text(let text), .json(let text): text
        case .integer(let integer): String(integer)
        case .double(let double): String(double)
        case .boolean(let boolean): String(boolean)
        case .date(let date): date.description
        case .instant(let instant): Instant.text(instant)
        }
    }

    fileprivate var parameter: SQL {
        switch self {
        case .null: "NULL"
        case .text(let text), .json(let text): "\(text)"
        case .integer(let integer): "\(integer)"
        case .double(let double): "\(double)"
        case .boolean(let boolean): "\(boolean)"
        case .date(let date): "\(date.sqlDate)"
        case .instant(let instant): "\(instant)"
        }
    }
}

extension TableDefinition {
    /// The table's name for a statement, quoted part by part.
    var sql: SQL { name.split(separator: ".").map { "\(identifier: String($0))" as SQL }.joined(separator: ".") }

    /// The name without its schema.
    var shortName: String { String(name.drop { $0 != "." }.dropFirst()) }
}

extension WarehouseTables {
    /// The table of a name, with or without its schema. Throws a problem that says what is close.
    static func table(named name: String) throws -> TableDefinition {
        if let table = all.first(where: { $0.name == name || $0.shortName == name }) { return table }
        let wanted = name.split(separator: ".").last.map(String.init) ?? name
        let close = CloseNames.to(wanted, among: all.map(\.shortName), edits: max(3, wanted.count / 2)).prefix(3)
        throw CommandProblem.usage(
            "there is no table \(name)" + (close.isEmpty ? "" : "; close: \(close.joined(separator: ", "))"),
            next: "tipoff registry lists every table that a processor writes"
        )
    }
}
