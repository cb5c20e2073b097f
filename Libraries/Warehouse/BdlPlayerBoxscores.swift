public import Basketball
public import Pipeline
public import Upstream

/// A player's line of one final game by balldontlie.
public struct BdlPlayerBoxscore: LaidOutRow {
    public var line: BallDontLieLine
    public var gameID: GameID
    /// Nil where the schedule does not know the game.
    public var nbaGameID: NBAGameID?
    public var playerLookup: String

    public init(line: BallDontLieLine, gameID: GameID, nbaGameID: NBAGameID?, playerLookup: String) {
        self.line = line
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.playerLookup = playerLookup
    }

    static let rules: [RowRule] =
        BoxScoreRules.player()
        + RowRule.fractions(["field_goal_percentage", "three_point_percentage", "free_throw_percentage"])
        + [.twoTeams, .range("home_team_score", 0...250, "points"), .range("away_team_score", 0...250, "points")]

    public static let layout = RowLayout<Self>(
        "nba_raw.bdl_player_boxscores",
        key: ["game_date", "game_id", "bdl_player_id"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        [
            .text("game_id") { $0.gameID.description },
            .text("nba_game_id") { $0.nbaGameID?.rawValue },
            .date("game_date") { $0.gameID.date },
            .integer("season_year") { $0.line.game.season.startYear },
            .boolean("is_postseason") { $0.line.game.isPostseason },
            .text("game_status") { $0.line.game.status },
            .integer("periods") { $0.line.game.period },
            .text("home_team_abbr") { $0.line.game.home.tricode },
            .text("away_team_abbr") { $0.line.game.away.tricode },
            .integer("home_team_score") { $0.line.game.homeScore },
            .integer("away_team_score") { $0.line.game.awayScore },
            .integer("bdl_player_id") { $0.line.player.id },
            .text("player_lookup") { $0.playerLookup },
            .text("player_full_name") { $0.line.player.name },
            .text("team_abbr") { $0.line.team.tricode },
            .text("opponent_team_abbr") { $0.line.opponent.tricode },
            .boolean("is_home") { $0.line.isHome },
            .text("player_status") { $0.line.statistics == nil ? "did_not_play" : "played" },
            .double("minutes") { $0.line.minutes },
        ] + RowColumn<Self>.statistics { $0.line.statistics }
    )
}
