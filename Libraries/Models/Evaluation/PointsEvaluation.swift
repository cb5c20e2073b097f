public import Basketball
import Boosting

/// The finished games of one date.
public struct GameDay: Sendable {
    public var date: GameDate
    public var players: [PlayerBox]
    public var teams: [TeamBox]

    public init(date: GameDate, players: [PlayerBox], teams: [TeamBox]) {
        self.date = date
        self.players = players
        self.teams = teams
    }
}

/// Trains on some seasons and predicts every appearance of a later one, date by date, from what was known before it.
public struct PointsEvaluation: Sendable {
    /// Which appearances a score is of.
    public enum Population: String, Sendable, Hashable, CaseIterable {
        /// Players who averaged ten minutes or more over their previous ten appearances.
        case rotation = "B"
        case all
    }

    /// What predicts.
    public enum System: String, Sendable, Hashable, CaseIterable {
        case seasonAverage = "season_average"
        case last5 = "last_5"
        case last10 = "last_10"
        case exponentiallyWeighted = "exponentially_weighted"
        case gradientBoosted = "gradient_boosted"
    }

    public struct Score: Sendable {
        public var system: System
        public var population: Population
        public var accuracy: AccuracyScore
    }

    /// In the order of systems, the populations of each together.
    public let scores: [Score]
    /// The probability of more points than the half above the whole points of the exponentially weighted mean, population B.
    public let calibration: CalibrationScore
    /// Appearances that the model was trained on.
    public let trainedOn: Int

    static let rotationMinutes = 10.0

    /// - Parameters:
    ///   - days: all dates of the seasons up to the test season, in order. Earlier seasons than those trained on only
    ///     serve as history.
    ///   - train: the seasons to train on, three or more, all before `test`.
    ///   - progress: called with each season when its features are there.
    /// - Throws: ``PointsStateError``, ``PointsModelError``, ``PointsEvaluationError`` and what training throws.
    public init(
        _ days: [GameDay],
        train: ClosedRange<Season>,
        test: Season,
        seed: Int = 1,
        progress: (Season) -> Void = { _ in }
    ) throws {
        guard train.upperBound < test else { throw PointsEvaluationError.testNotAfterTraining }
        var state = PointsFeatureState()
        var records: [Int: ScoringRecord] = [:]
        var examples = PointsExamples()
        var tested = PointsExamples()
        var before: [ScoringRecord] = []
        var season: Season?
        for day in days {
            guard let current = day.players.first?.side.season, current <= test else { continue }
            if let season, season != current { progress(season) }
            season = current
            let isTest = current == test
            if isTest || train.contains(current) {
                let rows = try state.features(for: day.players.map { PointsRequest(player: $0.player, side: $0.side) })
                for (row, box) in zip(rows, day.players) {
                    if isTest { tested.append(row, box) } else { examples.append(row, box) }
                }
            }
            if isTest { before += day.players.map { records[$0.player] ?? ScoringRecord() } }
            for box in day.players {
                records[box.player, default: ScoringRecord()].add(
                    points: box.points,
                    minutes: box.minutes,
                    season: current
                )
            }
            try state.absorb(players: day.players, teams: day.teams)
        }
        if let season { progress(season) }
        guard tested.count > 0 else { throw PointsEvaluationError.noGames(test) }
        for season in train.lowerBound.startYear...train.upperBound.startYear {
            guard examples.seasons.contains(Season(startYear: season)) else {
                throw PointsEvaluationError.noGames(Season(startYear: season))
            }
        }
        let model = try PointsModel(training: examples, seed: seed)
        trainedOn = examples.count
        (scores, calibration) = try Self.judge(try model.predict(tested.values), tested.points, before)
    }

    private static func judge(
        _ predictions: [PointsModel.Prediction],
        _ points: [Int],
        _ records: [ScoringRecord]
    ) throws -> ([Score], CalibrationScore) {
        var scores: [System: [Population: AccuracyScore]] = [:]
        var calibration = CalibrationScore()
        for ((prediction, actual), record) in zip(zip(predictions, points), records) {
            let isRotation = (record.minutesLast10 ?? 0) >= rotationMinutes
            for system in System.allCases {
                let (mean, median) =
                    switch system {
                    case .seasonAverage: (record.seasonAverage, record.seasonAverage)
                    case .last5: (record.last5, record.last5)
                    case .last10: (record.last10, record.last10)
                    case .exponentiallyWeighted: (record.exponentiallyWeighted, record.exponentiallyWeighted)
                    case .gradientBoosted: (prediction.mean, prediction.median)
                    }
                for population in Population.allCases where population == .all || isRotation {
                    scores[system, default: [:]][population, default: AccuracyScore()]
                        .add(mean: mean, median: median, actual: actual)
                }
            }
            guard isRotation else { continue }
            let line = record.exponentiallyWeighted.rounded(.down) + 0.5
            calibration.add(try prediction.outcome.probabilities(line: line).over, Double(actual) > line)
        }
        let ordered = System.allCases.flatMap { system in
            Population.allCases.map { population in
                Score(
                    system: system,
                    population: population,
                    accuracy: scores[system]?[population] ?? AccuracyScore()
                )
            }
        }
        return (ordered, calibration)
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
