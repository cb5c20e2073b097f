public import Basketball

/// One team's side of a game, all of it known before the game is played.
public struct GameSide: Sendable, Hashable {
    /// The league's id of the game. Games of one date are absorbed in its order.
    public var game: NBAGameID
    /// The league day of the game.
    public var date: GameDate
    /// The season that the game belongs to.
    public var season: Season
    public var team: Team
    public var opponent: Team
    /// The team is the host; neither side has to be, on neutral ground.
    public var isHome: Bool

    /// One side of a game; the season is the one that the day belongs to unless another is given.
    public init(
        game: NBAGameID,
        date: GameDate,
        season: Season? = nil,
        team: Team,
        opponent: Team,
        isHome: Bool
    ) {
        self.game = game
        self.date = date
        self.season = season ?? Season(containing: date)
        self.team = team
        self.opponent = opponent
        self.isHome = isHome
    }
}

/// A player whose features are asked for before a game.
public struct PointsRequest: Sendable, Hashable {
    /// The league's id of the player.
    public var player: Int
    /// The game, from the side of the team that he would play for.
    public var side: GameSide

    public init(player: Int, side: GameSide) {
        self.player = player
        self.side = side
    }
}
