public import Basketball
import Boosting

/// Appearances with their features before the game and what came of them, in the order of their dates.
public struct PointsExamples: Sendable {
    /// A row an appearance, in the order of ``PointsFeature/all``.
    public private(set) var values: [Float] = []
    public private(set) var seasons: [Season] = []
    public private(set) var dates: [GameDate] = []
    /// Points scored.
    public private(set) var points: [Int] = []
    /// Minutes on the floor.
    public private(set) var minutes: [Double] = []
    /// Whether he averaged ten minutes or more over his previous ten appearances.
    private(set) var isRotation: [Bool] = []
    /// What the rules expected, by row, in the order of ``PointsRules/all``; nil where one says nothing.
    private(set) var ruleMeans: [[Double?]] = []

    /// Mean minutes of the previous ten appearances from which a player is of the rotation.
    static let rotationMinutes = 10.0

    public init() {}

    public var count: Int { points.count }

    /// Adds an appearance. The features must be those of the player before this game.
    public mutating func append(_ row: PointsFeatureRow, _ box: PlayerBox) {
        precondition(row.player == box.player && row.side == box.side, "features of another game or player")
        values += row.values
        seasons.append(box.side.season)
        dates.append(box.side.date)
        points.append(box.points)
        minutes.append(box.minutes)
        isRotation.append((row.profile.minutesLast10 ?? 0) >= Self.rotationMinutes)
        ruleMeans.append(PointsRules.all.map { $0.estimate(row.profile).mean })
    }

    /// The features of some rows.
    func matrix(_ rows: [Int]) throws(BoostingError) -> FeatureMatrix {
        let width = PointsFeature.count
        var selected: [Float] = []
        selected.reserveCapacity(rows.count * width)
        for row in rows { selected += values[row * width..<(row + 1) * width] }
        return try FeatureMatrix(names: PointsFeature.all.map(\.name), values: selected)
    }

    /// The rows of players who had appeared before, of seasons that are wanted. A first appearance teaches nothing about
    /// players.
    func rows(where isWanted: (Season) -> Bool) -> [Int] {
        let width = PointsFeature.count
        let games = Self.careerGames
        return (0..<count).filter { isWanted(seasons[$0]) && values[$0 * width + games] >= 1 }
    }

    /// Where ``PointsFeature/all`` holds the number of earlier appearances.
    private static let careerGames: Int = {
        guard let index = PointsFeature.index(of: "career_games") else {
            preconditionFailure("the features lack career_games")
        }
        return index
    }()

    /// Throws ``PointsEvaluationError`` `noGames` unless every season of the range is there.
    func require(_ wanted: ClosedRange<Season>) throws(PointsEvaluationError) {
        let known = Set(seasons)
        for year in wanted.lowerBound.startYear...wanted.upperBound.startYear
        where !known.contains(Season(startYear: year)) {
            throw .noGames(Season(startYear: year))
        }
    }
}
