import Basketball
import Foundation
import Models
import Pipeline

/// How predictions are judged: the rules, without any reading or writing.
enum GradingRules {
    /// What a player did in a game that is over and whose box score is there.
    enum Result: Sendable, Hashable {
        /// Also with no point: who is on the floor can miss.
        case played(points: Int, minutes: Double?)
        /// Nothing of the prediction is judged.
        case didNotPlay
        /// He was on the floor and his points are not known: nothing can be judged yet.
        case unsettled

        /// - Parameter row: the player's row of the summary; nil when the game has rows and he has none.
        init(_ row: SummaryRow?) {
            guard let row, row.isActive else {
                self = .didNotPlay
                return
            }
            switch (row.points, row.minutes) {
            case (nil, nil), (nil, 0), (0, nil), (0, 0): self = .didNotPlay
            case (nil, _): self = .unsettled
            case (let points?, let minutes): self = .played(points: points, minutes: minutes)
            }
        }

        var points: Int? { if case .played(let points, _) = self { points } else { nil } }
        var minutes: Double? { if case .played(_, let minutes) = self { minutes } else { nil } }
    }

    /// A player's row of `player_game_summary`.
    struct SummaryRow: Sendable, Hashable {
        /// False for who was inactive or did not play by a coach's decision.
        var isActive: Bool
        var points: Int?
        var minutes: Double?
    }

    /// Five players of each side are on the floor at any time: with fewer rows a box score is not there yet.
    static let fewestPlayersOfATeam = 5

    /// Whether the recommended side won; nil where no side was taken, at a push and without an outcome.
    static func isCorrect(_ recommendation: Recommendation, _ outcome: LineResult?) -> Bool? {
        switch (recommendation, outcome) {
        case (.pass, _), (.noLine, _), (_, nil), (_, .push): nil
        case (.over, let outcome): outcome == .over
        case (.under, let outcome): outcome == .under
        }
    }

    /// What a stake of 1 on the recommended side gained: 0 where it was not placed or is returned (a push, a player who
    /// did not play), nil where a side was taken and nobody named a price.
    ///
    /// - Parameter outcome: nil for who did not play.
    static func profit(_ recommendation: Recommendation, _ outcome: LineResult?, price: Int?) -> Double? {
        guard recommendation == .over || recommendation == .under else { return 0 }
        guard let isCorrect = isCorrect(recommendation, outcome) else { return 0 }
        guard let gain = price.flatMap({ Odds.profit(american: $0) }) else { return nil }
        return isCorrect ? gain : -1
    }

    /// 1 … 10; a certainty is in the last tenth.
    static func decile(of confidence: Double) -> Int { min(10, Int(10 * confidence) + 1) }

    /// Whether a prediction was made live and before its game. Nil where what is known does not say.
    static func wasMadeBeforeTipoff(_ lane: Lane?, predictedAt: Date?, tipoffAt: Date?) -> Bool? {
        if lane == .backfill { return false }
        guard let predictedAt, let tipoffAt else { return nil }
        if predictedAt >= tipoffAt { return false }
        return lane == nil ? nil : true
    }
}
