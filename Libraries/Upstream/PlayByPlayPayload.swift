public import Basketball
public import Foundation
import Pipeline

/// One event of a game, in the words of the live feed whichever feed it came from.
public struct PlayByPlayEvent: Sendable, Hashable {
    public enum Shot: String, Sendable, Hashable {
        case two = "2PT"
        case three = "3PT"
        case freeThrow = "FT"

        public var points: Int {
            switch self {
            case .two: 2
            case .three: 3
            case .freeThrow: 1
            }
        }
    }

    /// The feed's number of the event, unique in a game and with gaps.
    public var id: Int
    /// 1 to 4, overtimes from 5.
    public var period: Int
    /// Left in the period; parts of a second are cut off.
    public var secondsLeft: Int
    /// When it happened; nil where the feed does not say.
    public var occurredAt: Date?
    /// Such as `2pt`, `3pt`, `freethrow`, `rebound`, `turnover`, `steal`, `block`, `foul`, `substitution`.
    public var type: String
    public var subType: String?
    public var descriptor: String?
    public var text: String?
    /// Points after the event; nil before the feed has named a score.
    public var homeScore: Int?
    public var awayScore: Int?
    /// The team that the feed files the event under: the one of whoever acts.
    public var team: Team?
    public var possession: Team?
    /// League ids of people: who acts, and who else takes part.
    public var player: Int?
    public var fouledPlayer: Int?
    public var jumpBallWinner: Int?
    public var jumpBallLoser: Int?
    public var assistant: Int?
    public var blocker: Int?
    public var stealer: Int?
    /// Nil for what is no attempt.
    public var shot: Shot?
    public var isMade: Bool?
    /// Feet from the basket, of field goals.
    public var shotDistance: Double?
    /// Tenths of a foot from the basket, of field goals.
    public var shotX: Int?
    public var shotY: Int?
    /// Percent of the court's length and width, of field goals; only the live feed says.
    public var courtX: Double?
    public var courtY: Double?
    /// Such as `Restricted Area`; only the live feed says.
    public var shotArea: String?
    public var shotAreaDetail: String?
    public var hasVideo: Bool?

    /// Seconds since the tip-off, over all periods.
    public var secondsElapsed: Int { Self.start(of: period) + Self.length(of: period) - secondsLeft }

    /// Four quarters of twelve minutes, overtimes of five.
    static func length(of period: Int) -> Int { period <= 4 ? 720 : 300 }

    static func start(of period: Int) -> Int { period <= 5 ? (period - 1) * 720 : 2880 + (period - 5) * 300 }
}

/// The events of one game: the live feed `playbyplay_<game>.json`, or `playbyplayv3` of the statistics site, which
/// says the same in other words and names assistants in its text alone.
public struct PlayByPlayPayload: Sendable, Hashable {
    public var game: NBAGameID
    /// In the order of the game.
    public var events: [PlayByPlayEvent]
    public var notes: PayloadNotes
    public var listedCount: Int
    /// True for a game that does not count.
    public var isOutsideLeague: Bool

    /// Whether the last period has ended and one team is ahead.
    public var isFinished: Bool {
        guard let last = events.last, last.period >= 4, let home = last.homeScore, let away = last.awayScore else {
            return false
        }
        let ends = last.type == "game" || last.type == "period"
        return ends && last.subType == "end" && home != away
    }

    /// What a team's made shots add up to.
    public func points(of team: Team) -> Int {
        events.reduce(0) { $0 + ($1.team == team && $1.isMade == true ? $1.shot?.points ?? 0 : 0) }
    }

    /// Says where the made shots of a finished game do not add up to its score; nil when they do.
    public var scoreMismatch: String? {
        guard let last = events.last, let home = last.homeScore, let away = last.awayScore else { return nil }
        let scores = teams.map { points(of: $0) }.sorted()
        guard scores != [home, away].sorted() else { return nil }
        return
            "made shots add up to \(scores.map(String.init).joined(separator: " and ")), the score is \(away)-\(home)"
    }

    /// The teams that act in the events.
    public var teams: Set<Team> { Set(events.compactMap(\.team)) }

    /// Reads a payload. Throws ``PayloadError``, also when it is about another game.
    public static func parse(_ body: [UInt8], game: NBAGameID) throws -> PlayByPlayPayload {
        let value = try Payload.value(body)
        // Older files wrap the feed's answer together with notes about its capture.
        guard let feed = (value["playByPlay"] ?? value)["game"], let actions = feed["actions"]?.arrayValue else {
            throw PayloadError(.structure, "game.actions is missing")
        }
        let named = feed["gameId"]?.stringValue ?? ""
        guard named == game.rawValue else {
            throw PayloadError(.wrongSubject, "asked for \(game), got \(named.prefix(20))")
        }
        var payload = PlayByPlayPayload(
            game: game,
            events: [],
            notes: PayloadNotes(),
            listedCount: actions.count,
            isOutsideLeague: false
        )
        do { _ = try leagueGameID(named) } catch {
            payload.isOutsideLeague = true
            payload.notes.file(error)
            return payload
        }
        var reading = PlayByPlayReading()
        for action in actions {
            do throws(RowRejection) {
                try reading.add(action)
            } catch {
                payload.notes.reject(error)
            }
        }
        payload.events = reading.finished()
        return payload
    }
}
