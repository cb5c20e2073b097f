public import Basketball
public import Pipeline
public import Upstream

/// A team's place in balldontlie's standings on a day.
public struct BdlStanding: LaidOutRow {
    public var standing: TeamStanding
    public var dateRecorded: GameDate

    public init(standing: TeamStanding, dateRecorded: GameDate) {
        self.standing = standing
        self.dateRecorded = dateRecorded
    }

    static let rules: [RowRule] =
        RowRule.ranges(["wins", "losses", "games_played"], 0...82, "games")
        + [
            .fraction("win_percentage"), .range("conference_rank", 1...15, "places"),
            .sum(
                "games_played_identity",
                "games_played = wins + losses",
                [
                    (1, "games_played"), (-1, "wins"), (-1, "losses"),
                ],
                in: 0...0
            ),
        ]

    public static let layout = RowLayout<Self>(
        "nba_raw.bdl_standings",
        key: ["date_recorded", "season_year", "team_abbr"],
        dateColumn: "date_recorded",
        entities: [.team: "team_abbr"],
        rules: rules,
        [
            .date("date_recorded") { $0.dateRecorded },
            .integer("season_year") { $0.standing.season.startYear },
            .text("season_display") { $0.standing.season.label },
            .text("team_abbr") { $0.standing.team.tricode },
            .text("conference") { $0.standing.team.conference.rawValue },
            .text("division") { $0.standing.team.division },
            .integer("conference_rank") { $0.standing.conferenceRank },
            .integer("division_rank") { $0.standing.divisionRank },
            .integer("wins") { $0.standing.overall.wins },
            .integer("losses") { $0.standing.overall.losses },
            .integer("games_played") { $0.standing.overall.games },
            .double("win_percentage") { $0.standing.overall.winPercentage },
        ] + record("conference", \.conference) + record("division", \.division) + record("home", \.home)
            + record("road", \.road)
    )

    private static func record(
        _ name: String,
        _ path: any KeyPath<TeamStanding, WinLossRecord> & Sendable
    ) -> [RowColumn<Self>] {
        [
            .integer("\(name)_wins") { $0.standing[keyPath: path].wins },
            .integer("\(name)_losses") { $0.standing[keyPath: path].losses },
        ]
    }
}
