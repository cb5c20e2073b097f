public import Basketball
public import Foundation

/// Which rows a write speaks for: keys inside it that the write does not produce are removed.
public enum WriteScope: Sendable, Hashable {
    /// Every row with these values, such as one game or one date.
    case rows([ScopeCondition])
    /// The rows with these values whose entity is one of the set: an incremental write.
    case entities([ScopeCondition], column: String, values: Set<String>)

    /// Every row of one date.
    public static func date(_ date: GameDate, column: String = "game_date") -> WriteScope {
        .rows([ScopeCondition(column, .date(date))])
    }

    var conditions: [ScopeCondition] {
        switch self {
        case .rows(let conditions), .entities(let conditions, _, _): conditions
        }
    }

    /// The name of the scope in `snapshot_head`; an incremental write belongs to the head of its conditions.
    public var headKey: String { conditions.map { "\($0.column)=\($0.value.plainText)" }.joined(separator: ",") }
}

/// One equality that bounds a scope.
public struct ScopeCondition: Sendable, Hashable {
    public var column: String
    public var value: Cell

    public init(_ column: String, _ value: Cell) {
        self.column = column
        self.value = value
    }
}

/// Where a raw snapshot comes from.
public struct SnapshotSource: Sendable, Hashable {
    public var objectPath: String
    /// Nil for a snapshot that was not taken over completely: the same bytes are to be read again.
    public var sha256: String?
    public var capturedAt: Date

    public init(objectPath: String, sha256: String?, capturedAt: Date) {
        self.objectPath = objectPath
        self.sha256 = sha256
        self.capturedAt = capturedAt
    }
}

/// The current values of a scope, as an execution found or computed them.
public struct TableWrite: Sendable {
    public var table: TableDefinition
    public var scope: WriteScope
    public var rows: [[Cell]]
    public var source: SnapshotSource?
    /// A snapshot that holds fewer than this share of the head's rows is quarantined instead of removing the rest.
    /// Zero for derived rows, whose inputs already passed that check.
    public var minimumShareOfHead: Double
    /// The date that changes concern when the rows themselves have none.
    public var date: GameDate?

    public init<Row: WarehouseRow>(
        _ rows: [Row],
        scope: WriteScope,
        source: SnapshotSource? = nil,
        minimumShareOfHead: Double = 0,
        date: GameDate? = nil
    ) {
        self.table = Row.table
        self.scope = scope
        self.rows = rows.map(\.cells)
        self.source = source
        self.minimumShareOfHead = minimumShareOfHead
        precondition(
            Row.table.dateColumn != nil || date != nil,
            "rows of \(Row.table.name) have no date; say which one a change concerns"
        )
        self.date = date
    }
}

extension Cell {
    /// The value as it stands in names and messages.
    var plainText: String {
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

    /// The value as JSON; what is JSON already stays so.
    func json() throws(JSONError) -> JSONValue {
        switch self {
        case .null: .null
        case .integer(let integer): .int(integer)
        case .double(let double): double.isFinite ? .double(double) : .string(String(double))
        case .boolean(let boolean): .bool(boolean)
        case .json(let text): try JSONValue(parsing: text)
        case .text, .date, .instant: .string(plainText)
        }
    }

    /// Whether both hold one value. The database spells JSON its own way.
    func isSame(as other: Cell) -> Bool {
        guard case .json = self, case .json = other else { return self == other }
        // What cannot be read as JSON is compared by its text.
        do { return try json() == other.json() } catch { return self == other }
    }
}
