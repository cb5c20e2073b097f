import Basketball
import Foundation

/// stats.nba.com's `leaguegamelog`: one row a player (32 columns) or a team (29).
enum GameLogFormat {
    static let playerHeaders = [
        "SEASON_ID", "PLAYER_ID", "PLAYER_NAME", "TEAM_ID", "TEAM_ABBREVIATION", "TEAM_NAME", "GAME_ID", "GAME_DATE",
        "MATCHUP", "WL", "MIN", "FGM", "FGA", "FG_PCT", "FG3M", "FG3A", "FG3_PCT", "FTM", "FTA", "FT_PCT", "OREB",
        "DREB",
        "REB", "AST", "STL", "BLK", "TOV", "PF", "PTS", "PLUS_MINUS", "FANTASY_PTS", "VIDEO_AVAILABLE",
    ]
    static let teamHeaders = playerHeaders.filter { !["PLAYER_ID", "PLAYER_NAME", "FANTASY_PTS"].contains($0) }

    struct Query {
        var season: Season?
        var seasonLabel: String
        var seasonType: String
        var isPlayers: Bool
        var from: GameDate?
        var to: GameDate?
        var isDescending: Bool
        var parameters: [(String, String)]
    }

    /// The answer; a season, type or day without games has the headers and an empty row set.
    static func payload(
        _ query: Query,
        book: SeasonBook?,
        players: PlayerBook?,
        corrections: Corrections,
        now: Date?
    ) -> JSON {
        var rows: [JSON] = []
        if let book, let first = query.from ?? book.games.first?.date, let last = query.to ?? book.games.last?.date {
            var games = book.games(from: first, through: last).filter {
                $0.id.seasonType.statsName == query.seasonType && $0.totals != nil
                    && corrections.standing(of: $0, at: now).phase == .final
            }
            if query.isDescending { games.reverse() }
            for game in games {
                if query.isPlayers {
                    for row in players?.rows[game.id] ?? [] { rows.append(player(row, game: game, corrections)) }
                } else if let totals = corrections.totals(of: game) {
                    rows.append(team(totals.home, isHome: true, game: game, corrections))
                    rows.append(team(totals.away, isHome: false, game: game, corrections))
                }
            }
        }
        let headers = query.isPlayers ? playerHeaders : teamHeaders
        return [
            "resource": "leaguegamelog",
            "parameters": .object(query.parameters.map { .init(key: $0.0, value: .string($0.1)) }),
            "resultSets": [
                ["name": "LeagueGameLog", "headers": .array(headers.map(JSON.string)), "rowSet": .array(rows)]
            ],
        ]
    }

    private static func player(_ row: PlayerRow, game: Game, _ corrections: Corrections) -> JSON {
        let line = corrections.line(row, game: game.id)
        var cells = lead(game, isHome: row.isHome, corrections)
        cells.insert(contentsOf: [.int(Int(row.playerID)), .string(row.name)], at: 1)
        cells += counts(line)
        cells += [
            .int(Int(line.plusMinusTenths) / 10), .double(line.fantasyPoints), .int(Int(row.video)),
        ]
        return .array(cells)
    }

    private static func team(_ line: StatLine, isHome: Bool, game: Game, _ corrections: Corrections) -> JSON {
        let whole = line.plusMinusTenths % 10 == 0
        let margin: JSON = whole ? .int(Int(line.plusMinusTenths) / 10) : .double(Double(line.plusMinusTenths) / 10)
        return .array(lead(game, isHome: isHome, corrections) + counts(line) + [margin, 1])
    }

    private static func lead(_ game: Game, isHome: Bool, _ corrections: Corrections) -> [JSON] {
        let (side, other) = isHome ? (game.home, game.away) : (game.away, game.home)
        let standing = corrections.standing(of: game, at: nil)
        let won = isHome ? standing.home > standing.away : standing.away > standing.home
        let prefix = Int(game.id.seasonType.prefix) ?? 0
        return [
            .string("\(prefix)\(game.id.season.startYear)"), .int(side.id), .string(side.tricode),
            .string(side.fullName),
            .string(game.id.rawValue), .string(game.date.description),
            .string("\(side.tricode) \(isHome ? "vs." : "@") \(other.tricode)"), .string(won ? "W" : "L"),
        ]
    }

    private static func counts(_ line: StatLine) -> [JSON] {
        [
            .count(line.minutes), .count(line.fieldGoalsMade), .count(line.fieldGoalsAttempted),
            .optional(StatLine.share(line.fieldGoalsMade, line.fieldGoalsAttempted)), .count(line.threesMade),
            .count(line.threesAttempted), .optional(StatLine.share(line.threesMade, line.threesAttempted)),
            .count(line.freeThrowsMade), .count(line.freeThrowsAttempted),
            .optional(StatLine.share(line.freeThrowsMade, line.freeThrowsAttempted)), .count(line.offensiveRebounds),
            .count(line.defensiveRebounds), .count(line.rebounds), .count(line.assists), .count(line.steals),
            .count(line.blocks), .count(line.turnovers), .count(line.fouls), .count(line.points),
        ]
    }
}
