public import Basketball
import Foundation
import Pipeline

/// One player's line of one game.
public struct PlayerLine: Sendable, Hashable {
    public var game: NBAGameID
    public var gameID: GameID
    public var playerID: Int
    public var name: String
    public var lookup: String
    public var team: Team
    public var opponent: Team
    public var isHome: Bool
    /// `W` or `L`; nil while the game runs.
    public var winLoss: String?
    /// Minutes played; nil where the source does not say.
    public var minutes: Double?
    public var statistics: StatLine
}

/// The league's game log of players, `leaguegamelog` with `PlayerOrTeam=P`.
public struct GameLogPayload: Sendable, Hashable {
    public var lines: [PlayerLine]
    public var notes: PayloadNotes
    /// Every row of the payload.
    public var listedCount: Int

    /// The games that the lines belong to.
    public var games: Set<NBAGameID> { Set(lines.map(\.game)) }

    /// The columns that are read, by header name: positions change, names did not.
    public static let requiredHeaders = [
        "PLAYER_ID", "PLAYER_NAME", "TEAM_ID", "TEAM_ABBREVIATION", "GAME_ID", "GAME_DATE", "MATCHUP", "WL", "MIN",
        "FGM", "FGA", "FG3M", "FG3A", "FTM", "FTA", "OREB", "DREB", "REB", "AST", "STL", "BLK", "TOV", "PF", "PTS",
        "PLUS_MINUS",
    ]

    /// Reads a payload about one day. Throws ``PayloadError``; a row of another day is rejected.
    public static func parse(_ body: [UInt8], date: GameDate) throws -> GameLogPayload {
        try Payload.read(body) { reader in
            var result: GameLogPayload?
            try reader.members { reader, key in
                switch key {
                case "resultSets":
                    try reader.elements { reader in
                        if result == nil { result = try GameLogTable(&reader).payload(date) } else { try reader.skip() }
                    }
                // One result set stands alone in the older form.
                case "resultSet": result = try GameLogTable(&reader).payload(date)
                default: try reader.skip()
                }
            }
            guard let result else { throw PayloadError(.structure, "there is no result set") }
            return result
        }
    }
}

/// Headers and rows of the result set.
private struct GameLogTable {
    private var columns: [Int?]?
    private var rows: [Result<GameLogRow, any Error>] = []
    private var hasRows = false

    init(_ reader: inout JSONReader) throws {
        var rowSet: JSONReader.Bookmark?
        try reader.members { reader, key in
            switch key {
            case "headers": columns = try Self.columns(&reader)
            case "rowSet":
                hasRows = true
                if let columns {
                    rows = try Self.rows(&reader, columns)
                } else {
                    rowSet = reader.bookmark
                    try reader.skip()
                }
            default: try reader.skip()
            }
        }
        // JSON has no order: the rows may stand before their headers.
        if let rowSet, let columns {
            let after = reader.bookmark
            reader.seek(to: rowSet)
            rows = try Self.rows(&reader, columns)
            reader.seek(to: after)
        }
    }

    private static func rows(
        _ reader: inout JSONReader,
        _ columns: [Int?]
    ) throws -> [Result<GameLogRow, any Error>] {
        var rows: [Result<GameLogRow, any Error>] = []
        try reader.elements { reader in rows.append(try reader.attempt { try GameLogRow(&$0, columns) }) }
        return rows
    }

    /// The field of each position; nil for a column that is not read.
    private static func columns(_ reader: inout JSONReader) throws -> [Int?] {
        var columns: [Int?] = []
        try reader.elements { reader in
            let name = try reader.string()
            columns.append(GameLogPayload.requiredHeaders.firstIndex(of: name))
        }
        let present = Set(columns.compactMap { $0 })
        let missing = GameLogPayload.requiredHeaders.enumerated().filter { !present.contains($0.offset) }.map(\.element)
        guard missing.isEmpty else {
            throw PayloadError(.structure, "the headers \(missing.joined(separator: ", ")) are missing")
        }
        return columns
    }

    func payload(_ date: GameDate) throws -> GameLogPayload {
        guard columns != nil else { throw PayloadError(.structure, "the result set has no headers") }
        guard hasRows else { throw PayloadError(.structure, "the result set has no rowSet") }
        var result = GameLogPayload(lines: [], notes: PayloadNotes(), listedCount: rows.count)
        result.lines.reserveCapacity(rows.count)
        struct Key: Hashable {
            var game: NBAGameID
            var player: Int
        }
        var seen: Set<Key> = []
        for row in rows {
            do {
                let line = try row.get().line(date)
                guard seen.insert(Key(game: line.game, player: line.playerID)).inserted else {
                    throw RowRejection("listed_twice", "\(line.game) \(line.playerID)")
                }
                result.lines.append(line)
            } catch {
                result.notes.file(error)
            }
        }
        result.rejectOneSidedGames()
        return result
    }
}

extension GameLogPayload {
    /// A game needs players of exactly its two teams; else the log is not finished.
    fileprivate mutating func rejectOneSidedGames() {
        var teams: [NBAGameID: Set<Team>] = [:]
        for line in lines { teams[line.game, default: []].insert(line.team) }
        let bad = teams.filter { $0.value.count != 2 }
        guard !bad.isEmpty else { return }
        for line in lines where bad[line.game] != nil {
            notes.reject(RowRejection("not_two_teams", "\(line.game): \(bad[line.game]?.count ?? 0) teams"))
        }
        lines.removeAll { bad[$0.game] != nil }
    }
}

/// One row before it is judged.
private struct GameLogRow {
    private var texts: [String?] = Array(repeating: nil, count: 9)
    private var counts: [Int?] = Array(repeating: nil, count: GameLogPayload.requiredHeaders.count)
    private var minutes: String?

    /// The positions in `GameLogPayload.requiredHeaders` that hold text.
    private static let textFields: Set<Int> = [1, 3, 4, 5, 6, 7]
    private static let minutesField = 8

    init(_ reader: inout JSONReader, _ columns: [Int?]) throws {
        var position = 0
        try reader.elements { reader in
            let field = position < columns.count ? columns[position] : nil
            position += 1
            guard let field else { return try reader.skip() }
            if field == Self.minutesField {
                // Whole minutes as a number, or `35:12` as text.
                switch try reader.value() {
                case .null: minutes = nil
                case .string(let text): minutes = text
                case .int(let whole): minutes = String(whole)
                case .double(let value) where value >= 0 && value < 1000: minutes = String(Int(value.rounded()))
                default: throw RowRejection("bad_minutes", "column MIN")
                }
            } else if Self.textFields.contains(field) {
                texts[field] = try reader.optionalString()
            } else {
                counts[field] = try reader.optionalInteger()
            }
        }
        guard position == columns.count else {
            throw RowRejection("wrong_width", "\(position) cells under \(columns.count) headers")
        }
    }

    func line(_ date: GameDate) throws -> PlayerLine {
        let game = try leagueGameID(try text(4))
        let playerID = try count(0)
        let subject = "\(game) \(playerID)"
        let name = try text(1).trimmingCharacters(in: .whitespaces)
        let lookup = PlayerLookup.normalize(name)
        guard !lookup.isEmpty, playerID > 0 else { throw RowRejection("no_name", subject) }
        let teamID = try count(2)
        guard let team = known({ try Team(id: teamID) }) else { throw RowDropped(reason: "exhibition") }
        guard team.tricode == texts[3] else { throw RowRejection("team_mismatch", "\(subject): \(texts[3] ?? "null")") }
        let played = try day(try text(5), subject)
        guard played == date else { throw RowRejection("wrong_date", "\(subject): \(played)") }
        let (opponent, isHome) = try Matchup.parse(try text(6), of: team, subject)
        let gameID: GameID
        do {
            gameID = try GameID(date: date, away: isHome ? opponent : team, home: isHome ? team : opponent)
        } catch {
            throw RowRejection("same_team", subject)
        }
        let winLoss = texts[7].flatMap { $0.isEmpty ? nil : $0 }
        guard winLoss == nil || winLoss == "W" || winLoss == "L" else {
            throw RowRejection("bad_result", "\(subject): \(winLoss ?? "")")
        }
        var statistics = StatLine()
        (statistics.fieldGoalsMade, statistics.fieldGoalsAttempted) = (try count(9), try count(10))
        (statistics.threePointersMade, statistics.threePointersAttempted) = (try count(11), try count(12))
        (statistics.freeThrowsMade, statistics.freeThrowsAttempted) = (try count(13), try count(14))
        (statistics.offensiveRebounds, statistics.defensiveRebounds) = (try count(15), try count(16))
        (statistics.totalRebounds, statistics.assists) = (try count(17), try count(18))
        (statistics.steals, statistics.blocks, statistics.turnovers) = (try count(19), try count(20), try count(21))
        (statistics.personalFouls, statistics.points) = (try count(22), try count(23))
        statistics.plusMinus = counts[24]
        try statistics.check(subject)
        return PlayerLine(
            game: game,
            gameID: gameID,
            playerID: playerID,
            name: name,
            lookup: lookup,
            team: team,
            opponent: opponent,
            isHome: isHome,
            winLoss: winLoss,
            minutes: try playingTime(subject),
            statistics: statistics
        )
    }

    private func playingTime(_ subject: String) throws -> Double? {
        do {
            return try Minutes.parse(minutes)?.minutes
        } catch {
            throw RowRejection("bad_minutes", "\(subject): \(minutes?.prefix(20) ?? "")")
        }
    }

    private func text(_ field: Int) throws -> String {
        guard let text = texts[field], !text.isEmpty else {
            throw RowRejection("missing_value", GameLogPayload.requiredHeaders[field])
        }
        return text
    }

    private func count(_ field: Int) throws -> Int {
        guard let value = counts[field] else {
            throw RowRejection("missing_value", GameLogPayload.requiredHeaders[field])
        }
        return value
    }
}

/// The field MATCHUP: `NYK @ GSW` in the visitors' rows, `GSW vs. NYK` in the hosts'.
enum Matchup {
    /// The opponent, and whether the row's team is at home. Throws ``RowRejection``, or ``RowDropped`` for an
    /// opponent from outside the league.
    static func parse(
        _ text: String,
        of team: Team,
        _ subject: String
    ) throws -> (opponent: Team, isHome: Bool) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[1] == "@" || parts[1] == "vs." else {
            throw RowRejection("bad_matchup", "\(subject): \(text.prefix(30))")
        }
        guard parts[0] == team.tricode else {
            throw RowRejection("team_mismatch", "\(subject): \(text.prefix(30)) in a row of \(team)")
        }
        guard let opponent = known({ try Team(tricode: parts[2]) }) else { throw RowDropped(reason: "exhibition") }
        return (opponent, parts[1] == "vs.")
    }
}
