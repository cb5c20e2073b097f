import Basketball
import Foundation

/// ESPN's scoreboard (JSON) and its box-score page (HTML with the data inside), as one with the league's own logs.
/// Players keep the league's numbers.
enum ESPNGamesFormat: SourceFormat {
    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        switch request.path {
        case "/apis/site/v2/sports/basketball/nba/scoreboard":
            let date: GameDate
            do { date = try GameDate(compact: request.query["dates"] ?? "") } catch {
                throw BadParameter(reason: "dates must look like 20240115")
            }
            let games = try league.games(on: date)
            return SimReply(["leagues": [], "events": .array(games.map { event($0, league) })])
        case "/nba/boxscore":
            guard let game = try game(request.query["gameId"] ?? "", league) else {
                return SimReply(
                    status: 404,
                    contentType: "text/html",
                    body: Array("<title>Page not found</title>".utf8)
                )
            }
            return SimReply(contentType: "text/html; charset=utf-8", body: try page(game, league))
        default: return nil
        }
    }

    /// ESPN's number of a game: a 4 and the league's last nine digits.
    static func id(_ game: Game) -> String { "4" + game.id.rawValue.dropFirst() }

    private static func game(_ id: String, _ league: SimLeague) throws -> Game? {
        guard id.count == 10, id.hasPrefix("4") else { return nil }
        let known: NBAGameID
        do { known = try NBAGameID("0" + id.dropFirst()) } catch { return nil }
        return try league.store.book(known.season)?.game(known)
    }

    /// ESPN's own codes.
    private static let codes = [
        "GSW": "GS", "NYK": "NY", "NOP": "NO", "SAS": "SA", "UTA": "UTAH", "WAS": "WSH",
    ]

    private static func code(_ side: Side) -> String { codes[side.tricode] ?? side.tricode }

    private struct State {
        let name: String
        let state: String
        let text: String
        let periods: Int
        let home: Int
        let away: Int
    }

    private static func state(_ game: Game, _ league: SimLeague) -> State {
        let standing = league.corrections.standing(of: game, at: league.now)
        let (name, state, text, periods) =
            switch standing.phase {
            case .final:
                (
                    "STATUS_FINAL", "post",
                    game.overtimes == 0
                        ? "Final" : "Final/\(game.overtimes == 1 ? "" : String(game.overtimes))OT", 4 + game.overtimes
                )
            case .live: ("STATUS_IN_PROGRESS", "in", "3rd", 3)
            case .scheduled: ("STATUS_SCHEDULED", "pre", "Scheduled", 0)
            }
        return State(
            name: name,
            state: state,
            text: text,
            periods: periods,
            home: standing.home,
            away: standing.away
        )
    }

    /// `2024-01-15T18:00Z`
    private static func time(_ instant: Date) -> JSON {
        .string(String(LeagueClock.formatUTC(instant).prefix(16)) + "Z")
    }

    private static func event(_ game: Game, _ league: SimLeague) -> JSON {
        let state = state(game, league)
        func competitor(_ side: Side, _ flag: String, _ score: Int) -> JSON {
            [
                "id": .string(String(BallDontLieFormat.number(side))), "homeAway": .string(flag),
                "score": .string(String(score)),
                "team": [
                    "abbreviation": .string(code(side)), "displayName": .string(side.fullName),
                    "location": .string(side.city), "name": .string(side.name),
                ],
            ]
        }
        return [
            "id": .string(id(game)), "date": time(game.tip),
            "name": .string("\(game.away.fullName) at \(game.home.fullName)"),
            "shortName": .string("\(code(game.away)) @ \(code(game.home))"),
            "season": ["year": .int(game.id.season.endYear), "type": .int(seasonType(game))],
            "competitions": [
                [
                    "id": .string(id(game)), "date": time(game.tip), "neutralSite": false,
                    "competitors": [
                        competitor(game.home, "home", state.home), competitor(game.away, "away", state.away),
                    ],
                ]
            ],
            "status": [
                "period": .int(state.periods),
                "type": [
                    "name": .string(state.name), "state": .string(state.state),
                    "completed": .bool(state.state == "post"), "detail": .string(state.text),
                ],
            ],
        ]
    }

    private static func seasonType(_ game: Game) -> Int {
        switch game.id.seasonType {
        case .preseason: 1
        case .playoffs: 3
        case .playIn: 5
        default: 2
        }
    }
}

extension ESPNGamesFormat {
    /// The page as far as its data goes; what is for the eye is left out.
    private static func page(_ game: Game, _ league: SimLeague) throws -> [UInt8] {
        let state = state(game, league)
        func team(_ side: Side, _ score: Int, isHome: Bool) -> JSON {
            [
                "abbrev": .string(code(side)), "displayName": .string(side.fullName), "isHome": .bool(isHome),
                "linescores": .array(Array(repeating: ["displayValue": "0"], count: state.periods)),
                "score": .string(String(score)),
            ]
        }
        var package: [JSON.Member] = [
            .init(
                key: "gmStrp",
                value: [
                    "gid": .string(id(game)), "dt": time(game.tip), "seasonType": .int(seasonType(game)),
                    "status": [
                        "desc": .string(state.text), "det": .string(state.text), "state": .string(state.state),
                    ],
                    "tms": [
                        team(game.home, state.home, isHome: true), team(game.away, state.away, isHome: false),
                    ],
                ]
            )
        ]
        if state.state != "pre" {
            let sides = [try side(game, league, isHome: false), try side(game, league, isHome: true)]
            package.append(.init(key: "bxscr", value: .array(sides)))
        }
        let data: JSON = [
            // The page has a switch of the strip's name as well.
            "app": ["gmStrp": true],
            "page": ["content": ["gamepackage": .object(package)]],
        ]
        return Array("<!doctype html>\n<html><head><title>Box Score - ESPN</title></head><body>".utf8)
            + Array("<script>window['__espnfitt__']=".utf8) + data.serialized()
            + Array(";</script></body></html>\n".utf8)
    }

    private static let keys = [
        "minutes", "fieldGoalsMade-fieldGoalsAttempted", "threePointFieldGoalsMade-threePointFieldGoalsAttempted",
        "freeThrowsMade-freeThrowsAttempted", "offensiveRebounds", "defensiveRebounds", "rebounds", "assists",
        "steals", "blocks", "turnovers", "fouls", "plusMinus", "points",
    ]

    private static func side(_ game: Game, _ league: SimLeague, isHome: Bool) throws -> JSON {
        let side = isHome ? game.home : game.away
        let isFinal = league.phase(of: game) == .final
        let rows = isFinal ? try league.store.players(game.id.season)?.rows[game.id] ?? [] : []
        let own = rows.filter { $0.isHome == isHome }.sorted {
            ($1.line.minutes, $0.playerID) < ($0.line.minutes, $1.playerID)
        }
        let played = own.map { row -> JSON in
            [
                "stats": .array(cells(league.corrections.line(row, game: game.id)).map { .string($0) }),
                "athlt": athlete(row.playerID, row.name),
            ]
        }
        let appeared = Set(rows.map(\.playerID))
        let idle =
            isFinal
            ? try league.store.source.absentees(game: game, season: game.id.season).filter {
                $0.isHome == isHome && !appeared.contains($0.playerID)
            } : []
        let bench =
            played.dropFirst(5)
            + idle.map { absentee -> JSON in
                [
                    "stats": [], "athlt": athlete(absentee.playerID, absentee.name),
                    "dnpRsn": .string(absentee.comment.uppercased().replacing(" - ", with: "-")),
                ]
            }
        func group(_ type: String, _ athletes: some Sequence<JSON>) -> JSON {
            [
                "athlts": .array(Array(athletes)), "keys": .array(keys.map { .string($0) }), "type": .string(type),
            ]
        }
        return [
            "tm": ["abbrev": .string(code(side)), "dspNm": .string(side.fullName), "hm": .bool(isHome)],
            "stats": [
                group("starters", played.prefix(5)), group("bench", bench),
                ["type": "totals", "ttls": [], "pcts": []],
            ],
        ]
    }

    private static func cells(_ line: StatLine) -> [String] {
        let margin = Int(line.plusMinusTenths) / 10
        return [
            "\(line.minutes)", "\(line.fieldGoalsMade)-\(line.fieldGoalsAttempted)",
            "\(line.threesMade)-\(line.threesAttempted)", "\(line.freeThrowsMade)-\(line.freeThrowsAttempted)",
            "\(line.offensiveRebounds)", "\(line.defensiveRebounds)", "\(line.rebounds)", "\(line.assists)",
            "\(line.steals)", "\(line.blocks)", "\(line.turnovers)", "\(line.fouls)",
            margin > 0 ? "+\(margin)" : "\(margin)", "\(line.points)",
        ]
    }

    private static func athlete(_ id: Int32, _ name: String) -> JSON {
        [
            "id": .string(String(id)), "jersey": .string(String(stableHash("player \(id)", salt: 7) % 56)),
            "dspNm": .string(name),
        ]
    }
}
