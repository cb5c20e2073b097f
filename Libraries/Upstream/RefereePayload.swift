public import Basketball
import Pipeline

/// The officials of a date's games, `get-game-officials`.
public struct RefereePayload: Sendable, Hashable {
    public struct Official: Sendable, Hashable {
        public var id: Int
        public var name: String
        public var jerseyNumber: String?
    }

    /// One official of one game.
    public struct Assignment: Sendable, Hashable {
        public var game: NBAGameID
        public var gameID: GameID
        /// 1 is the crew chief, 2 the referee, 3 the umpire, 4 the alternate.
        public var position: Int
        public var official: Official
    }

    public var date: GameDate
    public var assignments: [Assignment]
    /// The officials of the replay centre, who belong to no game.
    public var replayOfficials: [Official]
    public var notes: PayloadNotes
    /// The league's games that the payload lists.
    public var gameCount: Int

    /// Reads a payload about a date. The blocks of the other leagues are left alone. Throws ``PayloadError``, also when
    /// all of it is about another date.
    public static func parse(_ body: [UInt8], date: GameDate) throws -> RefereePayload {
        let value = try Payload.value(body)
        guard let games = value["nba"]?["Table"]?["rows"]?.arrayValue,
            let replay = value["nba"]?["Table1"]?["rows"]?.arrayValue
        else { throw PayloadError(.structure, "nba.Table.rows or nba.Table1.rows is missing") }
        var payload = RefereePayload(
            date: date,
            assignments: [],
            replayOfficials: [],
            notes: PayloadNotes(),
            gameCount: games.count
        )
        for row in games {
            do { payload.assignments += try assignments(try Fields(row, "nba.Table"), date) } catch {
                payload.notes.file(error)
            }
        }
        if !games.isEmpty, payload.notes.rejected["wrong_date"] == games.count {
            throw PayloadError(.wrongSubject, "no game of \(date): \(payload.notes.examples.joined(separator: "; "))")
        }
        for row in replay {
            do { payload.replayOfficials.append(try replayOfficial(try Fields(row, "nba.Table1"), date)) } catch {
                payload.notes.file(error)
            }
        }
        return payload
    }

    private static func assignments(_ row: Fields, _ date: GameDate) throws -> [Assignment] {
        let id = try leagueGameID(try row.text("game_id"))
        try check(row, date, "\(id)")
        let code = try row.text("game_code")
        let (homeID, awayID) = (try row.integer("home_team_id"), try row.integer("away_team_id"))
        guard let home = known({ try Team(id: homeID) }), let away = known({ try Team(id: awayID) }) else {
            throw RowDropped(reason: "exhibition")
        }
        guard let game = known({ try GameID(date: date, away: away, home: home) }), game.gameCode == code else {
            throw RowRejection("team_mismatch", "\(id): \(away) at \(home) is not \(code.prefix(20))")
        }
        return try (1...4).compactMap { position -> Assignment? in
            guard let name = try row.optionalText("official\(position)") else { return nil }
            let official = Official(
                id: try row.integer("official\(position)_code"),
                name: name,
                jerseyNumber: try row.optionalText("official\(position)_JNum")
            )
            return Assignment(game: id, gameID: game, position: position, official: official)
        }
    }

    private static func replayOfficial(_ row: Fields, _ date: GameDate) throws -> Official {
        let name = try row.text("replaycenter_official")
        try check(row, date, name)
        return Official(id: try row.integer("official_code"), name: name, jerseyNumber: nil)
    }

    /// `01/08/2025`
    private static func check(_ row: Fields, _ date: GameDate, _ subject: String) throws {
        let text = try row.text("game_date")
        let parts = text.split(separator: "/").compactMap { Int($0) }
        guard parts.count == 3, known({ try GameDate(year: parts[2], month: parts[0], day: parts[1]) }) == date else {
            throw RowRejection("wrong_date", "\(subject): \(text.prefix(20))")
        }
    }
}
