public import Basketball
public import Foundation
public import Postgres

/// What a caller asks for when it opens a run.
public struct RunRequest: Sendable {
    public var kind: RunKind
    public var gameDate: GameDate
    public var lane: Lane
    public var firstPhase: Phase
    public var untilPhase: Phase
    /// Says why the run exists; unique, so that opening twice opens once.
    public var planKey: String
    public var correlationID: String
    public var openedBy: String
    public var reason: String?
    public var triggerSource: TriggerSource
    /// Whether phases are done again whatever is stored: no hash is believed, and what changes for other phases and dates
    /// waits until somebody asks for it.
    public var isReplay: Bool

    public init(
        kind: RunKind,
        gameDate: GameDate,
        lane: Lane = .live,
        firstPhase: Phase = .scrapers,
        untilPhase: Phase = .publishing,
        planKey: String,
        correlationID: String? = nil,
        openedBy: String,
        reason: String? = nil,
        triggerSource: TriggerSource = .scheduler,
        isReplay: Bool = false
    ) {
        self.kind = kind
        self.gameDate = gameDate
        self.lane = lane
        self.firstPhase = firstPhase
        self.untilPhase = untilPhase
        self.planKey = planKey
        self.correlationID = correlationID ?? "run-\(planKey)"
        self.openedBy = openedBy
        self.reason = reason
        self.triggerSource = triggerSource
        self.isReplay = isReplay
    }
}

/// The part of a run that later steps need.
public struct RunRecord: Sendable, Hashable {
    public var runID: UUID
    public var kind: RunKind
    public var gameDate: GameDate
    public var lane: Lane
    public var untilPhase: Phase
    public var correlationID: String
    public var isOpen: Bool
    /// See ``RunRequest/isReplay``.
    public var isReplay: Bool

    static let columns: SQL = """
        run_id, kind, game_date, lane, until_phase, correlation_id, state = 'open' AS is_open, is_replay
        """

    init(row: PostgresRow) throws {
        runID = try row.decode("run_id")
        kind = try row.enumeration("kind")
        gameDate = try row.gameDate("game_date")
        lane = try row.enumeration("lane")
        untilPhase = try row.phase("until_phase")
        correlationID = try row.decode("correlation_id")
        isOpen = try row.decode("is_open")
        isReplay = try row.decode("is_replay")
    }

    init(runID: UUID, request: RunRequest) {
        self.runID = runID
        kind = request.kind
        gameDate = request.gameDate
        lane = request.lane
        untilPhase = request.untilPhase
        correlationID = request.correlationID
        isOpen = true
        isReplay = request.isReplay
    }

    /// Reads runs by id.
    public static func load(_ runIDs: [UUID], in transaction: PostgresTransaction) async throws -> [UUID: RunRecord] {
        let rows = try await transaction.query(
            "SELECT \(sql: columns) FROM nba_orchestration.run WHERE run_id = ANY(\(runIDs))"
        )
        var records: [UUID: RunRecord] = [:]
        for row in rows {
            let record = try RunRecord(row: row)
            records[record.runID] = record
        }
        return records
    }
}

/// A value that the database holds and the code does not know: the schema and the build do not fit.
public struct UnknownStoredValue: Error, Sendable, Hashable, CustomStringConvertible {
    public var column: String
    public var value: String
    public var description: String { "column \(column) holds \(value), which this build does not know" }
}

extension PostgresRow {
    public func enumeration<T: RawRepresentable<String>>(_ column: String, as: T.Type = T.self) throws -> T {
        let text: String = try decode(column)
        guard let value = T(rawValue: text) else { throw UnknownStoredValue(column: column, value: text) }
        return value
    }

    public func gameDate(_ column: String) throws -> GameDate {
        let date: PostgresDate = try decode(column)
        return try GameDate(daysSince1970: date.daysSince1970)
    }

    public func optionalGameDate(_ column: String) throws -> GameDate? {
        let date: PostgresDate? = try decode(column)
        return try date.map { try GameDate(daysSince1970: $0.daysSince1970) }
    }

    public func phase(_ column: String) throws -> Phase {
        let number: Int16 = try decode(column)
        guard let phase = Phase(rawValue: Int(number)) else {
            throw UnknownStoredValue(column: column, value: String(number))
        }
        return phase
    }
}
