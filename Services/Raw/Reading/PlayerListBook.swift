import Basketball
import Pipeline
import Postgres

/// The league's own list of a season's players, to hold other lists against.
struct PlayerListBook: Sendable {
    /// The teams of the players of a name, nil for one without a team; several when a name is not one man's.
    private var teams: [String: [Team?]] = [:]

    init(_ players: [(lookup: String, team: Team?)] = []) {
        for player in players { teams[player.lookup, default: []].append(player.team) }
    }

    /// True while the list is not loaded: then nothing can be called missing.
    var isEmpty: Bool { teams.isEmpty }

    func teams(of lookup: String) -> [Team?] { teams[lookup] ?? [] }

    static func read(_ reader: SnapshotReader, season: Season) async throws -> PlayerListBook {
        let rows = try await reader.query(
            """
            SELECT player_lookup, team_abbr FROM nba_raw.nbac_player_list_current
            WHERE season_year = \(Int64(season.startYear)) AND removed_at IS NULL
            """
        )
        return PlayerListBook(
            try rows.map { row in
                let code: String? = try row.decode("team_abbr")
                return (try row.decode("player_lookup"), try code.map { try Team(tricode: $0) })
            }
        )
    }
}
