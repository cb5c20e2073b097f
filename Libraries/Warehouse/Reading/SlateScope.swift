public import Pipeline

/// How the pending changes of a date reach its games and teams.
public struct SlateScope: Sendable, Hashable {
    /// Every row of the date.
    public var isFull: Bool
    /// Teams to look at, on the slate or not.
    public var teams: Set<String>
    /// Players to look at.
    public var players: Set<String>

    /// Expands markers: a game reaches both of its teams. `reachesOpponent` says that a team's change matters to the
    /// other team of its game as well. A game that is not on the slate any more can be anybody's, so it widens the
    /// scope to the date.
    public init(_ scope: Scope, games: [SlateGame], reachesOpponent: Bool) {
        isFull = scope.isFull
        players = scope.players
        teams = scope.teams
        if reachesOpponent {
            for game in games where !scope.teams.isDisjoint(with: game.teams) { teams.formUnion(game.teams) }
        }
        for name in scope.games {
            if let game = games.first(where: { $0.isNamed(name) }) {
                teams.formUnion(game.teams)
            } else {
                isFull = true
            }
        }
    }
}
