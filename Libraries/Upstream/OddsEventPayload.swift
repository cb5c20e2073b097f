public import Basketball
public import Foundation
import Pipeline

/// An event of the odds source: a game between two of the thirty teams.
public struct OddsEvent: Sendable, Hashable {
    public var id: OddsEventID
    public var commencesAt: Date
    public var home: Team
    public var away: Team

    /// The Eastern day on which the event begins.
    public var date: GameDate { LeagueClock.gameDate(of: commencesAt) }
    /// The place of a payload about this event.
    public func subject(of scraper: String) -> PayloadSubject {
        PayloadSubject(scraper, unit: id.rawValue, date: date, teams: TeamPair(away: away, home: home))
    }
}

/// The list of events, `/v4/sports/{sport}/events`.
public struct OddsEventList: Sendable, Hashable {
    public var events: [OddsEvent]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a list, bare or in the envelope of the historical endpoint. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> OddsEventList {
        try Payload.read(body) { reader in
            var list = OddsEventList(events: [], notes: PayloadNotes(), listedCount: 0)
            var seen: Set<OddsEventID> = []
            func read(_ reader: inout JSONReader) throws {
                try reader.elements { reader in
                    list.listedCount += 1
                    do {
                        let event = try reader.attempt { try OddsEventReading(&$0) }.get().event()
                        guard seen.insert(event.id).inserted else { throw RowRejection("listed_twice", "\(event.id)") }
                        list.events.append(event)
                    } catch let error as JSONError {
                        list.notes.reject(RowRejection("unreadable_row", error.description))
                    } catch {
                        list.notes.file(error)
                    }
                }
            }
            if reader.isAtObject {
                var hasData = false
                try reader.members { reader, key in
                    switch key {
                    case "data":
                        hasData = true
                        try read(&reader)
                    default: try reader.skip()
                    }
                }
                guard hasData else { throw PayloadError(.structure, "neither a list of events nor a member data") }
            } else {
                try read(&reader)
            }
            return list
        }
    }
}

/// The odds of one event, `/v4/sports/{sport}/events/{id}/odds`.
public struct OddsPayload: Sendable, Hashable {
    public struct Bookmaker: Sendable, Hashable {
        public var key: String
        public var lastUpdate: Date?
        public var markets: [Market]
    }

    public struct Market: Sendable, Hashable {
        public var key: String
        public var lastUpdate: Date?
        /// True where the source says that it derived the market instead of having seen it.
        public var isSynthetic: Bool
        public var outcomes: [Outcome]
    }

    public struct Outcome: Sendable, Hashable {
        /// `Over`, `Under` or a team.
        public var name: String
        /// The player, for player markets.
        public var player: String?
        /// As written: American or decimal.
        public var price: Double
        public var point: Double?
    }

    public var event: OddsEvent
    public var bookmakers: [Bookmaker]
    public var notes: PayloadNotes
    /// The instant of a historical snapshot's envelope.
    public var envelopeTimestamp: Date?

    /// Reads the odds of an event, bare or in the envelope of the historical endpoint. Throws ``PayloadError``, also
    /// when they are about another event or teams that are not the league's.
    public static func parse(_ body: [UInt8], event: OddsEventID) throws -> OddsPayload {
        let reading = try Payload.read(body) { try OddsEventReading(&$0) }
        let found: OddsEvent
        do {
            found = try reading.event()
        } catch let dropped as RowDropped {
            throw PayloadError(.wrongSubject, "the event is none of the league's: \(dropped.reason)")
        } catch {
            throw PayloadError(.structure, RowRejection.of(error).description)
        }
        guard found.id == event else { throw PayloadError(.wrongSubject, "asked for \(event), got \(found.id)") }
        return OddsPayload(
            event: found,
            bookmakers: reading.bookmakers,
            notes: reading.notes,
            envelopeTimestamp: reading.envelopeTimestamp
        )
    }

    /// The number of outcomes in the markets of these names.
    public func outcomeCount(_ markets: Set<String>) -> Int {
        bookmakers.reduce(0) { sum, book in
            sum + book.markets.reduce(0) { $0 + (markets.contains($1.key) ? $1.outcomes.count : 0) }
        }
    }
}

/// An event as it stands in the text, with the odds where there are any.
private struct OddsEventReading {
    private var id = ""
    private var commencesAt = ""
    private var home = ""
    private var away = ""
    private(set) var bookmakers: [OddsPayload.Bookmaker] = []
    private(set) var notes = PayloadNotes()
    private(set) var envelopeTimestamp: Date?

    init(_ reader: inout JSONReader) throws { try read(&reader) }

    private mutating func read(_ reader: inout JSONReader) throws {
        try reader.members { reader, key in
            switch key {
            case "id": id = try reader.string()
            case "commence_time": commencesAt = try reader.string()
            case "home_team": home = try reader.optionalString() ?? ""
            case "away_team": away = try reader.optionalString() ?? ""
            case "timestamp": envelopeTimestamp = try Self.instant(&reader)
            case "data": try read(&reader)
            case "bookmakers": try reader.elements { try readBookmaker(&$0) }
            default: try reader.skip()
            }
        }
    }

    private mutating func readBookmaker(_ reader: inout JSONReader) throws {
        var book = OddsPayload.Bookmaker(key: "", markets: [])
        try reader.members { reader, key in
            switch key {
            case "key": book.key = try reader.string()
            case "last_update": book.lastUpdate = try Self.instant(&reader)
            case "markets": try reader.elements { book.markets.append(try readMarket(&$0)) }
            default: try reader.skip()
            }
        }
        guard !book.key.isEmpty else { throw PayloadError(.structure, "a bookmaker without a key") }
        bookmakers.append(book)
    }

    private mutating func readMarket(_ reader: inout JSONReader) throws -> OddsPayload.Market {
        var market = OddsPayload.Market(key: "", isSynthetic: false, outcomes: [])
        try reader.members { reader, key in
            switch key {
            case "key": market.key = try reader.string()
            case "last_update": market.lastUpdate = try Self.instant(&reader)
            case "synthetic", "synthetic_price":
                if try reader.optionalBoolean() == true { market.isSynthetic = true }
            case "outcomes":
                try reader.elements { reader in
                    switch try reader.attempt({ try Self.outcome(&$0) }) {
                    case .success(let outcome): market.outcomes.append(outcome)
                    case .failure(let error): notes.file(error)
                    }
                }
            default: try reader.skip()
            }
        }
        guard !market.key.isEmpty else { throw PayloadError(.structure, "a market without a key") }
        return market
    }

    private static func outcome(_ reader: inout JSONReader) throws -> OddsPayload.Outcome {
        var name = ""
        var player: String?
        var price: Double?
        var point: Double?
        try reader.members { reader, key in
            switch key {
            case "name": name = try reader.string()
            case "description": player = try reader.optionalString()
            case "price": price = try reader.optionalDouble()
            case "point": point = try reader.optionalDouble()
            default: try reader.skip()
            }
        }
        guard !name.isEmpty else { throw RowRejection("no_name", "an outcome") }
        guard let price else { throw RowRejection("missing_value", "\(name.prefix(40)): price") }
        return OddsPayload.Outcome(name: name, player: player, price: price, point: point)
    }

    private static func instant(_ reader: inout JSONReader) throws -> Date? {
        guard let text = try reader.optionalString() else { return nil }
        guard let instant = known({ try LeagueClock.parseUTC(text) }) else {
            throw PayloadError(.structure, "\"\(text.prefix(30))\" is no UTC instant")
        }
        return instant
    }

    /// The event, or why it is none of ours (``RowDropped``) or unusable (``RowRejection``).
    func event() throws -> OddsEvent {
        guard let event = OddsEventID(id) else { throw RowRejection("bad_event_id", String(id.prefix(40))) }
        guard let commences = known({ try LeagueClock.parseUTC(commencesAt) }) else {
            throw RowRejection("bad_date", "\(event): \(commencesAt.prefix(30))")
        }
        // Never guessed from a part of the name: All-Star and exhibition sides end here.
        guard let home = known({ try Team(named: home) }), let away = known({ try Team(named: away) }) else {
            throw RowDropped(reason: "unknown_team")
        }
        guard home != away else { throw RowRejection("same_team", "\(event): \(home)") }
        return OddsEvent(id: event, commencesAt: commences, home: home, away: away)
    }
}

/// Prices as bookmakers write them.
public enum OddsPrice {
    /// The American price of a number in either notation: decimal odds lie between 1 and 100, American ones never do.
    /// Nil for a number that is a price in neither.
    public static func american(_ price: Double) -> Int? {
        guard price.isFinite else { return nil }
        if price.magnitude >= 100 { return Int(exactly: price).flatMap { $0.magnitude <= 1_000_000 ? $0 : nil } }
        return price > 1 ? Odds.american(decimal: price) : nil
    }
}
