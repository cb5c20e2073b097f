public import Basketball
public import Pipeline
public import Upstream

/// An official of a game.
public struct NbacRefereeGameAssignment: LaidOutRow {
    public var assignment: RefereePayload.Assignment

    public init(_ assignment: RefereePayload.Assignment) { self.assignment = assignment }

    public static let layout = RowLayout<Self>(
        "nba_raw.nbac_referee_game_assignments",
        key: ["nba_game_id", "official_position"],
        entities: [.game: "game_id"],
        [
            .text("game_id") { $0.assignment.gameID.description },
            .text("nba_game_id") { $0.assignment.game.rawValue },
            .date("game_date") { $0.assignment.gameID.date },
            .integer("season_year") { $0.assignment.game.season.startYear },
            .text("home_team_abbr") { $0.assignment.gameID.home.tricode },
            .text("away_team_abbr") { $0.assignment.gameID.away.tricode },
            .integer("official_position") { $0.assignment.position },
            .integer("official_id") { $0.assignment.official.id },
            .text("official_name") { $0.assignment.official.name },
            .text("official_jersey_number") { $0.assignment.official.jerseyNumber },
        ]
    )
}

/// An official of the replay centre on a date.
public struct NbacRefereeReplayOfficial: LaidOutRow {
    public var date: GameDate
    public var official: RefereePayload.Official

    public init(date: GameDate, official: RefereePayload.Official) {
        self.date = date
        self.official = official
    }

    public static let layout = RowLayout<Self>(
        "nba_raw.nbac_referee_replay_officials",
        key: ["game_date", "official_id"],
        [
            .date("game_date") { $0.date },
            .integer("official_id") { $0.official.id },
            .text("official_name") { $0.official.name },
        ]
    )
}
