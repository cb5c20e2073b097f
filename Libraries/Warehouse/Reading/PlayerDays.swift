public import Basketball
public import Pipeline
import Postgres

/// A player's row of a day in `player_game_summary`, as later days look back at it.
public struct PlayerDay: Sendable {
    public var player: String
    public var nbaPlayerID: Int?
    public var fullName: String
    /// The day of the game.
    public var date: GameDate
    /// Tricode.
    public var team: String
    /// He appeared by the source of the game; without minutes he was listed and did not play.
    public var isActive: Bool
    /// The game's rows come from its gamebook, which lists who did not play as well.
    public var isByGamebook: Bool
    /// Nil when he did not play.
    public var game: PlayerGame?
    /// Nil when he neither played nor shot.
    public var shots: ShotGame?
}

extension SnapshotReader {
    /// Everybody's rows of a season strictly before a day, by day and oldest first.
    public func playerDays(season: Int, before date: GameDate) async throws -> [[PlayerDay]] {
        try await days(
            of: PlayerGameSummary.table.name,
            season: Season(startYear: season),
            before: date
        ) { days in
            let rows = try await query(
                """
                SELECT player_lookup, nba_player_id, player_full_name, game_date, team_abbr, opponent_team_abbr,
                       player_status = 'active' AS is_active,
                       primary_source_used = 'nbac_gamebook_player_stats' AS is_by_gamebook,
                       points, minutes_played, usage_rate, ts_pct, ft_makes, points_line, fg_attempts,
                       has_complete_shot_zones IS TRUE AS has_zones, paint_attempts, paint_makes, mid_range_attempts,
                       mid_range_makes, three_attempts_pbp, three_makes_pbp, assisted_fg_makes, unassisted_fg_makes
                FROM nba_analytics.player_game_summary
                WHERE game_date = ANY(\(days.map(PostgresDate.init))) AND season_year = \(season)
                    AND removed_at IS NULL
                """
            )
            return Dictionary(grouping: try PlayerDay.all(rows), by: \.date)
        }
    }
}

extension PlayerDay {
    fileprivate static func all(_ rows: PostgresRows) throws -> [PlayerDay] {
        let dates = try rows.column("game_date", as: PostgresDate.self)
        let opponents = try rows.column("opponent_team_abbr", as: String.self)
        let points = try rows.column("points", as: Int?.self)
        let minutes = try rows.column("minutes_played", as: Double?.self)
        let usage = try rows.column("usage_rate", as: Double?.self)
        let shooting = try rows.column("ts_pct", as: Double?.self)
        let freeThrows = try rows.column("ft_makes", as: Int?.self)
        let lines = try rows.column("points_line", as: Double?.self)
        let attempts = try rows.column("fg_attempts", as: Int?.self)
        let players = try rows.column("player_lookup", as: String.self)
        let ids = try rows.column("nba_player_id", as: Int?.self)
        let names = try rows.column("player_full_name", as: String.self)
        let teams = try rows.column("team_abbr", as: String.self)
        let actives = try rows.column("is_active", as: Bool.self)
        let gamebooks = try rows.column("is_by_gamebook", as: Bool.self)
        var date: (stored: PostgresDate, day: GameDate)?
        return try players.indices.map { row in
            let day: GameDate
            if let date, date.stored == dates[row] { day = date.day } else { day = try GameDate(dates[row]) }
            date = (dates[row], day)
            var player = PlayerDay(
                player: players[row],
                nbaPlayerID: ids[row],
                fullName: names[row],
                date: day,
                team: teams[row],
                isActive: actives[row],
                isByGamebook: gamebooks[row]
            )
            let played = minutes[row] ?? 0
            if let scored = points[row], played > 0 {
                player.game = PlayerGame(
                    date: day,
                    team: teams[row],
                    opponent: opponents[row],
                    points: scored,
                    minutes: played,
                    usagePercent: usage[row],
                    trueShooting: shooting[row],
                    freeThrowsMade: freeThrows[row],
                    pointsLine: lines[row]
                )
            }
            if played > 0 || (attempts[row] ?? 0) > 0 { player.shots = try ShotGame(rows[row], date: day) }
            return player
        }
    }
}

extension ShotGame {
    fileprivate init(_ row: PostgresRow, date: GameDate) throws {
        self.init(date: date, zones: nil)
        // Zones that are not all of his shots would make the shares wrong.
        guard try row.decode("has_zones", as: Bool.self) else { return }
        zones = try ZoneShots(
            row,
            paint: ("paint_attempts", "paint_makes"),
            midRange: ("mid_range_attempts", "mid_range_makes"),
            perimeter: ("three_attempts_pbp", "three_makes_pbp")
        )
        assistedMakes = try row.decode("assisted_fg_makes")
        unassistedMakes = try row.decode("unassisted_fg_makes")
    }
}
