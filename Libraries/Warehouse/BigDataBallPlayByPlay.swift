public import Basketball
public import Pipeline
public import Upstream

/// A play of a game by BigDataBall, with the ten players on the floor.
public struct BigDataBallPlayByPlay: LaidOutRow {
    public var nbaGameID: NBAGameID
    public var gameID: GameID
    public var dataSet: String?
    public var play: BigDataBallPlay
    /// The league's lookups of the names in the play.
    public var lookups: [String: String]

    public init(
        nbaGameID: NBAGameID,
        gameID: GameID,
        dataSet: String?,
        play: BigDataBallPlay,
        lookups: [String: String]
    ) {
        self.nbaGameID = nbaGameID
        self.gameID = gameID
        self.dataSet = dataSet
        self.play = play
        self.lookups = lookups
    }

    private func lookup(_ name: String?) -> String? { name.flatMap { lookups[$0] } }

    /// `M:SS`
    private var clock: String { Minutes(seconds: play.secondsLeft).description }

    static let rules: [RowRule] = [
        .distinct("home_team_abbr", "away_team_abbr"), .range("period", 1...14, "periods"),
        .range("game_clock_seconds", 0...720, "seconds"), .range("score_home", 0...250, "points"),
        .range("score_away", 0...250, "points"), .range("shot_distance", 0...94, "feet"),
        .range("points_scored", 0...3, "points"),
    ]

    public static let layout = RowLayout<Self>(
        "nba_raw.bigdataball_play_by_play",
        key: ["game_date", "nba_game_id", "event_sequence"],
        entities: [.player: "player_1_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        [
            .text("game_id") { $0.gameID.description },
            .text("nba_game_id") { $0.nbaGameID.rawValue },
            .date("game_date") { $0.gameID.date },
            .integer("season_year") { $0.nbaGameID.season.startYear },
            .text("data_set") { $0.dataSet },
            .text("home_team_abbr") { $0.gameID.home.tricode },
            .text("away_team_abbr") { $0.gameID.away.tricode },
            .integer("event_sequence") { $0.play.number },
            .integer("period") { $0.play.period },
            .text("game_clock") { $0.clock },
            .integer("game_clock_seconds") { $0.play.secondsLeft },
            .integer("period_elapsed_seconds") { $0.play.secondsOfPeriod },
            .integer("time_elapsed_seconds") { $0.play.secondsElapsed },
            .integer("play_length_seconds") { $0.play.length },
            .text("event_type") { $0.play.type },
            .text("event_subtype") { $0.play.subType },
            .text("event_description") { $0.play.text },
            .integer("score_home") { $0.play.homeScore },
            .integer("score_away") { $0.play.awayScore },
            .text("team_abbr") { $0.play.team?.tricode },
            .text("player_1_name") { $0.play.player },
            .text("player_1_lookup") { $0.lookup($0.play.player) },
            .text("assist_player_lookup") { $0.lookup($0.play.assistant) },
            .text("block_player_lookup") { $0.lookup($0.play.blocker) },
            .text("steal_player_lookup") { $0.lookup($0.play.stealer) },
            .text("jump_ball_away_lookup") { $0.lookup($0.play.jumpBallAway) },
            .text("jump_ball_home_lookup") { $0.lookup($0.play.jumpBallHome) },
            .text("possession_player_lookup") { $0.lookup($0.play.possession) },
            .text("substitution_in_lookup") { $0.lookup($0.play.entered) },
            .text("substitution_out_lookup") { $0.lookup($0.play.left) },
            .text("opponent_player_lookup") { $0.lookup($0.play.opponent) },
            .text("reason") { $0.play.reason },
            .boolean("shot_made") { $0.play.isMade },
            .text("shot_type") { $0.play.shot?.rawValue },
            .double("shot_distance") { $0.play.shotDistance },
            .integer("points_scored") { $0.play.points },
            .integer("free_throw_number") { $0.play.freeThrowNumber },
            .integer("free_throws_awarded") { $0.play.freeThrowsAwarded },
            .double("original_x") { $0.play.originalX },
            .double("original_y") { $0.play.originalY },
            .double("converted_x") { $0.play.convertedX },
            .double("converted_y") { $0.play.convertedY },
            .text("away_player_1_lookup") { $0.lookup($0.play.away[0]) },
            .text("away_player_2_lookup") { $0.lookup($0.play.away[1]) },
            .text("away_player_3_lookup") { $0.lookup($0.play.away[2]) },
            .text("away_player_4_lookup") { $0.lookup($0.play.away[3]) },
            .text("away_player_5_lookup") { $0.lookup($0.play.away[4]) },
            .text("home_player_1_lookup") { $0.lookup($0.play.home[0]) },
            .text("home_player_2_lookup") { $0.lookup($0.play.home[1]) },
            .text("home_player_3_lookup") { $0.lookup($0.play.home[2]) },
            .text("home_player_4_lookup") { $0.lookup($0.play.home[3]) },
            .text("home_player_5_lookup") { $0.lookup($0.play.home[4]) },
        ]
    )
}
