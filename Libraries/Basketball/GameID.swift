/// The canonical name of a game, `YYYYMMDD_AWAY_HOME`.
public struct GameID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The Eastern calendar day.
    public let date: GameDate
    /// The visiting team.
    public let away: Team
    /// The home team.
    public let home: Team

    /// Names a game. Throws `GameIDError.sameTeam` when a team would play itself.
    public init(date: GameDate, away: Team, home: Team) throws(GameIDError) {
        guard away != home else { throw .sameTeam(away.tricode) }
        (self.date, self.away, self.home) = (date, away, home)
    }

    /// Parses the canonical form; only tricodes of the thirty teams are accepted.
    public init(_ text: String) throws(GameIDError) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed(text) }
        do {
            let date = try GameDate(compact: String(parts[0]))
            let away = try Team(tricode: String(parts[1]))
            let home = try Team(tricode: String(parts[2]))
            guard away != home else { throw GameIDError.sameTeam(away.tricode) }
            (self.date, self.away, self.home) = (date, away, home)
        } catch let error as GameIDError {
            throw error
        } catch {
            throw .malformed(text)
        }
    }

    /// Parses nba.com's game code `YYYYMMDD/AWYHOM`.
    public init(gameCode text: String) throws(GameIDError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 6 else { throw .malformed(text) }
        try self.init("\(parts[0])_\(parts[1].prefix(3))_\(parts[1].suffix(3))")
    }

    /// `YYYYMMDD_AWAY_HOME`.
    public var description: String { "\(date.compact)_\(away.tricode)_\(home.tricode)" }

    /// nba.com's game code, `YYYYMMDD/AWYHOM`.
    public var gameCode: String { "\(date.compact)/\(away.tricode)\(home.tricode)" }

    /// By day, then by name.
    public static func < (left: GameID, right: GameID) -> Bool {
        (left.date, left.away.tricode, left.home.tricode) < (right.date, right.away.tricode, right.home.tricode)
    }
}

extension GameID: Codable {
    /// Decodes the canonical string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a game: \(error)")
        }
    }

    /// Encodes the canonical string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Why a text is not a game id.
public enum GameIDError: Error, Hashable, Sendable {
    /// Not the canonical form, or an unknown team.
    case malformed(String)
    /// Home and away are the same team.
    case sameTeam(String)
}

/// The league's own id of a game: ten digits `TTTYYNNNNN`.
public struct NBAGameID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Ten digits.
    public let rawValue: String

    /// Reads an id; shorter ones get the leading zeros back that spreadsheets and integers drop.
    ///
    /// Throws `GameIDError.malformed` unless the result has ten digits and a known prefix.
    public init(_ text: String) throws(GameIDError) {
        guard (7...10).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            throw .malformed(text)
        }
        let padded = String(repeating: "0", count: 10 - text.utf8.count) + text
        guard SeasonType(prefix: String(padded.prefix(3))) != nil else { throw .malformed(text) }
        rawValue = padded
    }

    /// Names the game `number` of a season.
    public init(season: Season, type: SeasonType, number: Int) throws(GameIDError) {
        let year = season.startYear % 100
        let digits = String(number)
        guard number > 0, digits.utf8.count <= 5 else { throw .malformed(digits) }
        let padding = String(repeating: "0", count: 5 - digits.utf8.count)
        rawValue = "\(type.prefix)\(year < 10 ? "0" : "")\(year)\(padding)\(digits)"
    }

    /// The kind of game.
    public var seasonType: SeasonType {
        // The initialisers admit known prefixes only.
        SeasonType(prefix: String(rawValue.prefix(3))) ?? .regular
    }

    /// The season, from digits four and five.
    public var season: Season {
        let year = Int(rawValue.dropFirst(3).prefix(2)) ?? 0
        return Season(startYear: year >= 46 ? 1900 + year : 2000 + year)
    }

    /// Ten digits.
    public var description: String { rawValue }

    /// In the order of the digits.
    public static func < (left: NBAGameID, right: NBAGameID) -> Bool { left.rawValue < right.rawValue }

    /// Decodes and checks the string.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an NBA game id: \(error)")
        }
    }

    /// Encodes the ten digits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
