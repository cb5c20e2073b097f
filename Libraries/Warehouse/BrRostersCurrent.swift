public import Basketball
public import Pipeline
public import Upstream

/// A player of a team's season by Basketball-Reference.
public struct BrRosterCurrent: LaidOutRow {
    public var season: Season
    public var team: Team
    public var player: SeasonRosterPayload.Player
    public var lookup: String

    public init(season: Season, team: Team, player: SeasonRosterPayload.Player, lookup: String) {
        self.season = season
        self.team = team
        self.player = player
        self.lookup = lookup
    }

    static let rules: [RowRule] = [
        .range("weight_pounds", 130...400, "pounds"), .range("experience_years", 0...30, "seasons"),
    ]

    public static let layout = RowLayout<Self>(
        "nba_raw.br_rosters_current",
        key: ["season_year", "team_abbr", "br_player_id"],
        dateColumn: nil,
        entities: [.player: "player_lookup", .team: "team_abbr"],
        rules: rules,
        [
            .integer("season_year") { $0.season.startYear },
            .text("team_abbr") { $0.team.tricode },
            .text("br_player_id") { $0.player.referenceID },
            .text("br_team_code") { $0.team.basketballReferenceCode },
            .text("player_lookup") { $0.lookup },
            .text("player_full_name") { $0.player.name },
            .text("player_last_name") { row in
                let name = PlayerLookup.splitSuffix(row.player.name).name
                return name.split(separator: " ", maxSplits: 1).last.map(String.init)
            },
            .text("jersey_number") { $0.player.jerseyNumber },
            .text("position") { $0.player.position },
            .text("height") { $0.player.height },
            .integer("weight_pounds") { $0.player.weightPounds },
            .date("birth_date") { $0.player.birthDate },
            .text("college") { $0.player.college },
            .integer("experience_years") { $0.player.experienceYears },
            .boolean("is_two_way") { $0.player.isTwoWay },
        ]
    )
}
