public import Basketball
import Pipeline
public import Postgres

/// Who of a date's expected players has no prediction among those that readers are shown, and why.
public struct SlateGaps: Sendable, Hashable {
    /// Why a player has none, by the last attempt to predict him on the date.
    public enum Reason: Sendable, Hashable {
        /// Nobody tried.
        case notAsked
        /// His task has not ended.
        case open
        /// He was left out on purpose; the reason is one word, for counts.
        case skipped(String)
        case failed(String)
        /// The attempt succeeded, and not for the system that readers are shown.
        case notShown

        public var text: String {
            switch self {
            case .notAsked: "not asked"
            case .open: "open"
            case .skipped(let reason): reason
            case .failed(let message): "failed: \(message)"
            case .notShown: "not predicted by the system that is shown"
            }
        }

        /// Whether something on record says why he has no prediction.
        public var isRecorded: Bool {
            switch self {
            case .skipped, .failed, .open: true
            case .notAsked, .notShown: false
            }
        }
    }

    public struct Player: Sendable, Hashable {
        public var playerLookup: String
        public var teamAbbr: String
        public var gameID: String
        /// Whether his features are complete enough now.
        public var isReady: Bool
        public var reason: Reason
    }

    /// Players of the date who have played before and are not ruled out.
    public var expected: Int
    /// Those of them without a prediction, by name.
    public var missing: [Player]

    public var predicted: Int { expected - missing.count }
    /// Of the expected players, 0 … 1; nil when nobody is expected.
    public var coverage: Double? { expected == 0 ? nil : Double(predicted) / Double(expected) }

    public init(expected: Int, missing: [Player]) {
        self.expected = expected
        self.missing = missing
    }

    /// Statuses with which nobody plays.
    public static let ruledOut = Set(InjuryStatus.allCases.filter(\.isExpectedToMiss).map(\.rawValue))

    /// Reads the gaps of a date as they are now.
    public static func of(_ date: GameDate, in transaction: PostgresTransaction) async throws -> SlateGaps {
        let day = PostgresDate(daysSince1970: date.daysSince1970)
        let rows = try await transaction.query(
            """
            SELECT c.player_lookup, c.team_abbr, c.game_id,
                   EXISTS (SELECT 1 FROM nba_predictions.shown_prediction AS p
                           WHERE p.game_date = \(day) AND p.player_lookup = c.player_lookup) AS is_predicted,
                   EXISTS (SELECT 1 FROM nba_precompute.ml_feature_store_v2 AS f
                           WHERE f.game_date = \(day) AND f.player_lookup = c.player_lookup AND f.removed_at IS NULL
                               AND f.is_quality_ready) AS is_ready
            FROM nba_analytics.upcoming_player_game_context AS c
            WHERE c.game_date = \(day) AND c.removed_at IS NULL AND c.history_games > 0
                AND lower(c.player_status) <> ALL(\(ruledOut.sorted())) IS NOT FALSE
            ORDER BY c.player_lookup
            """
        )
        var missing: [Player] = []
        for row in rows {
            guard try !row.decode("is_predicted", as: Bool.self) else { continue }
            missing.append(
                Player(
                    playerLookup: try row.decode("player_lookup"),
                    teamAbbr: try row.decode("team_abbr"),
                    gameID: try row.decode("game_id"),
                    isReady: try row.decode("is_ready"),
                    reason: .notAsked
                )
            )
        }
        let reasons = try await reasons(of: missing.map(\.playerLookup), on: day, in: transaction)
        for index in missing.indices { missing[index].reason = reasons[missing[index].playerLookup] ?? .notAsked }
        return SlateGaps(expected: rows.count, missing: missing)
    }

    private static func reasons(
        of players: [String],
        on day: PostgresDate,
        in transaction: PostgresTransaction
    ) async throws -> [String: Reason] {
        guard !players.isEmpty else { return [:] }
        var reasons: [String: Reason] = [:]
        let attempts = try await transaction.query(
            """
            SELECT DISTINCT ON (unit) unit, skip_reason, error_type, error_message
            FROM nba_orchestration.pipeline_execution_log
            WHERE game_date = \(day) AND phase = 5 AND processor_name = 'player_predictions' AND unit = ANY(\(players))
            ORDER BY unit, completed_at DESC, execution_id
            """
        )
        for row in attempts {
            let player: String = try row.decode("unit")
            if let errorType = try row.decode("error_type", as: String?.self) {
                reasons[player] = .failed(try row.decode("error_message", as: String?.self) ?? errorType)
            } else if let skip = try row.decode("skip_reason", as: String?.self) {
                reasons[player] = .skipped(skip)
            } else {
                reasons[player] = .notShown
            }
        }
        let open = try await transaction.query(
            """
            SELECT DISTINCT t.unit FROM nba_orchestration.task AS t
            JOIN nba_orchestration.run AS r ON r.run_id = t.run_id AND r.state = 'open'
            WHERE t.game_date = \(day) AND t.processor = 'player_predictions' AND NOT t.is_terminal
                AND t.late_at IS NULL AND t.unit = ANY(\(players))
            """
        )
        for player in try open.column("unit", as: String.self) { reasons[player] = .open }
        return reasons
    }
}
