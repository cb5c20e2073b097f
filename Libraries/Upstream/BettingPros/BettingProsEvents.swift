public import Basketball
public import Foundation
import Pipeline

/// A game as BettingPros knows it.
public struct BettingProsEvent: Sendable, Hashable {
    /// BettingPros' own number.
    public var id: Int
    public var commencesAt: Date
    public var home: Team
    public var away: Team

    /// The Eastern day on which the game begins.
    public var date: GameDate { LeagueClock.gameDate(of: commencesAt) }
}

/// The events of a date, `/v3/events`.
public struct BettingProsEvents: Sendable, Hashable {
    public var events: [BettingProsEvent]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> BettingProsEvents { try parse(Payload.value(body)) }

    static func parse(_ value: JSONValue) throws(PayloadError) -> BettingProsEvents {
        guard let events = value["events"]?.arrayValue else {
            throw PayloadError(.structure, "there is no list events")
        }
        var list = BettingProsEvents(events: [], notes: PayloadNotes(), listedCount: events.count)
        for entry in events {
            do {
                let event = try event(Fields(entry, "event"))
                guard !list.events.contains(where: { $0.id == event.id }) else {
                    throw RowRejection("listed_twice", "event \(event.id)")
                }
                list.events.append(event)
            } catch {
                list.notes.file(error)
            }
        }
        return list
    }

    private static func event(_ row: Fields) throws -> BettingProsEvent {
        let id = try row.integer("id")
        let (home, away) = (try team(row, "home"), try team(row, "visitor"))
        guard home != away else { throw RowRejection("same_team", "event \(id): \(home)") }
        guard let commences = BettingPros.instant(try row.text("scheduled")) else {
            throw RowRejection("bad_date", "event \(id)")
        }
        return BettingProsEvent(id: id, commencesAt: commences, home: home, away: away)
    }

    /// The code of a side is BettingPros' own; the participant behind it has the team's nickname.
    private static func team(_ row: Fields, _ key: String) throws -> Team {
        let code = try row.text(key)
        let participants = row.value("participants")?.arrayValue ?? []
        let name = participants.first { $0["id"]?.stringValue == code }?["name"]?.stringValue
        if let name, let team = known({ try Team(named: name) }) { return team }
        guard let team = known({ try Team(named: code) }) else { throw RowDropped(reason: "unknown_team") }
        return team
    }
}

/// What BettingPros' payloads have in common.
public enum BettingPros {
    /// The markets by the name of what is bet on.
    public static let markets: [(type: String, id: Int)] = [
        ("points", 156), ("rebounds", 157), ("assists", 151), ("threes", 162), ("steals", 160), ("blocks", 152),
    ]

    /// The book that is none: the average of the others.
    public static let consensus = 0

    /// The names of the books by BettingPros' numbers.
    public static let books: [Int: String] = [
        0: "consensus", 10: "fanduel", 12: "draftkings", 13: "caesars", 14: "pointsbet", 15: "sugarhouse",
        18: "betrivers", 19: "betmgm", 24: "bet365", 25: "wynnbet", 33: "fanatics", 36: "espnbet", 37: "hardrockbet",
        49: "fliff", 60: "prizepicks", 63: "underdog",
    ]

    /// A time without a zone, `2021-10-21 23:30:00`, which is UTC; nil for anything else.
    static func instant(_ text: String) -> Date? {
        guard text.utf8.count == 19 else { return nil }
        return known { try LeagueClock.parseUTC(text.replacing(" ", with: "T") + "Z") }
    }

    /// The number of the page after this one; nil after the last. Throws ``PayloadError`` for a page that is none.
    ///
    /// - Parameter page: the number of this page, for an answer that does not say how many there are.
    public static func pageAfter(_ body: [UInt8], page: Int) throws -> Int? {
        let value = try Payload.value(body)
        guard let offers = value["offers"]?.arrayValue else {
            throw PayloadError(.structure, "there is no list offers")
        }
        guard let pages = value["_pagination"]?["total_pages"]?.intValue else {
            return offers.count < pageSize ? nil : page + 1
        }
        return page < pages ? page + 1 : nil
    }

    /// Offers of one page, whatever is asked for.
    public static let pageSize = 10
}
