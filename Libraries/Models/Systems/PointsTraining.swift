public import Basketball

/// Trains models on seasons of games, with rows whose predictions tell whether a copy of the models is whole.
public struct PointsTraining: Sendable {
    public let models: PointsModelSet
    /// Players before the last games of the training, with and without much history.
    public let goldenRows: [PointsFeatureRow]

    private static let goldenDates = 4

    /// What is being done.
    public enum Step: Sendable, Hashable {
        case features(Season)
        case training
    }

    /// - Parameters:
    ///   - days: all dates up to the end of the training, in order. Seasons before it only serve as history.
    ///   - seasons: three or more, all of them in `days`.
    ///   - seed: draws the trees' rows and columns.
    ///   - progress: called when a step begins.
    /// - Throws: ``PointsStateError``, ``PointsModelError``, ``PointsEvaluationError`` `noGames` and what training throws.
    public init(
        _ days: [GameDay],
        seasons: ClosedRange<Season>,
        seed: Int = 1,
        progress: (Step) -> Void = { _ in }
    ) throws {
        var walk = LeagueWalk()
        var examples = PointsExamples()
        var last: [[PointsFeatureRow]] = []
        var season: Season?
        for day in days {
            guard let current = day.season, current <= seasons.upperBound else { continue }
            if season != current { progress(.features(current)) }
            season = current
            let before = try walk.step(day, isTold: seasons.contains(current))
            for (row, box) in zip(before.rows, day.players) { examples.append(row, box) }
            last = (last + [before.rows]).suffix(Self.goldenDates)
        }
        try examples.require(seasons)
        progress(.training)
        models = try PointsModelSet(training: examples, seed: seed)
        let rows = last.flatMap(\.self)
        let step = max(rows.count / (2 * ModelArtefact.leastGoldenRows), 1)
        goldenRows = stride(from: 0, to: rows.count, by: step).map { rows[$0] }
    }
}
