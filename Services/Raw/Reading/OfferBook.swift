import Foundation
import Pipeline
import Postgres
import Upstream

/// What a bookmaker offers on one thing: a player's points, or a market of a game.
struct Offer: Sendable, Hashable {
    /// The outcome's name, or empty where a row holds both sides.
    var outcome = ""
    var point: Double?
    /// American.
    var price: Int?
    /// American, of the other side where a row holds both.
    var otherPrice: Int?
}

/// The offers of one event as they are stored. A snapshot that says again what a bookmaker said before is no news: it
/// would only mark every player of the event as changed, and pile up rows that are all the same.
struct OfferBook: Sendable {
    struct Subject: Sendable, Hashable {
        var bookmaker: String
        /// A player's lookup, or a market.
        var name: String
    }

    private var snapshots: [Subject: [(seenAt: Date, offers: Set<Offer>)]] = [:]

    init() {}

    /// Whether these offers are what the bookmaker offered last before an instant.
    func repeats(_ offers: Set<Offer>, of subject: Subject, before instant: Date) -> Bool {
        snapshots[subject]?.filter { $0.seenAt < instant }.max { $0.seenAt < $1.seenAt }?.offers == offers
    }

    mutating func add(_ offer: Offer, of subject: Subject, seenAt: Date) {
        if let place = snapshots[subject]?.firstIndex(where: { $0.seenAt == seenAt }) {
            snapshots[subject]?[place].offers.insert(offer)
        } else {
            snapshots[subject, default: []].append((seenAt, [offer]))
        }
    }

    /// Reads the stored offers of an event, of both tables.
    static func read(_ reader: SnapshotReader, event: String) async throws -> OfferBook {
        let rows = try await reader.query(
            """
            SELECT bookmaker, player_lookup AS name, '' AS outcome, points_line AS point, over_price_american AS price,
                   under_price_american AS other_price, snapshot_timestamp
            FROM nba_raw.odds_api_player_points_props WHERE odds_api_event_id = \(event) AND removed_at IS NULL
            UNION ALL
            SELECT bookmaker, market, outcome_name, outcome_point, outcome_price_american, NULL, snapshot_timestamp
            FROM nba_raw.odds_api_game_lines WHERE odds_api_event_id = \(event) AND removed_at IS NULL
            """
        )
        var book = OfferBook()
        for row in rows {
            book.add(
                Offer(
                    outcome: try row.decode("outcome"),
                    point: try row.decode("point"),
                    price: try row.decode("price"),
                    otherPrice: try row.decode("other_price")
                ),
                of: Subject(bookmaker: try row.decode("bookmaker"), name: try row.decode("name")),
                seenAt: try row.decode("snapshot_timestamp")
            )
        }
        return book
    }
}

extension RawContent {
    /// Leaves out the rows of every subject whose offers are what they were.
    mutating func dropRepeats(
        of book: OfferBook,
        at instant: Date,
        _ offer: (Row) -> (subject: OfferBook.Subject, offer: Offer)
    ) {
        let offers = rows.map(offer)
        let bySubject = Dictionary(grouping: offers, by: \.subject).mapValues { Set($0.map(\.offer)) }
        let repeated = Set(
            bySubject.filter { book.repeats($0.value, of: $0.key, before: instant) }.keys
        )
        guard !repeated.isEmpty else { return }
        rows = zip(rows, offers).compactMap { row, offer in
            guard repeated.contains(offer.subject) else { return row }
            notes.drop("unchanged")
            return nil
        }
        isRepeat = rows.isEmpty
    }
}
