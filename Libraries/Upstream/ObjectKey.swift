public import Basketball
public import Foundation
public import Pipeline

/// What a stored payload is about.
public enum PayloadSubject: Sendable, Hashable {
    case schedule(Season)
    case playerBoxscores(GameDate)
    case teamBoxscore(GameDate, NBAGameID)
    case oddsEvents(GameDate)
    case playerProps(OddsSubject)
    case gameLines(OddsSubject)
}

/// One event of the odds source.
public struct OddsSubject: Sendable, Hashable {
    public var date: GameDate
    public var eventID: OddsEventID
    public var away: Team
    public var home: Team

    public init(date: GameDate, eventID: OddsEventID, away: Team, home: Team) {
        self.date = date
        self.eventID = eventID
        self.away = away
        self.home = home
    }
}

/// The odds source's id of an event, 32 lower-case hexadecimal digits.
public struct OddsEventID: Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String

    /// Checks an id; nil for anything else, so that a unit of a message never reaches a URL unchecked.
    public init?(_ text: String) {
        let isHexadecimal = text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard text.utf8.count == 32, isHexadecimal else { return nil }
        rawValue = text
    }

    public var description: String { rawValue }
}

/// The place of a captured payload in the object store. Writers and readers share it, so that their forms cannot drift
/// apart.
public struct PayloadKey: Sendable, Hashable {
    public var subject: PayloadSubject
    /// Whole seconds.
    public var capturedAt: Date
    /// Eight hexadecimal digits of the checksum, where two different payloads of one second need two names.
    public var variant: String?

    public init(_ subject: PayloadSubject, capturedAt: Date, variant: String? = nil) {
        self.subject = subject
        self.capturedAt = Date(timeIntervalSince1970: capturedAt.timeIntervalSince1970.rounded(.down))
        self.variant = variant
    }

    /// The scraper that writes such payloads.
    public var scraper: String {
        switch subject {
        case .schedule: "nbac_schedule_api"
        case .playerBoxscores: "nbac_player_boxscore"
        case .teamBoxscore: "nbac_team_boxscore"
        case .oddsEvents: "oddsa_events"
        case .playerProps: "oddsa_player_props"
        case .gameLines: "oddsa_game_lines"
        }
    }

    /// The unit of the tasks that the payload belongs to.
    public var unit: String {
        switch subject {
        case .schedule, .playerBoxscores, .oddsEvents: UnitKind.wholeDate
        case .teamBoxscore(_, let game): game.rawValue
        case .playerProps(let odds), .gameLines(let odds): odds.eventID.rawValue
        }
    }

    /// The game date that the key names; nil for a payload about a whole season.
    public var gameDate: GameDate? {
        switch subject {
        case .schedule: nil
        case .playerBoxscores(let date), .teamBoxscore(let date, _), .oddsEvents(let date): date
        case .playerProps(let odds), .gameLines(let odds): odds.date
        }
    }

    /// The path, such as `nba-com/team-boxscore/2024-01-15/0022300561/20240116_040000.json`.
    public var path: ObjectPath {
        let instant = Self.stamp(capturedAt) + (variant.map { "-\($0)" } ?? "")
        let text =
            switch subject {
            case .schedule(let season): "nba-com/schedule/\(season.label)/\(instant).json"
            case .playerBoxscores(let date): "nba-com/player-boxscores/\(date)/\(instant).json"
            case .teamBoxscore(let date, let game): "nba-com/team-boxscore/\(date)/\(game)/\(instant).json"
            case .oddsEvents(let date): "odds-api/events/\(date)/\(instant).json"
            case .playerProps(let odds): "odds-api/player-props/\(Self.folder(odds))/\(snapshot(instant)).json"
            case .gameLines(let odds): "odds-api/game-lines/\(Self.folder(odds))/\(snapshot(instant)).json"
            }
        do {
            return try ObjectPath(validating: text)
        } catch {
            preconditionFailure("dates, digits and tricodes always make a path: \(error)")
        }
    }

    private func snapshot(_ instant: String) -> String {
        "\(instant)-snap-\(Self.stamp(capturedAt).dropFirst(9).prefix(4))"
    }

    private static func folder(_ odds: OddsSubject) -> String {
        "\(odds.date)/\(odds.eventID)-\(odds.away.tricode)\(odds.home.tricode)"
    }

    /// `YYYYMMDD_HHMMSS` in UTC.
    public static func stamp(_ instant: Date) -> String {
        let text = LeagueClock.formatUTC(instant)
        return text.prefix(10).filter { $0 != "-" } + "_" + text.dropFirst(11).prefix(8).filter { $0 != ":" }
    }
}

extension PayloadKey {
    /// Reads a path back; nil for a path of another kind.
    public init?(path: String) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 4, let name = parts.last, name.hasSuffix(".json"),
            let file = FileName(String(name.dropLast(5))), let subject = Self.subject(parts)
        else { return nil }
        self.init(subject, capturedAt: file.capturedAt, variant: file.variant)
        // One form for each payload: anything that would be written otherwise is not ours.
        guard self.path.string == path else { return nil }
    }

    private static func subject(_ parts: [String]) -> PayloadSubject? {
        do {
            switch (parts[0], parts[1], parts.count) {
            case ("nba-com", "schedule", 4): return .schedule(try Season(label: parts[2]))
            case ("nba-com", "player-boxscores", 4): return .playerBoxscores(try GameDate(parts[2]))
            case ("nba-com", "team-boxscore", 5): return .teamBoxscore(try GameDate(parts[2]), try NBAGameID(parts[3]))
            case ("odds-api", "events", 4): return .oddsEvents(try GameDate(parts[2]))
            case ("odds-api", "player-props", 5): return try odds(parts).map { .playerProps($0) }
            case ("odds-api", "game-lines", 5): return try odds(parts).map { .gameLines($0) }
            default: return nil
            }
        } catch {
            // Not a date, season, game or team: not a path of ours, which is what nil says.
            return nil
        }
    }

    private static func odds(_ parts: [String]) throws -> OddsSubject? {
        let pieces = parts[3].split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard pieces.count == 2, pieces[1].utf8.count == 6, let event = OddsEventID(pieces[0]) else { return nil }
        return OddsSubject(
            date: try GameDate(parts[2]),
            eventID: event,
            away: try Team(tricode: String(pieces[1].prefix(3))),
            home: try Team(tricode: String(pieces[1].suffix(3)))
        )
    }

    /// `YYYYMMDD_HHMMSS[-variant][-snap-HHMM]`
    private struct FileName {
        var capturedAt: Date
        var variant: String?

        init?(_ text: String) {
            guard let match = text.wholeMatch(of: /(\d{8})_(\d{2})(\d{2})(\d{2})(?:-([0-9a-f]{8}))?(?:-snap-\d{4})?/)
            else { return nil }
            do {
                let date = try GameDate(compact: String(match.1))
                capturedAt = try LeagueClock.parseUTC("\(date)T\(match.2):\(match.3):\(match.4)Z")
            } catch {
                return nil
            }
            variant = match.5.map(String.init)
        }
    }
}
