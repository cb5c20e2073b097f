/// The ways between a team's games, over great circles, from place to place as the schedule tells them.
public struct TeamTravel: Sendable, Hashable {
    /// From the last game to this one: 0 for two games in one arena, the way home included. Nil before the season's first
    /// game.
    public var miles: Double?
    /// Whole hours by which the clocks of the two arenas differ on the day.
    public var timeZoneChanges: Int?
    /// Sums over the ways to this game and to those of the 14 days before the date.
    public var milesLast14: Double?
    public var timeZonesLast14: Int?
    /// Games away from home without a break, this one included; 0 at home.
    public var consecutiveRoadGames: Int

    /// The way to a game of the home team `home` at `site`. Throws `TeamError.unknown` for a tricode that is no team's.
    public init(
        _ history: TeamHistory,
        team: Team,
        home: Team,
        at site: GameSite = .homeArena
    ) throws(TeamError) {
        let isRoad = team != home
        consecutiveRoadGames = isRoad ? 1 + history.games.reversed().prefix { $0.isHome == false }.count : 0
        // Of the games before the window the last one alone is a place that the team came from.
        let first = history.games.firstIndex { history.date - $0.date < 14 } ?? history.games.endIndex
        var places: [Place?] = []
        for game in history.games[max(0, first - 1)...] {
            switch game.isHome {
            case true?: places.append(game.site.place(home: team))
            case false?: places.append(game.site.place(home: try Team(tricode: game.opponent)))
            case nil: places.append(nil)
            }
        }
        guard let here = site.place(home: home), case let last?? = places.last else { return }
        miles = last.miles(to: here).stored
        timeZoneChanges = last.hoursApart(from: here, on: history.date)

        // A place that is not known makes the sums unknown.
        var (sum, zones) = (miles, timeZoneChanges)
        for ((from, to), game) in zip(zip(places, places.dropFirst()), history.games.suffix(places.count - 1)) {
            guard let from, let to else { return }
            sum = sum.map { $0 + from.miles(to: to) }
            zones = zones.map { $0 + from.hoursApart(from: to, on: game.date) }
        }
        milesLast14 = sum?.stored
        timeZonesLast14 = zones
    }
}
