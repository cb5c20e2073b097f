import Basketball

/// A player's points line at one book, derived from games strictly before the date.
struct PointsLine: Sendable, Equatable {
    let player: String
    let point: Double
    let overPrice: Int
    let underPrice: Int

    private static let priorGames = 10
    private static let minimumGames = 3
    private static let minimumMinutes = 10.0
    /// Longer away than this and no book would list the player.
    private static let maximumDaysAway = 30

    /// The lines of a game at a book, by player name.
    ///
    /// Who is listed depends only on earlier games too: everybody whose latest appearance was for one of the two teams.
    static func lines(game: Game, eventID: String, book: String, current: PlayerBook, previous: PlayerBook?)
        -> [PointsLine]
    {
        [game.away.id, game.home.id].flatMap { team in
            candidates(team: team, date: game.date, current: current, previous: previous).compactMap {
                line(player: $0, date: game.date, eventID: eventID, book: book, current: current, previous: previous)
            }
        }.sorted { $0.player < $1.player }
    }

    private static func candidates(
        team: Int,
        date: GameDate,
        current: PlayerBook,
        previous: PlayerBook?
    ) -> [Int32] {
        let squad = Set(current.squads[team] ?? []).union(previous?.squads[team] ?? [])
        return squad.sorted().filter { player in
            if let last = before(date, current.appearances[player]).last {
                return last.teamID == team && date - last.date <= maximumDaysAway
            }
            // Nobody has played yet in the first days: last season's team counts.
            guard let last = previous?.appearances[player]?.last, last.teamID == team,
                let opening = current.firstDate
            else { return false }
            return date - opening <= maximumDaysAway / 2
        }
    }

    private static func line(
        player: Int32,
        date: GameDate,
        eventID: String,
        book: String,
        current: PlayerBook,
        previous: PlayerBook?
    ) -> PointsLine? {
        var games = Array(before(date, current.appearances[player]).suffix(priorGames))
        if games.count < priorGames, let earlier = previous?.appearances[player] {
            games = Array(earlier.suffix(priorGames - games.count)) + games
        }
        guard games.count >= minimumGames, let minutes = SampleStatistics.mean(games.map { Double($0.minutes) }),
            minutes >= minimumMinutes, let points = SampleStatistics.mean(games.map { Double($0.points) }),
            let name = current.names[player] ?? previous?.names[player]
        else { return nil }
        var random = SeededRandom(seed: stableHash("\(eventID) \(player) \(book)", salt: 3))
        let wiggle = [-1.0, 0, 0, 0, 1][random.index(5)]
        let prices = [(-110, -120), (-115, -115), (-120, -110), (-105, -125), (100, -130)][random.index(5)]
        return PointsLine(
            player: name,
            point: max(0.5, points.rounded(.down) + 0.5 + wiggle),
            overPrice: prices.0,
            underPrice: prices.1
        )
    }

    /// The part of a player's games that lies strictly before a day.
    private static func before(_ date: GameDate, _ games: [PlayerBook.Appearance]?) -> ArraySlice<PlayerBook.Appearance>
    {
        guard let games else { return [] }
        var (low, high) = (0, games.count)
        while low < high {
            let middle = (low + high) / 2
            if games[middle].date < date { low = middle + 1 } else { high = middle }
        }
        return games[..<low]
    }
}
