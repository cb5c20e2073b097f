import Basketball
import Foundation

/// stats.nba.com's `scoreboardv3` and its older form `scoreboardV2`.
enum ScoreboardFormat: SourceFormat {
    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        let path = request.path.lowercased()
        guard path == "/stats/scoreboardv3" || path == "/stats/scoreboardv2" else { return nil }
        let date: GameDate
        do { date = try GameDate(request.query["GameDate"] ?? "") } catch {
            throw BadParameter(reason: "GameDate must look like 2024-01-15")
        }
        let games = try league.games(on: date).map { try Shown($0, league) }
        return SimReply(path.hasSuffix("v3") ? objects(games, date) : resultSets(games, date))
    }

    /// A game as it stands.
    private struct Shown {
        var game: Game
        var phase: Game.Phase
        var score: (home: Int, away: Int)
        /// By period; empty before the end, and where only the final score is known.
        var periods: [(home: Int, away: Int)] = []

        init(_ game: Game, _ league: SimLeague) throws {
            self.game = game
            let standing = league.corrections.standing(of: game, at: league.now)
            phase = standing.phase
            score = (standing.home, standing.away)
            guard let plays = try league.plays(of: game)?.plays else { return }
            var before = (home: 0, away: 0)
            for end in plays where end.kind == .periodEnd {
                periods.append((end.home - before.home, end.away - before.away))
                before = (end.home, end.away)
            }
            // A score that a tester changed has no periods of its own.
            if before != score { periods = [] }
        }

        var text: String { ScheduleFormat.statusText(game, phase: phase) }
    }

    private static func objects(_ games: [Shown], _ date: GameDate) -> JSON {
        [
            "meta": ["version": 1, "request": "", "time": ""],
            "scoreboard": [
                "gameDate": .string(date.description), "leagueId": "00",
                "leagueName": "National Basketball Association", "games": .array(games.map(object)),
            ],
        ]
    }

    private static func object(_ shown: Shown) -> JSON {
        let game = shown.game
        func team(_ side: Side, _ score: Int, _ periods: [Int]) -> JSON {
            [
                "teamId": .int(side.id), "teamName": .string(side.name), "teamCity": .string(side.city),
                "teamTricode": .string(side.tricode), "score": .int(score),
                "periods": .array(
                    periods.enumerated().map { number, score in
                        [
                            "period": .int(number + 1), "periodType": .string(number < 4 ? "REGULAR" : "OVERTIME"),
                            "score": .int(score),
                        ]
                    }
                ),
            ]
        }
        return [
            "gameId": .string(game.id.rawValue), "gameCode": .string(game.code),
            "gameStatus": .int(shown.phase.rawValue), "gameStatusText": .string(shown.text),
            "gameTimeUTC": .string(LeagueClock.formatUTC(game.tip)),
            "gameEt": .string(LeagueClock.formatWallClock(game.tip)), "regulationPeriods": 4,
            "homeTeam": team(game.home, shown.score.home, shown.periods.map(\.home)),
            "awayTeam": team(game.away, shown.score.away, shown.periods.map(\.away)),
        ]
    }

    private static func resultSets(_ games: [Shown], _ date: GameDate) -> JSON {
        let quarters = (1...4).map { "PTS_QTR\($0)" } + (1...10).map { "PTS_OT\($0)" }
        func line(_ shown: Shown, _ side: Side, _ score: Int, _ periods: [Int]) -> JSON {
            let padded = periods + Array(repeating: 0, count: max(0, quarters.count - periods.count))
            return .array(
                [.string(shown.game.id.rawValue), .int(side.id), .string(side.tricode)] + padded.map(JSON.int)
                    + [.int(score)]
            )
        }
        // Without periods there is no line either: the older form has nothing else in it.
        let final = games.filter { !$0.periods.isEmpty }
        return [
            "resource": "scoreboardV2",
            "parameters": ["GameDate": .string(date.description), "LeagueID": "00", "DayOffset": "0"],
            "resultSets": [
                [
                    "name": "GameHeader",
                    "headers": [
                        "GAME_ID", "GAME_STATUS_ID", "GAME_STATUS_TEXT", "GAMECODE", "HOME_TEAM_ID", "VISITOR_TEAM_ID",
                    ],
                    "rowSet": .array(
                        games.map { shown in
                            [
                                .string(shown.game.id.rawValue), .int(shown.phase.rawValue), .string(shown.text),
                                .string(shown.game.code), .int(shown.game.home.id), .int(shown.game.away.id),
                            ]
                        }
                    ),
                ],
                [
                    "name": "LineScore",
                    "headers": .array(
                        (["GAME_ID", "TEAM_ID", "TEAM_ABBREVIATION"] + quarters + ["PTS"]).map(JSON.string)
                    ),
                    "rowSet": .array(
                        final.flatMap { shown in
                            [
                                line(shown, shown.game.away, shown.score.away, shown.periods.map(\.away)),
                                line(shown, shown.game.home, shown.score.home, shown.periods.map(\.home)),
                            ]
                        }
                    ),
                ],
            ],
        ]
    }
}
