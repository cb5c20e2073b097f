public import Basketball

/// What a write does to one row.
public enum RowChangeKind: String, Sendable, Hashable {
    case inserted
    case updated
    case removed
}

/// One row that a write changes, with the columns that differ.
public struct RowChange: Sendable, Hashable {
    public var kind: RowChangeKind
    public var date: GameDate
    public var entities: [EntityKind: String]
    public var columns: Set<String>
}

/// What a row held before a write that changes or removes it.
struct RowDifference: Sendable, Hashable {
    struct Value: Sendable, Hashable {
        var column: String
        var before: Cell
        var after: Cell
    }

    /// In the table's key order.
    var key: [Cell]
    var date: GameDate
    var hashBefore: String?
    /// Nil for a removed row.
    var hashAfter: String?
    /// The columns that differ, in the table's order; none for a removed row.
    var values: [Value]
    /// The row had been removed: what it held before is what it held then.
    var isReturn = false
}

/// The outcome of comparing a write with what the table holds.
public struct ChangePlan: Sendable {
    /// Why a snapshot is not applied.
    public enum Rejection: Sendable, Hashable {
        /// A newer snapshot of the scope is already in the table.
        case superseded
        /// Too few rows to be believed; nothing is removed or written.
        case incomplete(rows: Int, headRows: Int)
        /// So many rows break rules that their source or a formula is at fault; nothing is removed or written.
        case broken(rows: Int, of: Int, example: String)
    }

    public var write: TableWrite
    public var rejection: Rejection?
    /// Whether rows were compared by their values, so that a stored hash that fits says nothing.
    var comparesValues = false
    /// Indices into `write.rows` of the rows to upsert, with their hashes.
    var upserts: [(row: Int, hash: String)] = []
    /// Keys (as cells in the table's key order) that the scope no longer holds.
    var removedKeys: [[Cell]] = []
    /// Indices into `write.rows` of the rows that left the date or the entity which their readers knew them by.
    var departedRows: [Int] = []
    /// The changes of the upserts, then of the removals, then of the departures.
    public var changes: [RowChange] = []
    public var unchangedCount = 0
    /// What the updated and the returning rows held before, by index into `write.rows`.
    var updates: [Int: RowDifference] = [:]
    /// What the removed rows held, in the order of `removedKeys`.
    var removals: [RowDifference] = []
    /// The rows that break a rule: they are not written, and what the table holds under their keys stays.
    public var quarantined: [QuarantinedRow] = []
    /// Whether rows of the table are in quarantine, which this write may bring out.
    var hasOpenQuarantine = false
    var digest: String?
    var headVersion: Int64 = 0
    var headRowCount = 0

    public var isUnchanged: Bool { upserts.isEmpty && removedKeys.isEmpty }
    public var changedCount: Int { changes.count }
}

/// The markers that a set of changes leaves for its readers.
public struct MarkerSet: Sendable, Hashable {
    public struct Marker: Sendable, Hashable {
        public var processor: String
        public var phase: Phase
        public var window: ReadWindow
        public var date: GameDate
        public var kind: EntityKind?
        public var entity: String
    }

    public private(set) var markers: [Marker] = []

    /// More changed entities of a kind than this become one `full` marker.
    public static let entityLimit = 100

    /// Derives the markers of a table's changes from the registry: one for every reader of a changed column.
    public init(changes: [RowChange], table: String, registry: Registry) {
        struct Group: Hashable {
            var reader: Int
            var date: GameDate
            var kind: EntityKind
        }
        let readers = registry.readers(of: table)
        guard !readers.isEmpty, !changes.isEmpty else { return }
        var entities: [Group: Set<String>] = [:]
        for change in changes {
            for (index, reader) in readers.enumerated() {
                let touched = change.kind == .updated ? !change.columns.isDisjoint(with: reader.input.columns) : true
                guard touched else { continue }
                for (kind, entity) in reader.input.concerned(change.entities) {
                    entities[Group(reader: index, date: change.date, kind: kind), default: []].insert(entity)
                }
            }
        }
        var seen: Set<Marker> = []
        for (group, names) in entities {
            let (reader, input) = readers[group.reader]
            func marker(_ kind: EntityKind?, _ entity: String) -> Marker {
                Marker(
                    processor: reader.name,
                    phase: reader.phase,
                    window: input.window,
                    date: group.date,
                    kind: kind,
                    entity: entity
                )
            }
            if names.count > Self.entityLimit {
                seen.insert(marker(nil, UnitKind.wholeDate))
            } else {
                for name in names { seen.insert(marker(group.kind, name)) }
            }
        }
        // One order for every writer, so that two transactions that mark the same rows queue instead of deadlocking.
        markers = seen.sorted {
            ($0.date, $0.phase, $0.processor, $0.kind?.rawValue ?? "", $0.entity)
                < ($1.date, $1.phase, $1.processor, $1.kind?.rawValue ?? "", $1.entity)
        }
    }

    private init(markers: [Marker]) { self.markers = markers }

    /// `full` markers of one date for the given readers.
    public static func full(_ readers: [ProcessorDefinition], date: GameDate) -> MarkerSet {
        MarkerSet(
            markers: readers.map {
                Marker(
                    processor: $0.name,
                    phase: $0.phase,
                    window: .sameDate,
                    date: date,
                    kind: nil,
                    entity: UnitKind.wholeDate
                )
            }
        )
    }

    /// Markers of named entities of one date for one reader.
    public static func entities(
        _ names: some Sequence<String>,
        kind: EntityKind,
        reader: ProcessorDefinition,
        date: GameDate
    ) -> MarkerSet {
        MarkerSet(
            markers: names.sorted().map {
                Marker(
                    processor: reader.name,
                    phase: reader.phase,
                    window: .sameDate,
                    date: date,
                    kind: kind,
                    entity: $0
                )
            }
        )
    }

    /// The markers of both.
    public func union(_ other: MarkerSet) -> MarkerSet {
        MarkerSet(markers: markers + other.markers.filter { !markers.contains($0) })
    }

    public var isEmpty: Bool { markers.isEmpty }
}
