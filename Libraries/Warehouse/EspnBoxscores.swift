public import Basketball
public import Pipeline
public import Upstream

/// A player's line of one final game by ESPN.
public struct EspnBoxscore: LaidOutRow {
    public var game: ESPNGame
    public var line: ESPNLine
    public var gameID: GameID
    /// Nil where the schedule does not know the game.
    public var nbaGameID: NBAGameID?
    public var playerLookup: String

    public init(game: ESPNGame, line: ESPNLine, gameID: GameID, nbaGameID: NBAGameID?, playerLookup: String) {
        self.game = game
        self.line = line
        self.gameID = gameID
        self.nbaGameID = nbaGameID
        self.playerLookup = playerLookup
    }

    static let rules: [RowRule] =
        BoxScoreRules.player(BoxScoreRules.Names(plusMinus: "plus_minus"))
        + RowRule.fractions(["field_goal_percentage", "three_point_percentage", "free_throw_percentage"])
        + [.twoTeams, .range("home_team_score", 0...250, "points"), .range("away_team_score", 0...250, "points")]

    public static let layout = RowLayout<Self>(
        "nba_raw.espn_boxscores",
        key: ["game_date", "espn_game_id", "espn_player_id"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        [
            .text("game_id") { $0.gameID.description },
            .text("nba_game_id") { $0.nbaGameID?.rawValue },
            .text("espn_game_id") { $0.game.id },
            .date("game_date") { $0.gameID.date },
            .integer("season_year") { $0.game.season.startYear },
            .boolean("is_postseason") { $0.game.isPostseason },
            .text("game_status_text") { $0.game.statusText },
            .integer("periods") { $0.game.periods },
            .text("home_team_abbr") { $0.game.home.tricode },
            .text("away_team_abbr") { $0.game.away.tricode },
            .integer("home_team_score") { $0.game.homeScore },
            .integer("away_team_score") { $0.game.awayScore },
            .integer("espn_player_id") { $0.line.playerID },
            .text("player_lookup") { $0.playerLookup },
            .text("player_full_name") { $0.line.name },
            .text("jersey_number") { $0.line.jerseyNumber },
            .text("team_abbr") { $0.line.team.tricode },
            .text("opponent_team_abbr") { $0.line.opponent.tricode },
            .boolean("is_home") { $0.line.isHome },
            .boolean("is_starter") { $0.line.isStarter },
            .text("player_status") { $0.line.statistics == nil ? "did_not_play" : "played" },
            .text("did_not_play_reason") { $0.line.absenceReason },
            .double("minutes") { $0.line.minutes },
        ] + RowColumn<Self>.statistics { $0.line.statistics }
            + [.integer("plus_minus") { $0.line.statistics?.plusMinus }]
    )
}
