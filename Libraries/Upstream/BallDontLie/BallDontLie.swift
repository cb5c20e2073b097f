public import Basketball
import Pipeline

/// What balldontlie's answers have in common: an object with a list `data`, and a cursor while there is more.
public enum BallDontLie {
    /// The cursor of the page after this one; nil on the last. Throws ``PayloadError`` for a page that is none.
    public static func nextCursor(after page: [UInt8]) throws -> Int? { try cursor(Payload.value(page)) }

    private static func cursor(_ page: JSONValue) throws(PayloadError) -> Int? {
        guard page["data"]?.arrayValue != nil else { throw PayloadError(.structure, "there is no list data") }
        guard let cursor = page["meta"]?["next_cursor"], !cursor.isNull else { return nil }
        guard let number = cursor.intValue else { throw PayloadError(.structure, "next_cursor is \(cursor.kind)") }
        return Int(number)
    }

    /// The entries of all pages. A list whose last page points to another one is not complete, and says nothing about
    /// what it does not hold.
    static func entries(_ body: [UInt8]) throws -> [JSONValue] {
        var entries: [JSONValue] = []
        var next: Int?
        for page in try Payload.pages(body) {
            next = try cursor(page)
            entries += page["data"]?.arrayValue ?? []
        }
        if let next { throw PayloadError(.tooFewRows, "the pages from cursor \(next) on are missing") }
        return entries
    }

    /// The team behind balldontlie's own number: the thirty in the order of their names.
    public static func team(id: Int) -> Team? { (1...Team.all.count).contains(id) ? Team.all[id - 1] : nil }

    /// balldontlie's own number of a team.
    public static func id(of team: Team) -> Int? { Team.all.firstIndex(of: team).map { $0 + 1 } }

    /// The team of a `team` object, which also lists defunct and exhibition sides.
    static func team(_ fields: Fields) throws(RowRejection) -> Team? {
        let code = try fields.text("abbreviation")
        do { return try Team(tricode: code) } catch { return nil }
    }

    /// The day of a `date` that may carry a time of zeros behind it.
    static func date(_ fields: Fields) throws(RowRejection) -> GameDate {
        let text = try fields.text("date")
        do { return try GameDate(String(text.prefix(10))) } catch {
            throw RowRejection("bad_date", "\"\(text.prefix(30))\"")
        }
    }
}

/// A player as balldontlie describes him.
public struct BallDontLiePlayer: Sendable, Hashable {
    /// balldontlie's own number.
    public var id: Int
    public var name: String
    public var jerseyNumber: String?
    public var position: String?
    /// Feet and inches, such as `6-8`.
    public var height: String?
    public var weightPounds: Int?
    public var college: String?
    public var country: String?
    public var draftYear: Int?
    public var draftRound: Int?
    public var draftPick: Int?

    init(_ fields: Fields) throws(RowRejection) {
        id = try fields.integer("id")
        let names = [try fields.optionalText("first_name"), try fields.optionalText("last_name")]
        name = names.compactMap { $0 }.joined(separator: " ")
        guard !PlayerLookup.normalize(name).isEmpty else { throw RowRejection("no_name", "player \(id)") }
        jerseyNumber = try fields.optionalText("jersey_number")
        position = try fields.optionalText("position")
        height = try fields.optionalText("height")
        weightPounds = try fields.optionalInteger("weight")
        college = try fields.optionalText("college")
        country = try fields.optionalText("country")
        draftYear = try fields.optionalInteger("draft_year")
        draftRound = try fields.optionalInteger("draft_round")
        draftPick = try fields.optionalInteger("draft_number")
    }
}
