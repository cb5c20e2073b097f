// What a player's own games say.
extension PointsFeature {
    private static let mostGames = 500

    static let experience: [PointsFeature] = [
        .init(count: "career_games", .games, "appearances so far, at most 500") { min($0.state.games, mostGames) },
        .init(count: "season_games", .games, "appearances of the season so far") { $0.state.season?.games ?? 0 },
    ]

    /// Means and rates at one half life: the fewer the shorter it is.
    static func form(at span: PlayerSpan) -> [PointsFeature] {
        func named(_ name: String) -> String { "\(name)_\(span.suffix)" }
        var features: [PointsFeature] = [
            .init(named("minutes"), .minutes, "mean minutes") { $0.mean(.minutes, span) },
            .init(named("points"), .points, "mean points") { $0.mean(.points, span) },
            .init(named("points_per_minute"), .perMinute, "points over minutes, drawn to 0.41 by 24 minutes") {
                $0.sums.pointsPerMinute(span)
            },
        ]
        guard span != .h1AndHalf else { return features }
        features += [
            .init(named("usage_per_minute"), .perMinute, "possessions ended per minute, drawn to 0.45 by 24 minutes") {
                $0.usagePerMinute(span)
            },
            .init(named("field_goal_attempts"), .attempts, "mean field goal attempts") {
                $0.mean(.fieldGoalsAttempted, span)
            },
            .init(named("regulation_minutes"), .minutes, "mean minutes, games scaled to 48 minutes") {
                $0.mean(.regulationMinutes, span)
            },
            .init(named("adjusted_points"), .points, "mean of points per 48-minute game over the opponent's factor") {
                $0.mean(.adjustedPoints, span)
            },
        ]
        guard span == .h4 || span == .h25 else { return features }
        features += [
            .init(named("start_share"), .fraction, "games with one of his team's five highest minutes") {
                $0.mean(.start, span)
            },
            .init(named("true_shooting"), .fraction, "points over twice the shooting possessions, drawn to 0.55") {
                $0.trueShooting(span)
            },
            .init(named("usage_share"), .fraction, "mean share of the possessions that his team's players ended") {
                $0.mean(.usageShare, span)
            },
            .init(named("fouls_per_minute"), .perMinute, "fouls over minutes, drawn to two in 24 minutes") {
                $0.foulsPerMinute(span)
            },
            .init(named("plus_minus"), .points, "mean plus-minus") { $0.mean(.plusMinus, span) },
        ]
        return features
    }

    static let rates: [PointsFeature] = [
        rate("three_point_attempts", .threePointersAttempted, prior: 0.15),
        rate("free_throw_attempts", .freeThrowsAttempted, prior: 0.08),
        rate("assists", .assists, prior: 0.09),
        rate("rebounds", .rebounds, prior: 0.2),
        rate("offensive_rebounds", .offensiveRebounds, prior: 0.045),
        rate("steals", .steals, prior: 0.03),
        rate("blocks", .blocks, prior: 0.02),
        rate("turnovers", .turnovers, prior: 0.055),
        .init("three_point_fraction", .fraction, "made of attempted at half life 60, drawn to 18 of 50") {
            $0.threePointFraction
        },
        .init("free_throw_fraction", .fraction, "made of attempted at half life 60, drawn to 15 of 20") {
            $0.freeThrowFraction
        },
        .init("two_point_fraction", .fraction, "made of attempted at half life 60, drawn to 26 of 50") {
            $0.twoPointFraction
        },
    ]

    private static func rate(_ name: String, _ series: PlayerSeries, prior: Double) -> PointsFeature {
        .init("\(name)_per_minute", .perMinute, "per minute at half life 25, drawn to \(prior) by 24 minutes") {
            $0.sums.perMinute(series, .h25, prior: prior)
        }
    }

    static let lastGames: [PointsFeature] = [
        .init("points_last_10", .points, "mean of the last ten games, across seasons") {
            PointsContext.mean($0.recentPoints)
        },
        .init("minutes_last_10", .minutes, "mean of the last ten games") { PointsContext.mean($0.recentMinutes) },
        .init("points_last_5", .points, "mean of the last five games") {
            PointsContext.mean($0.recentPoints.suffix(5))
        },
        .init("points_deviation_last_10", .points, "population deviation of the last ten, from three games on") {
            PointsContext.deviation($0.recentPoints)
        },
        .init("minutes_deviation_last_10", .minutes, "population deviation of the last ten, from three games on") {
            PointsContext.deviation($0.recentMinutes)
        },
        .init("minutes_last_game", .minutes, "minutes of the last game") { $0.minutes(gamesAgo: 1) },
        .init("minutes_2_games_ago", .minutes, "minutes of the game before the last") { $0.minutes(gamesAgo: 2) },
        .init("minutes_3_games_ago", .minutes, "minutes of the game before these two") { $0.minutes(gamesAgo: 3) },
        .init("points_last_game", .points, "points of the last game") { $0.recentPoints.last ?? .nan },
        .init("minutes_median_last_10", .minutes, "median of the last ten games") {
            PointsContext.median($0.recentMinutes)
        },
        .init("minutes_lowest_last_10", .minutes, "least of the last ten games") { $0.recentMinutes.min() ?? .nan },
        .init("minutes_highest_last_10", .minutes, "most of the last ten games") { $0.recentMinutes.max() ?? .nan },
        .init("minutes_trend", .minutes, "mean of the last three games less that of the last ten") { $0.minutesTrend },
        .init("points_median_last_10", .points, "median of the last ten games") {
            PointsContext.median($0.recentPoints)
        },
    ]

    static let seasons: [PointsFeature] = [
        .init("points_season", .points, "mean of the season; unknown before its first game") {
            $0.state.season?.pointsPerGame ?? .nan
        },
        .init("minutes_season", .minutes, "mean of the season; unknown before its first game") {
            $0.state.season?.minutesPerGame ?? .nan
        },
        .init(count: "previous_season_games", .games, "appearances of the season in which he played last before this") {
            $0.state.previousSeason?.games ?? 0
        },
        .init("previous_season_minutes", .minutes, "its mean minutes") {
            $0.state.previousSeason?.minutesPerGame ?? .nan
        },
        .init("previous_season_points", .points, "its mean points") { $0.state.previousSeason?.pointsPerGame ?? .nan },
        .init("points_season_shrunk", .points, "mean of the season, drawn by 12 games to the season before") {
            $0.shrunkSeasonPoints
        },
        .init("minutes_season_shrunk", .minutes, "mean of the season, drawn by 12 games to the season before") {
            $0.shrunkSeasonMinutes
        },
    ]

    static let rest: [PointsFeature] = [
        .init("rest_days", .days, "days since his last game, at most 30; unknown before the first") { $0.restDays },
        .init(flag: "is_after_long_gap", "more than 60 days since his last game, or none yet") { $0.isAfterLongGap },
        .init(flag: "is_new_of_team", "his last game was for another team") { $0.isNewOfTeam },
        .init(count: "team_games_missed", .games, "team games since his last one for it, at most 20; all when new") {
            $0.gamesMissed
        },
        .init(count: "games_for_team", .games, "appearances in a row for this team, at most 60") { $0.gamesForTeam },
        .init(
            count: "games_since_return",
            .games,
            "appearances since he missed three team games or ten days, at most 20; 0 while he misses"
        ) { $0.gamesSinceReturn },
        .init("minutes_to_regain", .minutes, "minutes (half life 10) before that absence, or now, less those at 4") {
            $0.minutesToRegain
        },
        .init(count: "games_last_7_days", .games, "his games at most 7 days ago") {
            $0.state.games(within: 7, of: $0.date)
        },
        .init(count: "games_last_14_days", .games, "his games at most 14 days ago") {
            $0.state.games(within: 14, of: $0.date)
        },
        .init(flag: "is_home", "his team is the host") { $0.side.isHome },
        .init("home_split", .points, "points over expectation at home less away, each drawn to 0 by 30 games") {
            $0.homeSplit
        },
        .init("points_deviation", .points, "root of the mean square of points less expected, half life 30") {
            $0.pointsDeviation
        },
        .init("minutes_deviation", .minutes, "root of the mean square of minutes less expected, half life 30") {
            $0.minutesDeviation
        },
    ]
}
