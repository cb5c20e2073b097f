public import Basketball

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

    var season: Season? { players.first?.side.season }

    /// What is asked before the games: everybody who will have a row.
    var requests: [PointsRequest] { players.map { PointsRequest(player: $0.player, side: $0.side) } }
}
