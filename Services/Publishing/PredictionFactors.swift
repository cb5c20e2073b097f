import Basketball

/// Short sentences why a side was taken, and what speaks against it. Both follow the same rules with the sides exchanged;
/// what is neutral stays away.
enum PredictionFactors {
    static let limit = 4

    static func supporting(_ player: Slate.Player) -> [String] {
        guard let prediction = player.prediction, let edge = prediction.edge else { return [] }
        switch prediction.recommendation {
        case "OVER": return Array(over(player, edge).prefix(limit))
        case "UNDER": return Array(under(player, -edge).prefix(limit))
        default: return []
        }
    }

    static func opposing(_ player: Slate.Player) -> [String] {
        guard let prediction = player.prediction, let edge = prediction.edge else { return [] }
        switch prediction.recommendation {
        case "OVER": return Array(under(player, -edge).prefix(limit))
        case "UNDER": return Array(over(player, edge).prefix(limit))
        default: return []
        }
    }

    private static func over(_ player: Slate.Player, _ edge: Double) -> [String] {
        var factors = edgeFactor(edge, "above")
        factors += trend(player, "O", "over")
        if TonightPlayer.form(player) == "Hot" { factors.append("Scoring above his season average of late") }
        if player.prediction?.fatigueScore.map({ $0 >= 95 }) ?? ((player.daysRest ?? 0) >= 2) {
            factors.append(player.daysRest.map { "Rested: \($0) days off" } ?? "Rested")
        }
        return factors
    }

    private static func under(_ player: Slate.Player, _ edge: Double) -> [String] {
        var factors = edgeFactor(edge, "below")
        factors += trend(player, "U", "under")
        if TonightPlayer.form(player) == "Cold" { factors.append("Scoring below his season average of late") }
        if player.isBackToBack == true {
            factors.append("Second night of a back-to-back")
        } else if let score = player.prediction?.fatigueScore, score < 75 {
            factors.append("Tired by the recent schedule")
        }
        return factors
    }

    private static func edgeFactor(_ edge: Double, _ side: String) -> [String] {
        guard edge >= 3 else { return [] }
        let points = Rounding.halfAway(edge, places: 1)
        return ["\(edge >= 5 ? "Predicted far" : "Predicted") \(side) the line, by \(points) points"]
    }

    /// At least two thirds of at least five games with a line went that way.
    private static func trend(_ player: Slate.Player, _ letter: String, _ word: String) -> [String] {
        let results = player.recent.map { TonightPlayer.outcome($0, against: $0.line) }.filter { "OUP".contains($0) }
        let hits = results.count { $0 == letter }
        guard results.count >= 5, 3 * hits >= 2 * results.count else { return [] }
        return ["Went \(word) in \(hits) of his last \(results.count) games with a line"]
    }
}
