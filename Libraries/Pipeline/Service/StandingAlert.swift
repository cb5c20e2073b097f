public import Basketball
public import Foundation
public import Postgres

/// An alert that stands as long as what it says holds, and always holds the last words.
public struct StandingAlert: Sendable {
    public var level: Alerts.Level
    /// What the incident is recognised by.
    public var signature: String
    public var title: String
    public var detail: JSONValue
    public var gameDate: GameDate?
    public var runID: UUID?

    public init(
        level: Alerts.Level,
        signature: String,
        title: String,
        detail: JSONValue,
        gameDate: GameDate?,
        runID: UUID? = nil
    ) {
        self.level = level
        self.signature = signature
        self.title = title
        self.detail = detail
        self.gameDate = gameDate
        self.runID = runID
    }

    /// Raises the alert, or gives the open one the new words.
    ///
    /// - Parameter isWorse: whether the open one, by its level and detail, counts as seen again.
    /// - Returns: true when it was raised.
    @discardableResult
    public func tell(
        by role: String,
        in transaction: PostgresTransaction,
        isWorse: (Alerts.Level, JSONValue) -> Bool
    ) async throws -> Bool {
        let open = try await transaction.query(
            """
            SELECT level, detail FROM nba_orchestration.alert
            WHERE signature = \(signature) AND resolved_at IS NULL FOR UPDATE
            """
        )
        guard let row = open.first else {
            try await transaction.execute(
                Alerts.raise(
                    level,
                    signature: signature,
                    title: title,
                    detail: detail,
                    gameDate: gameDate,
                    runID: runID,
                    by: role
                )
            )
            return true
        }
        let before = try JSONValue(parsing: row.decode("detail", as: PostgresJSON.self).bytes)
        let again = isWorse(try row.enumeration("level"), before)
        try await transaction.execute(
            """
            UPDATE nba_orchestration.alert SET level = \(level.rawValue), title = \(title),
                detail = \(PostgresJSON(detail.encodedText)), run_id = \(runID),
                occurrences = occurrences + CASE WHEN \(again) THEN 1 ELSE 0 END,
                last_seen_at = CASE WHEN \(again) THEN now() ELSE last_seen_at END
            WHERE signature = \(signature) AND resolved_at IS NULL
                AND (\(again) OR level <> \(level.rawValue) OR title <> \(title)
                     OR detail <> \(PostgresJSON(detail.encodedText)) OR run_id IS DISTINCT FROM \(runID))
            """
        )
        return false
    }

    /// Whether an incident of the signature is open.
    public static func isOpen(_ signature: String, in transaction: PostgresTransaction) async throws -> Bool {
        try await transaction.query(
            """
            SELECT EXISTS (SELECT 1 FROM nba_orchestration.alert
                           WHERE signature = \(signature) AND resolved_at IS NULL)
            """
        ).scalar()
    }
}

extension Alerts.Level {
    /// Greater is worse.
    public var severity: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .error: 2
        case .critical: 3
        }
    }
}
