import Basketball

/// A season's games in order of time, indexed by id and day.
struct SeasonBook: Sendable {
    let season: Season
    let games: [Game]
    private let byID: [NBAGameID: Int]
    private let byDate: [GameDate: Range<Int>]

    init(season: Season, games unordered: [Game]) {
        self.season = season
        games = unordered.sorted { ($0.date, $0.tip, $0.id) < ($1.date, $1.tip, $1.id) }
        byID = Dictionary(games.enumerated().map { ($1.id, $0) }) { _, last in last }
        var ranges: [GameDate: Range<Int>] = [:]
        for (index, game) in games.enumerated() {
            ranges[game.date] = (ranges[game.date]?.lowerBound ?? index)..<(index + 1)
        }
        byDate = ranges
    }

    /// The game with an id.
    func game(_ id: NBAGameID) -> Game? { byID[id].map { games[$0] } }

    /// The games of one Eastern day.
    func games(on date: GameDate) -> ArraySlice<Game> { games[byDate[date] ?? 0..<0] }

    /// The games of the days of a closed range.
    func games(from first: GameDate, through last: GameDate) -> [Game] {
        guard first <= last, let start = games.first?.date, let end = games.last?.date else { return [] }
        let (from, to) = (max(first, start), min(last, end))
        guard from <= to else { return [] }
        return (from...to).flatMap { games(on: $0) }
    }
}

/// A season's player rows: by game, and by player in order of time.
struct PlayerBook: Sendable {
    /// One appearance, small enough to keep all of them.
    struct Appearance: Sendable {
        let date: GameDate
        let teamID: Int
        let minutes: Int16
        let points: Int16
    }

    let rows: [NBAGameID: [PlayerRow]]
    /// Oldest first.
    let appearances: [Int32: [Appearance]]
    let names: [Int32: String]
    /// Everybody who appeared for a team during the season, in order of player id.
    let squads: [Int: [Int32]]
    /// The day of the season's first logged game.
    let firstDate: GameDate?

    init(book: SeasonBook, rows: [NBAGameID: [PlayerRow]]) {
        self.rows = rows
        var appearances: [Int32: [Appearance]] = [:]
        var names: [Int32: String] = [:]
        var squads: [Int: Set<Int32>] = [:]
        for game in book.games where game.id.seasonType != .preseason {
            for row in rows[game.id] ?? [] {
                let team = row.isHome ? game.home.id : game.away.id
                appearances[row.playerID, default: []].append(
                    Appearance(date: game.date, teamID: team, minutes: row.line.minutes, points: row.line.points)
                )
                names[row.playerID] = row.name
                squads[team, default: []].insert(row.playerID)
            }
        }
        firstDate = book.games.first { rows[$0.id] != nil && $0.id.seasonType != .preseason }?.date
        self.appearances = appearances
        self.names = names
        self.squads = squads.mapValues { $0.sorted() }
    }
}
