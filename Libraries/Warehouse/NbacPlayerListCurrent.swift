public import Basketball
public import Pipeline
public import Upstream

/// A player of the league's list of a season.
public struct NbacPlayerListCurrent: LaidOutRow {
    public var season: Season
    public var player: ListedPlayer

    public init(season: Season, player: ListedPlayer) {
        self.season = season
        self.player = player
    }

    public static let layout = RowLayout<Self>(
        "nba_raw.nbac_player_list_current",
        key: ["season_year", "nba_player_id"],
        dateColumn: nil,
        entities: [.player: "player_lookup", .team: "team_abbr"],
        [
            .integer("season_year") { $0.season.startYear },
            .integer("nba_player_id") { $0.player.playerID },
            .text("player_lookup") { $0.player.lookup },
            .text("player_full_name") { $0.player.name },
            .integer("team_id") { $0.player.team?.id },
            .text("team_abbr") { $0.player.team?.tricode },
            .text("jersey_number") { $0.player.jerseyNumber },
            .text("position") { $0.player.position },
            .text("height") { $0.player.height },
            .integer("weight_pounds") { $0.player.weightPounds },
            .text("college") { $0.player.college },
            .text("country") { $0.player.country },
            .integer("draft_year") { $0.player.draftYear },
            .integer("draft_round") { $0.player.draftRound },
            .integer("draft_pick") { $0.player.draftPick },
            .boolean("is_active") { $0.player.isActive },
            .integer("first_season_year") { $0.player.firstSeason },
            .integer("last_season_year") { $0.player.lastSeason },
        ]
    )
}
