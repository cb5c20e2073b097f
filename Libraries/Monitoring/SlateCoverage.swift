public import Basketball
import Pipeline
public import Postgres

/// The funnel of one game, or of all games of a date: who plays, who is expected, and what there is of those.
public struct SlateCoverage: Sendable, Hashable {
    public enum Grain: String, Sendable { case game, date }

    public enum Level: String, Sendable, Hashable, CaseIterable {
        case ok, warning, critical
        /// Nobody is expected, so that nothing can be said.
        case unknown
    }

    public var gameDate: GameDate
    /// Nil for all games of the date.
    public var gameID: String?
    public var games: Int
    /// Whether every game is over.
    public var isFinal: Bool
    /// Players with a context of the game.
    public var players: Int
    /// Those who have played before and are not ruled out; the counts below are of these.
    public var expected: Int
    public var lined: Int
    /// With complete features.
    public var featured: Int
    /// By the system that readers are shown.
    public var predicted: Int
    public var graded: Int
    /// Predicted of expected, 0…100; nil when nobody is expected.
    public var percent: Double?
    /// The step that loses most: players, expected, features, predictions, lines or none.
    public var bottleneck: String
    /// Players that are not expected or not predicted, by reason.
    public var reasons: [String: Int]
    public var level: Level

    /// Reads game dates from `first` to `last`, in order. Throws ``PostgresError`` and what a stored text cannot be read as.
    public static func of(
        _ first: GameDate,
        through last: GameDate,
        by grain: Grain,
        _ pool: PostgresPool
    ) async throws -> [SlateCoverage] {
        let statement = try MonitoringQueries.coverage.statement([
            "from": first.description, "to": last.description, "grain": grain.rawValue,
        ])
        return try await pool.query(statement).map { row in try SlateCoverage(row) }
    }

    private init(_ row: PostgresRow) throws {
        gameDate = try row.gameDate("game_date")
        gameID = try row.decode("game_id")
        games = try row.decode("games")
        isFinal = try row.decode("is_final")
        players = try row.decode("players")
        expected = try row.decode("expected")
        lined = try row.decode("lined")
        featured = try row.decode("featured")
        predicted = try row.decode("predicted")
        graded = try row.decode("graded")
        percent = try row.decode("coverage_pct")
        bottleneck = try row.decode("bottleneck")
        reasons = try row.counts("reasons")
        level = try row.enumeration("level")
    }
}

extension PostgresRow {
    /// A JSON object of whole numbers.
    public func counts(_ column: String) throws -> [String: Int] {
        let object = try JSONValue(parsing: decode(column, as: PostgresJSON.self).text).objectValue ?? JSONObject()
        var counts: [String: Int] = [:]
        for (name, value) in object { counts[name] = value.intValue.map { Int($0) } }
        return counts
    }
}
