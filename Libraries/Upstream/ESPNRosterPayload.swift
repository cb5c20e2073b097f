public import Basketball
import Pipeline

/// A team's roster as ESPN's API gives it.
public struct ESPNRosterPayload: Sendable, Hashable {
    public struct Player: Sendable, Hashable {
        public var espnID: Int
        public var name: String
        public var jerseyNumber: String?
        /// PG, SG, SF, PF, C, G or F.
        public var position: String?
        public var heightInches: Double?
        public var weightPounds: Double?
        public var birthDate: GameDate?
        public var birthPlace: String?
        /// Completed seasons.
        public var experienceYears: Int?
        public var salaryDollars: Int?
        /// active, inactive, …
        public var status: String?
        /// Of the newest entry; nil for a healthy player.
        public var injuryStatus: String?
    }

    public var team: Team
    public var players: [Player]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload about a team. Throws ``PayloadError``, also when it is about another team.
    public static func parse(_ body: [UInt8], team: Team) throws -> ESPNRosterPayload {
        let value = try Payload.value(body)
        guard let code = value["team"]?["abbreviation"]?.stringValue, let rows = value["team"]?["athletes"]?.arrayValue
        else { throw PayloadError(.structure, "team.abbreviation or team.athletes is missing") }
        guard known({ try Team(named: code) }) == team else {
            throw PayloadError(.wrongSubject, "asked for \(team), got \(code.prefix(20))")
        }
        var payload = ESPNRosterPayload(team: team, players: [], notes: PayloadNotes(), listedCount: rows.count)
        var seen: Set<Int> = []
        for row in rows {
            do throws(RowRejection) {
                let player = try player(try Fields(row, "athletes"))
                guard seen.insert(player.espnID).inserted else {
                    throw RowRejection("listed_twice", "\(player.espnID) \(player.name)")
                }
                payload.players.append(player)
            } catch {
                payload.notes.reject(error)
            }
        }
        return payload
    }

    private static func player(_ row: Fields) throws(RowRejection) -> Player {
        let name = try row.text("displayName")
        guard !PlayerLookup.normalize(name).isEmpty else {
            throw RowRejection("no_name", "athletes: \(name.prefix(40))")
        }
        func part(_ key: String) throws(RowRejection) -> Fields? {
            row.value(key) == nil ? nil : try row.fields(key)
        }
        let place = try part("birthPlace")
        let places = [
            try place?.optionalText("city"), try place?.optionalText("state"), try place?.optionalText("country"),
        ]
        let born = try row.optionalText("dateOfBirth").map { String($0.prefix(10)) }
        let salary = try part("contract")?.optionalInteger("salary")
        let injuries = row.value("injuries") == nil ? [] : try row.list("injuries")
        var injury: String?
        if let newest = injuries.first { injury = try Fields(newest, "injuries").optionalText("status") }
        return Player(
            espnID: try row.integer("id"),
            name: name,
            jerseyNumber: try row.optionalText("jersey"),
            position: try part("position")?.optionalText("abbreviation"),
            heightInches: try row.optionalNumber("height"),
            weightPounds: try row.optionalNumber("weight"),
            birthDate: born.flatMap { text in known { try GameDate(text) } },
            birthPlace: filled(places.compactMap { $0 }.joined(separator: ", ")),
            experienceYears: try part("experience")?.optionalInteger("years"),
            salaryDollars: salary == 0 ? nil : salary,
            status: try part("status")?.optionalText("type"),
            injuryStatus: injury
        )
    }
}
