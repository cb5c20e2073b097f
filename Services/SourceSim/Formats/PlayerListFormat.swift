import Basketball
import Foundation

/// stats.nba.com's `playerindex`: everybody who appears in the season, with the team of his last game so far.
enum PlayerListFormat: SourceFormat {
    private static let headers = [
        "PERSON_ID", "PLAYER_LAST_NAME", "PLAYER_FIRST_NAME", "PLAYER_SLUG", "TEAM_ID", "TEAM_SLUG", "IS_DEFUNCT",
        "TEAM_CITY", "TEAM_NAME", "TEAM_ABBREVIATION", "JERSEY_NUMBER", "POSITION", "HEIGHT", "WEIGHT", "COLLEGE",
        "COUNTRY", "DRAFT_YEAR", "DRAFT_ROUND", "DRAFT_NUMBER", "ROSTER_STATUS", "FROM_YEAR", "TO_YEAR", "PTS", "REB",
        "AST", "STATS_TIMEFRAME",
    ]

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path == "/stats/playerindex" else { return nil }
        let label = request.query["Season"] ?? ""
        // A season that is wrong or unknown gets an empty list and no error, as upstream does.
        let season = league.store.source.seasons.first { $0.label == label }
        let book = try season.flatMap { try league.store.players($0) }
        let rows = (book?.appearances.keys.sorted() ?? []).compactMap { id in
            season.flatMap { season in book.flatMap { row(id, $0, league, season) } }
        }
        return SimReply([
            "resource": "playerindex",
            "parameters": ["LeagueID": "00", "Season": .string(label), "Historical": 0, "TeamID": 0],
            "resultSets": [
                [
                    "name": "PlayerIndex", "headers": .array(headers.map { .string($0) }), "rowSet": .array(rows),
                ]
            ],
        ])
    }

    private static func row(_ id: Int32, _ book: PlayerBook, _ league: SimLeague, _ season: Season) -> JSON? {
        guard let appearances = book.appearances[id], let first = appearances.first, let name = book.names[id] else {
            return nil
        }
        let today = league.now.map { LeagueClock.gameDate(of: $0) }
        let last = appearances.last { appearance in today.map { appearance.date < $0 } ?? true } ?? first
        let team = Team.all.first { $0.id == last.teamID }
        let words = name.split(separator: " ", maxSplits: 1).map(String.init)
        let facts = stableHash("player \(id)", salt: 7)
        return [
            .int(Int(id)), .string(words.last ?? ""), .string(words.count > 1 ? words[0] : ""),
            .string(name.lowercased().split(separator: " ").joined(separator: "-")), .int(last.teamID),
            .string(team?.slug ?? ""), 0, .string(team?.city ?? ""), .string(team?.nickname ?? ""),
            .string(team?.tricode ?? ""), .string(String(facts % 56)),
            .string(["G", "F", "C", "G-F"][Int(facts >> 8 & 3)]),
            .string("6-\(facts >> 16 % 12)"), .string(String(180 + facts >> 24 % 90)), "", "USA",
            .int(season.startYear - Int(facts >> 32 % 12)), 1, .int(1 + Int(facts >> 40 % 30)), 1,
            .string(String(season.startYear - Int(facts >> 32 % 12))), .string(String(season.startYear)), .null, .null,
            .null,
            "Season",
        ]
    }
}
