import Postgres
public import Basketball
public import Foundation

/// One value of a row, typed as its column is.
public enum Cell: Sendable, Hashable {
    case null
    case text(String)
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    case date(GameDate)
    case instant(Date)
    /// JSON text with sorted keys.
    case json(String)
}

extension Cell {
    public static func text(_ value: String?) -> Cell { value.map { .text($0) } ?? .null }
    public static func integer(_ value: Int?) -> Cell { value.map { .integer(Int64($0)) } ?? .null }
    public static func double(_ value: Double?) -> Cell { value.map { .double($0) } ?? .null }
    public static func boolean(_ value: Bool?) -> Cell { value.map { .boolean($0) } ?? .null }
    public static func date(_ value: GameDate?) -> Cell { value.map { .date($0) } ?? .null }
    public static func instant(_ value: Date?) -> Cell { value.map { .instant($0) } ?? .null }
}

/// The SQL type of a column.
public enum ColumnType: String, Sendable, Hashable {
    case text = "text"
    case integer = "bigint"
    case double = "double precision"
    case boolean = "boolean"
    case date = "date"
    case instant = "timestamptz"
    case json = "jsonb"

    /// No value of this type.
    var null: SQL {
        switch self {
        case .text: "NULL::text"
        case .integer: "NULL::bigint"
        case .double: "NULL::double precision"
        case .boolean: "NULL::boolean"
        case .date: "NULL::date"
        case .instant: "NULL::timestamptz"
        case .json: "NULL::jsonb"
        }
    }
}

/// A column of a warehouse table.
public struct Column: Sendable, Hashable {
    public var name: String
    public var type: ColumnType
    /// False for a column that may change without the row having changed, such as a quality note.
    public var isBusiness: Bool

    public init(_ name: String, _ type: ColumnType, isBusiness: Bool = true) {
        self.name = name
        self.type = type
        self.isBusiness = isBusiness
    }

    public static func text(_ name: String) -> Column { Column(name, .text) }
    public static func integer(_ name: String) -> Column { Column(name, .integer) }
    public static func double(_ name: String) -> Column { Column(name, .double) }
    public static func boolean(_ name: String) -> Column { Column(name, .boolean) }
    public static func date(_ name: String) -> Column { Column(name, .date) }
    public static func instant(_ name: String) -> Column { Column(name, .instant) }
}

/// A warehouse table as its writer sees it. Every table also has the tail `data_hash, run_id, execution_id,
/// source_object, captured_at, created_at, updated_at, removed_at`, which the runtime fills.
public struct TableDefinition: Sendable, Hashable {
    /// With its schema, such as `nba_raw.nbac_schedule`.
    public var name: String
    public var columns: [Column]
    /// The natural key, unique in the table.
    public var key: [String]
    /// The column with the row's game date; nil for a table of what holds now, such as a roster, whose changes concern the
    /// date of the run that found them.
    public var dateColumn: String?
    /// The columns that name the entities of a row.
    public var entityColumns: [EntityKind: String]
    /// What every row must hold.
    let ruleBook: RuleBook

    /// Traps on a rule about a column that is not there.
    public init(
        _ name: String,
        key: [String],
        dateColumn: String? = "game_date",
        entities: [EntityKind: String],
        rules: [RowRule] = [],
        columns: [Column]
    ) {
        self.name = name
        self.columns = columns
        self.key = key
        self.dateColumn = dateColumn
        self.entityColumns = entities
        let date = [dateColumn].compactMap { $0 }.filter { !key.contains($0) }
        ruleBook = RuleBook(rules, columns: columns, identity: key + date, table: name)
    }

    /// The rules of the table, those that hold everywhere included.
    public var rules: [RowRule] { ruleBook.rules }

    /// The position of a column; traps on a name that the table does not have.
    public func index(of column: String) -> Int {
        guard let index = columns.firstIndex(where: { $0.name == column }) else {
            preconditionFailure("\(name) has no column \(column)")
        }
        return index
    }
}

/// A row type of one table. The cells stand in the table's column order.
public protocol WarehouseRow: Sendable {
    static var table: TableDefinition { get }
    var cells: [Cell] { get }
}
