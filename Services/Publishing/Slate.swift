import Basketball
import Foundation

/// Everything that a date's documents are made of, read in one snapshot.
struct Slate: Sendable {
    var date: GameDate
    /// By start time, then by id.
    var games: [Game]
    /// By player.
    var players: [Player]
    /// The newest capture of a source that the slate shows.
    var dataAsOf: Date?
    /// Why what led here is incomplete.
    var reasons: [String]

    struct Game: Sendable, Hashable {
        var gameID: String
        var home: String
        var away: String
        var tipoffAt: Date?
        var status: Status
        var homeScore: Int?
        var awayScore: Int?

        enum Status: String, Sendable, Hashable { case scheduled, inProgress = "in_progress", final, postponed }
    }

    struct Player: Sendable {
        var lookup: String
        var name: String?
        var gameID: String
        var team: String
        var isHome: Bool
        var daysRest: Int?
        var isBackToBack: Bool?
        /// The last word before tip-off on whether he plays; nil when nobody names him.
        var injuryStatus: String?
        var injuryReason: String?
        var prediction: Prediction?
        /// Whether an operator has taken his prediction out; then there is none.
        var isWithdrawn = false
        /// The operator's reason.
        var withdrawalReason: String?
        /// Offers for his points, the preferred bookmaker first.
        var offers: [Offer] = []
        /// How the preferred bookmaker's line moved, the oldest first: where it opened, and each time it changed.
        var lineHistory: [LinePoint] = []
        var season = SeasonStatistics()
        /// The newest game first, at most ten, all before the date.
        var recent: [PastGame] = []
        /// Points in the slate's own game, once it is final.
        var actualPoints: Int?

        /// The line that is shown: the one that was predicted against.
        var line: Double? { prediction?.line ?? offers.first?.line }
    }

    struct Prediction: Sendable, Hashable {
        var points: Double
        /// 0 … 1.
        var confidence: Double
        var recommendation: String
        var line: Double?
        var lineSource: String?
        var isLineSynthetic: Bool?
        var overProbability: Double?
        /// Points between which he ends eight times in ten; nil of a system that knows none.
        var intervalLow: Double?
        var intervalHigh: Double?
        /// 0 … 100, high means rested; nil while nothing computes it.
        var fatigueScore: Double?
        /// 0 … 100.
        var qualityScore: Double
        var modelVersion: String

        var edge: Double? { line.map { points - $0 } }
    }

    struct Offer: Sendable, Hashable {
        var bookmaker: String
        var line: Double
        var overOdds: Int?
        var underOdds: Int?
        var isSynthetic: Bool
        /// When the bookmaker was seen to offer it.
        var seenAt: Date?
    }

    struct LinePoint: Sendable, Hashable {
        var line: Double
        var seenAt: Date
    }

    struct SeasonStatistics: Sendable, Hashable {
        var games = 0
        var points: Double?
        var minutes: Double?
        /// Shares, 0 … 1.
        var fieldGoalShare: Double?
        var threePointShare: Double?
        var plusMinus: Double?
        var freeThrowAttempts: Double?
        /// Mean points of the games in the last thirty days.
        var pointsLast30Days: Double?
    }

    struct PastGame: Sendable, Hashable {
        var hasPlayed: Bool
        var points: Int?
        var minutes: Double?
        var line: Double?
        var isHome: Bool
        var plusMinus: Int?
    }

    /// Games that are to be played.
    var activeGames: [Game] { games.filter { $0.status != .postponed } }

    var hasSyntheticLines: Bool {
        players.contains { $0.prediction?.isLineSynthetic == true || $0.offers.contains(where: \.isSynthetic) }
    }

    /// Where the slate stands.
    var state: String {
        let active = activeGames
        if active.isEmpty { return "no_games" }
        if active.allSatisfy({ $0.status == .final }) { return "awaiting_grading" }
        if active.contains(where: { $0.status != .scheduled }) { return "live" }
        if players.contains(where: { $0.prediction != nil }) { return "predictions_ready" }
        return players.contains(where: { $0.line != nil }) ? "lines_no_predictions" : "scheduled_no_lines"
    }
}
