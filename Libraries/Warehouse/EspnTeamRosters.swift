public import Basketball
public import Pipeline
public import Upstream

/// A player of a team's roster by ESPN.
public struct EspnTeamRoster: LaidOutRow {
    public var team: Team
    public var player: ESPNRosterPayload.Player
    public var lookup: String

    public init(team: Team, player: ESPNRosterPayload.Player, lookup: String) {
        self.team = team
        self.player = player
        self.lookup = lookup
    }

    public static let layout = RowLayout<Self>(
        "nba_raw.espn_team_rosters",
        key: ["team_abbr", "espn_player_id"],
        dateColumn: nil,
        entities: [.player: "player_lookup", .team: "team_abbr"],
        [
            .text("team_abbr") { $0.team.tricode },
            .integer("espn_player_id") { $0.player.espnID },
            .text("player_lookup") { $0.lookup },
            .text("player_full_name") { $0.player.name },
            .text("jersey_number") { $0.player.jerseyNumber },
            .text("position") { $0.player.position },
            .double("height_inches") { $0.player.heightInches },
            .double("weight_pounds") { $0.player.weightPounds },
            .date("birth_date") { $0.player.birthDate },
            .text("birth_place") { $0.player.birthPlace },
            .integer("experience_years") { $0.player.experienceYears },
            .integer("salary_dollars") { $0.player.salaryDollars },
            .text("status") { $0.player.status },
            .text("injury_status") { $0.player.injuryStatus },
        ]
    )
}
