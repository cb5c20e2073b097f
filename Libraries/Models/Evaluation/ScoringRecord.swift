public import Basketball
import Foundation

/// A player's appearances so far, as the baselines look back at them. A row with zero minutes is an appearance.
public struct ScoringRecord: Sendable {
    /// Games after which one counts half in the exponentially weighted mean.
    public static let halfLifeGames = 6.0
    /// Points of a player who never appeared: about what such players score.
    public static let unknownPlayerPoints = 4.5

    private var recentPoints: [Double] = []
    private var recentMinutes: [Double] = []
    /// The season in which he played last.
    private var season: (year: Season, sum: Double, games: Double)?
    private var weighted = (sum: 0.0, weight: 0.0)

    public init() {}

    /// Takes up a finished game. Games come in the order of their dates.
    public mutating func add(points: Int, minutes: Double, season year: Season) {
        let points = Double(points)
        recentPoints.append(points)
        recentMinutes.append(minutes)
        if recentPoints.count > 10 {
            recentPoints.removeFirst()
            recentMinutes.removeFirst()
        }
        if season?.year != year { season = (year, 0, 0) }
        season?.sum += points
        season?.games += 1
        weighted = (weighted.sum * Self.decay + points, weighted.weight * Self.decay + 1)
    }

    /// Mean minutes of the last ten appearances in any season, or of all when there are fewer; nil before the first.
    public var minutesLast10: Double? { Self.mean(recentMinutes[...]) }

    /// Mean points of the last ten appearances in any season.
    public var last10: Double { Self.mean(recentPoints[...]) ?? Self.unknownPlayerPoints }

    /// Mean points of the last five.
    public var last5: Double { Self.mean(recentPoints.suffix(5)) ?? Self.unknownPlayerPoints }

    /// Mean points of the season; before its first game, of the season in which he played last.
    public var seasonAverage: Double { season.map { $0.sum / $0.games } ?? Self.unknownPlayerPoints }

    /// Mean points of all appearances, each weighing half of the one six games later.
    public var exponentiallyWeighted: Double {
        weighted.weight > 0 ? weighted.sum / weighted.weight : Self.unknownPlayerPoints
    }

    private static let decay = pow(0.5, 1 / halfLifeGames)

    private static func mean(_ values: ArraySlice<Double>) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
