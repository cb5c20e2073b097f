import Basketball
import Pipeline
import Postgres

/// Who is behind the league's player ids, for payloads that give last names alone.
struct PlayerBook: Sendable {
    private var lookups: [Int: String] = [:]

    init(_ lookups: [Int: String] = [:]) { self.lookups = lookups }

    /// The `player_lookup`; nil while no box score and no player list names the player.
    func lookup(_ playerID: Int) -> String? { lookups[playerID] }

    /// Reads the players of the box scores up to a date, and the season's player list, which knows those as well who
    /// have not appeared yet. A date's own box scores win: tables of one game are joined by its spelling.
    static func read(_ reader: SnapshotReader, on date: GameDate) async throws -> PlayerBook {
        let season = Int64(Season(containing: date).startYear)
        let rows = try await reader.query(
            """
            SELECT DISTINCT ON (nba_player_id) nba_player_id, player_lookup FROM (
                SELECT nba_player_id, player_lookup, game_date FROM nba_raw.nbac_player_boxscores
                WHERE game_date BETWEEN \(date.adding(days: -45).postgres) AND \(date.postgres) AND removed_at IS NULL
                UNION ALL
                SELECT nba_player_id, player_lookup, NULL FROM nba_raw.nbac_player_list_current
                WHERE season_year = \(season) AND removed_at IS NULL
            ) AS named ORDER BY nba_player_id, game_date DESC NULLS LAST
            """
        )
        var lookups: [Int: String] = [:]
        for row in rows {
            lookups[try row.decode("nba_player_id", as: Int.self)] = try row.decode("player_lookup", as: String.self)
        }
        return PlayerBook(lookups)
    }
}
