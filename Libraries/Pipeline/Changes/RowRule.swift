import Basketball
import Foundation

/// What every row of a table must hold, as data that stands beside the table's columns.
///
/// A rule is about columns that have a value: NULL is unknown, and only ``present(_:)`` and its kin demand one. A row that
/// breaks a rule is quarantined alone; the rows beside it are written.
public struct RowRule: Sendable, Hashable {
    /// Stable: rows in quarantine, alerts and metrics are grouped by it.
    public let name: String
    /// What must hold, in words, with the unit.
    public let demand: String
    public let columns: [String]
    let check: Check

    /// What is asked of the values of `columns`, which it knows by their place there.
    enum Check: Sendable, Hashable {
        case present
        case range(ClosedRange<Double>)
        /// In the range, and at least this far from 0.
        case magnitude(ClosedRange<Double>, atLeast: Double)
        case member(Set<String>)
        case distinct
        /// The first at most, or less than, the second.
        case order(isStrict: Bool)
        /// The weighted sum lies in the range.
        case sum([Double], ClosedRange<Double>)
        /// Where the first is one of the values, the others have none.
        case blank(Set<String>)
        /// Where the first is one of the values, the others have one.
        case filled(Set<String>)
        /// A JSON array of exactly so many numbers and nulls.
        case numbers(Int)
    }

    init(_ name: String, _ demand: String, _ columns: [String], _ check: Check) {
        self.name = name
        self.demand = demand
        self.columns = columns
        self.check = check
    }

    /// The column has a value.
    public static func present(_ column: String) -> RowRule {
        RowRule("\(column)_present", "\(column) has a value", [column], .present)
    }

    /// A number within bounds, both included.
    public static func range(_ column: String, _ bounds: ClosedRange<Double>, _ unit: String) -> RowRule {
        RowRule("\(column)_range", "\(column) within \(text(bounds)) \(unit)", [column], .range(bounds))
    }

    /// A fraction 0 … 1.
    public static func fraction(_ column: String) -> RowRule { range(column, 0...1, "as a fraction") }

    /// A share 0 … 100.
    public static func percent(_ column: String) -> RowRule { range(column, 0...100, "percent") }

    /// An American price: −100 and less, or 100 and more.
    public static func americanOdds(_ column: String) -> RowRule {
        RowRule(
            "\(column)_odds",
            "\(column) is an American price, at least 100 above or below 0",
            [column],
            .magnitude(-100_000...100_000, atLeast: 100)
        )
    }

    /// A text of a closed list.
    public static func one(_ column: String, of values: [String]) -> RowRule {
        RowRule(
            "\(column)_known",
            "\(column) is one of \(values.joined(separator: ", "))",
            [column],
            .member(Set(values))
        )
    }

    /// Two columns that must not be equal, such as a game's teams.
    public static func distinct(_ first: String, _ second: String) -> RowRule {
        RowRule("\(first)_is_not_\(second)", "\(first) is not \(second)", [first, second], .distinct)
    }

    /// A number, date or instant that is not above another of its kind, such as makes and attempts.
    public static func atMost(_ column: String, _ other: String) -> RowRule {
        RowRule("\(column)_at_most_\(other)", "\(column) ≤ \(other)", [column, other], .order(isStrict: false))
    }

    /// A number, date or instant below another of its kind.
    public static func before(_ column: String, _ other: String) -> RowRule {
        RowRule("\(column)_before_\(other)", "\(column) < \(other)", [column, other], .order(isStrict: true))
    }

    /// A weighted sum of columns that lies in a range; nothing is said of a row in which one of them is unknown.
    ///
    /// - Parameters:
    ///   - terms: factor and column.
    ///   - bounds: the least and the greatest sum; equal for an identity.
    public static func sum(
        _ name: String,
        _ demand: String,
        _ terms: [(Double, String)],
        in bounds: ClosedRange<Double>
    ) -> RowRule {
        RowRule(name, demand, terms.map(\.1), .sum(terms.map(\.0), bounds))
    }

    /// Columns that are NULL where another has one of the values, such as the line of a player who did not play.
    public static func blank(_ columns: [String], where other: String, is values: [String]) -> RowRule {
        RowRule(
            "\(columns[0])_blank_by_\(other)",
            "\(columns.joined(separator: ", ")) are NULL where \(other) is \(values.joined(separator: " or "))",
            [other] + columns,
            .blank(Set(values))
        )
    }

    /// Columns that have a value where another has one of the values, such as the score of a final game.
    public static func filled(_ columns: [String], where other: String, is values: [String]) -> RowRule {
        RowRule(
            "\(columns[0])_filled_by_\(other)",
            "\(columns.joined(separator: ", ")) have a value where \(other) is \(values.joined(separator: " or "))",
            [other] + columns,
            .filled(Set(values))
        )
    }

    /// A JSON array of exactly so many numbers and nulls; neither NaN nor infinity is one.
    public static func numbers(_ column: String, count: Int) -> RowRule {
        RowRule("\(column)_numbers", "\(column) holds \(count) numbers or nulls", [column], .numbers(count))
    }

    private static func text(_ bounds: ClosedRange<Double>) -> String {
        "\(text(bounds.lowerBound))…\(text(bounds.upperBound))"
    }

    static func text(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
    }
}

extension RowRule {
    /// Whether columns of these types can break the rule at all.
    func suits(_ types: [ColumnType]) -> Bool {
        switch check {
        case .present, .distinct, .blank, .filled: true
        case .range, .magnitude, .sum: types.allSatisfy { $0 == .integer || $0 == .double }
        case .member: types == [.text]
        case .order: types[0] == types[1] ? types[0].isOrdered : types.allSatisfy { $0 == .integer || $0 == .double }
        case .numbers: types == [.json]
        }
    }

    /// Whether a row breaks the rule.
    ///
    /// - Parameter places: where the rule's columns stand in `cells`.
    func isBroken(by cells: [Cell], _ places: [Int]) -> Bool {
        switch check {
        case .present: return cells[places[0]].isNull
        case .range(let bounds): return cells[places[0]].number.map { !bounds.contains($0) } ?? false
        case .magnitude(let bounds, let least):
            return cells[places[0]].number.map { !bounds.contains($0) || abs($0) < least } ?? false
        case .member(let values):
            guard case .text(let text) = cells[places[0]] else { return false }
            return !values.contains(text)
        case .distinct: return !cells[places[0]].isNull && cells[places[0]] == cells[places[1]]
        case .order(let isStrict):
            guard let first = cells[places[0]].number, let second = cells[places[1]].number else { return false }
            // Written so that a number which is none breaks it.
            return isStrict ? !(first < second) : !(first <= second)
        case .sum(let factors, let bounds):
            var sum = 0.0
            for (factor, place) in zip(factors, places) {
                guard let number = cells[place].number else { return false }
                sum += factor * number
            }
            return !bounds.contains(sum)
        case .blank(let values):
            return values.contains(cells[places[0]].plainText) && places.dropFirst().contains { !cells[$0].isNull }
        case .filled(let values):
            return values.contains(cells[places[0]].plainText) && places.dropFirst().contains { cells[$0].isNull }
        case .numbers(let count):
            guard case .json(let text) = cells[places[0]] else { return false }
            return !NumberArray.isArray(of: count, text)
        }
    }
}

extension ColumnType {
    fileprivate var isOrdered: Bool {
        switch self {
        case .integer, .double, .date, .instant: true
        case .text, .boolean, .json: false
        }
    }
}

extension Cell {
    var isNull: Bool { if case .null = self { true } else { false } }

    /// The value on one scale with others of its type: numbers as they are, dates in days, instants in seconds.
    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .date(let value): Double(value.daysSince1970)
        case .instant(let value): value.timeIntervalSince1970
        case .null, .text, .boolean, .json: nil
        }
    }
}

/// A JSON array of numbers, looked at without building it: a feature store has thousands a second of them.
enum NumberArray {
    static func isArray(of count: Int, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]"), bytes.count >= 2 else {
                return false
            }
            let inner = bytes[1..<bytes.count - 1]
            if inner.isEmpty { return count == 0 }
            let elements = inner.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            return elements.count == count && elements.allSatisfy { isNumberOrNull($0[...]) }
        }
    }

    private static func isNumberOrNull(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let word = bytes.drop { $0 == UInt8(ascii: " ") }
        if word.elementsEqual("null".utf8) { return true }
        var digits = 0
        for byte in word {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"): continue
            default: return false
            }
        }
        return digits > 0
    }
}
