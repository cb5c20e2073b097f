public import Basketball
public import Foundation
import Pipeline

/// A league game as the schedule lists it.
public struct ScheduledGame: Sendable, Hashable {
    public enum Status: Int, Sendable, Hashable {
        case scheduled = 1
        case live = 2
        case final = 3
    }

    public var id: NBAGameID
    public var gameID: GameID
    public var status: Status
    /// The source's own words, such as `Final/OT`.
    public var statusText: String
    public var isPostponed: Bool
    /// Nil while the league has not set a time.
    public var tipoff: Date?
    public var arenaName: String?
    public var arenaCity: String?
    /// Nil where the source does not say.
    public var isNeutralSite: Bool?
    /// Points, once the game is final.
    public var homeScore: Int?
    public var awayScore: Int?
    public var listing = ScheduleListing()

    public var date: GameDate { gameID.date }

    /// The tricode of the team with more points.
    public var winner: Team? {
        guard let homeScore, let awayScore, homeScore != awayScore else { return nil }
        return homeScore > awayScore ? gameID.home : gameID.away
    }
}

/// The league's schedule of one season: `scheduleleaguev2int` of the statistics site, or the static file
/// `scheduleLeagueV2_1.json` in the same form.
public struct SchedulePayload: Sendable, Hashable {
    public var season: Season
    /// Games between two of the thirty teams, pre-season and All-Star games left out.
    public var games: [ScheduledGame]
    public var notes: PayloadNotes
    /// Every game that the payload lists, and the days under which it lists them.
    public var listedCount: Int
    public var listedDayCount: Int

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> SchedulePayload {
        try Payload.read(body) { reader in
            var schedule: ScheduleReading?
            try reader.members { reader, key in
                switch key {
                case "leagueSchedule": schedule = try ScheduleReading(&reader)
                default: try reader.skip()
                }
            }
            guard let schedule else { throw PayloadError(.structure, "leagueSchedule is missing") }
            return try schedule.payload()
        }
    }
}

/// The part of the payload that matters, as it stands in the text.
private struct ScheduleReading {
    private var seasonLabel: String?
    private var dayCount: Int?
    private var entries: [Result<ScheduleEntry, any Error>] = []

    init(_ reader: inout JSONReader) throws {
        try reader.members { reader, key in
            switch key {
            case "seasonYear": seasonLabel = try reader.string()
            case "gameDates":
                dayCount = 0
                try reader.elements { reader in
                    try readDate(&reader)
                    dayCount = (dayCount ?? 0) + 1
                }
            default: try reader.skip()
            }
        }
    }

    private mutating func readDate(_ reader: inout JSONReader) throws {
        try reader.members { reader, key in
            switch key {
            case "games":
                try reader.elements { reader in
                    entries.append(try reader.attempt { try ScheduleEntry(&$0) })
                }
            default: try reader.skip()
            }
        }
    }

    func payload() throws -> SchedulePayload {
        guard let seasonLabel else { throw PayloadError(.structure, "leagueSchedule.seasonYear is missing") }
        guard let dayCount else { throw PayloadError(.structure, "leagueSchedule.gameDates is missing") }
        let season: Season
        do { season = try Season(label: seasonLabel) } catch {
            throw PayloadError(.structure, "leagueSchedule.seasonYear is \"\(seasonLabel.prefix(20))\"")
        }
        var result = SchedulePayload(
            season: season,
            games: [],
            notes: PayloadNotes(),
            listedCount: entries.count,
            listedDayCount: dayCount
        )
        result.games.reserveCapacity(entries.count)
        var places: [NBAGameID: Int] = [:]
        for entry in entries {
            do {
                let game = try entry.get().game(of: season)
                guard let place = places[game.id] else {
                    places[game.id] = result.games.count
                    result.games.append(game)
                    continue
                }
                // A moved game may stand at both dates: the one that is still to be played counts.
                result.notes.drop("listed_twice")
                if result.games[place].isPostponed { result.games[place] = game }
            } catch {
                result.notes.file(error)
            }
        }
        return result
    }
}

/// One game of the payload before it is judged.
private struct ScheduleEntry {
    private struct Side {
        var teamID = 0
        var tricode = ""
        var name: String?
        var city: String?
        var score: Int?

        var fullName: String? {
            let words = [filled(city), filled(name)].compactMap { $0 }
            return words.isEmpty ? nil : words.joined(separator: " ")
        }
    }

    private var gameID = ""
    private var status: Int?
    private var statusText = ""
    private var dateEastern = ""
    private var tipEastern = ""
    private var arenaName: String?
    private var arenaCity: String?
    private var postponed = ""
    private var isNeutral: Bool?
    private var home: Side?
    private var away: Side?
    private var listing = ScheduleListing()

    init(_ reader: inout JSONReader) throws {
        try reader.members { reader, key in
            switch key {
            case "gameId": gameID = try reader.string()
            case "gameStatus": status = try reader.optionalInteger()
            case "gameStatusText": statusText = try reader.optionalString() ?? ""
            case "gameDateEst": dateEastern = try reader.string()
            case "gameDateTimeEst": tipEastern = try reader.optionalString() ?? ""
            case "arenaName": arenaName = try reader.optionalString()
            case "arenaCity": arenaCity = try reader.optionalString()
            case "postponedStatus": postponed = try reader.optionalString() ?? ""
            case "isNeutral": isNeutral = try reader.optionalBoolean()
            case "homeTeam": home = try Self.side(&reader)
            case "awayTeam": away = try Self.side(&reader)
            default: if try !listing.read(key, &reader) { try reader.skip() }
            }
        }
    }

    private static func side(_ reader: inout JSONReader) throws -> Side? {
        if try reader.null() { return nil }
        var side = Side()
        try reader.members { reader, key in
            switch key {
            case "teamId": side.teamID = try reader.optionalInteger() ?? 0
            case "teamTricode": side.tricode = try reader.optionalString() ?? ""
            case "teamName": side.name = try reader.optionalString()
            case "teamCity": side.city = try reader.optionalString()
            case "score": side.score = try reader.optionalInteger()
            default: try reader.skip()
            }
        }
        return side
    }

    /// The game, or why it is none of ours (``RowDropped``) or unusable (``RowRejection``).
    func game(of season: Season) throws -> ScheduledGame {
        let id = try leagueGameID(gameID)
        guard let home, let away else { throw RowRejection("missing_team", gameID) }
        if home.teamID == 0 || away.teamID == 0 { throw RowDropped(reason: "teams_undecided") }
        guard let homeTeam = team(home), let awayTeam = team(away) else { throw RowDropped(reason: "exhibition") }
        guard id.season == season else { throw RowRejection("wrong_season", "\(id) in the schedule of \(season)") }
        guard let status, let standing = ScheduledGame.Status(rawValue: status) else {
            throw RowRejection("unknown_status", "\(id): \(status.map(String.init) ?? "null")")
        }
        let date = try day(dateEastern, id)
        let gameID: GameID
        do { gameID = try GameID(date: date, away: awayTeam, home: homeTeam) } catch {
            throw RowRejection("same_team", "\(id): \(homeTeam)")
        }
        let words = statusText.trimmingCharacters(in: .whitespaces)
        var game = ScheduledGame(
            id: id,
            gameID: gameID,
            status: standing,
            statusText: words,
            isPostponed: postponed == "Y" || postponed == "P" || words.uppercased().hasPrefix("PPD")
                || words.lowercased().hasPrefix("postponed"),
            arenaName: filled(arenaName),
            arenaCity: filled(arenaCity),
            isNeutralSite: isNeutral
        )
        game.listing = listing
        game.listing.postponedStatus = filled(postponed)
        (game.listing.homeTeamName, game.listing.awayTeamName) = (home.fullName, away.fullName)
        if words.uppercased() != "TBD" { game.tipoff = try tipoff(id) }
        // Before the end the source lists zeros or a running score.
        if standing == .final, let homeScore = home.score, let awayScore = away.score, homeScore > 0 || awayScore > 0 {
            (game.homeScore, game.awayScore) = (homeScore, awayScore)
        }
        return game
    }

    private func team(_ side: Side) -> Team? {
        guard let team = known({ try Team(id: side.teamID) }), team.tricode == side.tricode else { return nil }
        return team
    }

    /// `gameDateTimeEst` is Eastern wall-clock time although it ends in Z.
    private func tipoff(_ id: NBAGameID) throws -> Date? {
        if tipEastern.isEmpty { return nil }
        do {
            return try LeagueClock.parseEasternWallClock(tipEastern)
        } catch {
            throw RowRejection("bad_tipoff", "\(id): \(tipEastern.prefix(30))")
        }
    }
}

/// A league id whose games count: regular season, cup final, play-in and playoffs.
func leagueGameID(_ text: String) throws -> NBAGameID {
    guard text.utf8.count == 10, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
        throw RowRejection("bad_game_id", String(text.prefix(20)))
    }
    guard let id = known({ try NBAGameID(text) }) else { throw RowDropped(reason: "other_competition") }
    switch id.seasonType {
    case .preseason: throw RowDropped(reason: "preseason")
    case .allStar: throw RowDropped(reason: "all_star")
    case .regular, .playoffs, .playIn, .cupFinal: return id
    }
}

/// The day at the beginning of a date or an instant.
func day(_ text: String, _ subject: some CustomStringConvertible) throws -> GameDate {
    guard let date = known({ try GameDate(String(text.prefix(10))) }) else {
        throw RowRejection("bad_date", "\(subject): \(text.prefix(30))")
    }
    return date
}

/// The value, or nil where the text names none: the caller says what that means.
func known<Value>(_ make: () throws -> Value) -> Value? {
    do { return try make() } catch { return nil }
}

func filled(_ text: String?) -> String? {
    guard let trimmed = text?.trimmingCharacters(in: .whitespaces), !trimmed.isEmpty else { return nil }
    return trimmed
}
