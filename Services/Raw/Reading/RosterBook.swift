import Basketball
import Pipeline
import Postgres

/// Who played for which team lately, for sources that give last names alone.
struct RosterBook: Sendable {
    struct Player: Sendable, Hashable {
        var lookup: String
        var name: String
        var team: Team
    }

    private var players: [Player] = []

    init(_ players: [Player] = []) { self.players = players }

    /// The players of a team whose last name, without suffix, is this one; a suffix that is given must agree.
    func players(of team: Team, lastName: String) -> [Player] {
        let wanted = Self.last(lastName)
        return players.filter { player in
            guard player.team == team else { return false }
            let own = Self.last(player.name)
            let ends = own.name == wanted.name || own.name.hasSuffix(wanted.name)
            return ends && (wanted.suffix == nil || wanted.suffix == own.suffix)
        }
    }

    /// The last name in letters, and the suffix in letters.
    private static func last(_ name: String) -> (name: String, suffix: String?) {
        let split = PlayerLookup.splitSuffix(name)
        let words = split.name.split(separator: " ")
        // A single word is a last name; of several, the first is the given name.
        let last = words.count > 1 ? words.dropFirst().joined(separator: " ") : split.name
        return (PlayerLookup.normalize(last), split.suffix.map { PlayerLookup.normalize($0) })
    }

    /// Reads the players of the season's player lists, and those who appeared in the 90 days before a date.
    static func read(_ reader: SnapshotReader, before date: GameDate) async throws -> RosterBook {
        let season = Int64(Season(containing: date).startYear)
        let rows = try await reader.query(
            """
            SELECT player_lookup, player_full_name, team_abbr FROM nba_raw.nbac_player_list_current
            WHERE season_year = \(season) AND team_abbr <> '' AND removed_at IS NULL
            UNION
            SELECT player_lookup, player_full_name, team_abbr FROM nba_raw.nbac_player_boxscores
            WHERE game_date >= \(date.adding(days: -90).postgres) AND game_date < \(date.postgres)
                AND removed_at IS NULL
            """
        )
        return RosterBook(
            try rows.map { row in
                Player(
                    lookup: try row.decode("player_lookup"),
                    name: try row.decode("player_full_name"),
                    team: try Team(tricode: try row.decode("team_abbr", as: String.self))
                )
            }
        )
    }
}
