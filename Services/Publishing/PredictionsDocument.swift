import Basketball
import Pipeline

/// `predictions/{date}.json`: the predictions of a date by game. ``TonightDocument`` publishes it with the slate that it
/// belongs to.
enum PredictionsDocument {
    static let kind = "predictions"
    static let schemaVersion = 1

    static func draft(_ slate: Slate) -> DocumentDraft {
        var players = slate.players.filter { $0.prediction != nil }
        // The document shows no offers, so a bad one is no fault of it.
        for index in players.indices { players[index].offers = [] }
        return DocumentDraft(
            kind: kind,
            key: slate.date.description,
            schemaVersion: schemaVersion,
            slate: slate,
            checks: DocumentChecks(
                slate: slate,
                players: players,
                withdrawn: slate.players.count(where: \.isWithdrawn)
            ),
            data: content(slate, players)
        )
    }

    private static func content(_ slate: Slate, _ players: [Slate.Player]) -> JSONValue {
        let byGame = Dictionary(grouping: players, by: \.gameID)
        let versions = Set(players.compactMap { $0.prediction?.modelVersion }).sorted()
        return [
            "game_date": .string(slate.date.description),
            "total_games": .count(slate.activeGames.count),
            "total_predictions": .count(players.count),
            "total_with_lines": .count(players.count { $0.prediction?.line != nil }),
            "has_synthetic_lines": .bool(players.contains { $0.prediction?.isLineSynthetic == true }),
            "model_versions": .list(versions),
            "games": .array(
                slate.activeGames.sorted { $0.gameID < $1.gameID }.map { game($0, byGame[$0.gameID] ?? []) }
            ),
        ]
    }

    private static func game(_ game: Slate.Game, _ players: [Slate.Player]) -> JSONValue {
        let ordered = players.sorted { left, right in
            (-(left.prediction?.confidence ?? 0), left.lookup) < (-(right.prediction?.confidence ?? 0), right.lookup)
        }
        func count(_ recommendation: String) -> JSONValue {
            .count(players.count { $0.prediction?.recommendation == recommendation })
        }
        return [
            "game_id": .string(game.gameID), "home_team": .string(game.home), "away_team": .string(game.away),
            "prediction_count": .count(players.count),
            "recommendation_breakdown": [
                "over": count("OVER"), "under": count("UNDER"), "pass": count("PASS"), "no_line": count("NO_LINE"),
            ],
            "predictions": .array(ordered.compactMap(player)),
        ]
    }

    private static func player(_ player: Slate.Player) -> JSONValue? {
        guard let prediction = player.prediction else { return nil }
        return [
            "player_lookup": .string(player.lookup), "name": .maybe(player.name), "team": .string(player.team),
            "is_home": .bool(player.isHome),
            "prediction": [
                "points": .rounded(prediction.points),
                "confidence_percent": .rounded(100 * prediction.confidence),
                "recommendation": .string(prediction.recommendation),
                "line": .rounded(prediction.line, 1),
                "edge": .rounded(prediction.edge),
                "over_probability_percent": .rounded(prediction.overProbability.map { 100 * $0 }),
                "line_source": .maybe(prediction.lineSource),
                "is_line_synthetic": .maybe(prediction.isLineSynthetic),
            ],
            "feature_quality_percent": .rounded(prediction.qualityScore),
        ]
    }
}
