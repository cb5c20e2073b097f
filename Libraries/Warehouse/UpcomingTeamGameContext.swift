public import Basketball
public import Pipeline

/// What is known of a team before a game of the date.
///
/// `days_rest` is the difference of league days, so that 1 is a back-to-back, as for players. The spread is the team's
/// own. What no source tells is NULL.
public struct UpcomingTeamGameContext: LaidOutRow, Hashable {
    public var game: SlateGame
    public var team: String
    public var form: TeamForm
    public var travel: TeamTravel
    public var lines: GameLines?
    /// Nil when neither a report nor an operator has said anything about the team.
    public var absences: Absences?
    public var opponentDaysRest: Int?
    public var historyLastGameDate: GameDate?

    /// Players of the team who are announced to miss the game, or may.
    public struct Absences: Sendable, Hashable {
        public var out: Int
        public var startersOut: Int
        public var questionable: Int

        public init(out: Int = 0, startersOut: Int = 0, questionable: Int = 0) {
            self.out = out
            self.startersOut = startersOut
            self.questionable = questionable
        }
    }

    public init(
        game: SlateGame,
        team: String,
        form: TeamForm,
        travel: TeamTravel,
        lines: GameLines? = nil,
        absences: Absences? = nil,
        opponentDaysRest: Int? = nil,
        historyLastGameDate: GameDate? = nil
    ) {
        self.game = game
        self.team = team
        self.form = form
        self.travel = travel
        self.lines = lines
        self.absences = absences
        self.opponentDaysRest = opponentDaysRest
        self.historyLastGameDate = historyLastGameDate
    }

    private var historyGames: Int { form.gameNumber - 1 }

    static let rules: [RowRule] = [
        .twoTeams, .range("days_rest", 1...366, "days"), .range("opponent_days_rest", 1...366, "days"),
        .recentGames("games_in_last_7_days", days: 7), .recentGames("games_in_last_14_days", days: 14),
        .atMost("games_in_last_7_days", "games_in_last_14_days"), .range("game_number_in_season", 1...130, "games"),
        .range("win_streak_entering", 0...82, "games"), .range("loss_streak_entering", 0...82, "games"),
        .range("last_game_margin", -120...120, "points"), .range("game_spread", -60...60, "points"),
        .range("opening_spread", -60...60, "points"), .range("game_total", 100...350, "points"),
        .range("opening_total", 100...350, "points"), .range("players_out", 0...30, "players"),
        .atMost("starters_out", "players_out"), .range("questionable_players", 0...30, "players"),
        .range("travel_miles", 0...13_000, "miles"), .range("miles_traveled_last_14_days", 0...60_000, "miles"),
        .range("consecutive_road_games", 0...82, "games"), .range("history_games", 0...130, "games"),
        .before("history_last_game_date", "game_date"),
        .one("data_quality_tier", of: SampleTier.allCases.map(\.rawValue)),
    ]

    public static let layout = RowLayout<Self>(
        "nba_analytics.upcoming_team_game_context",
        key: ["game_date", "team_abbr"],
        entities: [.team: "team_abbr"],
        rules: rules,
        [
            .text("game_id") { $0.game.gameID },
            .text("nba_game_id") { $0.game.nbaGameID },
            .date("game_date") { $0.game.date },
            .integer("season_year") { $0.game.seasonYear },
            .text("season_type") { $0.game.seasonType.rawValue },
            .text("team_abbr") { $0.team },
            .text("opponent_team_abbr") { $0.game.opponent(of: $0.team) },
            .boolean("home_game") { $0.team == $0.game.home },
            .instant("tipoff_at") { $0.game.tipoffAt },
            .integer("days_rest") { $0.form.daysRest },
            .boolean("back_to_back") { $0.form.isBackToBack },
            .integer("games_in_last_7_days") { $0.form.gamesLast7 },
            .integer("games_in_last_14_days") { $0.form.gamesLast14 },
            .integer("game_number_in_season") { $0.form.gameNumber },
            .integer("win_streak_entering") { $0.form.winStreak },
            .integer("loss_streak_entering") { $0.form.lossStreak },
            .integer("last_game_margin") { $0.form.lastMargin },
            .text("last_game_result") { $0.form.lastIsWin.map { $0 ? "W" : "L" } },
            .double("game_spread") { $0.lines?.spread },
            .double("opening_spread") { $0.lines?.openingSpread },
            .double("spread_movement") { $0.lines?.spreadMovement },
            .double("game_total") { $0.lines?.total },
            .double("opening_total") { $0.lines?.openingTotal },
            .double("total_movement") { $0.lines?.totalMovement },
            .text("game_lines_source") { $0.lines?.source },
            .integer("players_out") { $0.absences?.out },
            .integer("starters_out") { $0.absences?.startersOut },
            .integer("questionable_players") { $0.absences?.questionable },
            .double("travel_miles") { $0.travel.miles },
            .integer("time_zone_changes") { $0.travel.timeZoneChanges },
            .double("miles_traveled_last_14_days") { $0.travel.milesLast14 },
            .integer("time_zones_crossed_last_14_days") { $0.travel.timeZonesLast14 },
            .integer("consecutive_road_games") { $0.travel.consecutiveRoadGames },
            .integer("opponent_days_rest") { $0.opponentDaysRest },
            .integer("history_games") { $0.historyGames },
            .date("history_last_game_date") { $0.historyLastGameDate },
            .text("data_quality_tier") { SampleTier(games: $0.historyGames).rawValue },
        ]
    )
}
