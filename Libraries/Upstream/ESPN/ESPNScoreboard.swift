public import Basketball
public import Foundation
import Pipeline

/// How a game of ESPN's stands.
public enum ESPNGameStatus: String, Sendable, Hashable {
    case scheduled, live, final, postponed, canceled
}

/// A game as ESPN knows it.
public struct ESPNGame: Sendable, Hashable {
    /// ESPN's own number, in digits.
    public var id: String
    public var startsAt: Date
    public var season: Season
    /// 1 before the season, 2 regular, 3 play-offs, 5 play-in.
    public var seasonType: Int?
    public var status: ESPNGameStatus
    /// In ESPN's words, such as `Final/OT`.
    public var statusText: String?
    /// Periods played so far; nil before the tip-off.
    public var periods: Int?
    public var home: Team
    public var away: Team
    /// Nil before the tip-off, where ESPN writes zeros.
    public var homeScore: Int?
    public var awayScore: Int?
    public var isNeutralSite: Bool?

    /// The Eastern day on which the game begins.
    public var date: GameDate { LeagueClock.gameDate(of: startsAt) }
    public var isPostseason: Bool { seasonType == 3 }

    /// The team with more points at the end.
    public var winner: Team? {
        guard status == .final, let homeScore, let awayScore, homeScore != awayScore else { return nil }
        return homeScore > awayScore ? home : away
    }
}

/// The games of a day, `scoreboard?dates=`.
public struct ESPNScoreboard: Sendable, Hashable {
    public var games: [ESPNGame]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> ESPNScoreboard {
        let value = try Payload.value(body)
        guard let events = value["events"]?.arrayValue else {
            throw PayloadError(.structure, "there is no list events")
        }
        var board = ESPNScoreboard(games: [], notes: PayloadNotes(), listedCount: events.count)
        for event in events {
            do {
                let game = try game(Fields(event, "event"))
                guard !board.games.contains(where: { $0.id == game.id }) else {
                    throw RowRejection("listed_twice", "event \(game.id)")
                }
                board.games.append(game)
            } catch {
                board.notes.file(error)
            }
        }
        return board
    }

    private static func game(_ event: Fields) throws -> ESPNGame {
        let id = try ESPN.id(event, "id")
        let season = try event.fields("season")
        let type = try season.optionalInteger("type")
        // Games before the season are no league games, and in no schedule that counts.
        if type == 1 { throw RowDropped(reason: "preseason") }
        guard let competition = try event.list("competitions").first else {
            throw RowRejection("missing_value", "event \(id): competitions")
        }
        let about = try Fields(competition, "event \(id)")
        let sides = try about.list("competitors").map { try Fields($0, "event \(id)") }
        func side(_ flag: String) throws -> (team: Team, score: Int?) {
            let found = try sides.filter { try $0.text("homeAway") == flag }
            guard found.count == 1, let side = found.first else {
                throw RowRejection("no_home_and_away", "event \(id): \(found.count) sides are \(flag)")
            }
            return (try ESPN.team(try side.fields("team"), "abbreviation"), try side.optionalInteger("score"))
        }
        let (home, away) = (try side("home"), try side("away"))
        guard home.team != away.team else { throw RowRejection("same_team", "event \(id): \(home.team)") }
        let state = try event.fields("status")
        let kind = try state.fields("type")
        let status = try ESPN.status(state: kind.text("state"), name: try kind.optionalText("name") ?? "", id)
        let hasBegun = status == .live || status == .final
        if status == .final, home.score == nil || away.score == nil {
            throw RowRejection("missing_value", "event \(id): the score of a final game")
        }
        return ESPNGame(
            id: id,
            startsAt: try ESPN.instant(event, "date"),
            season: Season(startYear: try season.integer("year") - 1),
            seasonType: type,
            status: status,
            statusText: try kind.optionalText("detail"),
            periods: hasBegun ? try state.optionalInteger("period") : nil,
            home: home.team,
            away: away.team,
            homeScore: hasBegun ? home.score : nil,
            awayScore: hasBegun ? away.score : nil,
            isNeutralSite: try about.optionalBoolean("neutralSite")
        )
    }
}

/// What ESPN's payloads have in common.
enum ESPN {
    /// A number that ESPN writes as text.
    static func id(_ fields: Fields, _ key: String) throws(RowRejection) -> String {
        let text = try fields.text(key)
        guard PayloadLayout.UnitForm.number.accepts(text) else {
            throw RowRejection("bad_event_id", "\(text.prefix(40))")
        }
        return text
    }

    /// An instant without seconds, `2024-01-15T18:00Z`, or with them.
    static func instant(_ fields: Fields, _ key: String) throws(RowRejection) -> Date {
        let text = try fields.text(key)
        let whole = text.utf8.count == 17 ? text.dropLast() + ":00Z" : text[...]
        guard let instant = known({ try LeagueClock.parseUTC(String(whole)) }) else {
            throw RowRejection("bad_date", "\"\(text.prefix(30))\"")
        }
        return instant
    }

    /// The team behind ESPN's code, such as `GS`. All-Star and exhibition sides are none.
    static func team(_ fields: Fields, _ key: String) throws -> Team {
        let code = try fields.text(key)
        guard let team = known({ try Team(named: code) }) else { throw RowDropped(reason: "unknown_team") }
        return team
    }

    static func status(state: String, name: String, _ id: String) throws(RowRejection) -> ESPNGameStatus {
        switch (state, name.lowercased()) {
        case (_, let name) where name.contains("postpone"): .postponed
        case (_, let name) where name.contains("cancel"): .canceled
        case ("pre", _): .scheduled
        case ("in", _): .live
        case ("post", _): .final
        default: throw RowRejection("unknown_status", "event \(id): \(state.prefix(20)) \(name.prefix(40))")
        }
    }
}
