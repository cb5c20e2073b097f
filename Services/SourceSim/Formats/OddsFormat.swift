import Basketball
import Foundation

/// The Odds API's v4 objects.
enum OddsFormat {
    enum PriceFormat: String { case american, decimal }

    struct Book {
        let key: String
        let title: String
    }

    static let lineBooks = [Book(key: "draftkings", title: "DraftKings"), Book(key: "fanduel", title: "FanDuel")]
    static let propBooks =
        lineBooks + [Book(key: "betmgm", title: "BetMGM"), Book(key: "williamhill_us", title: "Caesars")]
    static let markets: Set<String> = ["player_points", "spreads", "totals", "h2h"]

    /// The event without prices; nil for a side that no bookmaker lists.
    static func event(_ game: Game, id: String) -> [JSON.Member]? {
        guard let home = game.home.team, let away = game.away.team else { return nil }
        return [
            .init(key: "id", value: .string(id)), .init(key: "sport_key", value: "basketball_nba"),
            .init(key: "sport_title", value: "NBA"),
            .init(key: "commence_time", value: .string(LeagueClock.formatUTC(game.tip))),
            .init(key: "home_team", value: .string(home.oddsAPIName)),
            .init(key: "away_team", value: .string(away.oddsAPIName)),
        ]
    }

    /// One bookmaker's entry; nil when it has no market.
    static func bookmaker(_ book: Book, markets: [JSON], lastUpdate: String?) -> JSON? {
        guard !markets.isEmpty else { return nil }
        var members: [JSON.Member] = [
            .init(key: "key", value: .string(book.key)), .init(key: "title", value: .string(book.title)),
        ]
        // Upstream stamps the bookmaker on game lines, and only the markets on player props.
        if let lastUpdate { members.append(.init(key: "last_update", value: .string(lastUpdate))) }
        members.append(.init(key: "markets", value: .array(markets)))
        return .object(members)
    }

    /// The closing markets of a game at one book. Prices of spreads and totals are the usual −110, and say so.
    static func gameMarkets(
        _ line: GameLine,
        game: Game,
        wanted: Set<String>,
        format: PriceFormat,
        lastUpdate: String
    ) -> [JSON] {
        guard let home = game.home.team?.oddsAPIName, let away = game.away.team?.oddsAPIName else { return [] }
        var markets: [JSON] = []
        func market(_ key: String, _ outcomes: [JSON], syntheticPrice: Bool) {
            var members: [JSON.Member] = [
                .init(key: "key", value: .string(key)), .init(key: "last_update", value: .string(lastUpdate)),
                .init(key: "outcomes", value: .array(outcomes)),
            ]
            if line.isSynthetic { members.append(.init(key: "synthetic", value: true)) }
            if syntheticPrice { members.append(.init(key: "synthetic_price", value: true)) }
            markets.append(.object(members))
        }
        if wanted.contains("h2h"), let homeOdds = line.homeMoneyline, let awayOdds = line.awayMoneyline,
            let homePrice = price(homeOdds, format), let awayPrice = price(awayOdds, format)
        {
            market(
                "h2h",
                [["name": .string(away), "price": awayPrice], ["name": .string(home), "price": homePrice]],
                syntheticPrice: false
            )
        }
        guard let standard = price(-110, format) else { return markets }
        if wanted.contains("spreads"), let spread = line.homeSpread {
            market(
                "spreads",
                [
                    ["name": .string(away), "price": standard, "point": .double(spread == 0 ? 0 : -spread)],
                    ["name": .string(home), "price": standard, "point": .double(spread)],
                ],
                syntheticPrice: true
            )
        }
        if wanted.contains("totals"), let total = line.total {
            market(
                "totals",
                [
                    ["name": "Over", "price": standard, "point": .double(total)],
                    ["name": "Under", "price": standard, "point": .double(total)],
                ],
                syntheticPrice: true
            )
        }
        return markets
    }

    /// The derived player-points market of one book, marked synthetic; nil without players.
    static func pointsMarket(_ lines: [PointsLine], format: PriceFormat, lastUpdate: String) -> JSON? {
        guard !lines.isEmpty else { return nil }
        let outcomes = lines.flatMap { line -> [JSON] in
            guard let over = price(line.overPrice, format), let under = price(line.underPrice, format) else {
                return []
            }
            return [
                ["name": "Over", "description": .string(line.player), "price": over, "point": .double(line.point)],
                ["name": "Under", "description": .string(line.player), "price": under, "point": .double(line.point)],
            ]
        }
        return [
            "key": "player_points", "last_update": .string(lastUpdate), "synthetic": true, "outcomes": .array(outcomes),
        ]
    }

    private static func price(_ american: Int, _ format: PriceFormat) -> JSON? {
        guard let decimal = Odds.decimal(american: american) else { return nil }
        switch format {
        case .american: return .int(american)
        case .decimal: return .double(Rounding.halfAway(decimal, places: 2))
        }
    }
}
