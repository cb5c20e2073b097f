import Foundation
import PipelineTestKit
import Testing

@Suite("Accuracy on real seasons, by the release build")
struct RealSeasonTests {
    private struct Score: Decodable {
        var system: String
        var population: String
        var n: Int
        var mae: Double
        var rmse: Double
    }

    /// The optimised command of this checkout: a debug build would take many minutes.
    private static let command = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".build/release/tipoff")

    private static let folder = ReferencePayload.root.appending(path: "box_scores")

    private static var canRun: Bool {
        for (what, path) in [
            ("release build", command), ("game log", folder.appending(path: "player_game_logs_2023-24.csv.gz")),
        ]
        where !FileManager.default.fileExists(atPath: path.path) {
            print("notice: skipped, no \(what) at \(path.path)")
            return false
        }
        return true
    }

    @Test(
        "Of 2023-24, predicted from the five seasons before, the error is within its goals and above what only a leak reaches",
        .enabled("needs a release build and the game logs") { canRun }
    )
    func accuracy() async throws {
        let scores = try JSONDecoder().decode([Score].self, from: try await evaluation())
        let rotation = Dictionary(uniqueKeysWithValues: scores.filter { $0.population == "B" }.map { ($0.system, $0) })
        // Measured on these rows with other programs.
        let baselines = [
            ("last_10", 4.907, 6.347), ("season_average", 4.848, 6.329), ("exponentially_weighted", 4.800, 6.214),
        ]
        for (system, absolute, squared) in baselines {
            let score = try #require(rotation[system])
            #expect(score.n == 23_148)
            #expect(abs(score.mae - absolute) < 0.001 && abs(score.rmse - squared) < 0.001, "\(score)")
        }
        let members = try ["moving_average", "zone_matchup", "similarity", "gradient_boosted"].map {
            try #require(rotation[$0])
        }
        let ensemble = try #require(rotation["ensemble"])
        #expect(ensemble.n == 23_148)
        #expect(ensemble.mae <= 4.66 && ensemble.rmse <= 6.10, "\(ensemble)")
        #expect(members.allSatisfy { $0.mae > 4.5 } && ensemble.mae > 4.5, "nobody knows that much before the game")
        #expect(members.allSatisfy { ensemble.rmse <= $0.rmse + 0.005 }, "a member is better alone")
    }

    private func evaluation() async throws -> Data {
        let process = Process()
        process.executableURL = Self.command
        process.arguments = [
            "evaluate", "--data", Self.folder.path, "--train-from", "2018-19", "--train-to", "2022-23", "--test",
            "2023-24",
            "--json",
        ]
        let output = FileManager.default.temporaryDirectory.appending(path: "tipoff-evaluation-\(UUID()).json")
        FileManager.default.createFile(atPath: output.path, contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        while process.isRunning { try await Task.sleep(for: .milliseconds(100)) }
        try #require(process.terminationStatus == 0)
        return try Data(contentsOf: output)
    }
}
