import Basketball
import Foundation
import Pipeline
import Postgres

/// What bookmakers offered for the points of a date's players, before the games began.
struct SlateMarket: Sendable {
    /// The last offer of each bookmaker, the preferred bookmaker first.
    private(set) var offers: [String: [Slate.Offer]] = [:]
    /// The newest capture of a source.
    private(set) var capturedAt: Date?
    /// The line of each moment, the oldest first.
    private var moments: [Book: [Slate.LinePoint]] = [:]

    private struct Book: Hashable {
        var player: String
        var bookmaker: String
    }

    /// The bookmakers in the order in which a line is chosen; any other comes after them.
    private static let bookmakers = ["draftkings", "fanduel", "betmgm", "pointsbetus", "williamhill_us"]

    init(_ date: GameDate, _ reader: SnapshotReader) async throws {
        // Of the lines of one moment the lowest speaks for a bookmaker.
        let rows = try await reader.query(
            """
            SELECT DISTINCT ON (player_lookup, bookmaker, snapshot_timestamp) player_lookup, bookmaker, snapshot_timestamp,
                   points_line, over_price_american, under_price_american, is_synthetic, captured_at
            FROM nba_raw.odds_api_player_points_props
            WHERE game_date = \(date.postgresDate) AND NOT is_after_tipoff AND removed_at IS NULL
            ORDER BY player_lookup, bookmaker, snapshot_timestamp, points_line
            """
        )
        let players = try rows.column("player_lookup", as: String.self)
        let books = try rows.column("bookmaker", as: String.self)
        let seen = try rows.column("snapshot_timestamp", as: Date.self)
        let lines = try rows.column("points_line", as: Double.self)
        let overs = try rows.column("over_price_american", as: Int?.self)
        let unders = try rows.column("under_price_american", as: Int?.self)
        let synthetic = try rows.column("is_synthetic", as: Bool.self)
        capturedAt = try rows.column("captured_at", as: Date?.self).compactMap(\.self).max()
        for row in players.indices {
            let book = Book(player: players[row], bookmaker: books[row])
            moments[book, default: []].append(.init(line: lines[row], seenAt: seen[row]))
            let isLast = row + 1 == players.count || players[row + 1] != book.player || books[row + 1] != book.bookmaker
            guard isLast else { continue }
            offers[book.player, default: []].append(
                .init(
                    bookmaker: book.bookmaker,
                    line: lines[row],
                    overOdds: overs[row],
                    underOdds: unders[row],
                    isSynthetic: synthetic[row],
                    seenAt: seen[row]
                )
            )
        }
        offers = offers.mapValues { $0.sorted { Self.rank($0) < Self.rank($1) } }
    }

    private static func rank(_ offer: Slate.Offer) -> (Int, String) {
        (bookmakers.firstIndex(of: offer.bookmaker) ?? bookmakers.count, offer.bookmaker)
    }

    /// Where the line opened and each change of it, by the bookmaker whose line is shown.
    func lineHistory(of player: Slate.Player) -> [Slate.LinePoint] {
        let shown = player.prediction?.lineSource ?? player.offers.first?.bookmaker
        guard let shown, let moments = moments[Book(player: player.lookup, bookmaker: shown)] else { return [] }
        return moments.indices.filter { $0 == 0 || moments[$0].line != moments[$0 - 1].line }.map { moments[$0] }
    }
}
