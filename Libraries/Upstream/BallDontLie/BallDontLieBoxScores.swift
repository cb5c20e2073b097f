public import Basketball
import Pipeline

/// A player's line of one game.
public struct BallDontLieLine: Sendable, Hashable {
    public var game: BallDontLieGame
    public var player: BallDontLiePlayer
    public var isHome: Bool
    /// Whole minutes; nil for a player who did not play, and for less than a minute.
    public var minutes: Double?
    /// Nil for a player who did not play: balldontlie writes zeros, which are no statistics.
    public var statistics: StatLine?

    public var team: Team { isHome ? game.home : game.away }
    public var opponent: Team { isHome ? game.away : game.home }
}

/// The players of the final games of a date, from `/v1/box_scores` (a list of games) or `/v1/stats` (a list of lines).
public struct BallDontLieBoxScores: Sendable, Hashable {
    public var lines: [BallDontLieLine]
    public var notes: PayloadNotes
    /// The players of the payload, whatever became of them.
    public var listedCount: Int

    /// The final games that have lines.
    public var games: Set<BallDontLieGame> { Set(lines.map(\.game)) }

    /// Reads a payload of either form, of one or more pages. Games that are not over and other dates are dropped.
    /// Throws ``PayloadError``.
    public static func parse(_ body: [UInt8], date: GameDate) throws -> BallDontLieBoxScores {
        var result = BallDontLieBoxScores(lines: [], notes: PayloadNotes(), listedCount: 0)
        for entry in try BallDontLie.entries(body) {
            // A game of the box scores names its teams itself; a line of the statistics names one of them.
            if entry["home_team"]?.objectValue != nil {
                result.addGame(entry, date)
            } else {
                result.listedCount += 1
                result.add { try line(of: entry, date) }
            }
        }
        result.checkSums()
        return result
    }

    private mutating func add(_ read: () throws -> BallDontLieLine) {
        do {
            let line = try read()
            let isTwice = lines.contains { $0.player.id == line.player.id && $0.game.home == line.game.home }
            if isTwice { throw RowRejection("listed_twice", "\(line.player.id) \(line.player.name)") }
            lines.append(line)
        } catch {
            notes.file(error)
        }
    }

    /// A game with its two teams and their players.
    private mutating func addGame(_ entry: JSONValue, _ date: GameDate) {
        let players = [("home_team", true), ("visitor_team", false)].flatMap { side, isHome in
            (entry[side]?["players"]?.arrayValue ?? []).map { ($0, isHome) }
        }
        listedCount += max(1, players.count)
        do {
            let fields = try Fields(entry, "game")
            let game = try BallDontLieGame(
                fields,
                home: try BallDontLie.team(try fields.fields("home_team")),
                away: try BallDontLie.team(try fields.fields("visitor_team"))
            )
            try Self.check(game, date)
            guard !players.isEmpty else { throw RowRejection("no_players", "\(game.away) at \(game.home)") }
            for (player, isHome) in players {
                add { try Self.line(Fields(player, "player of \(game.home)"), game, isHome: isHome) }
            }
        } catch {
            // All of its players share the reason.
            if error is RowDropped {
                for _ in 0..<max(1, players.count) { notes.file(error) }
            } else {
                notes.file(error)
            }
        }
    }

    /// A line of the statistics, whose game gives its teams by balldontlie's numbers.
    private static func line(of entry: JSONValue, _ date: GameDate) throws -> BallDontLieLine {
        let fields = try Fields(entry, "line")
        let about = try fields.fields("game")
        let (home, away) = (try about.integer("home_team_id"), try about.integer("visitor_team_id"))
        let game = try BallDontLieGame(about, home: BallDontLie.team(id: home), away: BallDontLie.team(id: away))
        try check(game, date)
        guard let team = try BallDontLie.team(try fields.fields("team")), team == game.home || team == game.away else {
            throw RowRejection("team_mismatch", "a line of \(game.away) at \(game.home)")
        }
        return try line(fields, game, isHome: team == game.home)
    }

    private static func check(_ game: BallDontLieGame, _ date: GameDate) throws {
        if game.date != date { throw RowDropped(reason: "other_date") }
        if !game.isFinal { throw RowDropped(reason: "not_final") }
    }

    private static let columns: [(String, any WritableKeyPath<StatLine, Int> & Sendable)] = [
        ("pts", \.points), ("fgm", \.fieldGoalsMade), ("fga", \.fieldGoalsAttempted), ("fg3m", \.threePointersMade),
        ("fg3a", \.threePointersAttempted), ("ftm", \.freeThrowsMade), ("fta", \.freeThrowsAttempted),
        ("oreb", \.offensiveRebounds), ("dreb", \.defensiveRebounds), ("reb", \.totalRebounds), ("ast", \.assists),
        ("stl", \.steals), ("blk", \.blocks), ("turnover", \.turnovers), ("pf", \.personalFouls),
    ]

    private static func line(_ row: Fields, _ game: BallDontLieGame, isHome: Bool) throws -> BallDontLieLine {
        let player = try BallDontLiePlayer(try row.fields("player"))
        var line = BallDontLieLine(game: game, player: player, isHome: isHome)
        let text = row.value("min").map { $0.stringValue ?? $0.intValue.map(String.init) ?? "?" }
        do { line.minutes = try Minutes.parse(text)?.minutes } catch {
            throw RowRejection("bad_minutes", "\(player.name): \"\(text?.prefix(20) ?? "")\"")
        }
        if line.minutes == 0 { line.minutes = nil }
        let counts = try columns.map { try row.optionalInteger($0.0) }
        if line.minutes == nil, counts.allSatisfy({ ($0 ?? 0) == 0 }) { return line }
        var statistics = StatLine()
        for (column, count) in zip(columns, counts) {
            guard let count else { throw RowRejection("missing_value", "\(player.name): \(column.0)") }
            statistics[keyPath: column.1] = count
        }
        try statistics.check(player.name)
        line.statistics = statistics
        return line
    }

    /// The players' points are the team's; a difference does not say whose line is wrong, so that the lines stay.
    private mutating func checkSums() {
        for game in games.sorted(by: { $0.home.tricode < $1.home.tricode }) {
            for (isHome, score) in [(true, game.homeScore), (false, game.awayScore)] {
                let points = lines.filter { $0.game == game && $0.isHome == isHome }
                    .reduce(0) { $0 + ($1.statistics?.points ?? 0) }
                guard let score, points != score else { continue }
                let team = isHome ? game.home : game.away
                notes.reject(RowRejection("points_are_not_the_score", "\(team): players \(points), score \(score)"))
            }
        }
    }
}
