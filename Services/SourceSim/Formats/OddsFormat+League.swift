import Basketball
import Foundation

extension OddsFormat {
    /// What is asked about an event's odds.
    struct Question {
        let markets: Set<String>
        /// The books that are asked for; nil for all.
        let books: Set<String>?
        let format: PriceFormat

        /// Reads the parameters; a refusal when one of them is unknown.
        static func read(_ query: [String: String]) -> Result<Question, Refusal> {
            let wanted = Set((query["markets"] ?? "h2h").split(separator: ",").map(String.init))
            let unknown = wanted.subtracting(OddsFormat.markets)
            if !unknown.isEmpty {
                let names = unknown.sorted().joined(separator: ",")
                return .failure(Refusal(.refusal(422, "Invalid markets: \(names)", code: "INVALID_MARKET")))
            }
            guard let format = PriceFormat(rawValue: query["oddsFormat"] ?? "decimal") else {
                return .failure(Refusal(.refusal(422, "Invalid oddsFormat", code: "INVALID_ODDS_FORMAT")))
            }
            let books = query["bookmakers"].map { Set($0.split(separator: ",").map(String.init)) }
            return .success(Question(markets: wanted, books: books, format: format))
        }
    }

    /// The answer to a question that the site refuses.
    struct Refusal: Error {
        let reply: SimReply

        init(_ reply: SimReply) { self.reply = reply }
    }

    /// The bookmakers of a game with the markets that are asked for.
    ///
    /// - Parameter stamped: when the books changed their prices last.
    static func bookmakers(
        of game: Game,
        eventID: String,
        _ question: Question,
        stamped: Date,
        store: LeagueStore
    ) throws -> [JSON] {
        let lastUpdate = LeagueClock.formatUTC(stamped)
        return try propBooks.filter { question.books?.contains($0.key) ?? true }.compactMap { book in
            var markets: [JSON] = []
            var hasGameMarket = false
            if !question.markets.isDisjoint(with: ["spreads", "totals", "h2h"]),
                lineBooks.contains(where: { $0.key == book.key }), let line = try store.line(game)
            {
                markets += gameMarkets(
                    line,
                    game: game,
                    wanted: question.markets,
                    format: question.format,
                    lastUpdate: lastUpdate
                )
                hasGameMarket = !markets.isEmpty
            }
            let season = game.id.season
            if question.markets.contains("player_points"), let current = try store.players(season) {
                let previous = try store.players(Season(startYear: season.startYear - 1))
                let lines = PointsLine.lines(
                    game: game,
                    eventID: eventID,
                    book: book.key,
                    current: current,
                    previous: previous
                )
                if let market = pointsMarket(lines, format: question.format, lastUpdate: lastUpdate) {
                    markets.append(market)
                }
            }
            return bookmaker(book, markets: markets, lastUpdate: hasGameMarket ? lastUpdate : nil)
        }
    }
}
