public import Basketball
import Pipeline

/// One player of the league's list.
public struct ListedPlayer: Sendable, Hashable {
    public var playerID: Int
    /// First and last name.
    public var name: String
    public var lookup: String
    /// Nil for a player without a team.
    public var team: Team?
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
    public var isActive: Bool
    public var firstSeason: Int?
    public var lastSeason: Int?
}

/// The league's player list of a season, `playerindex`.
public struct PlayerListPayload: Sendable, Hashable {
    public var season: Season
    public var players: [ListedPlayer]
    public var notes: PayloadNotes
    public var listedCount: Int

    static let requiredHeaders = [
        "PERSON_ID", "PLAYER_LAST_NAME", "PLAYER_FIRST_NAME", "TEAM_ID", "TEAM_ABBREVIATION", "JERSEY_NUMBER",
        "POSITION",
        "HEIGHT", "WEIGHT", "COLLEGE", "COUNTRY", "DRAFT_YEAR", "DRAFT_ROUND", "DRAFT_NUMBER", "ROSTER_STATUS",
        "FROM_YEAR", "TO_YEAR",
    ]

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> PlayerListPayload {
        let value = try Payload.value(body)
        guard let label = value["parameters"]?["Season"]?.stringValue else {
            throw PayloadError(.structure, "parameters.Season is missing")
        }
        let season: Season
        do { season = try Season(label: label) } catch {
            throw PayloadError(.structure, "parameters.Season is \"\(label.prefix(20))\"")
        }
        let set = try ResultSet("PlayerIndex", in: value, requires: requiredHeaders)
        var payload = PlayerListPayload(season: season, players: [], notes: PayloadNotes(), listedCount: set.rows.count)
        var seen: Set<Int> = []
        for row in set.rows {
            do throws(RowRejection) {
                let player = try player(row)
                guard seen.insert(player.playerID).inserted else {
                    throw RowRejection("listed_twice", "\(player.playerID) \(player.name)")
                }
                payload.players.append(player)
            } catch {
                payload.notes.reject(error)
            }
        }
        return payload
    }

    private static func player(_ row: Fields) throws(RowRejection) -> ListedPlayer {
        let names = [try row.optionalText("PLAYER_FIRST_NAME"), try row.optionalText("PLAYER_LAST_NAME")]
        let name = names.compactMap { $0 }.joined(separator: " ")
        let lookup = PlayerLookup.normalize(name)
        guard !lookup.isEmpty else { throw RowRejection("missing_value", "PlayerIndex: a player without a name") }
        var team: Team?
        if let code = try row.optionalText("TEAM_ABBREVIATION") {
            do { team = try Team(tricode: code) } catch { throw RowRejection("unknown_team", "\(name): \(code)") }
        }
        return ListedPlayer(
            playerID: try row.integer("PERSON_ID"),
            name: name,
            lookup: lookup,
            team: team,
            jerseyNumber: try row.optionalText("JERSEY_NUMBER"),
            position: try row.optionalText("POSITION"),
            height: try row.optionalText("HEIGHT"),
            weightPounds: try row.optionalInteger("WEIGHT"),
            college: try row.optionalText("COLLEGE"),
            country: try row.optionalText("COUNTRY"),
            draftYear: try row.optionalInteger("DRAFT_YEAR"),
            draftRound: try row.optionalInteger("DRAFT_ROUND"),
            draftPick: try row.optionalInteger("DRAFT_NUMBER"),
            isActive: try row.optionalNumber("ROSTER_STATUS") == 1,
            firstSeason: try row.optionalInteger("FROM_YEAR"),
            lastSeason: try row.optionalInteger("TO_YEAR")
        )
    }
}
