public import Basketball
import Pipeline

/// A game on the scoreboard.
public struct ScoreboardGame: Sendable, Hashable {
    public var id: NBAGameID
    public var gameID: GameID
    public var status: ScheduledGame.Status
    /// The source's own words, such as `Final/OT`.
    public var statusText: String
    /// Points, once the game is final.
    public var homeScore: Int?
    public var awayScore: Int?
    /// Points by period, overtimes after the fourth; empty before the end.
    public var homePeriods: [Int] = []
    public var awayPeriods: [Int] = []

    /// `NYK 125 @ PHI 119`; nil before the end.
    public var finalScore: String? {
        guard let homeScore, let awayScore else { return nil }
        return "\(gameID.away) \(awayScore) @ \(gameID.home) \(homeScore)"
    }
}

/// The league's scoreboard of a day: `scoreboardv3` of the statistics site, or its older form `scoreboardV2`.
public struct ScoreboardPayload: Sendable, Hashable {
    public var date: GameDate
    public var games: [ScoreboardGame]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> ScoreboardPayload {
        let value = try Payload.value(body)
        if let board = value["scoreboard"] { return try objects(board) }
        return try resultSets(value)
    }

    private init(date: GameDate, listedCount: Int) {
        self.date = date
        self.listedCount = listedCount
        games = []
        notes = PayloadNotes()
    }

    private mutating func add(_ make: () throws -> ScoreboardGame) {
        do {
            let game = try make()
            guard !games.contains(where: { $0.id == game.id }) else {
                throw RowRejection("listed_twice", game.id.rawValue)
            }
            games.append(game)
        } catch {
            notes.file(error)
        }
    }

    private static func date(_ text: String?) throws(PayloadError) -> GameDate {
        guard let text, let date = known({ try GameDate(String(text.prefix(10))) }) else {
            throw PayloadError(.structure, "the day is \"\(text?.prefix(20) ?? "missing")\"")
        }
        return date
    }
}

/// The newer form.
extension ScoreboardPayload {
    private static func objects(_ board: JSONValue) throws -> ScoreboardPayload {
        let date = try date(board["gameDate"]?.stringValue)
        guard let games = board["games"]?.arrayValue else {
            throw PayloadError(.structure, "scoreboard.games is missing")
        }
        var payload = ScoreboardPayload(date: date, listedCount: games.count)
        for game in games { payload.add { try object(try Fields(game, "game"), date) } }
        return payload
    }

    private static func object(_ game: Fields, _ date: GameDate) throws -> ScoreboardGame {
        let id = try leagueGameID(try game.text("gameId"))
        let (home, away) = (try game.fields("homeTeam"), try game.fields("awayTeam"))
        var found = try ScoreboardGame(
            id,
            date,
            home: try home.integer("teamId"),
            away: try away.integer("teamId"),
            status: try game.integer("gameStatus"),
            text: try game.optionalText("gameStatusText")
        )
        guard found.status == .final else { return found }
        (found.homeScore, found.awayScore) = (try home.integer("score"), try away.integer("score"))
        (found.homePeriods, found.awayPeriods) = (try periods(home), try periods(away))
        try found.check()
        return found
    }

    private static func periods(_ team: Fields) throws(RowRejection) -> [Int] {
        var scores: [(period: Int, score: Int)] = []
        for period in try team.list("periods") {
            let fields = try Fields(period, "period")
            scores.append((try fields.integer("period"), try fields.integer("score")))
        }
        return scores.sorted { $0.period < $1.period }.map(\.score)
    }
}

/// The older form: the games in one table, a line of scores for each team in another.
extension ScoreboardPayload {
    private static func resultSets(_ value: JSONValue) throws -> ScoreboardPayload {
        let headers = try ResultSet(
            "GameHeader",
            in: value,
            requires: ["GAME_ID", "GAME_STATUS_ID", "GAME_STATUS_TEXT", "HOME_TEAM_ID", "VISITOR_TEAM_ID"]
        ).rows
        let lines = try ResultSet("LineScore", in: value, requires: ["GAME_ID", "TEAM_ID", "PTS", "PTS_QTR1"]).rows
        let date = try date(value["parameters"]?["GameDate"]?.stringValue)
        var payload = ScoreboardPayload(date: date, listedCount: headers.count)
        for header in headers { payload.add { try row(header, lines, date) } }
        return payload
    }

    private static func row(_ header: Fields, _ lines: [Fields], _ date: GameDate) throws -> ScoreboardGame {
        let text = try header.text("GAME_ID")
        let id = try leagueGameID(text)
        let (home, away) = (try header.integer("HOME_TEAM_ID"), try header.integer("VISITOR_TEAM_ID"))
        var found = try ScoreboardGame(
            id,
            date,
            home: home,
            away: away,
            status: try header.integer("GAME_STATUS_ID"),
            text: try header.optionalText("GAME_STATUS_TEXT")
        )
        guard found.status == .final else { return found }
        func line(_ team: Int) throws(RowRejection) -> Fields {
            for line in lines where line.value("GAME_ID")?.stringValue == text {
                if try line.integer("TEAM_ID") == team { return line }
            }
            throw RowRejection("missing_value", "\(id): the line of team \(team)")
        }
        let (homeLine, awayLine) = (try line(home), try line(away))
        (found.homeScore, found.awayScore) = (try homeLine.integer("PTS"), try awayLine.integer("PTS"))
        (found.homePeriods, found.awayPeriods) = (try quarters(homeLine), try quarters(awayLine))
        // The table has ten overtimes whether they were played or not.
        while found.homePeriods.count > 4, found.homePeriods.last == 0, found.awayPeriods.last == 0 {
            found.homePeriods.removeLast()
            found.awayPeriods.removeLast()
        }
        try found.check()
        return found
    }

    private static func quarters(_ line: Fields) throws(RowRejection) -> [Int] {
        var scores: [Int] = []
        for quarter in 1...4 { scores.append(try line.integer("PTS_QTR\(quarter)")) }
        for overtime in 1...10 { scores.append(try line.optionalInteger("PTS_OT\(overtime)") ?? 0) }
        return scores
    }
}

extension ScoreboardGame {
    fileprivate init(
        _ id: NBAGameID,
        _ date: GameDate,
        home: Int,
        away: Int,
        status: Int,
        text: String?
    ) throws {
        guard let homeTeam = known({ try Team(id: home) }), let awayTeam = known({ try Team(id: away) }) else {
            throw RowDropped(reason: "exhibition")
        }
        guard let gameID = known({ try GameID(date: date, away: awayTeam, home: homeTeam) }) else {
            throw RowRejection("same_team", "\(id): \(homeTeam)")
        }
        guard let standing = ScheduledGame.Status(rawValue: status) else {
            throw RowRejection("unknown_status", "\(id): \(status)")
        }
        self.init(id: id, gameID: gameID, status: standing, statusText: text ?? "")
    }

    /// Periods add up to the score. Throws ``RowRejection``.
    fileprivate func check() throws(RowRejection) {
        for (score, periods) in [(homeScore, homePeriods), (awayScore, awayPeriods)] where !periods.isEmpty {
            let sum = periods.reduce(0, +)
            guard sum == score else {
                throw RowRejection("periods_do_not_add_up", "\(id): \(sum) of \(score ?? 0) points")
            }
        }
    }
}
