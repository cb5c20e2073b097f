/// What became of the rows of a payload that were not taken over.
public struct PayloadNotes: Sendable, Hashable {
    /// Rows that are none of our business, such as exhibition games, by reason.
    public private(set) var dropped: [String: Int] = [:]
    /// Rows that break a rule, by reason.
    public private(set) var rejected: [String: Int] = [:]
    /// The first rejected rows in words.
    public private(set) var examples: [String] = []

    public static let maximumExamples = 5

    public init() {}

    public var droppedCount: Int { dropped.values.reduce(0, +) }
    public var rejectedCount: Int { rejected.values.reduce(0, +) }

    public mutating func drop(_ reason: String) { dropped[reason, default: 0] += 1 }

    public mutating func reject(_ rejection: RowRejection) {
        rejected[rejection.reason, default: 0] += 1
        if examples.count < Self.maximumExamples { examples.append(rejection.description) }
    }
}

/// One row cannot be used; the others can.
public struct RowRejection: Error, Sendable, Hashable, CustomStringConvertible {
    /// A stable name for counting.
    public var reason: String
    public var detail: String

    public init(_ reason: String, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    public var description: String { "\(reason): \(detail)" }

    /// The rejection behind any failure of reading a row.
    static func of(_ error: any Error) -> RowRejection {
        error as? RowRejection ?? RowRejection("unreadable_row", String(describing: error))
    }
}

/// A row that is none of our business.
struct RowDropped: Error {
    var reason: String
}

extension PayloadNotes {
    /// Files a row's failure under its kind.
    mutating func file(_ error: any Error) {
        if let dropped = error as? RowDropped { drop(dropped.reason) } else { reject(.of(error)) }
    }
}
