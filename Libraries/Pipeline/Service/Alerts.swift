public import Basketball
public import Foundation
import Logging
public import Postgres

/// Raises and resolves alerts: a row once per incident, an error line in the log.
public struct Alerts: Sendable {
    public enum Level: String, Sendable { case info, warning, error, critical }

    /// The insert of an alert. A second one with the same signature counts up while the first is open.
    public static func raise(
        _ level: Level,
        signature: String,
        title: String,
        detail: JSONValue = .object([:]),
        gameDate: GameDate?,
        runID: UUID?,
        by role: String
    ) -> SQL {
        """
        INSERT INTO nba_orchestration.alert AS a (signature, level, title, detail, game_date, run_id, raised_by)
        VALUES (\(signature), \(level.rawValue), \(title), \(PostgresJSON(detail.encodedText)),
                \(gameDate.map(\.postgres)), \(runID), \(role))
        ON CONFLICT (signature) WHERE resolved_at IS NULL
            DO UPDATE SET occurrences = a.occurrences + 1, last_seen_at = now()
        """
    }

    /// Resolves an open alert.
    public static func resolve(signature: String) -> SQL {
        """
        UPDATE nba_orchestration.alert SET resolved_at = now()
        WHERE signature = \(signature) AND resolved_at IS NULL
        """
    }
}
