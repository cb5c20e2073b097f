import Basketball
import Foundation

/// Loads seasons when they are first asked for and keeps them.
///
/// Not Sendable: it lives inside the actor that answers requests.
final class LeagueStore {
    let source: any LeagueSource
    private var books: [Season: SeasonBook] = [:]
    private var players: [Season: PlayerBook] = [:]
    private var lines: [Season: [NBAGameID: GameLine]] = [:]
    private var events: [Season: EventIndex] = [:]

    struct EventIndex {
        let idByGame: [NBAGameID: String]
        let gameByID: [String: NBAGameID]
    }

    init(source: some LeagueSource) { self.source = source }

    /// The games of a season; nil when the source does not have it.
    func book(_ season: Season) throws -> SeasonBook? {
        if let book = books[season] { return book }
        guard source.seasons.contains(season) else { return nil }
        let book = SeasonBook(season: season, games: try source.games(of: season))
        books[season] = book
        return book
    }

    /// The player rows of a season; nil when the source does not have it.
    func players(_ season: Season) throws -> PlayerBook? {
        if let book = players[season] { return book }
        guard let games = try book(season) else { return nil }
        let book = PlayerBook(book: games, rows: try source.playerRows(of: season, games: games.games))
        players[season] = book
        return book
    }

    /// The closing line of a game.
    func line(_ game: Game) throws -> GameLine? {
        let season = game.id.season
        if let known = lines[season] { return known[game.id] }
        guard let book = try book(season) else { return nil }
        let loaded = try source.gameLines(of: season, book: book)
        lines[season] = loaded
        return loaded[game.id]
    }

    /// Event ids of a season: real ones where known, derived ones elsewhere.
    func events(_ season: Season) throws -> EventIndex? {
        if let index = events[season] { return index }
        guard let book = try book(season) else { return nil }
        let real = try source.eventIDs(of: season, book: book)
        var idByGame: [NBAGameID: String] = [:]
        var gameByID: [String: NBAGameID] = [:]
        for game in book.games where game.isLeagueGame {
            let id = real[game.id] ?? Self.eventID(game)
            idByGame[game.id] = id
            gameByID[id] = game.id
        }
        let index = EventIndex(idByGame: idByGame, gameByID: gameByID)
        events[season] = index
        return index
    }

    /// The game behind an event id, latest season first.
    func game(eventID: String) throws -> Game? {
        // Loaded seasons first, so that the common case reads no file.
        let order = source.seasons.reversed().sorted { events[$0] != nil && events[$1] == nil }
        for season in order {
            if let id = try events(season)?.gameByID[eventID] { return try book(season)?.game(id) }
        }
        return nil
    }

    /// 32 hex digits out of day and teams.
    static func eventID(_ game: Game) -> String {
        let key = "\(game.date)|\(game.away.tricode)|\(game.home.tricode)"
        return hex(stableHash(key, salt: 1)) + hex(stableHash(key, salt: 2))
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
