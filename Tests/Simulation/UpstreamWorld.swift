import Basketball
import Pipeline

/// What the sources would say at this moment: games, their box scores and the betting lines of each date.
struct UpstreamWorld {
    struct Line: Hashable {
        var player: String
        var team: String
        /// Points of a box score, or the bookmaker's line.
        var value: Int
    }

    private(set) var dates: [GameDate]
    private(set) var boxes: [GameDate: [String: [Line]]] = [:]
    private(set) var lines: [GameDate: [Line]] = [:]

    private static let teams = ["ATL", "BOS"]
    private static let roster = (0..<5).map { "player_\($0)" }

    /// A few dates of one season with a game or two each.
    init(random: inout SeededGenerator) throws {
        let first = try GameDate("2024-01-10")
        dates = (0..<Int.random(in: 1...2, using: &random)).map { first.adding(days: $0) }
        for date in dates {
            for _ in 0..<Int.random(in: 1...2, using: &random) { addGame(date, &random) }
            lines[date] = Self.roster.filter { _ in random.chance(0.5) }.map { Self.line($0, &random) }
        }
    }

    func games(_ date: GameDate) -> [String] { (boxes[date] ?? [:]).keys.sorted() }

    /// A source corrects itself, or a game is found later. Every change needs an instant of its own, because the newer
    /// capture wins.
    mutating func change(_ random: inout SeededGenerator) {
        guard let date = dates.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<10, using: &random) {
        case 0: addGame(date, &random)
        case 1...3:
            let old = lines[date] ?? []
            lines[date] = correct(old, free(date, among: old), &random)
        default:
            guard let game = games(date).randomElement(using: &random) else { return }
            let seated = games(date).flatMap { boxes[date]?[$0] ?? [] }
            let corrected = correct(boxes[date]?[game] ?? [], free(date, among: seated), &random)
            boxes[date]?[game] = corrected
        }
    }

    private func free(_ date: GameDate, among seated: [Line]) -> [String] {
        let taken = Set(seated.map(\.player))
        return Self.roster.filter { !taken.contains($0) }
    }

    private func correct(_ old: [Line], _ free: [String], _ random: inout SeededGenerator) -> [Line] {
        var new = old
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where !new.isEmpty: new.remove(at: Int.random(in: new.indices, using: &random))
        case 1 where !free.isEmpty: new.append(Self.line(free[0], &random))
        default:
            guard !new.isEmpty else { return new }
            let index = Int.random(in: new.indices, using: &random)
            new[index].value += Int.random(in: 1...9, using: &random)
            if random.chance(0.2) { new[index].team = Self.teams[new[index].team == Self.teams[0] ? 1 : 0] }
        }
        return new
    }

    private mutating func addGame(_ date: GameDate, _ random: inout SeededGenerator) {
        let seated = games(date).flatMap { boxes[date]?[$0] ?? [] }
        let players = free(date, among: seated).filter { _ in random.chance(0.6) }.prefix(3)
        let game = "game_\(games(date).count)"
        boxes[date, default: [:]][game] = players.map { Self.line($0, &random) }
    }

    private static func line(_ player: String, _ random: inout SeededGenerator) -> Line {
        Line(
            player: player,
            team: teams[Int.random(in: 0...1, using: &random)],
            value: Int.random(in: 0...40, using: &random)
        )
    }
}

extension UpstreamWorld.Line {
    var json: JSONValue {
        ["player": .string(player), "team": .string(team), "value": .int(Int64(value))]
    }

    init?(_ json: JSONValue) {
        guard let player = json["player"]?.stringValue, let team = json["team"]?.stringValue,
            let value = json["value"]?.intValue
        else { return nil }
        self.init(player: player, team: team, value: Int(value))
    }
}
