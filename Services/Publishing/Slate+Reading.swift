import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

extension Slate {
    /// Reads the slate of a date as the run `runID` leaves it. `histories` remembers what lies before the date.
    init(date: GameDate, runID: UUID, histories: SlateHistories, reader: SnapshotReader) async throws {
        self.date = date
        (games, dataAsOf) = try await Self.games(date, reader)
        reasons = try await Self.reasons(of: runID, reader)
        players = []
        guard !games.isEmpty else { return }
        let actual = try await Self.actualPoints(date, reader)
        players = try await Self.players(date, reader)
        let withdrawn = try await Self.withdrawn(date, reader)
        let history = try await histories.history(before: date, reader)
        let market = try await SlateMarket(date, reader)
        if let newest = market.capturedAt { dataAsOf = max(dataAsOf ?? newest, newest) }
        let final = Set(games.filter { $0.status == .final }.map(\.gameID))
        for index in players.indices {
            let lookup = players[index].lookup
            if let reason = withdrawn[lookup] {
                players[index].prediction = nil
                players[index].isWithdrawn = true
                players[index].withdrawalReason = reason
            }
            players[index].season = history.statistics[lookup] ?? SeasonStatistics()
            players[index].recent = history.recent[lookup] ?? []
            players[index].offers = market.offers[lookup] ?? []
            players[index].lineHistory = market.lineHistory(of: players[index])
            if final.contains(players[index].gameID) { players[index].actualPoints = actual[lookup] }
        }
    }

    private static func games(_ date: GameDate, _ reader: SnapshotReader) async throws -> ([Game], Date?) {
        let rows = try await reader.query(
            """
            SELECT game_id, home_team_tricode, away_team_tricode, tipoff_at, game_status, is_postponed, home_team_score,
                   away_team_score, captured_at
            FROM nba_raw.nbac_schedule WHERE game_date = \(date.postgresDate) AND removed_at IS NULL
            ORDER BY tipoff_at NULLS LAST, game_id
            """
        )
        var games: [Game] = []
        var asOf: Date?
        for row in rows {
            let number: Int = try row.decode("game_status")
            let status: Game.Status =
                try row.decode("is_postponed", as: Bool.self)
                ? .postponed : number == 3 ? .final : number == 2 ? .inProgress : .scheduled
            games.append(
                Game(
                    gameID: try row.decode("game_id"),
                    home: try row.decode("home_team_tricode"),
                    away: try row.decode("away_team_tricode"),
                    tipoffAt: try row.decode("tipoff_at"),
                    status: status,
                    homeScore: try row.decode("home_team_score"),
                    awayScore: try row.decode("away_team_score")
                )
            )
            if let captured = try row.decode("captured_at", as: Date?.self) { asOf = max(asOf ?? captured, captured) }
        }
        return (games, asOf)
    }

    /// Who is expected to play, and whoever has a prediction. A player who stands here twice is for the checks to find.
    private static func players(_ date: GameDate, _ reader: SnapshotReader) async throws -> [Player] {
        let rows = try await reader.query(
            """
            SELECT COALESCE(p.player_lookup, c.player_lookup) AS player_lookup, c.player_full_name,
                   COALESCE(p.game_id, c.game_id) AS game_id, COALESCE(p.team_abbr, c.team_abbr) AS team_abbr,
                   COALESCE(p.is_home, c.home_game) AS is_home, c.days_rest, c.back_to_back, c.player_status, c.injury_report,
                   p.predicted_points, p.confidence_score, p.recommendation, p.current_points_line, p.line_source,
                   p.is_line_synthetic, p.feature_quality_score, p.model_version,
                   p.over_probability, p.interval_low, p.interval_high,
                   (f.features->>5)::double precision AS fatigue_score
            FROM (SELECT * FROM nba_analytics.upcoming_player_game_context
                  WHERE game_date = \(date.postgresDate) AND removed_at IS NULL) AS c
            FULL JOIN (SELECT * FROM nba_predictions.shown_prediction WHERE game_date = \(date.postgresDate)) AS p
                ON p.player_lookup = c.player_lookup
            LEFT JOIN (SELECT player_lookup, features FROM nba_precompute.ml_feature_store_v2
                       WHERE game_date = \(date.postgresDate) AND removed_at IS NULL) AS f
                ON f.player_lookup = p.player_lookup
            ORDER BY 1, p.game_id, p.model_version
            """
        )
        var players: [Player] = []
        for row in rows {
            let lookup: String = try row.decode("player_lookup")
            var player = Player(
                lookup: lookup,
                name: try row.decode("player_full_name"),
                gameID: try row.decode("game_id"),
                team: try row.decode("team_abbr"),
                isHome: try row.decode("is_home"),
                daysRest: try row.decode("days_rest"),
                isBackToBack: try row.decode("back_to_back"),
                injuryStatus: try row.decode("player_status"),
                injuryReason: try row.decode("injury_report")
            )
            if let points = try row.decode("predicted_points", as: Double?.self) {
                player.prediction = Prediction(
                    points: points,
                    confidence: try row.decode("confidence_score"),
                    recommendation: try row.decode("recommendation"),
                    line: try row.decode("current_points_line"),
                    lineSource: try row.decode("line_source"),
                    isLineSynthetic: try row.decode("is_line_synthetic"),
                    overProbability: try row.decode("over_probability"),
                    intervalLow: try row.decode("interval_low"),
                    intervalHigh: try row.decode("interval_high"),
                    fatigueScore: try row.decode("fatigue_score"),
                    qualityScore: try row.decode("feature_quality_score"),
                    modelVersion: try row.decode("model_version")
                )
            }
            players.append(player)
        }
        return players
    }

    private static func actualPoints(_ date: GameDate, _ reader: SnapshotReader) async throws -> [String: Int] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, points FROM nba_analytics.player_game_summary
            WHERE game_date = \(date.postgresDate) AND player_status = 'active' AND points IS NOT NULL
                AND removed_at IS NULL
            """
        )
        var points: [String: Int] = [:]
        for row in rows { points[try row.decode("player_lookup", as: String.self)] = try row.decode("points") }
        return points
    }

    /// Whose prediction operators have taken out of the date's documents, and why.
    private static func withdrawn(_ date: GameDate, _ reader: SnapshotReader) async throws -> [String: String] {
        let rows = try await reader.query(
            """
            SELECT player_lookup, reason FROM nba_publishing.withdrawal
            WHERE ended_at IS NULL AND from_date <= \(date.postgresDate)
            """
        )
        var reasons: [String: String] = [:]
        for row in rows { reasons[try row.decode("player_lookup", as: String.self)] = try row.decode("reason") }
        return reasons
    }

    private static func reasons(of runID: UUID, _ reader: SnapshotReader) async throws -> [String] {
        let rows = try await reader.query(
            "SELECT degraded_reasons FROM nba_orchestration.run_phase WHERE run_id = \(runID) AND phase = 6"
        )
        return try rows.first?.decode("degraded_reasons", as: [String].self) ?? []
    }
}

extension GameDate {
    /// The day as a parameter of a statement.
    var postgresDate: PostgresDate { PostgresDate(daysSince1970: daysSince1970) }
}
