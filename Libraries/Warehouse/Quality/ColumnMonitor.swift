import Pipeline

/// What the values of one column look like over the rows of a date when nothing is wrong. A rule is about a row
/// (``RowRule``); a monitor sees what no single row shows: a column that is empty, constant or shifted.
public struct ColumnMonitor: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// At most this share of the rows has no value, 0 … 1.
        case nullShare(Double)
        /// The mean of the values lies here.
        case mean(ClosedRange<Double>)
        /// The sample's standard deviation is at least this.
        case deviation(Double)
        /// There are at least so many different values.
        case distinct(Int)
    }

    /// The rows that count; nil for all of them.
    enum Condition: Sendable, Hashable {
        case text(String, String)
        case atLeast(String, Double)
        case isTrue(String)
    }

    let column: String
    /// The place in a column that holds a JSON array.
    let element: Int?
    let kind: Kind
    let condition: Condition?
    /// With fewer rows than this nothing is said: a night of one game is no sample.
    let minimumRows: Int

    /// The column, with the place in it, as operators see it: `features[31]`.
    public var columnName: String { element.map { "\(column)[\($0)]" } ?? column }

    /// A stable word for the kind.
    public var name: String {
        switch kind {
        case .nullShare: "null_share"
        case .mean: "mean"
        case .deviation: "deviation"
        case .distinct: "distinct"
        }
    }

    /// What is expected, in words.
    public var demand: String {
        switch kind {
        case .nullShare(let most): "at most \(Self.text(100 * most)) percent NULL"
        case .mean(let bounds): "mean within \(Self.text(bounds.lowerBound))…\(Self.text(bounds.upperBound))"
        case .deviation(let least): "standard deviation of at least \(Self.text(least))"
        case .distinct(let least): "at least \(least) different values"
        }
    }

    /// Whether what was measured is not what is expected.
    func fires(on measured: Double) -> Bool {
        switch kind {
        case .nullShare(let most): measured > most
        case .mean(let bounds): !bounds.contains(measured)
        case .deviation(let least): measured < least
        case .distinct(let least): measured < Double(least)
        }
    }

    private static func text(_ number: Double) -> String {
        number == number.rounded() ? String(Int(number)) : String(number)
    }
}

extension ColumnMonitor {
    /// Monitors of one column and the rows that they count.
    struct Column {
        var column: String
        var element: Int?
        var condition: Condition?
        var minimumRows: Int

        private func make(_ kind: Kind) -> ColumnMonitor {
            ColumnMonitor(column: column, element: element, kind: kind, condition: condition, minimumRows: minimumRows)
        }

        func callAsFunction(
            nulls: Double? = nil,
            mean: ClosedRange<Double>? = nil,
            deviation: Double? = nil,
            distinct: Int? = nil
        ) -> [ColumnMonitor] {
            var monitors: [ColumnMonitor] = []
            if let nulls { monitors.append(make(.nullShare(nulls))) }
            if let mean { monitors.append(make(.mean(mean))) }
            if let deviation { monitors.append(make(.deviation(deviation))) }
            if let distinct { monitors.append(make(.distinct(distinct))) }
            return monitors
        }
    }

    static func of(
        _ column: String,
        element: Int? = nil,
        where condition: Condition? = nil,
        rows: Int = 20
    ) -> Column {
        Column(column: column, element: element, condition: condition, minimumRows: rows)
    }
}
