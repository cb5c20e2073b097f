public import Basketball
public import Foundation
public import Pipeline
import Postgres

/// The points lines of a date by player. This is the only way by which lines are read: what was seen after tip-off
/// never gets out.
public struct PlayerLineQuotes: Sendable {
    /// A quote with the game it is for.
    public struct Entry: Sendable, Hashable {
        public var home: String
        public var away: String
        /// The source's own start of the game.
        public var startsAt: Date
        public var quote: PointsLineQuote

        public init(home: String, away: String, startsAt: Date, quote: PointsLineQuote) {
            self.home = home
            self.away = away
            self.startsAt = startsAt
            self.quote = quote
        }
    }

    public var byPlayer: [String: [Entry]]

    public init(byPlayer: [String: [Entry]] = [:]) { self.byPlayer = byPlayer }

    /// The lines of a player for a game, before the earlier of the schedule's and the source's start.
    public func lines(of player: String, in game: SlateGame) -> PointsLines? {
        // Neutral-site games are home games of different teams for different sources.
        let entries = (byPlayer[player] ?? []).filter { Set([$0.home, $0.away]) == Set(game.teams) }
        guard let earliest = entries.map(\.startsAt).min() else { return nil }
        return PointsLines(entries.map(\.quote), before: min(earliest, game.tipoffAt ?? earliest))
    }

    /// The players with a line for one of the games.
    public func players(in games: [SlateGame]) -> Set<String> {
        let pairs = Set(games.map { Set($0.teams) })
        return Set(byPlayer.filter { $0.value.contains { pairs.contains([$0.home, $0.away]) } }.keys)
    }
}

/// The spreads and totals of a date.
public struct GameLineQuotes: Sendable {
    /// A quote with the game it is for.
    public struct Entry: Sendable, Hashable {
        public var home: String
        public var away: String
        /// The source's own start of the game.
        public var startsAt: Date
        public var quote: GameLineQuote

        public init(home: String, away: String, startsAt: Date, quote: GameLineQuote) {
            self.home = home
            self.away = away
            self.startsAt = startsAt
            self.quote = quote
        }
    }

    /// By the game's two teams.
    private let byPair: [Set<String>: [Entry]]

    public init(_ entries: [Entry] = []) {
        byPair = Dictionary(grouping: entries) { [$0.home, $0.away] }
    }

    /// A team's spread and the total of its game.
    public func lines(of team: String, in game: SlateGame) -> GameLines? {
        let entries = byPair[Set(game.teams)] ?? []
        guard let earliest = entries.map(\.startsAt).min() else { return nil }
        return GameLines(entries.map(\.quote), team: team, before: min(earliest, game.tipoffAt ?? earliest))
    }
}

extension SnapshotReader {
    /// Points lines of a date seen before tip-off; `players` nil means everybody's.
    public func pointsLines(on date: GameDate, players: Set<String>? = nil) async throws -> PlayerLineQuotes {
        guard players.map({ !$0.isEmpty }) ?? true else { return PlayerLineQuotes() }
        let filter: SQL = players.map { "AND player_lookup = ANY(\($0.sorted()))" } ?? ""
        let rows = try await query(
            """
            SELECT player_lookup, home_team_abbr, away_team_abbr, game_start_time, bookmaker, points_line,
                   snapshot_timestamp, over_price_american, under_price_american, is_synthetic
            FROM nba_raw.odds_api_player_points_props
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL AND NOT is_after_tipoff
                AND snapshot_timestamp < game_start_time \(sql: filter)
            """
        )
        let players = try rows.column("player_lookup", as: String.self)
        let homes = try rows.column("home_team_abbr", as: String.self)
        let aways = try rows.column("away_team_abbr", as: String.self)
        let starts = try rows.column("game_start_time", as: Date.self)
        let books = try rows.column("bookmaker", as: String.self)
        let lines = try rows.column("points_line", as: Double.self)
        let seen = try rows.column("snapshot_timestamp", as: Date.self)
        let overs = try rows.column("over_price_american", as: Int?.self)
        let unders = try rows.column("under_price_american", as: Int?.self)
        let synthetic = try rows.column("is_synthetic", as: Bool.self)
        var quotes = PlayerLineQuotes()
        for row in players.indices {
            quotes.byPlayer[players[row], default: []].append(
                .init(
                    home: homes[row],
                    away: aways[row],
                    startsAt: starts[row],
                    quote: PointsLineQuote(
                        bookmaker: books[row],
                        line: lines[row],
                        seenAt: seen[row],
                        overPrice: overs[row],
                        underPrice: unders[row],
                        isSynthetic: synthetic[row]
                    )
                )
            )
        }
        return quotes
    }

    /// Spreads and totals of a date seen before tip-off.
    public func gameLines(on date: GameDate) async throws -> GameLineQuotes {
        let rows = try await query(
            """
            SELECT home_team_abbr, away_team_abbr, game_start_time, bookmaker, market, outcome_name,
                   outcome_team_abbr, outcome_point, snapshot_timestamp, is_synthetic
            FROM nba_raw.odds_api_game_lines
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL AND NOT is_after_tipoff
                AND snapshot_timestamp < game_start_time AND market IN ('spreads', 'totals')
                AND outcome_point IS NOT NULL
            """
        )
        return GameLineQuotes(
            try rows.compactMap { row in
                let market: GameLineQuote.Market
                if try row.decode("market", as: String.self) == "spreads" {
                    guard let team = try row.decode("outcome_team_abbr", as: String?.self) else { return nil }
                    market = .spread(team: team)
                } else {
                    // Over and under name the same total.
                    guard try row.decode("outcome_name", as: String.self).lowercased() == "over" else { return nil }
                    market = .total
                }
                return .init(
                    home: try row.decode("home_team_abbr"),
                    away: try row.decode("away_team_abbr"),
                    startsAt: try row.decode("game_start_time"),
                    quote: GameLineQuote(
                        bookmaker: try row.decode("bookmaker"),
                        market: market,
                        point: try row.decode("outcome_point"),
                        seenAt: try row.decode("snapshot_timestamp"),
                        isSynthetic: try row.decode("is_synthetic")
                    )
                )
            }
        )
    }
}
