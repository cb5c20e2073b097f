/// One input of the points models: what it is called and means, and how it is told from a player's context.
///
/// All are told from games of earlier dates and from what is known of a game before it: who plays whom, where and when.
public struct PointsFeature: Sendable, CustomStringConvertible {
    /// What a feature's number counts.
    public enum Unit: String, Sendable, Hashable, Codable, CaseIterable {
        case points, minutes, games, days, possessions, attempts, rebounds, events, flag, fraction, ratio
        case perMinute = "per_minute"
        case per36Minutes = "per_36_minutes"
    }

    /// Unique, lower case with underscores. `_h10` at the end: games count the less the longer ago, half after 10 of them.
    public let name: String
    public let unit: Unit
    /// One sentence.
    public let definition: String
    let value: @Sendable (PointsContext) -> Double

    init(_ name: String, _ unit: Unit, _ definition: String, value: @escaping @Sendable (PointsContext) -> Double) {
        self.name = name
        self.unit = unit
        self.definition = definition
        self.value = value
    }

    /// A flag, 1 or 0.
    init(flag name: String, _ definition: String, value: @escaping @Sendable (PointsContext) -> Bool) {
        self.init(name, .flag, definition) { value($0) ? 1 : 0 }
    }

    /// A count, such as games or days.
    init(count name: String, _ unit: Unit, _ definition: String, value: @escaping @Sendable (PointsContext) -> Int) {
        self.init(name, unit, definition) { Double(value($0)) }
    }

    public var description: String { name }

    /// Changes with any definition or with the order: models only fit the list that they were trained with.
    public static let version = "points_130_1"

    /// In the order of a row's values.
    public static let all: [PointsFeature] =
        experience + PlayerSpan.allCases.flatMap(form) + rates + lastGames + seasons + rest + matchups + absences

    /// The number of features, 130.
    public static let count = all.count

    /// The place in a row; nil for a name that is none of the features.
    public static func index(of name: String) -> Int? { indices[name] }

    private static let indices = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1.name, $0) })
}
