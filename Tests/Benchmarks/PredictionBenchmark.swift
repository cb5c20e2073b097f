import ArgumentParser
import Basketball
import Boosting
import Foundation
import Models

/// Training on five generated seasons, and the predictions of 450 players by every system, features included.
struct PredictionBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "predictions")

    @Option(help: "Measured trainings.") var trainings = 5
    @Option(help: "Measured slates, after one that is not.") var slates = 21

    func run() throws {
        let (examples, state) = try GeneratedSeasons(5, seed: 11).examples()
        var training = Series(name: "train_s", samples: [])
        var models: PointsModelSet?
        for _ in 0..<trainings {
            let start = ContinuousClock.now
            models = try PointsModelSet(training: examples)
            training.samples.append((ContinuousClock.now - start) / .seconds(1))
        }
        let predictor = PointsPredictor(models: models)
        let requests = try Self.slate(after: state)
        var slate = Series(name: "predict_450_ms", samples: [])
        for round in 0...slates {
            let start = ContinuousClock.now
            let outcomes = try predictor.predict(try state.features(for: requests))
            let took = (ContinuousClock.now - start) / .milliseconds(1)
            guard outcomes.count == requests.count, outcomes.allSatisfy({ $0.count == predictor.systems.count }) else {
                throw ValidationError("a player lacks a system")
            }
            if round > 0 { slate.samples.append(took) }
        }
        print(String(decoding: try JSONEncoder().encode([training, slate]), as: UTF8.self))
    }

    /// Thirty teams' fifteen players, of whom the last two have never played.
    private static func slate(after state: PointsFeatureState) throws -> [PointsRequest] {
        guard let last = state.lastDate else { throw ValidationError("no game was played") }
        return try Team.all.enumerated().flatMap { place, team in
            let opponent = Team.all[place ^ 1]
            let side = GameSide(
                game: try NBAGameID(season: Season(containing: last), type: .regular, number: 9000 + place / 2),
                date: last.adding(days: 1),
                season: Season(containing: last),
                team: team,
                opponent: opponent,
                isHome: place % 2 == 0
            )
            return (0..<15).map { number in
                PointsRequest(player: number < 13 ? place * 13 + number + 1 : 10_000 + place * 15 + number, side: side)
            }
        }
    }
}

/// The trees of the mean alone: 200 of depth 3 on every example, anew for each line on standard input, so that a peer can be
/// measured in between. The matrix lies in a file for it: 32-bit numbers row by row, the label last.
struct TreesBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "trees")

    @Argument(help: "Where the matrix goes.") var matrix: String

    func run() throws {
        let (examples, _) = try GeneratedSeasons(5, seed: 11).examples()
        let names = PointsFeature.all.map(\.name)
        let labels = examples.points.map(Double.init)
        var bytes = Data()
        for (row, points) in examples.points.enumerated() {
            examples.values[row * names.count..<(row + 1) * names.count].withUnsafeBytes {
                bytes.append(contentsOf: $0)
            }
            withUnsafeBytes(of: Float(points)) { bytes.append(contentsOf: $0) }
        }
        try bytes.write(to: URL(filePath: matrix))
        print(names.count + 1)
        fflush(nil)
        let features = try FeatureMatrix(names: names, values: examples.values)
        while readLine() != nil {
            let start = ContinuousClock.now
            _ = try BoostedTrees.train(features, labels: labels, parameters: .init(rounds: 200))
            print((ContinuousClock.now - start) / .milliseconds(1))
            fflush(nil)
        }
    }
}
