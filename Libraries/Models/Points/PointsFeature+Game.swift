import Basketball

// What the two teams of the game say.
extension PointsFeature {
    static let matchups: [PointsFeature] = schedule + strengths + opponent

    private static let schedule: [PointsFeature] = [
        .init(count: "season_day", .days, "days since the season's first game") { $0.date - $0.seasonStart },
        .init(count: "team_season_games", .games, "games of the team in the season") { $0.day.team.seasonGames },
        .init(count: "team_rest_days", .days, "days since the team's last game, at most 10") {
            $0.day.team.restDays($0.date)
        },
        .init(count: "opponent_rest_days", .days, "days since the opponent's last game, at most 10") {
            $0.day.opponent.restDays($0.date)
        },
        .init(count: "team_games_last_7_days", .games, "the team's games at most 7 days ago") {
            $0.day.team.games(within: 7, of: $0.date)
        },
        .init(count: "opponent_games_last_7_days", .games, "the opponent's games at most 7 days ago") {
            $0.day.opponent.games(within: 7, of: $0.date)
        },
    ]

    private static let strengths: [PointsFeature] = [
        .init("expected_pace", .possessions, "possessions of both teams' games, added, less the league's") {
            $0.matchup.pace
        },
        .init("expected_team_points", .points, "both teams' ratings times the pace, 1.1 more at home and less away") {
            $0.matchup.teamPoints
        },
        .init("expected_opponent_points", .points, "the same for the opponent") { $0.matchup.opponentPoints },
        .init("expected_margin", .points, "the difference of the two") {
            $0.matchup.teamPoints - $0.matchup.opponentPoints
        },
        .init("scoring_multiple", .ratio, "expected multiple of the team's usual scoring") {
            $0.matchup.scoringMultiple
        },
        .init("opponent_defense", .ratio, "points a possession that the opponent allows, over the league's") {
            $0.matchup.defenseRatio
        },
        .init("opponent_possessions", .possessions, "possessions of the opponent's games less the league's") {
            $0.matchup.opponentPossessions
        },
        .init("opponent_defense_h8", .ratio, "the opponent's defence at half life 8") { $0.matchup.shortDefenseRatio },
        .init("team_points_h30", .points, "the team's mean points, half life 30") { $0.matchup.usualPoints },
        .init("team_points_h8", .points, "the team's mean points, half life 8") { $0.matchup.shortUsualPoints },
        .init("opponent_threes_allowed", .attempts, "mean three-point attempts against the opponent") {
            $0.matchup.threesAllowed
        },
        .init("opponent_free_throws_allowed", .attempts, "mean free throw attempts against the opponent") {
            $0.matchup.freeThrowsAllowed
        },
        .init("opponent_rebounds_allowed", .rebounds, "mean offensive rebounds against the opponent") {
            $0.matchup.offensiveReboundsAllowed
        },
        .init("opponent_steals_and_blocks", .events, "mean steals and blocks of the opponent") {
            $0.matchup.opponentStealsAndBlocks
        },
    ]

    private static let opponent: [PointsFeature] = [
        .init("opponent_role_points", .ratio, "points of players of his role against the opponent, over expectation") {
            $0.day.defense.pointsRatio($0.state.role)
        },
        .init("opponent_player_points", .ratio, "points of all players against the opponent, over expectation") {
            $0.day.defense.pointsRatio
        },
        .init("opponent_role_minutes", .ratio, "minutes of players of his role against the opponent, over usual") {
            $0.day.defense.minutesRatio($0.state.role)
        },
        .init("versus_opponent", .points, "his points over expectation against the opponent, drawn to 0 by 6 games") {
            $0.versusOpponent
        },
        .init("opponent_factor_change", .ratio, "the opponent's factor less the mean of his opponents, half life 25") {
            $0.matchup.opponentFactor - $0.mean(.opponentFactor, .h25)
        },
        .init("adjusted_points_today", .points, "adjusted points at half life 10 times the opponent's factor") {
            $0.mean(.adjustedPoints, .h10) * $0.matchup.opponentFactor
        },
    ]

    static let absences: [PointsFeature] = [
        .init(
            "expected_minutes",
            .minutes,
            "regulation minutes at half life 10 after his last game; 0 before the first"
        ) {
            $0.state.load.minutes
        },
        .init("vacated_minutes", .minutes, "teammates' minutes times their chances not to play") {
            $0.absences.expected.minutes
        },
        .init("vacated_points", .points, "teammates' points times their chances not to play") {
            $0.absences.expected.points
        },
        .init("vacated_usage", .events, "teammates' ended possessions times their chances not to play") {
            $0.absences.expected.usageEvents
        },
        .init("vacated_minutes_similar", .minutes, "vacated minutes, teammates weighted by likeness in bigness") {
            $0.absences.similar.minutes
        },
        .init("vacated_points_similar", .points, "vacated points, teammates weighted by likeness in bigness") {
            $0.absences.similar.points
        },
        .init("missing_minutes", .minutes, "minutes of teammates who missed the team's last game") {
            $0.absences.sinceLastGame.minutes
        },
        .init("missing_points", .points, "points of teammates who missed the team's last game") {
            $0.absences.sinceLastGame.points
        },
        .init(
            "vacated_minutes_change_h10",
            .minutes,
            "vacated minutes less what was vacated in his games, half life 10"
        ) {
            $0.absences.expected.minutes - $0.mean(.vacatedMinutes, .h10)
        },
        .init("vacated_points_change_h10", .points, "vacated points less what was vacated in his games, half life 10") {
            $0.absences.expected.points - $0.mean(.vacatedPoints, .h10)
        },
        .init("vacated_minutes_change_h4", .minutes, "vacated minutes less what was vacated in his games, half life 4")
        {
            $0.absences.expected.minutes - $0.mean(.vacatedMinutes, .h4)
        },
        .init("vacated_points_change_h4", .points, "vacated points less what was vacated in his games, half life 4") {
            $0.absences.expected.points - $0.mean(.vacatedPoints, .h4)
        },
        .init("minutes_scale", .ratio, "240 over the minutes of those who are likely to play") {
            $0.absences.minutesScale
        },
        .init("scaled_minutes", .minutes, "expected minutes times that scale, at most 44") {
            $0.absences.scaledMinutes
        },
        .init("opponent_vacated_minutes", .minutes, "the opponent's minutes times the chances not to play") {
            $0.day.opponentAbsences.expected.minutes
        },
        .init("bigness", .per36Minutes, "rebounds less assists per 36 minutes after his last game") {
            $0.state.bigness
        },
    ]
}
