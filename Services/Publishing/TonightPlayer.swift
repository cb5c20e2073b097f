import Basketball
import Pipeline

/// One player of the tonight page.
enum TonightPlayer {
    /// Points that the last five games must differ from the season by.
    static let formDifference = 3.0
    /// Fewer games than this are too few to rest on.
    static let limitedGames = 10

    static func content(_ player: Slate.Player) -> JSONValue {
        let season = player.season
        let lastFive = lastFivePoints(player)
        var object = JSONObject([
            ("player_lookup", .string(player.lookup)), ("name", .maybe(player.name)), ("team", .string(player.team)),
            ("is_home", .bool(player.isHome)), ("has_line", .bool(player.line != nil)),
            ("fatigue_level", .maybe(fatigueLevel(player))),
            ("fatigue_score", .rounded(player.prediction?.fatigueScore)), ("days_rest", .maybe(player.daysRest)),
            ("is_back_to_back", .maybe(player.isBackToBack)),
            ("injury_status", .maybe(player.injuryStatus)), ("injury_reason", .maybe(player.injuryReason)),
            ("season_ppg", .rounded(season.points)), ("season_mpg", .rounded(season.minutes)),
            ("season_fg_percent", .rounded(season.fieldGoalShare.map { 100 * $0 })),
            ("season_three_percent", .rounded(season.threePointShare.map { 100 * $0 })),
            ("season_plus_minus", .rounded(season.plusMinus)), ("season_fta", .rounded(season.freeThrowAttempts)),
            ("games_played", .count(season.games)), ("limited_data", .bool(season.games < limitedGames)),
            ("last_5_ppg", .rounded(lastFive)), ("last_30d_ppg", .rounded(season.pointsLast30Days)),
            ("recent_form", .maybe(form(player))),
            ("last_10", last10(player)),
        ])
        if let points = player.actualPoints {
            object["actual_points"] = .count(points)
            object["result"] = .maybe(result(player.prediction, points))
        }
        if player.line != nil {
            object["props"] = .array(offers(of: player).map(offer))
            object["line_history"] = .array(
                player.lineHistory.map { ["line": .rounded($0.line), "seen_at": .maybe($0.seenAt)] }
            )
        }
        if player.isWithdrawn { object["prediction_withdrawn"] = true }
        if let prediction = player.prediction {
            object["prediction"] = [
                "predicted": .rounded(prediction.points), "confidence_percent": .rounded(100 * prediction.confidence),
                "recommendation": .string(prediction.recommendation), "line": .rounded(prediction.line),
                "edge": .rounded(prediction.edge), "over_probability": .rounded(prediction.overProbability, 3),
                "interval_low": .rounded(prediction.intervalLow), "interval_high": .rounded(prediction.intervalHigh),
                "model_version": .string(prediction.modelVersion),
                "is_line_synthetic": .maybe(prediction.isLineSynthetic),
                "factors": .list(PredictionFactors.supporting(player)),
                "factors_against": .list(PredictionFactors.opposing(player)),
            ]
        }
        return .object(object)
    }

    /// The newest game first; a game that he missed says DNP and a game without a line a dash.
    private static func last10(_ player: Slate.Player) -> JSONValue {
        let games = player.recent
        func each(_ value: (Slate.PastGame) -> JSONValue) -> JSONValue {
            .array(games.map { $0.hasPlayed ? value($0) : "DNP" })
        }
        let results = games.map { outcome($0, against: $0.line) }
        let versusAverage = games.map { outcome($0, against: player.season.points) }
        return [
            "points": each { .maybe($0.points) }, "minutes": each { .rounded($0.minutes) },
            "plus_minus": each { .maybe($0.plusMinus) },
            "lines": .array(games.map { .rounded($0.line) }),
            "home_away": .array(games.map { $0.isHome ? "H" : "A" }),
            "results": .list(results), "vs_average": .list(versusAverage),
            "record": .string(record(results)), "vs_average_record": .string(record(versusAverage)),
        ]
    }

    /// O, U or P (push) against a number, `-` without one, `DNP` for a missed game.
    static func outcome(_ game: Slate.PastGame, against number: Double?) -> String {
        guard game.hasPlayed, let points = game.points.map(Double.init) else { return "DNP" }
        guard let number else { return "-" }
        return points > number ? "O" : points < number ? "U" : "P"
    }

    /// `6-4`: overs and unders.
    static func record(_ results: [String]) -> String {
        "\(results.count { $0 == "O" })-\(results.count { $0 == "U" })"
    }

    static func lastFivePoints(_ player: Slate.Player) -> Double? {
        SampleStatistics.mean(player.recent.filter(\.hasPlayed).compactMap(\.points).prefix(5).map(Double.init))
    }

    static func form(_ player: Slate.Player) -> String? {
        guard let lastFive = lastFivePoints(player), let season = player.season.points else { return nil }
        return lastFive >= season + formDifference ? "Hot" : lastFive <= season - formDifference ? "Cold" : "Neutral"
    }

    static func fatigueLevel(_ player: Slate.Player) -> String? {
        player.prediction?.fatigueScore.map { $0 >= 95 ? "fresh" : $0 >= 75 ? "normal" : "tired" }
    }

    private static func result(_ prediction: Slate.Prediction?, _ points: Int) -> String? {
        guard let prediction, let line = prediction.line else { return nil }
        // As grading has it: only a side that was taken can be returned.
        switch prediction.recommendation {
        case "OVER", "UNDER":
            if Double(points) == line { return "PUSH" }
            return (Double(points) > line) == (prediction.recommendation == "OVER") ? "WIN" : "LOSS"
        default: return nil
        }
    }

    /// Every bookmaker's last offer, those at the line that was predicted against first; that line alone comes first when
    /// nobody offers it any more.
    private static func offers(of player: Slate.Player) -> [Slate.Offer] {
        let others = player.offers.filter { $0.line != player.line }
        let matching = player.offers.filter { $0.line == player.line }
        guard matching.isEmpty, let line = player.line else { return matching + others }
        return [
            Slate.Offer(
                bookmaker: player.prediction?.lineSource ?? "unknown",
                line: line,
                overOdds: nil,
                underOdds: nil,
                isSynthetic: player.prediction?.isLineSynthetic ?? false
            )
        ] + others
    }

    private static func offer(_ offer: Slate.Offer) -> JSONValue {
        // American odds have no value between -100 and 100.
        func odds(_ value: Int?) -> JSONValue { .maybe(value.flatMap { $0.magnitude < 100 ? nil : $0 }) }
        return [
            "stat_type": "points", "bookmaker": .string(offer.bookmaker), "line": .rounded(offer.line),
            "over_odds": odds(offer.overOdds), "under_odds": odds(offer.underOdds),
            "is_line_synthetic": .bool(offer.isSynthetic), "seen_at": .maybe(offer.seenAt),
        ]
    }
}
