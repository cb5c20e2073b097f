public import Basketball
import Pipeline

/// One team's totals of one game.
public struct TeamLine: Sendable, Hashable {
    public var team: Team
    public var opponent: Team
    public var teamName: String?
    public var teamCity: String?
    /// Nil where the source does not say, as its older form: the schedule knows.
    public var isHome: Bool?
    /// Team minutes: 240 in regulation, 25 more for each overtime.
    public var minutes: Double?
    public var statistics: StatLine
}

/// The traditional box score of one game, `boxscoretraditionalv3`, or its older form `boxscoretraditionalv2`.
public struct TeamBoxPayload: Sendable, Hashable {
    public var game: NBAGameID
    /// Both teams, without a line that breaks a rule. Empty before tip-off.
    public var lines: [TeamLine]
    public var notes: PayloadNotes
    /// True before tip-off: the teams are there, their statistics are null.
    public var isNotStarted: Bool
    /// True for a game that does not count, such as one against a team from outside the league.
    public var isOutsideLeague: Bool

    /// Reads a payload. Throws ``PayloadError``, also when it is about another game.
    public static func parse(_ body: [UInt8], game: NBAGameID) throws -> TeamBoxPayload {
        if try isOlderForm(body) { return try resultSets(body, game: game) }
        return try Payload.read(body) { reader in
            var box: TeamBoxReading?
            try reader.members { reader, key in
                switch key {
                case "boxScoreTraditional": box = try TeamBoxReading(&reader)
                default: try reader.skip()
                }
            }
            guard let box else { throw PayloadError(.structure, "boxScoreTraditional is missing") }
            return try box.payload(game)
        }
    }

    /// Whether a payload has the older form, which begins with the name of its resource and never says who is at home.
    public static func isOlderForm(_ body: [UInt8]) throws -> Bool {
        let head = String(decoding: try Payload.json(body).prefix(64), as: UTF8.self)
        return head.firstMatch(of: /^\s*\{\s*"(?:resource|parameters|resultSets)"/) != nil
    }
}

private struct TeamBoxReading {
    private var gameID = ""
    private var home: TeamBoxSide?
    private var away: TeamBoxSide?

    init(_ reader: inout JSONReader) throws {
        try reader.members { reader, key in
            switch key {
            case "gameId": gameID = try reader.string()
            case "homeTeam": home = try TeamBoxSide(&reader)
            case "awayTeam": away = try TeamBoxSide(&reader)
            default: try reader.skip()
            }
        }
    }

    func payload(_ game: NBAGameID) throws -> TeamBoxPayload {
        guard gameID == game.rawValue else {
            throw PayloadError(.wrongSubject, "asked for \(game), got \(gameID.prefix(20))")
        }
        guard let home, let away else { throw PayloadError(.structure, "not exactly two teams") }
        var result = TeamBoxPayload(
            game: game,
            lines: [],
            notes: PayloadNotes(),
            isNotStarted: false,
            isOutsideLeague: false
        )
        do {
            _ = try leagueGameID(gameID)
        } catch {
            result.isOutsideLeague = true
            result.notes.file(error)
            return result
        }
        guard let homeTeam = home.team, let awayTeam = away.team else {
            result.isOutsideLeague = true
            result.notes.drop("exhibition")
            return result
        }
        guard homeTeam != awayTeam else { throw PayloadError(.structure, "\(homeTeam) is both teams") }
        guard home.statistics != nil || away.statistics != nil else {
            result.isNotStarted = true
            return result
        }
        for (side, team, opponent, isHome) in [(home, homeTeam, awayTeam, true), (away, awayTeam, homeTeam, false)] {
            do {
                result.lines.append(try side.line(team, opponent, isHome: isHome, game: game))
            } catch {
                result.notes.file(error)
            }
        }
        return result
    }
}

private struct TeamBoxSide {
    private var teamID = 0
    private var tricode = ""
    private var name: String?
    private var city: String?
    private(set) var statistics: Result<TeamBoxTotals, any Error>?

    init(_ reader: inout JSONReader) throws {
        try reader.members { reader, key in
            switch key {
            case "teamId": teamID = try reader.optionalInteger() ?? 0
            case "teamTricode": tricode = try reader.optionalString() ?? ""
            case "teamName": name = try reader.optionalString()
            case "teamCity": city = try reader.optionalString()
            case "statistics":
                if try !reader.null() { statistics = try reader.attempt { try TeamBoxTotals(&$0) } }
            default: try reader.skip()
            }
        }
    }

    var team: Team? {
        guard let team = known({ try Team(id: teamID) }), team.tricode == tricode else { return nil }
        return team
    }

    func line(_ team: Team, _ opponent: Team, isHome: Bool, game: NBAGameID) throws -> TeamLine {
        let subject = "\(game) \(team)"
        guard let statistics else { throw RowRejection("missing_statistics", subject) }
        let totals = try statistics.get()
        let line = try totals.statistics(subject)
        let minutes: Double?
        do { minutes = try Minutes.parse(totals.minutes)?.minutes } catch {
            throw RowRejection("bad_minutes", "\(subject): \(totals.minutes?.prefix(20) ?? "")")
        }
        return TeamLine(
            team: team,
            opponent: opponent,
            teamName: filled(name),
            teamCity: filled(city),
            isHome: isHome,
            minutes: minutes,
            statistics: line
        )
    }
}

/// The object `statistics` of a team.
private struct TeamBoxTotals {
    private(set) var minutes: String?
    private var line = StatLine()
    private var seen = 0

    init(_ reader: inout JSONReader) throws {
        try reader.members { reader, key in
            switch key {
            case "minutes": minutes = try reader.optionalString()
            case "fieldGoalsMade": try count(&reader, \.fieldGoalsMade)
            case "fieldGoalsAttempted": try count(&reader, \.fieldGoalsAttempted)
            case "threePointersMade": try count(&reader, \.threePointersMade)
            case "threePointersAttempted": try count(&reader, \.threePointersAttempted)
            case "freeThrowsMade": try count(&reader, \.freeThrowsMade)
            case "freeThrowsAttempted": try count(&reader, \.freeThrowsAttempted)
            case "reboundsOffensive": try count(&reader, \.offensiveRebounds)
            case "reboundsDefensive": try count(&reader, \.defensiveRebounds)
            case "reboundsTotal": try count(&reader, \.totalRebounds)
            case "assists": try count(&reader, \.assists)
            case "steals": try count(&reader, \.steals)
            case "blocks": try count(&reader, \.blocks)
            case "turnovers": try count(&reader, \.turnovers)
            case "foulsPersonal": try count(&reader, \.personalFouls)
            case "points": try count(&reader, \.points)
            case "plusMinusPoints": line.plusMinus = try reader.optionalDouble().flatMap { Int(exactly: $0.rounded()) }
            default: try reader.skip()
            }
        }
    }

    private mutating func count(_ reader: inout JSONReader, _ field: WritableKeyPath<StatLine, Int>) throws {
        line[keyPath: field] = try reader.integer()
        seen += 1
    }

    func statistics(_ subject: String) throws -> StatLine {
        guard seen == 15 else { throw RowRejection("missing_value", "\(subject): \(seen) of 15 counts") }
        try line.check(subject)
        return line
    }
}
