public import Basketball
public import Pipeline
public import Upstream

/// A player of a gamebook: who played, who did not, and who was inactive.
public struct NbacGamebookPlayerStats: LaidOutRow {
    /// How a printed name was brought to a player.
    public struct Resolution: Sendable, Hashable {
        public enum Status: String, Sendable, Hashable {
            /// The full name is printed.
            case original
            /// A last name that means one player.
            case resolved
            case notFound = "not_found"
            case multipleMatches = "multiple_matches"
        }

        public var status: Status
        /// Null where no player was found.
        public var lookup: String?
        public var name: String?
        /// 0 … 1.
        public var confidence: Double
        /// What told: `printed`, `roster`, `injury_report` or both of these.
        public var method: String?

        public init(_ status: Status, lookup: String?, name: String?, confidence: Double, method: String?) {
            self.status = status
            self.lookup = lookup
            self.name = name
            self.confidence = confidence
            self.method = method
        }
    }

    public var game: GameID
    public var nbaGameID: NBAGameID
    /// The printed name in letters, numbered where a team has it twice.
    public var listedAs: String
    public var player: GamebookPlayer
    public var resolution: Resolution

    public init(
        game: GameID,
        nbaGameID: NBAGameID,
        listedAs: String,
        player: GamebookPlayer,
        resolution: Resolution
    ) {
        self.game = game
        self.nbaGameID = nbaGameID
        self.listedAs = listedAs
        self.player = player
        self.resolution = resolution
    }

    /// active, dnp or inactive.
    var status: String { player.statistics != nil ? "active" : player.absence == .inactive ? "inactive" : "dnp" }

    static let rules: [RowRule] =
        BoxScoreRules.player(BoxScoreRules.Names(plusMinus: "plus_minus"))
        + [
            .distinct("home_team_abbr", "away_team_abbr"), .one("player_status", of: ["active", "dnp", "inactive"]),
            .blank(["points", "total_rebounds", "assists"], where: "player_status", is: ["dnp", "inactive"]),
            .fraction("name_resolution_confidence"),
        ]

    public static let layout = RowLayout<Self>(
        "nba_raw.nbac_gamebook_player_stats",
        key: ["game_id", "team_abbr", "listed_as"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        [
            .text("game_id") { $0.game.description },
            .text("nba_game_id") { $0.nbaGameID.rawValue },
            .date("game_date") { $0.game.date },
            .integer("season_year") { $0.nbaGameID.season.startYear },
            .text("home_team_abbr") { $0.game.home.tricode },
            .text("away_team_abbr") { $0.game.away.tricode },
            .text("team_abbr") { $0.player.team.tricode },
            .text("listed_as") { $0.listedAs },
            .text("player_name_printed") { $0.player.name },
            .text("player_full_name") { $0.resolution.name },
            .text("player_lookup") { $0.resolution.lookup },
            .text("player_status") { $0.status },
            .text("absence_kind") { $0.player.absence?.rawValue },
            .text("absence_reason") { $0.player.reason },
            .text("name_resolution_status") { $0.resolution.status.rawValue },
            .double("name_resolution_confidence") { $0.resolution.confidence },
            .text("name_resolution_method") { $0.resolution.method },
            .boolean("requires_manual_review") { $0.resolution.lookup == nil },
            .text("jersey_number") { $0.player.jerseyNumber },
            .text("starting_position") { $0.player.position },
            .double("minutes") { $0.player.minutes },
            .integer("points") { $0.player.statistics?.points },
            .integer("field_goals_made") { $0.player.statistics?.fieldGoalsMade },
            .integer("field_goals_attempted") { $0.player.statistics?.fieldGoalsAttempted },
            .integer("three_pointers_made") { $0.player.statistics?.threePointersMade },
            .integer("three_pointers_attempted") { $0.player.statistics?.threePointersAttempted },
            .integer("free_throws_made") { $0.player.statistics?.freeThrowsMade },
            .integer("free_throws_attempted") { $0.player.statistics?.freeThrowsAttempted },
            .integer("offensive_rebounds") { $0.player.statistics?.offensiveRebounds },
            .integer("defensive_rebounds") { $0.player.statistics?.defensiveRebounds },
            .integer("total_rebounds") { $0.player.statistics.map { $0.offensiveRebounds + $0.defensiveRebounds } },
            .integer("assists") { $0.player.statistics?.assists },
            .integer("steals") { $0.player.statistics?.steals },
            .integer("blocks") { $0.player.statistics?.blocks },
            .integer("turnovers") { $0.player.statistics?.turnovers },
            .integer("personal_fouls") { $0.player.statistics?.personalFouls },
            .integer("plus_minus") { $0.player.statistics?.plusMinus },
        ]
    )
}
