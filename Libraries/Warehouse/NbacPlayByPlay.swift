public import Basketball
public import Pipeline
public import Upstream

/// An event of a game.
public struct NbacPlayByPlay: LaidOutRow {
    public var nbaGameID: NBAGameID
    public var gameID: GameID
    /// The event's place in the game, from 1.
    public var sequence: Int
    public var event: PlayByPlayEvent
    /// The lookups of the people whom the event names, and the teams for which they act in the game.
    public var people: [Int: Person]

    public struct Person: Sendable, Hashable {
        public var lookup: String?
        public var team: Team?

        public init(lookup: String?, team: Team?) {
            self.lookup = lookup
            self.team = team
        }
    }

    public init(
        nbaGameID: NBAGameID,
        gameID: GameID,
        sequence: Int,
        event: PlayByPlayEvent,
        people: [Int: Person]
    ) {
        self.nbaGameID = nbaGameID
        self.gameID = gameID
        self.sequence = sequence
        self.event = event
        self.people = people
    }

    private func lookup(_ player: Int?) -> String? { player.flatMap { people[$0]?.lookup } }

    private func team(_ player: Int?) -> String? { player.flatMap { people[$0]?.team?.tricode } }

    /// Whoever takes part besides the one who acts: the winner of a jump ball, or the fouled player.
    private var second: Int? { event.jumpBallWinner ?? event.fouledPlayer }

    /// `M:SS`
    private var clock: String { Minutes(seconds: event.secondsLeft).description }

    static let rules: [RowRule] = [
        .distinct("home_team_abbr", "away_team_abbr"), .range("period", 1...14, "periods"),
        .range("game_clock_seconds", 0...720, "seconds"), .range("score_home", 0...250, "points"),
        .range("score_away", 0...250, "points"), .range("shot_distance", 0...94, "feet"),
    ]

    public static let layout = RowLayout<Self>(
        "nba_raw.nbac_play_by_play",
        key: ["game_date", "nba_game_id", "event_id"],
        entities: [.player: "player_1_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        [
            .text("game_id") { $0.gameID.description },
            .text("nba_game_id") { $0.nbaGameID.rawValue },
            .date("game_date") { $0.gameID.date },
            .integer("season_year") { $0.nbaGameID.season.startYear },
            .text("home_team_abbr") { $0.gameID.home.tricode },
            .text("away_team_abbr") { $0.gameID.away.tricode },
            .integer("event_id") { $0.event.id },
            .integer("event_sequence") { $0.sequence },
            .integer("period") { $0.event.period },
            .text("game_clock") { $0.clock },
            .integer("game_clock_seconds") { $0.event.secondsLeft },
            .integer("time_elapsed_seconds") { $0.event.secondsElapsed },
            .instant("occurred_at") { $0.event.occurredAt },
            .text("event_type") { $0.event.type },
            .text("event_action_type") { $0.event.subType },
            .text("event_descriptor") { $0.event.descriptor },
            .text("event_description") { $0.event.text },
            .integer("score_home") { $0.event.homeScore },
            .integer("score_away") { $0.event.awayScore },
            .text("team_abbr") { $0.event.team?.tricode },
            .text("possession_team_abbr") { $0.event.possession?.tricode },
            .integer("player_1_id") { $0.event.player },
            .text("player_1_lookup") { $0.lookup($0.event.player) },
            .text("player_1_team_abbr") { $0.team($0.event.player) },
            .integer("player_2_id") { $0.second },
            .text("player_2_lookup") { $0.lookup($0.second) },
            .text("player_2_team_abbr") { $0.team($0.second) },
            .integer("player_3_id") { $0.event.jumpBallLoser },
            .text("player_3_lookup") { $0.lookup($0.event.jumpBallLoser) },
            .text("player_3_team_abbr") { $0.team($0.event.jumpBallLoser) },
            .integer("assist_player_id") { $0.event.assistant },
            .text("assist_player_lookup") { $0.lookup($0.event.assistant) },
            .integer("block_player_id") { $0.event.blocker },
            .text("block_player_lookup") { $0.lookup($0.event.blocker) },
            .integer("steal_player_id") { $0.event.stealer },
            .text("steal_player_lookup") { $0.lookup($0.event.stealer) },
            .boolean("shot_made") { $0.event.isMade },
            .text("shot_type") { $0.event.shot?.rawValue },
            .double("shot_distance") { $0.event.shotDistance },
            .integer("shot_x") { $0.event.shotX },
            .integer("shot_y") { $0.event.shotY },
            .double("court_x_percent") { $0.event.courtX },
            .double("court_y_percent") { $0.event.courtY },
            .text("shot_area") { $0.event.shotArea },
            .text("shot_area_detail") { $0.event.shotAreaDetail },
            .boolean("video_available") { $0.event.hasVideo },
        ]
    )
}
