import Basketball
import Foundation
import Pipeline
import Postgres

/// A side of a player's line that readers were shown: locked as it was shown first, with what has become of it since.
struct Pick: Sendable, Hashable {
    /// Names a pick for good.
    struct Key: Sendable, Hashable {
        var gameID: String
        var player: String
        var side: Side
    }

    enum Side: String, Sendable, Hashable, CaseIterable {
        case over = "OVER"
        case under = "UNDER"
    }

    var key: Key
    var gameDate: GameDate
    var name: String?
    var team: String
    var opponent: String
    var tipoffAt: Date
    /// What it was shown with.
    var offer: Offer
    var shownAt: Date
    /// Nil while it stands.
    var retraction: Retraction?
    /// Nil until grading has judged his game.
    var outcome: Outcome?

    /// A side at its price, and what a system said of it.
    struct Offer: Sendable, Hashable {
        var bookmaker: String
        /// Points.
        var line: Double
        /// American odds of the side.
        var price: Int
        /// 0 … 1, a push left out.
        var winProbability: Double
        /// Expected gain as a share of the stake.
        var expectedValue: Double
        /// Predicted points less the line.
        var edge: Double
        var predicted: Double
        var systemID: String
        var modelVersion: String
        /// What speaks for the side, at most ``Pick/mostReasons`` sentences.
        var reasons: [String]
    }

    static let mostReasons = 3

    struct Retraction: Sendable, Hashable {
        var reason: Reason
        /// The words of the source or of the operator.
        var detail: String?
        var at: Date

        enum Reason: String, Sendable, Hashable, CaseIterable {
            case playerOut = "player_out"
            /// Nobody offers a line for him any more.
            case lineGone = "line_gone"
            case gamePostponed = "game_postponed"
            /// An operator has taken him out.
            case withdrawn
        }
    }

    /// What grading says of his game.
    struct Outcome: Sendable, Hashable {
        /// Nil for who did not play.
        var points: Int?
        var isVoided: Bool
        var voidReason: String?
    }

    enum Result: String, Sendable, Hashable, CaseIterable {
        case win = "WIN"
        case loss = "LOSS"
        case push = "PUSH"
        case void = "VOID"
    }

    var isOpen: Bool { retraction == nil }

    /// By the line that it was shown with, wherever it moved; nil while nobody has judged it. Whether he played is
    /// grading's word and no second one is spoken here.
    var result: Result? {
        guard let outcome else { return retraction?.reason == .gamePostponed ? .void : nil }
        if outcome.isVoided { return .void }
        guard let points = outcome.points else { return nil }
        switch LineResult(points: points, line: offer.line) {
        case .push: return .push
        case .over: return key.side == .over ? .win : .loss
        case .under: return key.side == .under ? .win : .loss
        }
    }

    /// What a stake of 1 gained at the price that was shown; nil while there is no result.
    var profit: Double? {
        switch result {
        case nil: nil
        case .win: Odds.profit(american: offer.price)
        case .loss: -1
        case .push, .void: 0
        }
    }
}

extension Pick {
    /// The picks of some dates, by date and time, as their events leave them.
    ///
    /// Grading judges predictions, and a player who was ruled out has none any more: once others of his game are judged,
    /// the box score says what became of his pick.
    static func all(_ dates: ClosedRange<GameDate>, _ reader: SnapshotReader) async throws -> [Pick] {
        let rows = try await reader.query(
            """
            SELECT p.*, CASE WHEN j.is_judged THEN COALESCE(a.is_voided, s.player_status IS DISTINCT FROM 'active')
                   END AS is_voided,
                   CASE WHEN a.is_voided IS NULL AND s.player_status IS DISTINCT FROM 'active'
                        THEN \(VoidReason.unknown.rawValue) ELSE a.void_reason END AS void_reason,
                   CASE WHEN a.is_voided IS NULL THEN s.points ELSE a.actual_points END AS actual_points
            FROM nba_publishing.pick AS p
            LEFT JOIN LATERAL (
                SELECT is_voided, void_reason, actual_points FROM nba_predictions.prediction_accuracy AS g
                WHERE g.game_date = p.game_date AND g.player_lookup = p.player_lookup AND g.game_id = p.game_id
                    AND g.removed_at IS NULL
                ORDER BY g.system_id = p.system_id DESC, g.system_id, g.model_version LIMIT 1
            ) AS a ON true
            LEFT JOIN LATERAL (
                SELECT true AS is_judged FROM nba_predictions.prediction_accuracy AS g
                WHERE g.game_date = p.game_date AND g.game_id = p.game_id AND g.removed_at IS NULL LIMIT 1
            ) AS j ON true
            LEFT JOIN nba_analytics.player_game_summary AS s ON s.game_date = p.game_date AND s.game_id = p.game_id
                AND s.player_lookup = p.player_lookup AND s.removed_at IS NULL
            WHERE p.game_date BETWEEN \(dates.lowerBound.postgresDate) AND \(dates.upperBound.postgresDate)
            ORDER BY p.game_date, p.shown_at, p.player_lookup
            """
        )
        return try rows.map { try Pick($0) }
    }

    private init(_ row: PostgresRow) throws {
        key = Key(
            gameID: try row.decode("game_id"),
            player: try row.decode("player_lookup"),
            side: try row.enumeration("side")
        )
        gameDate = try row.gameDate("game_date")
        name = try row.decode("player_name")
        team = try row.decode("team_abbr")
        opponent = try row.decode("opponent_team_abbr")
        tipoffAt = try row.decode("tipoff_at")
        offer = Offer(
            bookmaker: try row.decode("bookmaker"),
            line: try row.decode("points_line"),
            price: try row.decode("price_american"),
            winProbability: try row.decode("win_probability"),
            expectedValue: try row.decode("expected_value"),
            edge: try row.decode("edge"),
            predicted: try row.decode("predicted_points"),
            systemID: try row.decode("system_id"),
            modelVersion: try row.decode("model_version"),
            reasons: try row.decode("reasons")
        )
        shownAt = try row.decode("shown_at")
        if let at = try row.decode("retracted_at", as: Date?.self) {
            retraction = Retraction(
                reason: try row.enumeration("retraction_reason"),
                detail: try row.decode("retraction_detail"),
                at: at
            )
        }
        if let isVoided = try row.decode("is_voided", as: Bool?.self) {
            outcome = Outcome(
                points: try row.decode("actual_points"),
                isVoided: isVoided,
                voidReason: try row.decode("void_reason")
            )
        }
    }
}
