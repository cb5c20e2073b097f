import Basketball
import Foundation
import Postgres
import Testing

@testable import Pipeline
@testable import Predictions

@Suite("Predictions held against lines")
struct LineEvaluationTests {
    private let day = SlateFixture.date
    private let names = ["prediction_coordinator"]

    /// One quote of a player's points.
    private func offer(
        _ player: SlateFixture.Player,
        _ pool: PostgresPool,
        book: String,
        line: Double,
        at hour: Int,
        minute: Int = 0,
        over: Int? = -110,
        under: Int? = -110
    ) async throws {
        let tipoff = LeagueClock.instant(day, hour: 19, minute: 30)
        let seen = LeagueClock.instant(day, hour: hour, minute: minute)
        let pair = player.gameID.split(separator: "_")
        try await pool.execute(
            """
            INSERT INTO nba_raw.odds_api_player_points_props
                (game_id, odds_api_event_id, game_date, game_start_time, home_team_abbr, away_team_abbr, snapshot_timestamp,
                 minutes_before_tipoff, is_after_tipoff, bookmaker, player_name, player_lookup, points_line,
                 over_price_american, under_price_american, is_synthetic, captured_at)
            VALUES (\(player.gameID), \("event-\(player.gameID)"), \(day.postgresDate), \(tipoff), \(String(pair[2])),
                    \(String(pair[1])), \(seen), \(Int64(tipoff.timeIntervalSince(seen) / 60)), \(seen >= tipoff), \(book),
                    'name', \(player.lookup), \(line), \(over.map(Int64.init)), \(under.map(Int64.init)), false, \(seen))
            """
        )
    }

    private func evaluations(_ harness: PhaseHarness, _ player: String, system: String = "moving_average") async throws
        -> [String]
    {
        let rows = try await harness.pool.query(
            """
            SELECT bookmaker || ' ' || points_line || ' ' || minutes_before_tipoff AS offer
            FROM nba_predictions.prediction_line_evaluation
            WHERE player_lookup = \(player) AND system_id = \(system) AND removed_at IS NULL ORDER BY 1
            """
        )
        return try rows.column("offer", as: String.self)
    }

    @Test func everyBooksLastLineBeforeTipOffIsEvaluatedAndNoneAfter() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let player = slate.players[1]
            try await offer(player, harness.pool, book: "draftkings", line: 24.5, at: 9)
            try await offer(player, harness.pool, book: "draftkings", line: 25.5, at: 18)
            try await offer(player, harness.pool, book: "fanduel", line: 24.5, at: 17)
            try await offer(player, harness.pool, book: "fanduel", line: 25, at: 17)
            // In the game, and at the very tip-off.
            try await offer(player, harness.pool, book: "betmgm", line: 12.5, at: 20)
            try await offer(player, harness.pool, book: "caesars", line: 13.5, at: 19, minute: 30)
            let run = try await harness.open(day, from: .predictions, marking: names)
            await harness.work(run, PredictionsService.definition(harness.context))
            let seen = try await evaluations(harness, player.lookup)
            #expect(seen == ["draftkings 25.5 90", "fanduel 24.5 150", "fanduel 25 150"])
            let zone = try await evaluations(harness, player.lookup, system: "zone_matchup")
            #expect(zone == seen)
            // A prediction knows no line: it is one, however many lines there are.
            #expect(
                try await harness.count(
                    """
                    SELECT count(*) FROM nba_predictions.player_prop_predictions
                    WHERE player_lookup = \(player.lookup) AND system_id = 'moving_average'
                    """
                ) == 1
            )
        }
    }

    @Test func aBetNeedsAPriceAndMoreThanItsBreakEven() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let player = slate.players[1]
            try await offer(player, harness.pool, book: "draftkings", line: 1.5, at: 18)
            try await offer(player, harness.pool, book: "fanduel", line: 1.5, at: 18, over: -10_000, under: 2000)
            try await offer(player, harness.pool, book: "betmgm", line: 1.5, at: 18, over: nil, under: nil)
            let run = try await harness.open(day, from: .predictions, marking: names)
            await harness.work(run, PredictionsService.definition(harness.context))
            let rows = try await harness.pool.query(
                """
                SELECT bookmaker, recommendation, reason, over_probability, over_expected_value
                FROM nba_predictions.prediction_line_evaluation
                WHERE player_lookup = \(player.lookup) AND system_id = 'moving_average' ORDER BY bookmaker
                """
            )
            #expect(try rows.column("bookmaker", as: String.self) == ["betmgm", "draftkings", "fanduel"])
            #expect(try rows.column("recommendation", as: String.self) == ["PASS", "OVER", "PASS"])
            #expect(
                try rows.column("reason", as: String.self) == ["no_price", "beyond_break_even", "within_margin"]
            )
            let probability = try rows.column("over_probability", as: Double.self)
            #expect(probability[0] == probability[1] && probability[0] > 0.6)
            let values = try rows.column("over_expected_value", as: Double?.self)
            #expect(values[0] == nil)
            // 10 units for 11 staked.
            let expected = probability[1] * 10 / 11 - (1 - probability[1])
            #expect(abs((values[1] ?? .nan) - expected) < 1e-9)
        }
    }

    @Test func aLineThatIsTakenBackLeavesNoEvaluation() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let player = slate.players[1]
            try await offer(player, harness.pool, book: "draftkings", line: 24.5, at: 9)
            let first = try await harness.open(day, from: .predictions, marking: names)
            await harness.work(first, PredictionsService.definition(harness.context))
            try await harness.pool.execute("UPDATE nba_raw.odds_api_player_points_props SET removed_at = now()")
            let markers = try harness.players([player.lookup], of: "prediction_coordinator", in: .predictions, on: day)
            let delta = try await harness.open(day, from: .predictions, kind: .delta, marking: [], changed: markers)
            await harness.work(delta, PredictionsService.definition(harness.context))
            let left = try await evaluations(harness, player.lookup)
            #expect(left.isEmpty)
        }
    }

    @Test func aPriceThatMovesAloneIsJudgedAgainForItsPlayerAlone() async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let player = slate.players[1]
            try await offer(player, harness.pool, book: "draftkings", line: 1.5, at: 9, over: -10_000, under: 2000)
            let first = try await harness.open(day, from: .predictions, marking: names)
            await harness.work(first, PredictionsService.definition(harness.context))
            let recommended: SQL =
                """
                SELECT recommendation FROM nba_predictions.prediction_line_evaluation
                WHERE player_lookup = \(player.lookup) AND system_id = 'moving_average' AND removed_at IS NULL
                """
            #expect(try await harness.scalar(recommended, as: String.self) == "PASS")

            try await offer(player, harness.pool, book: "draftkings", line: 1.5, at: 10)
            let moved = MarkerSet(
                changes: [
                    RowChange(
                        kind: .inserted,
                        date: day,
                        entities: [.player: player.lookup, .game: player.gameID],
                        columns: []
                    )
                ],
                table: "nba_raw.odds_api_player_points_props",
                registry: harness.context.registry
            )
            #expect(moved.markers.filter { $0.phase == .predictions }.map(\.entity) == [player.lookup])
            let delta = try await harness.open(day, from: .predictions, kind: .delta, marking: [], changed: moved)
            await harness.work(delta, PredictionsService.definition(harness.context))
            #expect(try await harness.scalar(recommended, as: String.self) == "OVER")
            let asked = try await harness.count(
                "SELECT count(*) FROM nba_orchestration.task WHERE run_id = \(delta.runID) AND processor = 'player_predictions'"
            )
            #expect(asked == 1)
        }
    }

    @Test(arguments: ["out", "doubtful"])
    func whoIsRuledOutIsNeitherPredictedNorExpected(status: String) async throws {
        try await PhaseHarness.with("predictions") { harness in
            let slate = SlateFixture(games: 2)
            try await slate.write(harness.pool)
            let player = slate.players[1].lookup
            try await harness.pool.execute(
                "UPDATE nba_analytics.upcoming_player_game_context SET player_status = \(status) WHERE player_lookup = \(player)"
            )
            let run = try await harness.open(day, from: .predictions, marking: names)
            await harness.work(run, PredictionsService.definition(harness.context))
            let shown = try await harness.count("SELECT count(*) FROM nba_predictions.shown_prediction")
            #expect(shown == slate.players.count - 1)
            let batch = try await harness.pool.query(
                "SELECT skipped::text AS skipped, (readiness->>'expected')::integer AS expected FROM nba_predictions.prediction_batch"
            ).one()
            #expect(try batch.decode("skipped", as: String.self) == #"{"ruled_out": 1}"#)
            #expect(try batch.decode("expected", as: Int32.self) == Int32(slate.players.count - 1))
        }
    }
}
