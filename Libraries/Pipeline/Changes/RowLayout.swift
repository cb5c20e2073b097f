public import Basketball
public import Foundation

/// A table together with where each column's value comes from, so that columns and cells cannot get out of step.
public struct RowLayout<Row>: Sendable {
    public let table: TableDefinition
    private let values: [@Sendable (Row) -> Cell]

    public init(
        _ name: String,
        key: [String],
        dateColumn: String? = "game_date",
        entities: [EntityKind: String] = [:],
        rules: [RowRule] = [],
        _ columns: [RowColumn<Row>]
    ) {
        let names = Set(columns.map(\.column.name))
        precondition(names.count == columns.count, "\(name) names a column twice")
        precondition(
            names.isSuperset(of: key + [dateColumn].compactMap { $0 } + entities.values),
            "\(name): the key, the date and the entities are columns"
        )
        table = TableDefinition(
            name,
            key: key,
            dateColumn: dateColumn,
            entities: entities,
            rules: rules,
            columns: columns.map(\.column)
        )
        values = columns.map(\.value)
    }

    public func cells(_ row: Row) -> [Cell] { values.map { $0(row) } }
}

/// One column of a layout.
public struct RowColumn<Row>: Sendable {
    let column: Column
    let value: @Sendable (Row) -> Cell

    public static func text(_ name: String, _ value: @escaping @Sendable (Row) -> String?) -> RowColumn {
        RowColumn(column: .text(name)) { .text(value($0)) }
    }

    public static func integer(_ name: String, _ value: @escaping @Sendable (Row) -> Int?) -> RowColumn {
        RowColumn(column: .integer(name)) { .integer(value($0)) }
    }

    public static func double(_ name: String, _ value: @escaping @Sendable (Row) -> Double?) -> RowColumn {
        RowColumn(column: .double(name)) { .double(value($0)) }
    }

    public static func boolean(_ name: String, _ value: @escaping @Sendable (Row) -> Bool?) -> RowColumn {
        RowColumn(column: .boolean(name)) { .boolean(value($0)) }
    }

    public static func date(_ name: String, _ value: @escaping @Sendable (Row) -> GameDate?) -> RowColumn {
        RowColumn(column: .date(name)) { .date(value($0)) }
    }

    public static func instant(_ name: String, _ value: @escaping @Sendable (Row) -> Date?) -> RowColumn {
        RowColumn(column: .instant(name)) { .instant(value($0)) }
    }

    /// The same column, not counted as a change of the row when it alone differs.
    public var volatile: RowColumn {
        var column = column
        column.isBusiness = false
        return RowColumn(column: column, value: value)
    }
}

/// A row whose table and cells come from one layout.
public protocol LaidOutRow: WarehouseRow {
    static var layout: RowLayout<Self> { get }
}

extension LaidOutRow {
    public static var table: TableDefinition { layout.table }
    public var cells: [Cell] { Self.layout.cells(self) }
}
