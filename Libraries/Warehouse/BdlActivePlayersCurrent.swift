public import Basketball
public import Pipeline
public import Upstream

/// A player under contract by balldontlie, with what the league's own list says about him.
public struct BdlActivePlayer: LaidOutRow {
    /// What the comparison with the league's list came to.
    public enum Validation: String, Sendable, Hashable {
        case validated
        case teamMismatch = "team_mismatch"
        case missingNBACom = "missing_nba_com"
        /// Several players share the name.
        case dataQualityIssue = "data_quality_issue"
    }

    public var season: Season
    public var entry: BallDontLieActivePlayers.Player
    public var playerLookup: String
    /// Nil while the league's list of the season is not loaded.
    public var validation: Validation?
    /// The team by the league's list.
    public var nbaTeam: Team?

    public init(
        season: Season,
        entry: BallDontLieActivePlayers.Player,
        playerLookup: String,
        validation: Validation?,
        nbaTeam: Team?
    ) {
        self.season = season
        self.entry = entry
        self.playerLookup = playerLookup
        self.validation = validation
        self.nbaTeam = nbaTeam
    }

    public static let layout = RowLayout<Self>(
        "nba_raw.bdl_active_players_current",
        key: ["season_year", "bdl_player_id"],
        dateColumn: nil,
        entities: [.player: "player_lookup", .team: "team_abbr"],
        [
            .integer("season_year") { $0.season.startYear },
            .integer("bdl_player_id") { $0.entry.player.id },
            .text("player_lookup") { $0.playerLookup },
            .text("player_full_name") { $0.entry.player.name },
            .text("team_abbr") { $0.entry.team?.tricode },
            .text("position") { $0.entry.player.position },
            .text("jersey_number") { $0.entry.player.jerseyNumber },
            .text("height") { $0.entry.player.height },
            .integer("weight_pounds") { $0.entry.player.weightPounds },
            .text("college") { $0.entry.player.college },
            .text("country") { $0.entry.player.country },
            .integer("draft_year") { $0.entry.player.draftYear },
            .integer("draft_round") { $0.entry.player.draftRound },
            .integer("draft_pick") { $0.entry.player.draftPick },
            .text("validation_status") { $0.validation?.rawValue },
            .text("nba_team_abbr") { $0.nbaTeam?.tricode },
        ]
    )
}
