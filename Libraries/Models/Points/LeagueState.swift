/// The one half life of the league, in games of teams.
enum LeagueSpan: Int, HalfLives {
    case h200

    var games: Double { 200 }
}

/// What is kept of each game of each team, scaled to 48 minutes.
enum LeagueSeries: Int, GameSeries {
    case points, possessions
}

/// The level of the league.
struct LeagueState: Sendable {
    private static let pointsBeforeTheFirstGame = 110.0
    private static let possessionsBeforeTheFirstGame = 100.0

    private var sums = DecayedSums<LeagueSpan, LeagueSeries>()

    /// Points of a team and game of 48 minutes.
    var points: Double { mean(.points) ?? Self.pointsBeforeTheFirstGame }
    /// Possessions of a team and game of 48 minutes.
    var possessions: Double { mean(.possessions) ?? Self.possessionsBeforeTheFirstGame }
    /// Points a possession.
    var pointsPerPossession: Double { points / possessions }

    private func mean(_ series: LeagueSeries) -> Double? {
        let weight = sums.weight(.h200)
        return weight > 0 ? sums[series, .h200] / weight : nil
    }

    /// Takes up one team's side of a game.
    mutating func absorb(own: TeamBox, opponent: TeamBox) {
        let share = own.regulationShare
        sums.add([Double(own.points) * share, (own.possessions + opponent.possessions) / 2 * share])
    }
}
