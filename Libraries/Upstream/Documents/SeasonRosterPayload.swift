public import Basketball
import Documents
import Foundation
import Pipeline

/// A team's page of Basketball-Reference: everybody who was with the team during a season.
public struct SeasonRosterPayload: Sendable, Hashable {
    public struct Player: Sendable, Hashable {
        /// The site's own id, `tatumja01`.
        public var referenceID: String
        public var name: String
        public var jerseyNumber: String?
        /// PG, SG, SF, PF, C or a pair.
        public var position: String?
        /// Feet and inches, such as `6-8`.
        public var height: String?
        public var weightPounds: Int?
        public var birthDate: GameDate?
        public var college: String?
        /// Completed seasons; 0 for a rookie.
        public var experienceYears: Int?
        public var isTwoWay: Bool
    }

    public var team: Team
    public var season: Season
    public var players: [Player]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a page about a team and a season. Throws ``PayloadError``, also when it is about something else.
    public static func parse(_ body: [UInt8], team: Team, season: Season) throws -> SeasonRosterPayload {
        let page = try Payload.html(body)
        let title = page.all("title").first?.text ?? ""
        let address = page.all("link") { $0.attributes["rel"] == "canonical" }.first?.attributes["href"] ?? ""
        guard address.contains("basketball-reference.com") || title.contains("Basketball-Reference") else {
            throw PayloadError(.blocked, "another site's page: \(title.prefix(80))")
        }
        let path = "/teams/\(team.basketballReferenceCode)/\(season.endYear).html"
        guard address.isEmpty || address.hasSuffix(path) else {
            throw PayloadError(.wrongSubject, "asked for \(path), got \(address.prefix(120))")
        }
        guard title.contains(season.label), title.contains(team.fullName) || title.contains(team.oddsAPIName) else {
            throw PayloadError(.wrongSubject, "asked for \(team) in \(season), got \"\(title.prefix(80))\"")
        }
        guard let table = HTMLDocument.table("roster", in: page) else {
            throw PayloadError(.structure, "the table of the roster is missing")
        }
        var payload = SeasonRosterPayload(
            team: team,
            season: season,
            players: [],
            notes: PayloadNotes(),
            listedCount: 0
        )
        var seen: Set<String> = []
        for row in table.all("tr") {
            let cells = row.all("th") + row.all("td")
            // Heads are repeated inside long tables.
            guard cells.contains(where: { $0.name == "td" }) else { continue }
            payload.listedCount += 1
            do {
                let player = try player(cells)
                guard seen.insert(player.referenceID).inserted else {
                    throw RowRejection("listed_twice", player.referenceID)
                }
                payload.players.append(player)
            } catch {
                payload.notes.file(error)
            }
        }
        return payload
    }

    private static func player(_ cells: [HTMLElement]) throws -> Player {
        func cell(_ name: String) -> HTMLElement? { cells.first { $0.attributes["data-stat"] == name } }
        func text(_ name: String) -> String? { filled(cell(name)?.text) }
        guard let printed = text("player") else {
            throw RowRejection("no_name", cells.map(\.text).joined(separator: " "))
        }
        let isTwoWay = printed.hasSuffix("(TW)")
        let name = isTwoWay ? String(printed.dropLast(4)).trimmed : printed
        let address = cell("player")?.all("a").first?.attributes["href"] ?? ""
        guard let id = address.firstMatch(of: /\/players\/[a-z]\/([a-z0-9]+)\.html/).map({ String($0.1) }) else {
            throw RowRejection("missing_value", "\(name): the address of the player's page")
        }
        guard !PlayerLookup.normalize(name).isEmpty else { throw RowRejection("no_name", id) }
        let experience = text("years_experience")
        let years = experience == "R" ? 0 : experience.flatMap { Int($0) }
        guard experience == nil || years != nil else {
            throw RowRejection("unexpected_type", "\(name): \(experience ?? "") years")
        }
        return Player(
            referenceID: id,
            name: name,
            jerseyNumber: text("number"),
            position: text("pos"),
            height: text("height"),
            weightPounds: text("weight").flatMap { Int($0) },
            birthDate: text("birth_date").flatMap(birthDate),
            college: text("college"),
            experienceYears: years,
            isTwoWay: isTwoWay
        )
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `March 3, 1998`
    private static func birthDate(_ text: String) -> GameDate? {
        guard let match = text.wholeMatch(of: /([A-Z][a-z]+) (\d{1,2}), (\d{4})/),
            let month = months.firstIndex(of: String(match.1)), let day = Int(match.2), let year = Int(match.3)
        else { return nil }
        return known { try GameDate(year: year, month: month + 1, day: day) }
    }
}
