import Basketball
import Pipeline
import Postgres

extension OfferBook {
    /// Reads the offers of BettingPros that are stored for a date.
    static func readBettingPros(_ reader: SnapshotReader, date: GameDate) async throws -> OfferBook {
        let rows = try await reader.query(
            """
            SELECT book_id, offer_id, bet_side, points_line, odds_american, is_active, is_best_line, snapshot_timestamp
            FROM nba_raw.bettingpros_player_points_props
            WHERE game_date = \(date.postgres) AND removed_at IS NULL
            """
        )
        var book = OfferBook()
        for row in rows {
            book.add(
                bettingProsOffer(
                    line: try row.decode("points_line"),
                    odds: try row.decode("odds_american"),
                    isActive: try row.decode("is_active"),
                    isBest: try row.decode("is_best_line")
                ),
                of: bettingProsSubject(
                    book: try row.decode("book_id"),
                    offer: try row.decode("offer_id"),
                    side: try row.decode("bet_side")
                ),
                seenAt: try row.decode("snapshot_timestamp")
            )
        }
        return book
    }

    /// One side of a player's market at one book.
    static func bettingProsSubject(book: Int, offer: Int, side: String) -> Subject {
        Subject(bookmaker: String(book), name: "\(offer) \(side)")
    }

    static func bettingProsOffer(line: Double, odds: Int, isActive: Bool?, isBest: Bool) -> Offer {
        let activity = isActive.map { $0 ? "active" : "inactive" } ?? ""
        return Offer(outcome: "\(activity)\(isBest ? " best" : "")", point: line, price: odds)
    }
}
