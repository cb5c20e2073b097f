/// The rules of one table with the places of their columns, so that judging a row looks nothing up.
///
/// Two rules hold everywhere: the key and the date have a value, and no number is NaN or infinite.
struct RuleBook: Sendable, Hashable {
    private struct Entry: Sendable, Hashable {
        var rule: RowRule
        var places: [Int]
    }

    private var entries: [Entry]
    /// The columns of numbers that a division could have spoilt.
    private var fractional: [Int]

    /// Traps on a column that the table does not have.
    init(_ rules: [RowRule], columns: [Column], identity: [String], table: String) {
        var places: [String: Int] = [:]
        for (index, column) in columns.enumerated() { places[column.name] = index }
        func place(_ name: String, _ rule: String) -> Int {
            guard let place = places[name] else { preconditionFailure("\(table): \(rule) is about no column \(name)") }
            return place
        }
        let present = identity.map { RowRule.present($0) }
        precondition(
            Set((present + rules).map(\.name)).count == present.count + rules.count,
            "\(table): a rule stands twice"
        )
        entries = (present + rules).map { rule in
            let entry = Entry(rule: rule, places: rule.columns.map { place($0, rule.name) })
            precondition(
                rule.suits(entry.places.map { columns[$0].type }),
                "\(table): \(rule.name) can never be broken by columns of these types"
            )
            return entry
        }
        fractional = columns.indices.filter { columns[$0].type == .double }
    }

    var rules: [RowRule] { entries.map(\.rule) }

    /// The rows that break a rule, in order.
    func judge(_ rows: [[Cell]], columns: [Column]) -> [QuarantinedRow] {
        var found: [QuarantinedRow] = []
        for (index, cells) in rows.enumerated() {
            if isBroken(cells) { found.append(QuarantinedRow(row: index, violations: violations(cells, columns))) }
        }
        return found
    }

    /// Looks at each rule where it lies: copying one out costs more than asking it.
    private func isBroken(_ cells: [Cell]) -> Bool {
        for index in entries.indices where entries[index].rule.isBroken(by: cells, entries[index].places) {
            return true
        }
        for place in fractional { if case .double(let value) = cells[place], !value.isFinite { return true } }
        return false
    }

    private func violations(_ cells: [Cell], _ columns: [Column]) -> [RowViolation] {
        var found = entries.filter { $0.rule.isBroken(by: cells, $0.places) }.map { entry in
            RowViolation(
                rule: entry.rule.name,
                demand: entry.rule.demand,
                values: zip(entry.rule.columns, entry.places).map { .init(column: $0, value: cells[$1]) }
            )
        }
        for place in fractional {
            guard case .double(let value) = cells[place], !value.isFinite else { continue }
            let name = columns[place].name
            found.append(
                RowViolation(
                    rule: "\(name)_finite",
                    demand: "\(name) is a finite number",
                    values: [.init(column: name, value: cells[place])]
                )
            )
        }
        return found
    }
}

/// A row that a write brought and that is not written.
public struct QuarantinedRow: Sendable, Hashable {
    /// Its place among the rows of the write.
    public var row: Int
    /// At least one; the first names the row's trouble.
    public var violations: [RowViolation]
}

/// A rule that a row breaks, with what the row holds.
public struct RowViolation: Sendable, Hashable, CustomStringConvertible {
    public struct Value: Sendable, Hashable {
        public var column: String
        public var value: Cell
    }

    public var rule: String
    public var demand: String
    public var values: [Value]

    /// `minutes_range: minutes within 0…70 minutes (minutes 4512)`
    public var description: String {
        let held = values.map { "\($0.column) \($0.value.plainText)" }.joined(separator: ", ")
        return "\(rule): \(demand) (\(held))"
    }

    /// `{"rule":…,"demand":…,"values":{column: value}}`
    var json: JSONValue {
        var held = JSONObject()
        for value in values { held[value.column] = value.value.inQuarantine }
        return ["rule": .string(rule), "demand": .string(demand), "values": .object(held)]
    }
}

/// When so many rows break rules that not they are at fault but their source or a formula. Quarantine of everything
/// would be an empty table that says nothing.
public struct QuarantineLimit: Sendable, Hashable {
    /// More than this share of the rows, 0 … 1, …
    public var share: Double
    /// … of at least this many.
    public var ofRows: Int

    public init(share: Double = 0.2, ofRows: Int = 50) {
        self.share = share
        self.ofRows = ofRows
    }

    public static let standard = QuarantineLimit()

    /// Whether a write with so many broken rows must fail as a whole. All of several rows are too many whatever their
    /// number; one row alone is one row.
    public func isExceeded(by broken: Int, of rows: Int) -> Bool {
        guard broken > 0 else { return false }
        if rows > 1, broken == rows { return true }
        return rows >= ofRows && Double(broken) > share * Double(rows)
    }
}
