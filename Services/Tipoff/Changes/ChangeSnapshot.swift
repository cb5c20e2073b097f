import Basketball
import Foundation
import Pipeline

/// One row of `row_change`: an execution changed a row, removed it or brought it back.
struct RecordedChange: Sendable, Hashable {
    enum Kind: String, Sendable { case updated, removed, returned }

    var table: String
    var key: String
    var kind: Kind
    var gameDate: GameDate
    var changedAt: Date
    var runID: UUID
    var executionID: UUID
    /// From the execution log, as long as that is kept.
    var runKind: String?
    var processor: String?
    var hashBefore: String?
    var hashAfter: String?
    /// By column: the values before and after.
    var differences: JSONObject
}

/// What is known of the execution that wrote something.
struct RecordedExecution: Sendable, Hashable {
    struct Attempt: Sendable, Hashable {
        var processor: String
        var phase: Phase
        var unit: String
        var number: Int
        var status: String
        var triggerSource: String?
        var triggerMessageID: String?
        /// The file that a raw task had to read.
        var objectPath: String?
    }

    struct Message: Sendable, Hashable {
        var topic: String
        var producer: String
    }

    var executionID: UUID
    var run: RecordedRun
    /// Nil when the log has dropped it.
    var attempt: Attempt?
    /// Nil when the message came from outside or is not kept any more.
    var message: Message?
}

/// What is known of a run.
struct RecordedRun: Sendable, Hashable {
    struct Plan: Sendable, Hashable {
        var kind: RunKind
        var gameDate: GameDate
        var key: String
        var openedBy: String
        var openedAt: Date
        var state: String
    }

    var runID: UUID
    /// Nil when the run is not kept any more.
    var plan: Plan?
}

/// A row as it is now, and how it became so.
struct RowStory: Sendable {
    /// A table from which the row was computed.
    struct Input: Sendable, Hashable {
        enum Dates: String, Sendable {
            /// The row's own date.
            case same
            /// Those of the season before it.
            case earlier
            /// All of the season.
            case season
            /// The table holds what is known now.
            case current
        }

        var table: String
        var dates: Dates
        /// The newest change of those dates.
        var changedAt: Date?
        /// The file behind that change.
        var sourceObject: String?
    }

    var table: String
    var key: String
    var gameDate: GameDate?
    var hash: String?
    var createdAt: Date
    var updatedAt: Date
    var removedAt: Date?
    var sourceObject: String?
    var capturedAt: Date?
    var writer: RecordedExecution?
    var inputs: [Input]
    /// The newest first; no more than ``ChangeHistory/limit``.
    var changes: [RecordedChange]
    var changeCount: Int
}

/// What a run or an execution changed, or what happened to a table's rows of one date.
struct ChangeReport: Sendable {
    struct Table: Sendable, Hashable {
        var name: String
        var updated: Int
        var removed: Int
        /// In how many rows a column changed, the most first.
        var columns: [Column]
    }

    struct Column: Sendable, Hashable {
        var name: String
        var rows: Int
    }

    enum Subject: Sendable, Hashable {
        case run(RecordedRun)
        case execution(RecordedExecution)
        case table(String, GameDate)
    }

    var subject: Subject
    var tables: [Table]
    /// The newest first.
    var changes: [RecordedChange]

    var rowCount: Int { tables.reduce(0) { $0 + $1.updated + $1.removed } }
}
