import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing

@Suite("A trained model through the real executables", .serialized)
struct ModelTests {
    @Test("A promoted model predicts everybody with every system; a death in the middle changes no row")
    func promoted() async throws {
        let calm = try await Undisturbed.shared
        var digests: [[String: String]] = []
        for faults in [[:], ["predictions": "finish-before-commit:3"]] {
            let stack = try await Stack.start(faults: faults, base: calm.base)
            try await SmallModel.register(
                "small",
                through: "2023-10-23",
                objects: DirectoryObjectStore(root: stack.directory.appending(path: "objects").path),
                pool: stack.pool
            )
            let promotion = try await stack.tipoff("models", "promote", "small", "--reason", "the test's model")
            #expect(promotion.code == 0, "\(promotion.output)")
            let run = try await stack.open(.full, Undisturbed.slate, key: Undisturbed.planKey)
            #expect(try await stack.wait(run) == "complete")
            #expect(Set(stack.restarted) == Set(faults.keys), "a fault did not happen")
            try await expectEverySystem(stack, run)
            digests.append(try await stack.digests())
            try await stack.stop()
        }
        for (table, digest) in digests[0] { #expect(digests[1][table] == digest, "\(table) differs") }
    }

    private func expectEverySystem(_ stack: Stack, _ run: RunRecord) async throws {
        let batch = try await stack.pool.query(
            "SELECT model_id, systems FROM nba_predictions.prediction_batch WHERE run_id = \(run.runID)"
        ).one()
        #expect(try batch.decode("model_id", as: String?.self) == "small")
        let systems = try batch.decode("systems", as: [String].self)
        #expect(Set(systems) == ["ensemble", "gradient_boosted", "similarity", "zone_matchup", "moving_average"])
        let players = try await stack.units(of: "player_predictions", run).count
        #expect(players > 50)
        // A week of games has hardly anybody with five games that were like tonight's.
        for system in systems where system != "similarity" {
            let predicted = try await stack.count(
                """
                SELECT count(DISTINCT player_lookup) FROM nba_predictions.player_prop_predictions
                WHERE game_date = \(Undisturbed.slate)::date AND system_id = \(system) AND run_id = \(run.runID)
                """
            )
            #expect(Int(predicted) > players / 2, "\(system) predicted \(predicted) of \(players) players")
        }
        let shown = try await stack.pool.query(
            """
            SELECT DISTINCT system_id FROM nba_predictions.shown_prediction WHERE game_date = \(Undisturbed.slate)::date
            """
        ).column("system_id", as: String.self)
        #expect(shown.contains(systems[0]))
        #expect(try await stack.deadLetters() == [])
    }
}
