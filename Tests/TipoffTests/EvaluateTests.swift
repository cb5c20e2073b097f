import Basketball
import Foundation
import Models
import Pipeline
import Testing

@testable import TipoffCommands

/// `tipoff evaluate` on a folder of game logs.
@Suite struct EvaluateTests {
    private static let seasons = ["--train-from", "2018-19", "--train-to", "2020-21", "--test", "2021-22"]

    @Test func everySystemIsJudgedOnBothPopulations() async throws {
        try await GameLogs.with { folder in
            let result = await tipoff(["evaluate", "--data", folder.path, "--json"] + Self.seasons)
            result.expect(0)
            let scores = try #require(try JSONValue(parsing: Array(result.output.utf8)).arrayValue)
            let names = Set(scores.compactMap { $0.dictionaryValue?["system"]?.stringValue })
            #expect(names.isSuperset(of: ["season_average", "last_5", "last_10", "exponentially_weighted"]))
            #expect(names.isSuperset(of: PointsSystem.allCases.map(\.rawValue)))
            for score in scores {
                let fields = try #require(score.dictionaryValue)
                #expect(Set(fields.keys) == ["system", "population", "n", "mae", "rmse", "bias"])
                #expect(fields["n"] == .int(2 * 8 * 20))
            }
            #expect(scores.count { $0.dictionaryValue?["population"] == .string("B") } == names.count)
            let text = await tipoff(["evaluate", "--data", folder.path] + Self.seasons)
            text.expect(0)
            #expect(text.output.hasPrefix("2021-22, trained on 2018-19 to 2020-21: 960 appearances\n"))
            #expect(text.output.contains("expected calibration error"))
            #expect(!text.output.contains("leak probe"))
        }
    }

    @Test func theReportAndTheCardTellTheSameEvaluation() async throws {
        try await GameLogs.with { folder in
            let card = folder.appending(path: "card.md")
            let result = await tipoff(
                ["evaluate", "--data", folder.path, "--report", "--json", "--card", card.path] + Self.seasons
            )
            result.expect(0)
            let report = try #require(try JSONValue(parsing: Array(result.output.utf8)).dictionaryValue)
            #expect(report["scores"]?.arrayValue?.count == 2 * PointsEvaluation.System.allCases.count)
            let systems = try #require(report["systems"]?.arrayValue)
            let ensemble = try #require(
                systems.first { $0.dictionaryValue?["system"] == .string("ensemble") }?.dictionaryValue
            )
            for error in ["mae", "rmse"] {
                let interval = try #require(ensemble[error]?.dictionaryValue)
                let value = try #require(interval["value"]?.doubleValue)
                let low = try #require(interval["low"]?.doubleValue)
                let high = try #require(interval["high"]?.doubleValue)
                #expect(low <= value && value <= high)
            }
            #expect(report["leak_probe"]?.dictionaryValue?["changed"] == .int(0))
            let markdown = try String(contentsOf: card, encoding: .utf8)
            #expect(markdown.hasPrefix("# Model card: points of a player in a game\n"))
            #expect(markdown.contains("--test 2021-22 --card card.md"))
            #expect(!markdown.contains(folder.path))

            let text = await tipoff(["evaluate", "--data", folder.path, "--report"] + Self.seasons)
            text.expect(0)
            #expect(text.output.contains("leak probe: 0 of "))
            let nowhere = await tipoff(
                ["evaluate", "--data", folder.path, "--card", "/nowhere/at/all/card.md"] + Self.seasons
            )
            nowhere.expect(2)
            #expect(nowhere.errors.contains("/nowhere/at/all"))
        }
    }

    @Test func whatIsMissingOrWrongIsNamed() async throws {
        try await GameLogs.with { folder in
            var last = Self.seasons
            last[5] = "2022-23"
            let missing = await tipoff(["evaluate", "--data", folder.path] + last)
            missing.expect(2)
            #expect(missing.errors.contains("2018-19, 2019-20, 2020-21, 2021-22"))

            let file = folder.appending(path: "box_scores/player_game_logs_2019-20.csv")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacing(",30,", with: ",thirty,", maxReplacements: 1)
                .write(to: file, atomically: true, encoding: .utf8)
            let wrong = await tipoff(["evaluate", "--data", folder.path] + Self.seasons)
            wrong.expect(1)
            #expect(wrong.errors.contains("player_game_logs_2019-20.csv, line 2"))
        }
        try await GameLogs.with { folder in
            let odd = folder.appending(path: "box_scores/player_game_logs_2023-99.csv.gz")
            try Data().write(to: odd)
            let result = await tipoff(["evaluate", "--data", folder.path] + Self.seasons)
            result.expect(2)
            #expect(result.errors.contains("player_game_logs_2023-99.csv.gz is of no season"))
        }
        let nowhere = await tipoff(["evaluate", "--data", "/nowhere/at/all"] + Self.seasons)
        nowhere.expect(2)
        var backwards = Self.seasons
        backwards[5] = "2019-20"
        let known = await tipoff(["evaluate", "--data", "."] + backwards)
        known.expect(2)
        #expect(known.errors.contains("--test must be after"))
    }
}
