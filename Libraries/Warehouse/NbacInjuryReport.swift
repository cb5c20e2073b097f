public import Basketball
public import Foundation
public import Pipeline

/// A line of an injury report that says something new: about a player, or about whether a team has submitted. The last
/// line before an instant is what was known at it.
public struct NbacInjuryReport: LaidOutRow {
    public var reportedAt: Date
    public var game: GameID
    public var nbaGameID: NBAGameID?
    /// As printed: `07:30`, Eastern, without the half of the day.
    public var gameTime: String?
    public var team: Team
    /// Nil for what is said about the team.
    public var player: Player?
    public var state: State

    /// A player as the report names him.
    public struct Player: Sendable, Hashable {
        public var lookup: String
        /// First name first.
        public var name: String
        /// Last name first.
        public var printedName: String

        public init(lookup: String, name: String, printedName: String) {
            self.lookup = lookup
            self.name = name
            self.printedName = printedName
        }
    }

    /// What can change from one report to the next.
    public struct State: Sendable, Hashable {
        /// False once a report no longer names whom an earlier one named.
        public var isListed: Bool
        /// For a team: whether it has submitted.
        public var isTeamSubmitted: Bool?
        /// For a player: out, doubtful, questionable, probable, available.
        public var injuryStatus: String?
        public var reason: String?

        public init(isListed: Bool, isTeamSubmitted: Bool? = nil, injuryStatus: String? = nil, reason: String? = nil) {
            self.isListed = isListed
            self.isTeamSubmitted = isTeamSubmitted
            self.injuryStatus = injuryStatus
            self.reason = reason
        }
    }

    public init(
        reportedAt: Date,
        game: GameID,
        nbaGameID: NBAGameID?,
        gameTime: String?,
        team: Team,
        player: Player?,
        state: State
    ) {
        self.reportedAt = reportedAt
        self.game = game
        self.nbaGameID = nbaGameID
        self.gameTime = gameTime
        self.team = team
        self.player = player
        self.state = state
    }

    /// The player's lookup, or `*` for the team.
    public var listedAs: String { player?.lookup ?? "*" }

    /// The kind of a reason, by how the league words it.
    public static func category(of reason: String?) -> String {
        guard let reason = reason?.lowercased() else { return "unknown" }
        let kinds = [
            ("injury/illness", "injury"), ("injury", "injury"), ("illness", "injury"), ("g league", "g_league"),
            ("health and safety protocols", "health_safety_protocol"), ("rest", "rest"), ("personal", "personal"),
        ]
        if reason.contains("suspension") { return "suspension" }
        return kinds.first { reason.hasPrefix($0.0) }?.1 ?? "other"
    }

    static let rules: [RowRule] = [.distinct("home_team_abbr", "away_team_abbr")]

    public static let layout = RowLayout<Self>(
        "nba_raw.nbac_injury_report",
        key: ["report_at", "game_id", "team_abbr", "listed_as"],
        entities: [.player: "player_lookup", .team: "team_abbr", .game: "game_id"],
        rules: rules,
        [
            .instant("report_at") { $0.reportedAt },
            .text("game_id") { $0.game.description },
            .text("nba_game_id") { $0.nbaGameID?.rawValue },
            .date("game_date") { $0.game.date },
            .integer("season_year") { Season(containing: $0.game.date).startYear },
            .text("game_time_eastern") { $0.gameTime },
            .text("home_team_abbr") { $0.game.home.tricode },
            .text("away_team_abbr") { $0.game.away.tricode },
            .text("team_abbr") { $0.team.tricode },
            .text("listed_as") { $0.listedAs },
            .text("player_lookup") { $0.player?.lookup },
            .text("player_full_name") { $0.player?.name },
            .text("player_name_printed") { $0.player?.printedName },
            .boolean("is_listed") { $0.state.isListed },
            .boolean("is_team_submitted") { $0.state.isTeamSubmitted },
            .text("injury_status") { $0.state.injuryStatus },
            .text("reason") { $0.state.reason },
            .text("reason_category") {
                $0.player == nil || !$0.state.isListed ? nil : NbacInjuryReport.category(of: $0.state.reason)
            },
        ]
    )
}
