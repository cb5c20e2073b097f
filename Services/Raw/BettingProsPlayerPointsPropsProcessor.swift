import Basketball
import Foundation
import Pipeline
import Upstream
import Warehouse

/// `nba_raw.bettingpros_player_points_props`: player lines of many books, one row a side, book and line in the capture
/// that first had it. Book 0 is the average of the others and says so. The source's own team of a player is the one at
/// the capture; which game the offer is about is told by its event.
struct BettingProsPlayerPointsPropsProcessor: RawReader {
    static let name = "bettingpros_player_points_props"
    static let needs: RawNeeds = [.games, .names, .bettingProsOffers]

    // Each capture has another time in it, so that two are never the same bytes.
    func headPrefix(_ location: RawInput.Location, _ subject: RawSubject) -> String? { nil }

    func read(
        _ body: [UInt8],
        _ location: RawInput.Location,
        _ subject: RawSubject
    ) throws -> RawContent<BettingProsPlayerProp> {
        let payload = try BettingProsOffers.parse(body)
        let date = location.key?.gameDate ?? subject.gameDate
        var content = RawContent<BettingProsPlayerProp>(
            rows: [],
            scope: nil,
            minimumShareOfHead: 0,
            notes: payload.notes,
            listedCount: payload.listedCount
        )
        guard let marketID = payload.marketID else { return content }
        guard let market = BettingPros.markets.first(where: { $0.id == marketID }) else {
            throw PayloadError(.wrongSubject, "\(marketID) is no market of a player")
        }
        if let part = location.key?.subject.part, part != market.type {
            throw PayloadError(.wrongSubject, "\(market.type) in the place of \(part)")
        }
        content.scope = .rows([
            ScopeCondition("game_date", .date(date)), ScopeCondition("market_type", .text(market.type)),
            ScopeCondition("snapshot_timestamp", .instant(location.capturedAt)),
        ])
        let byEvent = Dictionary(grouping: payload.quotes, by: \.eventID)
        for (eventID, quotes) in byEvent.sorted(by: { $0.key < $1.key }) {
            guard let event = payload.events.first(where: { $0.id == eventID }) else {
                content.notes.reject(RowRejection("unknown_event", "\(quotes.count) lines of event \(eventID)"))
                continue
            }
            guard event.date == date else {
                for _ in quotes { content.notes.drop("other_date") }
                continue
            }
            let gameID = try GameID(date: date, away: event.away, home: event.home)
            do throws(PayloadNotes.Unwanted) {
                _ = try content.notes.admit(gameID, by: subject.games, rows: quotes.count)
            } catch {
                // Noted there.
                continue
            }
            for quote in quotes {
                let lookup = subject.names.lookup(quote.playerName)
                content.rows.append(
                    BettingProsPlayerProp(
                        quote: quote,
                        event: event,
                        gameID: gameID,
                        marketType: market.type,
                        marketID: market.id,
                        snapshotTimestamp: location.capturedAt,
                        playerLookup: lookup
                    )
                )
                content.names.insert(
                    SeenName(name: quote.playerName, lookup: lookup, team: nil, season: Season(containing: date))
                )
            }
        }
        content.dropRepeats(of: subject.offers, at: location.capturedAt) { row in
            let quote = row.quote
            return (
                OfferBook.bettingProsSubject(book: quote.bookID, offer: quote.offerID, side: quote.side.rawValue),
                OfferBook.bettingProsOffer(
                    line: quote.line,
                    odds: quote.odds,
                    isActive: quote.isActive,
                    isBest: quote.isBest
                )
            )
        }
        return content
    }
}
