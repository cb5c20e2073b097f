import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// What stored predictions were worth, from rows whose figures can be worked out by hand.
@Suite struct AccuracyTests {
    /// One judged prediction; `actual` nil is a player who did not play.
    private struct Row {
        var player: String
        var system = "moving_average"
        var date = "2024-01-15"
        var predicted = 20.0
        var actual: Int?
        var line: Double?
        var side = "NO_LINE"
        var probability: Double?
        var isSynthetic = false
        var tier = "starter"
        var lane = "live"
        var isBefore: Bool? = true
        var interval: ClosedRange<Double>? = 15...25

        var outcome: LineResult? { actual.flatMap { actual in line.map { LineResult(points: actual, line: $0) } } }
        var isCorrect: Bool? {
            guard side == "OVER" || side == "UNDER", let outcome, outcome != .push else { return nil }
            return outcome.rawValue == side
        }
    }

    private static let rows: [Row] = [
        // Errors 2, −5, 10, 0: MAE 4.25, bias 1.75, RMSE √(129/4).
        Row(player: "a", actual: 18, line: 19.5, side: "OVER", probability: 0.62),
        Row(player: "b", actual: 25, line: 22.5, side: "UNDER", probability: 0.31, tier: "star"),
        Row(player: "c", date: "2024-02-01", actual: 10, line: 16.5, side: "OVER", probability: 0.68),
        Row(player: "d", date: "2024-02-01", actual: 20, line: 20, side: "UNDER", probability: 0.45),
        // In no figure but its own count.
        Row(player: "e", line: 18.5, side: "OVER", probability: 0.9),
        // Made up: its error counts, its line does not.
        Row(player: "f", system: "points", predicted: 12, actual: 8, line: 9.5, side: "OVER", isSynthetic: true),
        Row(player: "g", system: "points", predicted: 12, actual: 12, line: 10.5, side: "OVER", probability: 0.7),
        // Not what the live lane speaks of.
        Row(player: "h", actual: 50, line: 1, side: "OVER", isBefore: false),
        Row(player: "i", actual: 50, isBefore: nil),
        Row(player: "j", predicted: 30, actual: 29, lane: "backfill", isBefore: false),
    ]

    private static func fill(_ pool: PostgresPool) async throws {
        for row in rows {
            let error = row.actual.map { row.predicted - Double($0) }
            try await pool.execute(
                """
                INSERT INTO nba_predictions.prediction_accuracy
                    (game_date, player_lookup, game_id, system_id, model_version, team_abbr, opponent_team_abbr,
                     predicted_points, interval_low, interval_high, actual_points, absolute_error, signed_error,
                     within_3_points, within_5_points, within_interval, has_prop_line, points_line, is_line_synthetic,
                     recommendation, line_outcome, is_correct, over_probability, confidence_score, confidence_decile,
                     season_average_tier, is_voided, void_reason, lane, predicted_at, tipoff_at, was_made_before_tipoff)
                VALUES (\(row.date)::date, \(row.player), 'g', \(row.system), '1', 'BOS', 'LAL', \(row.predicted),
                        \(row.interval?.lowerBound), \(row.interval?.upperBound), \(row.actual.map(Int64.init)),
                        \(error.map(abs)), \(error), \(error.map { abs($0) <= 3 }), \(error.map { abs($0) <= 5 }),
                        \(row.actual.flatMap { actual in row.interval?.contains(Double(actual)) }),
                        \(row.line != nil), \(row.line), \(row.line.map { _ in row.isSynthetic }), \(row.side),
                        \(row.outcome?.rawValue), \(row.isCorrect), \(row.probability), 0.6, 7, \(row.tier),
                        \(row.actual == nil), \(row.actual == nil ? "dnp_unknown" : nil), \(row.lane),
                        \(row.date)::timestamptz, \(row.date)::timestamptz + interval '20 hours', \(row.isBefore))
                """
            )
        }
        for (player, book, line, side, profit) in [
            ("a", "draftkings", 19.5, "OVER", -1.0), ("a", "fanduel", 17.5, "OVER", 0.8),
            ("b", "draftkings", 22.5, "PASS", 0),
            ("c", "draftkings", 16.5, "OVER", -1), ("d", "draftkings", 20, "UNDER", 0),
            ("d", "fanduel", 20.5, "UNDER", 0.9),
        ] {
            try await pool.execute(
                """
                INSERT INTO nba_predictions.line_evaluation_accuracy
                    (game_date, player_lookup, game_id, team_abbr, system_id, model_version, bookmaker, points_line,
                     is_line_synthetic, line_captured_at, over_probability, recommendation, price_american, actual_points,
                     outcome, is_correct, profit_per_unit, line_error, lane, was_made_before_tipoff)
                SELECT game_date, player_lookup, game_id, team_abbr, system_id, model_version, \(book), \(line), false,
                       predicted_at, 0.5, \(side), -110, actual_points,
                       CASE WHEN actual_points = \(line) THEN 'PUSH' WHEN actual_points > \(line) THEN 'OVER' ELSE 'UNDER' END,
                       CASE WHEN \(profit)::double precision <> 0 THEN \(profit)::double precision > 0 END, \(profit),
                       \(line) - actual_points, lane, was_made_before_tipoff
                FROM nba_predictions.prediction_accuracy WHERE player_lookup = \(player)
                """
            )
        }
    }

    private func with(_ body: @Sendable ([String: String]) async throws -> Void) async throws {
        try await Database.with { database, pool in
            try await Self.fill(pool)
            try await body(["TIPOFF_DATABASE_URL": database.url])
        }
    }

    private func group(_ json: JSONValue, _ system: String, _ label: String? = nil) throws -> JSONObject {
        try #require(
            json["groups"]?.arrayValue?.first {
                $0["system_id"]?.stringValue == system && $0["group"]?.stringValue == label
            }?.objectValue
        )
    }

    @Test func figuresAreThoseWorkedOutByHand() async throws {
        try await with { environment in
            let json = try await tipoff("accuracy", "--json", environment: environment).json()
            let system = try group(json, "moving_average")
            func number(_ name: String) -> Double { system[name]?.doubleValue ?? .nan }
            #expect(system["n"] == .int(4) && system["voided"] == .int(1))
            #expect(number("mae_points") == 4.25 && number("bias_points") == 1.75)
            #expect(abs(number("rmse_points") - (129.0 / 4).squareRoot()) < 1e-12)
            // The absolute errors' standard deviation is √(56.75 / 3).
            let half = 1.959963984540054 * (56.75 / 3).squareRoot() / 2
            #expect(4.25 - half < 0 && number("mae_low_points") == 0, "no error is below 0")
            #expect(abs(number("mae_high_points") - (4.25 + half)) < 1e-9)
            // The squared errors' 95 % reach below 0, the errors' own do not end at it.
            #expect(number("rmse_low_points") == 0 && number("rmse_high_points") > number("rmse_points"))
            #expect(number("bias_low_points") < 0 && number("bias_high_points") > 1.75)
            #expect(abs(number("bias_low_points") + number("bias_high_points") - 3.5) < 1e-9)
            #expect(number("profit_low_per_unit") < -0.06 && number("profit_high_per_unit") > -0.06)
            #expect(number("line_mae_low_points") < 2.625 && number("line_mae_high_points") > 2.625)
            #expect(number("within_3_fraction") == 0.5 && number("interval_coverage_fraction") == 0.75)
            // Five sides; the void and the push decide nothing, and none of the other three won.
            #expect(system["recommendations"] == .int(5) && system["decided"] == .int(3))
            #expect(number("hit_rate_fraction") == 0 && number("hit_rate_low_fraction") < 1e-12)
            #expect(abs(number("hit_rate_high_fraction") - 0.5615) < 1e-4)
            // −1, 0.8, −1, a returned stake and 0.9; who was passed is no stake.
            #expect(system["bets"] == .int(5))
            #expect(abs(number("profit_per_unit") + 0.06) < 1e-12)
            // Lines off by 1.5, 2.5, 6.5 and 0 on the rows of the four errors.
            #expect(system["lined"] == .int(4) && number("line_mae_points") == 2.625)
            #expect(number("mae_on_lined_points") == 4.25)
            #expect(json["left_out"]?.intValue == 2)

            let points = try group(json, "points")
            #expect(points["n"] == .int(2) && points["lined"] == .int(1) && points["decided"] == .int(1))
            #expect(points["synthetic_lines"] == .int(1) && points["profit_per_unit"] == .null)
        }
    }

    @Test func backfilledPredictionsAreNeverMixedWithLiveOnes() async throws {
        try await with { environment in
            let json = try await tipoff("accuracy", "--lane", "backfill", "--json", environment: environment).json()
            let system = try group(json, "moving_average")
            #expect(system["n"] == .int(1) && system["mae_points"] == .double(1))
        }
    }

    @Test(arguments: [
        ("tier", ["moving_average starter", "moving_average star", "points starter"]),
        ("direction", ["moving_average OVER", "moving_average UNDER", "points OVER"]),
        ("month", ["moving_average 2024-01", "moving_average 2024-02", "points 2024-01"]),
        ("book", ["moving_average draftkings", "moving_average fanduel"]),
    ])
    func systemsAreDividedByASecondAspect(aspect: String, names: [String]) async throws {
        try await with { environment in
            let json = try await tipoff("accuracy", "--by", aspect, "--json", environment: environment).json()
            let found = json["groups"]?.arrayValue?.compactMap { group in
                group["system_id"]?.stringValue.map { "\($0) \(group["group"]?.stringValue ?? "-")" }
            }
            #expect(Set(found ?? []) == Set(names))
        }
    }

    @Test func aBookIsJudgedByItsOwnLines() async throws {
        try await with { environment in
            let json = try await tipoff("accuracy", "--by", "book", "--json", environment: environment).json()
            let book = try group(json, "moving_average", "fanduel")
            #expect(book["n"] == .int(2) && book["decided"] == .int(2) && book["hits"] == .int(2))
            #expect(book["line_mae_points"] == .double(0.5) && book["mae_points"] == .double(1))
            #expect(abs((book["profit_per_unit"]?.doubleValue ?? 0) - 0.85) < 1e-12)
        }
    }

    @Test func aBooksTwoLinesOfOnePredictionAreOneErrorAndTwoLines() async throws {
        try await Database.with { database, pool in
            try await Self.fill(pool)
            try await pool.execute(
                """
                INSERT INTO nba_predictions.line_evaluation_accuracy
                SELECT (jsonb_populate_record(e, '{"points_line": 30.5}')).* FROM nba_predictions.line_evaluation_accuracy AS e
                WHERE e.player_lookup = 'd' AND e.bookmaker = 'fanduel'
                """
            )
            let json = try await tipoff(
                "accuracy",
                "--by",
                "book",
                "--json",
                environment: ["TIPOFF_DATABASE_URL": database.url]
            ).json()
            let book = try group(json, "moving_average", "fanduel")
            #expect(book["n"] == .int(2) && book["mae_points"] == .double(1))
            #expect(book["lined"] == .int(3) && book["bets"] == .int(3))
        }
    }

    @Test func calibrationLeavesPushesVoidsAndMadeUpLinesOut() async throws {
        try await with { environment in
            let json = try await tipoff("accuracy", "--calibration", "--json", environment: environment).json()
            let systems = try #require(json["calibration"]?.arrayValue)
            let system = try #require(systems.first { $0["system_id"]?.stringValue == "moving_average" })
            #expect(system["n"]?.intValue == 3)
            #expect(system["bins"]?.arrayValue?.compactMap { $0["n"]?.intValue } == [1, 2])
            // 0.31 for what happened, 0.62 and 0.68 for what did not.
            let brier = (0.69 * 0.69 + 0.62 * 0.62 + 0.68 * 0.68) / 3
            #expect(abs((system["brier_score"]?.doubleValue ?? 0) - brier) < 1e-12)
            let error = (0.69 + 2 * 0.65) / 3
            #expect(abs((system["expected_calibration_error_fraction"]?.doubleValue ?? 0) - error) < 1e-12)
        }
    }

    @Test func theTablesReadAsAgreed() async throws {
        try await with { environment in
            for (name, arguments) in [
                ("accuracy-system", ["--calibration"]),
                ("accuracy-tier", ["--by", "tier", "--from", "2024-01-15", "--to", "2024-01-31"]),
            ] {
                let result = await tipoff(["accuracy"] + arguments, environment: environment)
                result.expect(0)
                try expectGolden(
                    result.output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init),
                    name
                )
            }
        }
    }

    @Test func aWindowWithoutAJudgedPredictionSaysSo() async throws {
        try await with { environment in
            let result = await tipoff("accuracy", "--from", "2024-03-01", environment: environment)
            result.expect(1)
            #expect(result.errors.contains("no prediction of lane live is judged since 2024-03-01"))
            #expect(result.errors.contains("next: ") && result.output.isEmpty)
            await tipoff("accuracy", "--from", "2024-03-01", "--to", "2024-02-01", environment: environment).expect(2)
            await tipoff("accuracy", "--by", "luck", environment: environment).expect(2)
        }
    }
}
