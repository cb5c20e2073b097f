public import Basketball
import Boosting

/// Trains on some seasons and predicts every appearance of a later one, date by date, from what was known before it.
public struct PointsEvaluation: Sendable {
    /// Which appearances a score is of.
    public enum Population: String, Sendable, Hashable, CaseIterable {
        /// Players who averaged ten minutes or more over their previous ten appearances.
        case rotation = "B"
        case all
    }

    /// What predicts: four means that everybody can compute, and the systems by their ``PointsSystem`` names.
    public enum System: String, Sendable, Hashable, CaseIterable {
        case seasonAverage = "season_average"
        case last5 = "last_5"
        case last10 = "last_10"
        case exponentiallyWeighted = "exponentially_weighted"
        case movingAverage = "moving_average"
        case zoneMatchup = "zone_matchup"
        case similarity
        case gradientBoosted = "gradient_boosted"
        case ensemble
    }

    public struct Score: Sendable {
        public var system: System
        public var population: Population
        public var accuracy: AccuracyScore
    }

    /// What is being done.
    public enum Step: Sendable, Hashable {
        case features(Season)
        case training
        case judging(Season)
    }

    /// In the order of systems, the populations of each together. A system that says nothing of some appearances is scored
    /// on the others.
    public let scores: [Score]
    /// Intervals, slices and calibration of population B.
    public let report: Report
    public let leakProbe: LeakProbe
    /// What was trained, on nothing of the test season.
    public let models: PointsModelSet
    public let test: Season

    /// Appearances that the models were trained on.
    public var trainedOn: Int { models.training.appearances }

    /// Every so many dates of the test season one is walked again with other results.
    static let probedDates = 16

    /// - Parameters:
    ///   - days: all dates of the seasons up to the test season, in order. Earlier seasons than those trained on only
    ///     serve as history.
    ///   - train: the seasons to train on, three or more, all before `test`.
    ///   - seed: draws the trees' rows and columns, the probes' shuffles and the intervals' samples.
    ///   - progress: called when a step begins.
    /// - Throws: ``PointsStateError``, ``PointsModelError``, ``PointsEvaluationError`` and what training throws.
    public init(
        _ days: [GameDay],
        train: ClosedRange<Season>,
        test: Season,
        seed: Int = 1,
        progress: (Step) -> Void = { _ in }
    ) throws {
        guard train.upperBound < test else { throw PointsEvaluationError.testNotAfterTraining }
        let tested = days.filter { $0.season == test }
        guard !tested.isEmpty else { throw PointsEvaluationError.noGames(test) }
        var walk = LeagueWalk()
        let examples = try Self.examples(&walk, days.filter { ($0.season ?? test) < test }, train, progress)
        progress(.training)
        let models = try PointsModelSet(training: examples, seed: seed)
        let predictor = PointsPredictor(models: models)

        progress(.judging(test))
        var judged: [JudgedAppearance] = []
        var probe = LeakProbe()
        for (index, day) in tested.enumerated() {
            let start = walk
            let before = try walk.step(day)
            let outcomes = try predictor.predict(before.rows)
            for (box, (record, outcomes)) in zip(day.players, zip(before.records, outcomes)) {
                judged.append(try JudgedAppearance(box, record: record, outcomes: outcomes))
            }
            guard index % Self.probedDates == Self.probedDates / 2 else { continue }
            let next = index + 1 < tested.count ? tested[index + 1] : nil
            try probe.probe(day, next: next, before: start, after: walk, predictor: predictor, seed: seed + index)
        }
        scores = Self.scores(judged)
        report = Report(judged.filter(\.isRotation), seed: seed)
        leakProbe = probe
        self.models = models
        self.test = test
    }

    /// Walks the seasons before the test season.
    private static func examples(
        _ walk: inout LeagueWalk,
        _ days: [GameDay],
        _ train: ClosedRange<Season>,
        _ progress: (Step) -> Void
    ) throws -> PointsExamples {
        var examples = PointsExamples()
        var season: Season?
        for day in days {
            guard let current = day.season else { continue }
            if season != current { progress(.features(current)) }
            season = current
            let before = try walk.step(day, isTold: train.contains(current))
            for (row, box) in zip(before.rows, day.players) { examples.append(row, box) }
        }
        try examples.require(train)
        return examples
    }

    private static func scores(_ judged: [JudgedAppearance]) -> [Score] {
        System.allCases.enumerated().flatMap { index, system in
            Population.allCases.map { population in
                var accuracy = AccuracyScore()
                for row in judged where population == .all || row.isRotation {
                    guard let said = row.said[index] else { continue }
                    accuracy.add(mean: said.mean, median: said.median, actual: row.points)
                }
                return Score(system: system, population: population, accuracy: accuracy)
            }
        }
    }
}

/// Why nothing can be evaluated.
public enum PointsEvaluationError: Error, Sendable, Hashable, CustomStringConvertible {
    case testNotAfterTraining
    case noGames(Season)

    public var description: String {
        switch self {
        case .testNotAfterTraining: "the test season must be after the last one trained on"
        case .noGames(let season): "there are no games of \(season)"
        }
    }
}
