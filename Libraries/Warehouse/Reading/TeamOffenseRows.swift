public import Basketball
public import Pipeline
import Postgres

extension SnapshotReader {
    /// The rows of `team_offense_game_summary` of a date.
    public func teamOffense(on date: GameDate) async throws -> [TeamOffenseGameSummary] {
        let rows = try await query(
            """
            SELECT game_id, nba_game_id, game_date, season_year, season_type, team_abbr, opponent_team_abbr,
                   home_game, points_scored, opponent_points, fg_attempts, fg_makes, three_pt_attempts,
                   three_pt_makes, ft_attempts, ft_makes, offensive_rebounds, defensive_rebounds, rebounds,
                   assists, steals, blocks, turnovers, personal_fouls, team_minutes, overtime_periods,
                   possessions, pace, offensive_rating, defensive_rating, ts_pct, win_flag, margin_of_victory,
                   primary_source_used, data_quality_tier, team_paint_attempts, team_paint_makes,
                   team_mid_range_attempts, team_mid_range_makes, team_three_attempts_pbp,
                   team_three_makes_pbp, shot_zones_source, players_inactive, referee_crew,
                   arena_city, is_neutral_site
            FROM nba_analytics.team_offense_game_summary
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
            """
        )
        return try rows.map { try TeamOffenseGameSummary($0, date: date) }
    }
}

extension TeamOffenseGameSummary {
    fileprivate init(_ row: PostgresRow, date: GameDate) throws {
        self.init(
            gameID: try row.decode("game_id"),
            nbaGameID: try row.decode("nba_game_id"),
            gameDate: date,
            seasonYear: try row.decode("season_year"),
            seasonType: try row.decode("season_type"),
            teamAbbr: try row.decode("team_abbr"),
            opponentTeamAbbr: try row.decode("opponent_team_abbr"),
            homeGame: try row.decode("home_game"),
            pointsScored: try row.decode("points_scored"),
            opponentPoints: try row.decode("opponent_points"),
            fgAttempts: try row.decode("fg_attempts"),
            fgMakes: try row.decode("fg_makes"),
            threePtAttempts: try row.decode("three_pt_attempts"),
            threePtMakes: try row.decode("three_pt_makes"),
            ftAttempts: try row.decode("ft_attempts"),
            ftMakes: try row.decode("ft_makes"),
            offensiveRebounds: try row.decode("offensive_rebounds"),
            defensiveRebounds: try row.decode("defensive_rebounds"),
            rebounds: try row.decode("rebounds"),
            assists: try row.decode("assists"),
            steals: try row.decode("steals"),
            blocks: try row.decode("blocks"),
            turnovers: try row.decode("turnovers"),
            personalFouls: try row.decode("personal_fouls"),
            teamMinutes: try row.decode("team_minutes"),
            overtimePeriods: try row.decode("overtime_periods"),
            possessions: try row.decode("possessions"),
            pace: try row.decode("pace"),
            offensiveRating: try row.decode("offensive_rating"),
            defensiveRating: try row.decode("defensive_rating"),
            tsPct: try row.decode("ts_pct"),
            winFlag: try row.decode("win_flag"),
            marginOfVictory: try row.decode("margin_of_victory"),
            primarySourceUsed: try row.decode("primary_source_used"),
            dataQualityTier: try row.decode("data_quality_tier")
        )
        zones = try ZoneShots(
            row,
            paint: ("team_paint_attempts", "team_paint_makes"),
            midRange: ("team_mid_range_attempts", "team_mid_range_makes"),
            perimeter: ("team_three_attempts_pbp", "team_three_makes_pbp")
        )
        shotZonesSource = try row.decode("shot_zones_source")
        playersInactive = try row.decode("players_inactive")
        refereeCrew = try row.decode("referee_crew")
        arenaCity = try row.decode("arena_city")
        isNeutralSite = try row.decode("is_neutral_site")
    }
}

extension ZoneShots {
    /// The zones as a row holds them; nil when one of the columns is NULL.
    init?(
        _ row: PostgresRow,
        paint: (attempts: String, makes: String),
        midRange: (attempts: String, makes: String),
        perimeter: (attempts: String, makes: String)
    ) throws {
        func count(_ columns: (attempts: String, makes: String)) throws -> ShotCount? {
            guard let attempts = try row.decode(columns.attempts, as: Int?.self),
                let makes = try row.decode(columns.makes, as: Int?.self)
            else { return nil }
            return ShotCount(attempts: attempts, makes: makes)
        }
        guard let paint = try count(paint), let midRange = try count(midRange), let perimeter = try count(perimeter)
        else {
            return nil
        }
        self.init(paint: paint, midRange: midRange, perimeter: perimeter)
    }
}
