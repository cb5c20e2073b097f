public import Basketball
public import Documents
import Foundation
import Pipeline

/// A player of a gamebook.
public struct GamebookPlayer: Sendable, Hashable {
    /// Why a player of the list has no statistics.
    public enum Absence: String, Sendable, Hashable, CaseIterable {
        /// Dressed, and did not enter the game.
        case didNotPlay = "DNP"
        case notWithTeam = "NWT"
        case didNotDress = "DND"
        /// Not on the list of the active players; such players are given by their last name alone.
        case inactive = "INA"
    }

    public var team: Team
    /// As printed.
    public var name: String
    public var jerseyNumber: String?
    /// F, G or C for a starter.
    public var position: String?
    public var minutes: Double?
    public var statistics: StatLine?
    public var absence: Absence?
    public var reason: String?
}

/// The official scorer's report of one game, the gamebook's page `Box Score`.
public struct GamebookPayload: Sendable, Hashable {
    public var game: GameID
    public var players: [GamebookPlayer]
    public var notes: PayloadNotes
    /// Names that are listed without anything else, as in a gamebook that was issued before its statistics.
    public var bareNames: Int

    public var active: [GamebookPlayer] { players.filter { $0.statistics != nil } }
    /// True for a gamebook that names players and has nobody's statistics.
    public var isRosterOnly: Bool { active.isEmpty && bareNames + players.count > 0 }

    /// Reads a gamebook. Throws ``PayloadError``, also when it is about another game.
    public static func parse(_ body: [UInt8], game: GameID) async throws -> GamebookPayload {
        try parse(pages: try await Payload.pdf(body), game: game)
    }

    /// Reads the words of a gamebook. Throws ``PayloadError``, also when it is about another game.
    public static func parse(pages: [PDFPage], game: GameID) throws -> GamebookPayload {
        let lines = pages.flatMap(\.lines).map { $0.map(\.text) }
        guard let date = lines.lazy.compactMap({ GamebookText.date($0.joined(separator: " ")) }).first else {
            throw PayloadError(.structure, "the line with the date is missing")
        }
        guard date == game.date else { throw PayloadError(.wrongSubject, "asked for \(game), got one of \(date)") }
        var reading = GamebookReading(game: game)
        for line in lines { reading.add(line) }
        reading.endInactives()
        guard reading.teams == [game.away, game.home] else {
            let found = reading.teams.map(\.tricode).joined(separator: " and ")
            throw PayloadError(
                reading.teams.isEmpty ? .structure : .wrongSubject,
                "asked for \(game), got the teams \(found.isEmpty ? "of nobody" : found)"
            )
        }
        return GamebookPayload(
            game: game,
            players: reading.players,
            notes: reading.notes,
            bareNames: reading.bareNames
        )
    }
}

/// Takes the lines in order.
private struct GamebookReading {
    let game: GameID
    /// In the order of their tables: the visitors come first.
    var teams: [Team] = []
    var players: [GamebookPlayer] = []
    var notes = PayloadNotes()
    var bareNames = 0
    private var team: Team?
    private var inactive: String?
    private var seen: Set<String> = []

    init(game: GameID) { self.game = game }

    mutating func add(_ words: [String]) {
        let text = words.joined(separator: " ")
        if text.hasPrefix("Inactive:") {
            endInactives()
            inactive = String(text.dropFirst("Inactive:".count))
            team = nil
        } else if let section = GamebookText.team(text) {
            endInactives()
            team = section
            if !teams.contains(section) { teams.append(section) }
        } else if GamebookText.endsTable(text) {
            endInactives()
            team = nil
        } else if let before = inactive {
            inactive = before + " " + text
        } else if let team {
            do {
                if let player = try GamebookText.player(words, of: team, &bareNames) { try take(player) }
            } catch {
                notes.file(error)
            }
        }
    }

    private mutating func take(_ player: GamebookPlayer) throws(RowRejection) {
        guard seen.insert("\(player.team) \(player.name)").inserted || player.absence == .inactive else {
            throw RowRejection("listed_twice", "\(player.team) \(player.name)")
        }
        players.append(player)
    }

    /// Ends a list such as `Grizzlies - Bane (Injury/Illness - Lumbar; Disc Bulge), Jackson Jr. (Rest)`.
    mutating func endInactives() {
        guard let text = inactive else { return }
        inactive = nil
        do {
            guard let dash = text.firstRange(of: " - ") else {
                throw RowRejection("bad_inactive_list", String(text.prefix(80)))
            }
            let name = String(text[..<dash.lowerBound]).trimmed
            guard let team = known({ try Team(named: name) }), team == game.away || team == game.home else {
                throw RowRejection("unknown_team", "inactive players of \"\(name.prefix(40))\"")
            }
            for entry in GamebookText.entries(String(text[dash.upperBound...])) {
                try take(
                    GamebookPlayer(team: team, name: entry.name, absence: .inactive, reason: entry.reason)
                )
            }
        } catch {
            notes.file(error)
        }
    }
}

/// What single lines of a gamebook mean.
enum GamebookText {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `Wednesday, April 10, 2024 Rocket Mortgage FieldHouse, Cleveland, OH`
    static func date(_ text: String) -> GameDate? {
        let pattern = /(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, ([A-Z][a-z]+) (\d{1,2}), (\d{4})/
        guard let match = text.firstMatch(of: pattern), let month = months.firstIndex(of: String(match.1)),
            let day = Int(match.2), let year = Int(match.3)
        else { return nil }
        return known { try GameDate(year: year, month: month + 1, day: day) }
    }

    /// `VISITOR: Memphis Grizzlies (27-53)`; on neutral ground the head has the name and the record alone.
    static func team(_ text: String) -> Team? {
        guard let match = text.wholeMatch(of: /(?:(?:VISITOR|HOME):\s*)?([A-Za-z0-9 .]+?)\s*\(\d{1,2}-\d{1,2}\)/) else {
            return nil
        }
        return known { try Team(named: String(match.1)) }
    }

    static func endsTable(_ text: String) -> Bool {
        let upper = text.uppercased()
        return [
            "TOTALS", "TOTAL:", "POINTS IN THE PAINT", "SCORE BY", "TECHNICAL FOULS", "MEMO", "COPYRIGHT", "OFFICIALS:",
        ].contains { upper.hasPrefix($0) }
    }

    /// A line of a team's table; nil for one that is no player's.
    static func player(_ words: [String], of team: Team, _ bareNames: inout Int) throws(RowRejection) -> GamebookPlayer?
    {
        guard let jersey = words.first, jersey.wholeMatch(of: /\d{1,2}/) != nil, words.count > 1,
            words[1].first?.isLetter == true
        else { return nil }
        let rest = Array(words.dropFirst())
        if let place = rest.indices.first(where: {
            GamebookPlayer.Absence(rawValue: rest[$0]) != nil && rest.dropFirst($0 + 1).first == "-"
        }) {
            let (name, position) = split(Array(rest[..<place]))
            let reason = rest[(place + 2)...].joined(separator: " ")
            return GamebookPlayer(
                team: team,
                name: name,
                jerseyNumber: jersey,
                position: position,
                absence: .init(rawValue: rest[place]),
                reason: reason.isEmpty ? nil : reason
            )
        }
        guard let place = rest.firstIndex(where: { $0.wholeMatch(of: /\d{1,3}:\d{2}/) != nil }) else {
            // Numbers without a time would be a line that we do not understand.
            guard rest.allSatisfy({ $0.first?.isNumber != true }) else {
                throw RowRejection("no_minutes", words.joined(separator: " "))
            }
            bareNames += 1
            return nil
        }
        let (name, position) = split(Array(rest[..<place]))
        let numbers = rest[(place + 1)...].compactMap { Int($0) }
        guard numbers.count == 16, rest.count == place + 17 else {
            throw RowRejection("not_16_numbers", "\(name): \(rest[(place + 1)...].joined(separator: " "))")
        }
        return GamebookPlayer(
            team: team,
            name: name,
            jerseyNumber: jersey,
            position: position,
            minutes: (known { try Minutes.parse(rest[place]) } ?? nil)?.minutes,
            statistics: try statistics(numbers, name)
        )
    }

    /// FG FGA 3P 3PA FT FTA OR DR TOT A PF ST TO BS +/- PTS
    private static func statistics(_ numbers: [Int], _ name: String) throws(RowRejection) -> StatLine {
        var line = StatLine()
        line.fieldGoalsMade = numbers[0]
        line.fieldGoalsAttempted = numbers[1]
        line.threePointersMade = numbers[2]
        line.threePointersAttempted = numbers[3]
        line.freeThrowsMade = numbers[4]
        line.freeThrowsAttempted = numbers[5]
        line.offensiveRebounds = numbers[6]
        line.defensiveRebounds = numbers[7]
        line.totalRebounds = numbers[8]
        line.assists = numbers[9]
        line.personalFouls = numbers[10]
        line.steals = numbers[11]
        line.turnovers = numbers[12]
        line.blocks = numbers[13]
        line.plusMinus = numbers[14]
        line.points = numbers[15]
        // The printed total is the check of the columns: where they do not add up, one of them was misread.
        try line.check(name)
        return line
    }

    /// The name, and the position that follows a starter's.
    private static func split(_ words: [String]) -> (name: String, position: String?) {
        guard words.count > 2, let last = words.last, ["F", "G", "C"].contains(last) else {
            return (words.joined(separator: " "), nil)
        }
        return (words.dropLast().joined(separator: " "), last)
    }

    /// The entries of an inactive list, divided by the commas outside parentheses.
    static func entries(_ text: String) -> [(name: String, reason: String?)] {
        var entries: [String] = [""]
        var depth = 0
        for character in text {
            if character == "(" { depth += 1 }
            if character == ")" { depth = max(0, depth - 1) }
            if character == ",", depth == 0 { entries.append("") } else { entries[entries.count - 1].append(character) }
        }
        return entries.compactMap { entry in
            let open = entry.firstIndex(of: "(") ?? entry.endIndex
            let name = String(entry[..<open]).trimmed
            guard !name.isEmpty, name.lowercased() != "none" else { return nil }
            let inside = open == entry.endIndex ? "" : entry[entry.index(after: open)...]
            let reason = String(inside.prefix(upTo: inside.lastIndex(of: ")") ?? inside.endIndex)).trimmed
            return (name, reason.isEmpty ? nil : reason)
        }
    }
}
