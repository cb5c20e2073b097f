public import Basketball
import Pipeline

/// How likely an injured player is to play.
public enum ListedInjuryStatus: String, Sendable, Hashable, CaseIterable {
    case out
    case outForSeason = "out_for_season"
    case doubtful
    case questionable
    case dayToDay = "day_to_day"
    case probable
    case available

    /// Reads a source's word, whatever its case and hyphens; nil for one that nobody knows.
    public init?(word: String) {
        let key = word.lowercased().filter(\.isLetter)
        switch key {
        case "out", "inactive": self = .out
        case "outforseason", "outfortheseason": self = .outForSeason
        case "doubtful": self = .doubtful
        case "questionable", "gametimedecision", "gtd": self = .questionable
        case "daytoday", "dtd": self = .dayToDay
        case "probable": self = .probable
        case "available", "active": self = .available
        default: return nil
        }
    }
}

/// A player on the injury list.
public struct ListedInjury: Sendable, Hashable {
    public var player: BallDontLiePlayer
    public var team: Team
    public var status: ListedInjuryStatus
    /// The source's own word.
    public var statusText: String
    public var returnDate: GameDate?
    /// As written, a month and a day without the year.
    public var returnDateText: String?
    /// What the description puts in brackets behind the player's name, such as `knee`.
    public var reason: String?
    public var reasonCategory: String?
    public var description: String?
}

/// The injury list, `/v1/player_injuries`.
public struct BallDontLieInjuries: Sendable, Hashable {
    public var injuries: [ListedInjury]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload of one or more pages. Throws ``PayloadError``.
    ///
    /// - Parameter day: the day on which the list was captured, from which the years of its dates follow.
    public static func parse(_ body: [UInt8], on day: GameDate) throws -> BallDontLieInjuries {
        let entries = try BallDontLie.entries(body)
        var list = BallDontLieInjuries(injuries: [], notes: PayloadNotes(), listedCount: entries.count)
        var seen: Set<Int> = []
        for entry in entries {
            do throws(RowRejection) {
                let injury = try injury(Fields(entry, "injury"), on: day)
                guard seen.insert(injury.player.id).inserted else {
                    throw RowRejection("listed_twice", "\(injury.player.id) \(injury.player.name)")
                }
                list.injuries.append(injury)
            } catch {
                list.notes.reject(error)
            }
        }
        return list
    }

    private static func injury(_ row: Fields, on day: GameDate) throws(RowRejection) -> ListedInjury {
        let about = try row.fields("player")
        let player = try BallDontLiePlayer(about)
        let number = try about.integer("team_id")
        guard let team = BallDontLie.team(id: number) else {
            throw RowRejection("unknown_team", "\(player.name): team \(number)")
        }
        let word = try row.text("status")
        guard let status = ListedInjuryStatus(word: word) else {
            throw RowRejection("unknown_status", "\(player.name): \(word.prefix(40))")
        }
        let returns = try row.optionalText("return_date")
        let description = try row.optionalText("description")
        let reason = description.flatMap { Self.reason($0) }
        return ListedInjury(
            player: player,
            team: team,
            status: status,
            statusText: word,
            returnDate: returns.flatMap { date($0, near: day) },
            returnDateText: returns,
            reason: reason,
            reasonCategory: reason.map { Self.category($0) },
            description: description
        )
    }

    /// The first words in brackets: "Jul 14: Toppin (hip) will not return".
    static func reason(_ description: String) -> String? {
        guard let open = description.firstIndex(of: "("),
            let close = description[open...].firstIndex(of: ")")
        else { return nil }
        let text = String(description[description.index(after: open)..<close]).trimmed
        return text.isEmpty || text.count > 60 ? nil : text
    }

    static func category(_ reason: String) -> String {
        let text = reason.lowercased()
        func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
        if says("illness", "flu", "covid", "protocol") { return "illness" }
        if says("rest", "load management") { return "rest" }
        if says("personal", "family", "bereavement") { return "personal" }
        if says("suspen") { return "suspension" }
        if says("coach", "trade", "g league", "conditioning") { return "team_decision" }
        return "injury"
    }

    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// The date that a month and a day mean: the one that is at most 90 days over, which leaves none out and none double.
    static func date(_ text: String, near day: GameDate) -> GameDate? {
        if let date = known({ try GameDate(text) }) { return date }
        let words = text.split(separator: " ")
        guard words.count == 2, let number = Int(words[1]),
            let month = months.firstIndex(of: words[0].lowercased().prefix(3).description)
        else { return nil }
        let candidates = (day.year - 1...day.year + 1).compactMap { year in
            known { try GameDate(year: year, month: month + 1, day: number) }
        }
        return candidates.first { $0 - day >= -90 }
    }
}
