import Models
import Pipeline

/// What a system saw of a player, kept with its prediction: without it, a wrong number cannot be explained afterwards.
enum FeatureSnapshot {
    static func of(_ prediction: SystemPrediction, _ row: PointsFeatureRow) throws -> JSONValue {
        switch prediction.system {
        case .gradientBoosted: return ["points_features": .array(row.values.map(number))]
        case .ensemble:
            return ["members": .object(JSONObject(prediction.terms.map { ($0.name, .double($0.points)) }))]
        case .similarity:
            return ["profile": profile(row.profile), "games": .array(row.profile.history.map(game))]
        case .movingAverage, .zoneMatchup: return ["profile": profile(row.profile)]
        }
    }

    private static func number(_ value: Float) -> JSONValue { value.isNaN ? .null : .double(Double(value)) }

    private static func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }

    private static func number(_ value: Int?) -> JSONValue { value.map { .int(Int64($0)) } ?? .null }

    private static func profile(_ profile: PointsProfile) -> JSONValue {
        let opponent = profile.opponent
        return [
            "games": number(profile.games), "season_games": number(profile.seasonGames),
            "points_last_5": number(profile.pointsLast5), "points_last_10": number(profile.pointsLast10),
            "points_season": number(profile.seasonPoints), "points_season_before": number(profile.previousSeasonPoints),
            "points_recent": number(profile.recentPoints), "points_deviation_last_10": number(profile.deviationLast10),
            "points_deviation": number(profile.pointsDeviation), "minutes_last_10": number(profile.minutesLast10),
            "minutes_usual": number(profile.usualMinutes),
            "zone_points": .object(JSONObject(profile.zones.map { ($0.zone.rawValue, .double($0.points)) })),
            "is_home": .bool(profile.isHome), "rest_days": number(profile.restDays),
            "games_last_7_days": number(profile.gamesLast7Days),
            "opponent": [
                "games": number(opponent.games), "pace_ratio": number(opponent.pace),
                "points_per_possession_ratio": number(opponent.defense),
                "two_pointers_ratio": number(opponent.twoPointers),
                "three_pointers_ratio": number(opponent.threePointers),
                "free_throws_ratio": number(opponent.freeThrows),
                "role_points_ratio": number(profile.opponentRolePoints),
            ],
            "vacated_minutes_change": number(profile.vacatedMinutesChange),
            "vacated_points_change": number(profile.vacatedPointsChange),
            "vacated_usage_events": number(profile.vacatedUsage),
        ]
    }

    /// Date, points, minutes, rest in days, home, what the opponent allowed as a ratio, form in points.
    private static func game(_ game: PastGame) -> JSONValue {
        .array([
            .string("\(game.date)"), .int(Int64(game.points)), .double(game.minutes), number(game.restDays),
            .bool(game.isHome), .double(game.opponentScoring), number(game.form),
        ])
    }
}
