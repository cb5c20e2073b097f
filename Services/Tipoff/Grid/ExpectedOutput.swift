import Basketball
import Foundation
import Pipeline
import Postgres

/// What one processor should bring of a date or of a game, and what is there.
struct ExpectedOutput: Sendable, Hashable {
    var date: GameDate
    var phase: Phase
    var processor: String
    /// A game, or ``UnitKind/wholeDate``.
    var gameID: String
    var level: Int
    var requirement: Requirement
    var beginsAt: Date
    var dueAt: Date
    var rowsMin: Int?
    var rowsMax: Int?
    var rowsFound: Int?
    /// Teams that have less than their part of the rows.
    var shortTeams: [String]
    /// How its tasks ended: success, partial, no_data or failed.
    var outcome: String?
    /// Why nothing is expected.
    var excused: String?
    var error: String?
    var runID: UUID?
    var attempts: Int
    var nextAskAt: Date?
    var acceptedBy: String?
    var acceptedReason: String?
    var isRepairable: Bool
    var isRunning: Bool
    var state: OutputState
    var isOverdue: Bool
}

extension ExpectedOutput {
    /// The columns of `output_grid` that ``init(row:)`` reads.
    static let columns: SQL = """
        g.game_date, g.phase, g.processor, g.game_id, g.level, g.requirement, g.begins_at, g.due_at, g.rows_min, g.rows_max,
        g.rows_found, g.short_teams, g.outcome, g.excused, g.error, g.run_id, g.attempts, g.next_ask_at, g.accepted_by,
        g.accepted_reason, g.is_repairable, g.is_running, g.state, g.is_overdue
        """

    init(row: PostgresRow) throws {
        date = try row.gameDate("game_date")
        phase = try row.phase("phase")
        processor = try row.decode("processor")
        gameID = try row.decode("game_id")
        level = Int(try row.decode("level", as: Int16.self))
        requirement = try row.enumeration("requirement")
        beginsAt = try row.decode("begins_at")
        dueAt = try row.decode("due_at")
        rowsMin = try row.decode("rows_min", as: Int32?.self).map(Int.init)
        rowsMax = try row.decode("rows_max", as: Int32?.self).map(Int.init)
        rowsFound = try row.decode("rows_found", as: Int32?.self).map(Int.init)
        shortTeams = try row.decode("short_teams")
        outcome = try row.decode("outcome")
        excused = try row.decode("excused")
        error = try row.decode("error")
        runID = try row.decode("run_id")
        attempts = Int(try row.decode("attempts", as: Int16.self))
        nextAskAt = try row.decode("next_ask_at")
        acceptedBy = try row.decode("accepted_by")
        acceptedReason = try row.decode("accepted_reason")
        isRepairable = try row.decode("is_repairable")
        isRunning = try row.decode("is_running")
        state = try row.enumeration("state")
        isOverdue = try row.decode("is_overdue")
    }

    /// `1 of 2 rows (without TOR)`; nil where rows say nothing.
    var rowsText: String? {
        guard let rowsMin else { return nil }
        let found = rowsFound ?? 0
        if let rowsMax, found > rowsMax { return "\(found) rows, at most \(rowsMax) can be true" }
        let short = shortTeams.isEmpty ? "" : " (without enough of \(shortTeams.joined(separator: ", ")))"
        return "\(found) of \(rowsMin) rows\(short)"
    }

    var json: JSONValue {
        [
            "date": .string(date.description), "phase": .int(Int64(phase.rawValue)), "processor": .string(processor),
            "game": gameID == UnitKind.wholeDate ? .null : .string(gameID), "state": .string(state.rawValue),
            "requirement": .string(requirement.rawValue), "begins_at": .string(Instant.text(beginsAt)),
            "due_at": .string(Instant.text(dueAt)), "is_overdue": .bool(isOverdue), "is_running": .bool(isRunning),
            "rows_expected": rowsMin.map { .int(Int64($0)) } ?? .null,
            "rows_found": rowsFound.map { .int(Int64($0)) } ?? .null,
            "short_teams": .array(shortTeams.map { .string($0) }), "outcome": outcome.map { .string($0) } ?? .null,
            "excused": excused.map { .string($0) } ?? .null, "error": error.map { .string($0) } ?? .null,
            "run_id": runID.map { .string($0.uuidString.lowercased()) } ?? .null, "attempts": .int(Int64(attempts)),
            "accepted_by": acceptedBy.map { .string($0) } ?? .null,
            "accepted_reason": acceptedReason.map { .string($0) } ?? .null,
        ]
    }
}
