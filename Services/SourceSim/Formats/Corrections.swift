import Basketball
import Foundation

/// Values that a tester changed after the fact, as the league's own stat corrections do.
struct Corrections: Sendable {
    /// A `POST /_sim/patch` body.
    struct Patch: Sendable, Decodable {
        enum Kind: String, Sendable, Decodable { case playerLog = "player_log", teamLog = "team_log", schedule }

        enum CodingKeys: String, CodingKey {
            case kind, team, set, cascade
            case gameID = "game_id"
            case playerID = "player_id"
        }

        let kind: Kind
        let gameID: String
        let playerID: Int?
        let team: String?
        let set: [String: Int]
        /// Whether a player's change also moves his team's totals; absent means no.
        let cascade: Bool?
    }

    /// A `POST /_sim/injury` body: what the reports of a game say of a player from an Eastern hour of its day on.
    struct InjuryWord: Sendable, Decodable {
        enum CodingKeys: String, CodingKey {
            case status, reason
            case gameID = "game_id"
            case playerID = "player_id"
            case fromHour = "from_hour"
        }

        let gameID: String
        let playerID: Int32
        let status: String
        let reason: String
        let fromHour: Int
    }

    struct Rejected: Error { let reason: String }

    private struct PlayerKey: Hashable, Sendable {
        let game: NBAGameID
        let player: Int32
    }

    private struct TeamKey: Hashable, Sendable {
        let game: NBAGameID
        let isHome: Bool
    }

    private var players: [PlayerKey: [String: Int16]] = [:]
    private var teams: [TeamKey: [String: Int16]] = [:]
    private var schedule: [NBAGameID: [String: Int]] = [:]
    private var injuries: [PlayerKey: [(fromHour: Int, ailment: Ailment)]] = [:]
    /// Grows with every change, so that cached payloads know when they are old.
    private(set) var version = 0

    static let scheduleFields: Set<String> = ["gameStatus", "homeScore", "awayScore"]

    /// Applies a patch after checking it against the served game. Throws `Rejected`.
    mutating func apply(_ patch: Patch, game: Game, rows: [PlayerRow]) throws(Rejected) {
        guard !patch.set.isEmpty else { throw Rejected(reason: "set is empty") }
        if patch.kind == .schedule {
            for field in patch.set.keys where !Self.scheduleFields.contains(field) {
                throw Rejected(reason: "unknown schedule field \(field)")
            }
            schedule[game.id, default: [:]].merge(patch.set) { $1 }
            version += 1
            return
        }
        var values: [String: Int16] = [:]
        for (field, value) in patch.set {
            guard StatLine.fields[field] != nil || field == "PLUS_MINUS" else {
                throw Rejected(reason: "unknown field \(field)")
            }
            guard let small = Int16(exactly: value), small.magnitude < 1_000 else {
                throw Rejected(reason: "\(field) is out of range")
            }
            values[field] = small
        }
        switch patch.kind {
        case .playerLog:
            guard let id = patch.playerID, let row = rows.first(where: { Int($0.playerID) == id }) else {
                throw Rejected(reason: "no such player in the game")
            }
            let before = line(row, game: game.id)
            players[PlayerKey(game: game.id, player: row.playerID), default: [:]].merge(values) { $1 }
            if patch.cascade == true { cascade(from: before, to: line(row, game: game.id), row: row, game: game) }
        case .teamLog:
            guard let tricode = patch.team, [game.home.tricode, game.away.tricode].contains(tricode) else {
                throw Rejected(reason: "team must be \(game.home.tricode) or \(game.away.tricode)")
            }
            teams[TeamKey(game: game.id, isHome: tricode == game.home.tricode), default: [:]].merge(values) { $1 }
        case .schedule: break
        }
        version += 1
    }

    /// Lets the reports say something else of a player than they would. Throws `Rejected`.
    mutating func say(_ word: InjuryWord, game: Game) throws(Rejected) {
        guard let status = Ailment.Status(rawValue: word.status) else {
            throw Rejected(reason: "status must be one of \(Ailment.Status.allCases.map(\.rawValue))")
        }
        guard (0...23).contains(word.fromHour) else { throw Rejected(reason: "from_hour is an hour from 0 to 23") }
        guard !word.reason.isEmpty else { throw Rejected(reason: "reason is empty") }
        injuries[PlayerKey(game: game.id, player: word.playerID), default: []]
            .append((word.fromHour, Ailment(status, reason: word.reason)))
        version += 1
    }

    /// What was said of a player for the reports of an hour; of several words the last.
    func ailment(_ player: Int32, _ game: Game, hour: Int) -> Ailment? {
        injuries[PlayerKey(game: game.id, player: player)]?.last { $0.fromHour <= hour }?.ailment
    }

    private mutating func cascade(from before: StatLine, to after: StatLine, row: PlayerRow, game: Game) {
        guard let totals = totals(of: game) else { return }
        let team = row.isHome ? totals.home : totals.away
        var changed: [String: Int16] = [:]
        for (field, path) in StatLine.fields where before[keyPath: path] != after[keyPath: path] {
            changed[field] = team[keyPath: path] + after[keyPath: path] - before[keyPath: path]
        }
        teams[TeamKey(game: game.id, isHome: row.isHome), default: [:]].merge(changed) { $1 }
    }

    /// Forgets every correction.
    mutating func removeAll() {
        players.removeAll()
        teams.removeAll()
        schedule.removeAll()
        injuries.removeAll()
        version += 1
    }

    /// The row's counts as served.
    func line(_ row: PlayerRow, game: NBAGameID) -> StatLine {
        players.isEmpty ? row.line : Self.apply(players[PlayerKey(game: game, player: row.playerID)], to: row.line)
    }

    /// The team totals as served.
    func totals(of game: Game) -> (home: StatLine, away: StatLine)? {
        guard let totals = game.totals else { return nil }
        return (
            Self.apply(teams[TeamKey(game: game.id, isHome: true)], to: totals.home),
            Self.apply(teams[TeamKey(game: game.id, isHome: false)], to: totals.away)
        )
    }

    /// Phase and score as served at `now`.
    func standing(of game: Game, at now: Date?) -> (phase: Game.Phase, home: Int, away: Int) {
        let patch = schedule[game.id]
        let phase = patch?["gameStatus"].flatMap(Game.Phase.init(rawValue:)) ?? game.phase(at: now)
        var score = game.recordedScore
        if let totals = totals(of: game) { score = (Int(totals.home.points), Int(totals.away.points)) }
        if phase != .final { score = nil }
        return (phase, patch?["homeScore"] ?? score?.home ?? 0, patch?["awayScore"] ?? score?.away ?? 0)
    }

    private static func apply(_ values: [String: Int16]?, to line: StatLine) -> StatLine {
        guard let values else { return line }
        var line = line
        for (field, value) in values {
            if let path = StatLine.fields[field] {
                line[keyPath: path] = value
            } else if field == "PLUS_MINUS" {
                line.plusMinusTenths = value * 10
            }
        }
        return line
    }
}
