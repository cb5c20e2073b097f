public import Basketball
public import Pipeline
public import Upstream

/// A game on ESPN's scoreboard.
public struct EspnScoreboardGame: LaidOutRow {
    public var game: ESPNGame
    public var gameID: GameID
    /// Nil where the schedule does not know the game.
    public var nbaGameID: NBAGameID?

    public init(game: ESPNGame, gameID: GameID, nbaGameID: NBAGameID?) {
        self.game = game
        self.gameID = gameID
        self.nbaGameID = nbaGameID
    }

    static let rules: [RowRule] = [
        .distinct("home_team_abbr", "away_team_abbr"), .range("home_team_score", 0...250, "points"),
        .range("away_team_score", 0...250, "points"), .range("periods", 0...14, "periods"),
    ]

    public static let layout = RowLayout<Self>(
        "nba_raw.espn_scoreboard",
        key: ["game_date", "espn_game_id"],
        entities: [.game: "game_id"],
        rules: rules,
        [
            .text("game_id") { $0.gameID.description },
            .text("nba_game_id") { $0.nbaGameID?.rawValue },
            .text("espn_game_id") { $0.game.id },
            .date("game_date") { $0.gameID.date },
            .integer("season_year") { $0.game.season.startYear },
            .boolean("is_postseason") { $0.game.isPostseason },
            .instant("game_start_time") { $0.game.startsAt },
            .text("game_status") { $0.game.status.rawValue },
            .text("game_status_text") { $0.game.statusText },
            .integer("periods") { $0.game.periods },
            .text("home_team_abbr") { $0.game.home.tricode },
            .text("away_team_abbr") { $0.game.away.tricode },
            .integer("home_team_score") { $0.game.homeScore },
            .integer("away_team_score") { $0.game.awayScore },
            .text("winning_team_abbr") { $0.game.winner?.tricode },
            .boolean("is_neutral_site") { $0.game.isNeutralSite },
        ]
    )
}
