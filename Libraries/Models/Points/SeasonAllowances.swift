import Basketball

/// The kinds of points that a box score tells apart.
public enum PointsZone: String, Sendable, Hashable, Codable, CaseIterable {
    case twoPointers = "two_pointers"
    case threePointers = "three_pointers"
    case freeThrows = "free_throws"
}

/// What a team allowed in the season so far, each as a multiple of the league's mean of the same season and drawn to 1.
/// Above 1 is a weaker defence, or a faster game. 1 everywhere before the season's first game.
public struct OpponentAllowances: Sendable, Hashable, Codable {
    /// The team's games of the season so far.
    public var games: Int
    /// Possessions in 48 minutes.
    public var pace: Double
    /// Points a possession.
    public var defense: Double
    /// Two-pointers', three-pointers' and free throws' points a possession.
    public var twoPointers: Double
    public var threePointers: Double
    public var freeThrows: Double

    /// Those of a team about which the season says nothing yet.
    static let unknown = OpponentAllowances(
        games: 0,
        pace: 1,
        defense: 1,
        twoPointers: 1,
        threePointers: 1,
        freeThrows: 1
    )

    /// Points a possession in a zone.
    public subscript(zone: PointsZone) -> Double {
        switch zone {
        case .twoPointers: twoPointers
        case .threePointers: threePointers
        case .freeThrows: freeThrows
        }
    }

    /// Points in 48 minutes.
    public var scoring: Double { pace * defense }
}

/// Sums of a season, of each team's opponents and of all together. They start anew with every season.
struct SeasonAllowances: Sendable {
    private struct Totals: Sendable {
        var games = 0.0
        /// Games of 48 minutes that the minutes make.
        var regulationGames = 0.0
        var possessions = 0.0
        /// In the order of ``PointsZone``.
        var points = Array(repeating: 0.0, count: PointsZone.allCases.count)

        mutating func add(_ other: Totals) {
            games += other.games
            regulationGames += other.regulationGames
            possessions += other.possessions
            for zone in points.indices { points[zone] += other.points[zone] }
        }

        var allPoints: Double { points.reduce(0, +) }
    }

    /// Games that the league's mean weighs: of pace, of all points, and of each zone, which scatter more.
    private static let paceGames = 8.0
    private static let defenseGames = 12.0
    private static let zoneGames = 25.0

    private var season: Season?
    private var league = Totals()
    /// By the id of the team that was played against.
    private var teams: [Int: Totals] = [:]

    /// What a team allowed before a game of a season.
    func allowances(of team: Team, in season: Season) -> OpponentAllowances {
        guard self.season == season, let own = teams[team.id], league.possessions > 0, league.allPoints > 0 else {
            return .unknown
        }
        let possessions = league.possessions / league.games
        func ratio(_ points: Double, _ all: Double, _ games: Double) -> Double {
            guard all > 0 else { return 1 }
            let rate = all / league.possessions
            return (points + games * possessions * rate) / (own.possessions + games * possessions) / rate
        }
        func zone(_ zone: Int) -> Double { ratio(own.points[zone], league.points[zone], Self.zoneGames) }
        let pace = league.possessions / league.regulationGames
        return OpponentAllowances(
            games: Int(own.games),
            pace: (own.possessions + Self.paceGames * pace) / (own.regulationGames + Self.paceGames) / pace,
            defense: ratio(own.allPoints, league.allPoints, Self.defenseGames),
            twoPointers: zone(0),
            threePointers: zone(1),
            freeThrows: zone(2)
        )
    }

    /// Takes up what a team's players scored against its opponent.
    mutating func absorb(_ side: FinishedDate.Side) {
        if season != side.box.side.season {
            self = SeasonAllowances()
            season = side.box.side.season
        }
        var game = Totals()
        game.games = 1
        game.regulationGames = 1 / side.box.regulationShare
        game.possessions = (side.box.possessions + side.opponent.possessions) / 2
        for box in side.players {
            game.points[0] += 2 * Double(box.fieldGoalsMade - box.threePointersMade)
            game.points[1] += 3 * Double(box.threePointersMade)
            game.points[2] += Double(box.freeThrowsMade)
        }
        league.add(game)
        teams[side.box.side.opponent.id, default: Totals()].add(game)
    }
}
