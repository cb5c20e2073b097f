import Basketball
import Pipeline
import Postgres
import Warehouse

/// A row of `upcoming_player_game_context` as Phase 4 reads it.
struct PlayerContext: Sendable, Hashable {
    var playerLookup: String
    var gameID: String
    var nbaGameID: String
    var gameDate: GameDate
    var seasonYear: Int
    var teamAbbr: String
    var opponentTeamAbbr: String
    var isHome: Bool
    var seasonPhase: String
    var line: FeatureLine?
    var lineSource: String?
    var isLineSynthetic: Bool?
    var spread: Double?
    var total: Double?
    var injuryStatus: InjuryStatus?
    var starTeammatesOut: Int?
    var paceDifferential: Double?
    /// Of the last ten games, 0–100.
    var usualUsagePercent: Double?
    var projectedUsagePercent: Double?
    var teammateUsageOut: Double?
    var playerAge: Int?
    /// Nil before the player's first game of the season.
    var load: RestAndLoad?
    var historyGames: Int
    var historyLastGameDate: GameDate?
}

extension SnapshotReader {
    /// The contexts of a date that a scope reaches: everybody, or the players it names and those who play for or
    /// against one of its teams (against only where the scope was expanded so).
    func playerContexts(on date: GameDate, _ scope: SlateScope) async throws -> [PlayerContext] {
        let filter: SQL =
            scope.isFull
            ? ""
            : "AND (player_lookup = ANY(\(scope.players.sorted())) OR team_abbr = ANY(\(scope.teams.sorted())))"
        let rows = try await query(
            """
            SELECT player_lookup, game_id, nba_game_id, season_year, team_abbr, opponent_team_abbr, home_game,
                   season_phase, current_points_line, opening_points_line, current_points_line_source,
                   is_line_synthetic, points_line_consensus, points_line_std, game_spread, game_total, days_rest,
                   days_rest_before_last_game, back_to_back, games_in_last_7_days, games_in_last_14_days,
                   minutes_in_last_7_days, minutes_in_last_14_days, avg_minutes_per_game_last_7,
                   back_to_backs_last_14_days, avg_usage_rate_last_7_days, history_games, history_last_game_date,
                   player_status, star_teammates_out, pace_differential, usage_rate_last_10, projected_usage_rate, teammate_usage_out,
                   player_age
            FROM nba_analytics.upcoming_player_game_context
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL \(sql: filter)
            ORDER BY player_lookup
            """
        )
        return try rows.map { row in
            var context = PlayerContext(
                playerLookup: try row.decode("player_lookup"),
                gameID: try row.decode("game_id"),
                nbaGameID: try row.decode("nba_game_id"),
                gameDate: date,
                seasonYear: try row.decode("season_year"),
                teamAbbr: try row.decode("team_abbr"),
                opponentTeamAbbr: try row.decode("opponent_team_abbr"),
                isHome: try row.decode("home_game"),
                seasonPhase: try row.decode("season_phase"),
                isLineSynthetic: try row.decode("is_line_synthetic"),
                spread: try row.decode("game_spread"),
                total: try row.decode("game_total"),
                injuryStatus: try row.decode("player_status", as: String?.self).flatMap(InjuryStatus.init(rawValue:)),
                starTeammatesOut: try row.decode("star_teammates_out"),
                paceDifferential: try row.decode("pace_differential"),
                usualUsagePercent: try row.decode("usage_rate_last_10"),
                projectedUsagePercent: try row.decode("projected_usage_rate"),
                teammateUsageOut: try row.decode("teammate_usage_out"),
                playerAge: try row.decode("player_age"),
                historyGames: try row.decode("history_games"),
                historyLastGameDate: try row.decode("history_last_game_date", as: PostgresDate?.self)
                    .map { try GameDate($0) }
            )
            if let current = try row.decode("current_points_line", as: Double?.self) {
                context.line = FeatureLine(
                    current: current,
                    opening: try row.decode("opening_points_line"),
                    consensus: try row.decode("points_line_consensus"),
                    deviation: try row.decode("points_line_std")
                )
                context.lineSource = try row.decode("current_points_line_source")
            }
            context.load = try load(row)
            return context
        }
    }

    private func load(_ row: PostgresRow) throws -> RestAndLoad? {
        guard let gamesLast7 = try row.decode("games_in_last_7_days", as: Int?.self),
            let gamesLast14 = try row.decode("games_in_last_14_days", as: Int?.self),
            let minutesLast7 = try row.decode("minutes_in_last_7_days", as: Double?.self),
            let minutesLast14 = try row.decode("minutes_in_last_14_days", as: Double?.self),
            let backToBacks = try row.decode("back_to_backs_last_14_days", as: Int?.self)
        else { return nil }
        return RestAndLoad(
            daysRest: try row.decode("days_rest"),
            daysRestBeforeLastGame: try row.decode("days_rest_before_last_game"),
            isBackToBack: try row.decode("back_to_back"),
            gamesLast7: gamesLast7,
            gamesLast14: gamesLast14,
            minutesLast7: minutesLast7,
            minutesLast14: minutesLast14,
            minutesPerGameLast7: try row.decode("avg_minutes_per_game_last_7"),
            backToBacksLast14: backToBacks,
            usagePercentLast7: try row.decode("avg_usage_rate_last_7_days")
        )
    }

    /// The daily cache of exactly the date; `players` nil means everybody.
    func playerForms(on date: GameDate, players: Set<String>?) async throws -> [String: PlayerForm] {
        guard players.map({ !$0.isEmpty }) ?? true else { return [:] }
        let filter: SQL = players.map { "AND player_lookup = ANY(\($0.sorted()))" } ?? ""
        let rows = try await query(
            """
            SELECT player_lookup, games_played_season, history_last_game_date, points_avg_last_5, points_avg_last_10,
                   points_avg_season, points_std_last_10, minutes_avg_last_10, minutes_avg_season, usage_rate_last_10,
                   player_usage_rate_season, ts_pct_last_10
            FROM nba_precompute.player_daily_cache
            WHERE cache_date = \(PostgresDate(date)) AND removed_at IS NULL \(sql: filter)
            """
        )
        var forms: [String: PlayerForm] = Dictionary(minimumCapacity: rows.count)
        for row in rows {
            forms[try row.decode("player_lookup")] = PlayerForm(
                gamesPlayed: try row.decode("games_played_season"),
                lastGameDate: try row.decode("history_last_game_date", as: PostgresDate?.self)
                    .map { try GameDate($0) },
                pointsAverageLast5: try row.decode("points_avg_last_5"),
                pointsAverageLast10: try row.decode("points_avg_last_10"),
                pointsAverageSeason: try row.decode("points_avg_season"),
                pointsDeviationLast10: try row.decode("points_std_last_10"),
                minutesAverageLast10: try row.decode("minutes_avg_last_10"),
                minutesAverageSeason: try row.decode("minutes_avg_season"),
                usagePercentLast10: try row.decode("usage_rate_last_10"),
                usagePercentSeason: try row.decode("player_usage_rate_season"),
                trueShootingLast10: try row.decode("ts_pct_last_10")
            )
        }
        return forms
    }

    /// The shot profiles of exactly the date.
    func shotRates(on date: GameDate, players: Set<String>) async throws -> [String: ShotRates] {
        guard !players.isEmpty else { return [:] }
        let rows = try await query(
            """
            SELECT player_lookup, primary_scoring_zone, paint_rate_last_10, mid_range_rate_last_10,
                   three_pt_rate_last_10, assisted_rate_last_10
            FROM nba_precompute.player_shot_zone_analysis
            WHERE analysis_date = \(PostgresDate(date)) AND removed_at IS NULL
                AND player_lookup = ANY(\(players.sorted()))
            """
        )
        var rates: [String: ShotRates] = [:]
        for row in rows {
            rates[try row.decode("player_lookup")] = ShotRates(
                primaryZone: try row.decode("primary_scoring_zone", as: String?.self)
                    .flatMap(ShotProfile.PrimaryZone.init(rawValue:)),
                paintPercent: try row.decode("paint_rate_last_10"),
                midRangePercent: try row.decode("mid_range_rate_last_10"),
                perimeterPercent: try row.decode("three_pt_rate_last_10"),
                assistedPercent: try row.decode("assisted_rate_last_10")
            )
        }
        return rates
    }

    /// The books' median line for each player's latest earlier game in the window, where it had one.
    func previousConsensus(
        _ players: Set<String>,
        before date: GameDate,
        since first: GameDate,
        season: Int
    ) async throws -> [String: Double] {
        guard !players.isEmpty else { return [:] }
        let rows = try await query(
            """
            SELECT player_lookup, points_line_consensus FROM nba_analytics.upcoming_player_game_context
            WHERE player_lookup = ANY(\(players.sorted())) AND game_date >= \(PostgresDate(first))
                AND game_date < \(PostgresDate(date)) AND season_year = \(season) AND removed_at IS NULL
            ORDER BY game_date
            """
        )
        var latest: [String: Double?] = [:]
        for row in rows {
            let player: String = try row.decode("player_lookup")
            latest.updateValue(try row.decode("points_line_consensus", as: Double?.self), forKey: player)
        }
        return latest.compactMapValues { $0 }
    }

    /// In how many recent games before a day, of those of which a gamebook tells, each player did not take part. A player
    /// of whom none tells is not in the result.
    func listings(
        _ players: Set<String>,
        before date: GameDate,
        season: Int
    ) async throws -> [String: FeatureInputs.Listings] {
        guard !players.isEmpty else { return [:] }
        let first = date.adding(days: -FeatureInputs.Listings.recentDays)
        var listings: [String: FeatureInputs.Listings] = [:]
        for row in try await playerDays(season: season, before: date).joined() where row.date >= first {
            guard !row.isActive || row.isByGamebook, players.contains(row.player) else { continue }
            var listing = listings[row.player] ?? .init(games: 0, missed: 0)
            listing.games += 1
            if !row.isActive || row.game == nil { listing.missed += 1 }
            listings[row.player] = listing
        }
        return listings
    }
}
