public import Basketball
public import Foundation
import Pipeline

/// One side of one line at one book.
public struct BettingProsQuote: Sendable, Hashable {
    public enum Side: String, Sendable, Hashable { case over, under }

    /// What the line was when it was first offered.
    public struct Opening: Sendable, Hashable {
        public var line: Double?
        /// American.
        public var odds: Int?
        public var bookID: Int?
        public var openedAt: Date?
    }

    public var offerID: Int
    public var eventID: Int
    public var playerID: String
    public var playerName: String
    /// The team now, which for a game of long ago is another one.
    public var playerTeamNow: String?
    public var playerPosition: String?
    public var side: Side
    public var bookID: Int
    public var lineID: String?
    public var line: Double
    /// American.
    public var odds: Int
    public var isActive: Bool?
    public var isBest: Bool
    public var updatedAt: Date?
    public var opening: Opening?

    public var isConsensus: Bool { bookID == BettingPros.consensus }
}

/// The offers of a market, `/v3/offers`: the page of the events that were asked about, then ten offers a page.
///
/// No answer of this endpoint has been captured. The form is what its documentation and its users describe.
public struct BettingProsOffers: Sendable, Hashable {
    public var events: [BettingProsEvent]
    public var quotes: [BettingProsQuote]
    /// The market of the offers; nil without any.
    public var marketID: Int?
    public var notes: PayloadNotes
    /// Lines of the payload, whatever became of them.
    public var listedCount: Int

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> BettingProsOffers {
        let pages = try Payload.pages(body)
        guard let first = pages.first else { throw PayloadError(.empty, "there is no page") }
        let events = try BettingProsEvents.parse(first)
        var result = BettingProsOffers(events: events.events, quotes: [], notes: events.notes, listedCount: 0)
        for page in pages.dropFirst() {
            guard let offers = page["offers"]?.arrayValue else {
                throw PayloadError(.structure, "there is no list offers")
            }
            for offer in offers { try result.read(offer) }
        }
        if let last = pages.dropFirst().last?["_pagination"], let page = last["page"]?.intValue,
            let total = last["total_pages"]?.intValue, page < total
        {
            throw PayloadError(.tooFewRows, "page \(page) of \(total) is the last")
        }
        return result
    }

    private mutating func read(_ offer: JSONValue) throws {
        do {
            let row = try Fields(offer, "offer")
            let market = try row.integer("market_id")
            guard marketID == nil || marketID == market else {
                throw PayloadError(.structure, "the markets \(marketID ?? 0) and \(market) in one payload")
            }
            marketID = market
            guard let participant = try row.list("participants").first else {
                throw RowRejection("no_name", "offer \(try row.integer("id")) has no participant")
            }
            let player = try Fields(participant, "participant")
            for selection in try row.list("selections") { read(selection, of: row, player) }
        } catch let error as PayloadError {
            throw error
        } catch {
            listedCount += 1
            notes.file(error)
        }
    }

    private mutating func read(_ selection: JSONValue, of offer: Fields, _ player: Fields) {
        do throws(RowRejection) {
            let fields = try Fields(selection, "selection")
            // The side is said by one of two members.
            let key = fields.value("selection") == nil ? "label" : "selection"
            let word = try fields.text(key)
            guard let side = BettingProsQuote.Side(rawValue: word.lowercased()) else {
                throw RowRejection("unknown_side", "offer \(try offer.integer("id")): \(word.prefix(20))")
            }
            var opening: BettingProsQuote.Opening?
            if fields.value("opening_line") != nil { opening = try Self.opening(fields.fields("opening_line")) }
            for book in try fields.list("books") {
                let about = try Fields(book, "book")
                let bookID = try about.integer("id")
                for line in try about.list("lines") {
                    listedCount += 1
                    do throws(RowRejection) {
                        let quote = try Self.quote(Fields(line, "line"), offer, player, side, bookID, opening)
                        let isTwice = quotes.contains {
                            $0.offerID == quote.offerID && $0.side == side && $0.bookID == bookID
                                && $0.line == quote.line
                        }
                        if isTwice { throw RowRejection("listed_twice", Self.name(quote)) }
                        quotes.append(quote)
                    } catch {
                        notes.reject(error)
                    }
                }
            }
        } catch {
            listedCount += 1
            notes.reject(error)
        }
    }

    private static func name(_ quote: BettingProsQuote) -> String {
        "\(quote.playerName) \(quote.side.rawValue) \(quote.line) at book \(quote.bookID)"
    }

    private static func opening(_ row: Fields) throws(RowRejection) -> BettingProsQuote.Opening {
        BettingProsQuote.Opening(
            line: try row.optionalNumber("line"),
            odds: try row.optionalNumber("cost").flatMap { OddsPrice.american($0) },
            bookID: try row.optionalInteger("book_id"),
            openedAt: try row.optionalText("created").flatMap { BettingPros.instant($0) }
        )
    }

    private static func quote(
        _ row: Fields,
        _ offer: Fields,
        _ player: Fields,
        _ side: BettingProsQuote.Side,
        _ bookID: Int,
        _ opening: BettingProsQuote.Opening?
    ) throws(RowRejection) -> BettingProsQuote {
        let name = try player.text("name")
        var about: Fields?
        if player.value("player") != nil { about = try player.fields("player") }
        let line = try row.number("line")
        guard line > 0, line < 200 else { throw RowRejection("line_out_of_range", "\(name): \(line)") }
        let cost = try row.number("cost")
        guard cost.magnitude >= 100, let odds = OddsPrice.american(cost) else {
            throw RowRejection("bad_price", "\(name): \(cost)")
        }
        guard !PlayerLookup.normalize(name).isEmpty else { throw RowRejection("no_name", "\(name.prefix(40))") }
        return BettingProsQuote(
            offerID: try offer.integer("id"),
            eventID: try offer.integer("event_id"),
            playerID: try identifier(player, "id") ?? "",
            playerName: name,
            playerTeamNow: try about?.optionalText("team"),
            playerPosition: try about?.optionalText("position"),
            side: side,
            bookID: bookID,
            lineID: try identifier(row, "id"),
            line: line,
            odds: odds,
            isActive: try row.optionalBoolean("active"),
            isBest: try row.optionalBoolean("best") ?? false,
            updatedAt: try row.optionalText("updated").flatMap { BettingPros.instant($0) },
            opening: opening
        )
    }

    /// A number that is sometimes written as text.
    private static func identifier(_ row: Fields, _ key: String) throws(RowRejection) -> String? {
        if let number = row.value(key)?.intValue { return String(number) }
        return try row.optionalText(key)
    }
}
