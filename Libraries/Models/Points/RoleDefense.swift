/// What the players of a team's opponents did against it, by their role.
struct RoleDefense: Sendable {
    private static let decay = decayFactor(halfLife: 25)
    /// Games that a player needs before his minutes say something about an opponent.
    private static let establishedGames = 5
    /// Points that draw the ratio of one role towards 1; for all roles together it is twice as many.
    private static let priorPointsOfRole = 150.0
    private static let priorPoints = 300.0
    private static let priorMinutes = 300.0

    /// Points against what the players' rates and minutes would have given.
    private var points = Array(repeating: ActualAgainstExpected(), count: PlayerState.Role.allCases.count)
    /// Minutes against the players' usual ones.
    private var minutes = Array(repeating: ActualAgainstExpected(), count: PlayerState.Role.allCases.count)

    /// How many times their usual points players of a role score.
    func pointsRatio(_ role: PlayerState.Role) -> Double {
        points[role.rawValue].ratio(shrinkage: Self.priorPointsOfRole)
    }

    /// The same for all roles.
    var pointsRatio: Double {
        points.reduce(ActualAgainstExpected(), +).ratio(shrinkage: Self.priorPoints)
    }

    /// How many times their usual minutes players of a role get.
    func minutesRatio(_ role: PlayerState.Role) -> Double {
        minutes[role.rawValue].ratio(shrinkage: Self.priorMinutes)
    }

    /// Lets what was so far count less, once a game.
    mutating func fade() {
        for role in points.indices {
            points[role].fade(to: Self.decay)
            minutes[role].fade(to: Self.decay)
        }
    }

    /// Adds what an opponent's player did; `player` is his state before the game.
    mutating func add(_ box: PlayerBox, by player: PlayerState, regulationShare: Double) {
        points[player.role.rawValue].add(
            actual: Double(box.points),
            expected: player.sums.pointsPerMinute(.h25) * box.minutes
        )
        guard player.games >= Self.establishedGames else { return }
        minutes[player.role.rawValue].add(actual: box.minutes * regulationShare, expected: player.load.minutes)
    }
}
