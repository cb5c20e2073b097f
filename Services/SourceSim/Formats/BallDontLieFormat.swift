import Basketball
import Foundation

/// api.balldontlie.io's `/v1`: box scores, statistics, games, standings, injuries and players under contract, as one with the
/// league's own logs. Players keep the league's numbers.
enum BallDontLieFormat: SourceFormat {
    /// Entries of one page.
    private static let pageSize = 100

    static func reply(to request: SimRequest, _ league: SimLeague) throws -> SimReply? {
        guard request.path.hasPrefix("/v1/") else { return nil }
        let answer: SimReply
        switch request.path {
        case "/v1/box_scores": answer = SimReply(["data": .array(try boxScores(request, league))])
        case "/v1/stats": answer = try page(request, try statistics(request, league))
        case "/v1/games": answer = try page(request, try games(request, league))
        case "/v1/standings": answer = SimReply(["data": .array(try standings(request, league))])
        case "/v1/player_injuries": answer = try page(request, try BallDontLiePeople.injuries(league))
        case "/v1/players/active": answer = try page(request, try BallDontLiePeople.active(league))
        default: return nil
        }
        let key = request.headers["authorization"] ?? ""
        return key.isEmpty ? .refusal(401, "Unauthorized") : answer
    }

    /// One page of a list; the cursor is a place in it.
    private static func page(_ request: SimRequest, _ entries: [JSON]) throws -> SimReply {
        let size = Int(request.query["per_page"] ?? "") ?? 25
        guard (1...pageSize).contains(size), let start = Int(request.query["cursor"] ?? "0"), start >= 0 else {
            throw BadParameter(reason: "per_page is 1 to 100 and cursor a number")
        }
        let end = min(start + size, entries.count)
        var meta: [JSON.Member] = [.init(key: "per_page", value: .int(size))]
        if end < entries.count { meta.insert(.init(key: "next_cursor", value: .int(end)), at: 0) }
        return SimReply(["data": .array(start < end ? Array(entries[start..<end]) : []), "meta": .object(meta)])
    }

    private static func date(_ request: SimRequest, _ name: String) throws -> GameDate {
        do { return try GameDate(request.query[name] ?? "") } catch {
            throw BadParameter(reason: "\(name) must look like 2024-01-15")
        }
    }

    private static func boxScores(_ request: SimRequest, _ league: SimLeague) throws -> [JSON] {
        try league.games(on: try date(request, "date")).map { game in
            let lines = try lines(game, league)
            func side(_ side: Side, isHome: Bool) -> JSON {
                let players = lines.filter { $0.isHome == isHome }.map { line in
                    JSON.object(
                        counts(line.line)
                            + [.init(key: "player", value: .object(BallDontLiePeople.player(line.id, line.name)))]
                    )
                }
                return .object(team(side) + [.init(key: "players", value: .array(players))])
            }
            // Box scores have no id of the game.
            return .object(
                header(game, league).filter { $0.key != "id" && $0.key != "datetime" }
                    + [
                        .init(key: "home_team", value: side(game.home, isHome: true)),
                        .init(key: "visitor_team", value: side(game.away, isHome: false)),
                    ]
            )
        }
    }

    private static func statistics(_ request: SimRequest, _ league: SimLeague) throws -> [JSON] {
        var rows: [JSON] = []
        for game in try league.games(on: try date(request, "dates[]")) {
            let about =
                header(game, league)
                + [
                    .init(key: "home_team_id", value: .int(number(game.home))),
                    .init(key: "visitor_team_id", value: .int(number(game.away))),
                ]
            for line in try lines(game, league) {
                let side = line.isHome ? game.home : game.away
                rows.append(
                    .object(
                        counts(line.line)
                            + [
                                .init(key: "player", value: .object(BallDontLiePeople.player(line.id, line.name))),
                                .init(key: "team", value: .object(team(side))),
                                .init(key: "game", value: .object(about)),
                            ]
                    )
                )
            }
        }
        return rows
    }

    private static func games(_ request: SimRequest, _ league: SimLeague) throws -> [JSON] {
        try league.games(on: try date(request, "dates[]")).map { game in
            .object(
                header(game, league)
                    + [
                        .init(key: "home_team", value: .object(team(game.home))),
                        .init(key: "visitor_team", value: .object(team(game.away))),
                    ]
            )
        }
    }

    private struct Line {
        let id: Int32
        let name: String
        let isHome: Bool
        /// Nil for a player who did not play.
        let line: StatLine?
    }

    private static func lines(_ game: Game, _ league: SimLeague) throws -> [Line] {
        guard league.phase(of: game) == .final else { return [] }
        let rows = try league.store.players(game.id.season)?.rows[game.id] ?? []
        let appeared = Set(rows.map(\.playerID))
        return rows.map { row in
            Line(
                id: row.playerID,
                name: row.name,
                isHome: row.isHome,
                line: league.corrections.line(row, game: game.id)
            )
        }
            + (try league.store.source.absentees(game: game, season: game.id.season))
            .filter { !appeared.contains($0.playerID) }
            .map { Line(id: $0.playerID, name: $0.name, isHome: $0.isHome, line: nil) }
    }

    /// balldontlie writes zeros for who did not play.
    private static func counts(_ line: StatLine?) -> [JSON.Member] {
        let played = line ?? StatLine()
        let minutes = line.map { $0.minutes < 10 ? "0\($0.minutes)" : "\($0.minutes)" } ?? "00"
        func share(_ made: Int16, _ attempted: Int16) -> JSON { .double(StatLine.share(made, attempted) ?? 0) }
        let values: [(String, JSON)] = [
            ("min", .string(minutes)), ("fgm", .count(played.fieldGoalsMade)),
            ("fga", .count(played.fieldGoalsAttempted)),
            ("fg_pct", share(played.fieldGoalsMade, played.fieldGoalsAttempted)),
            ("fg3m", .count(played.threesMade)), ("fg3a", .count(played.threesAttempted)),
            ("fg3_pct", share(played.threesMade, played.threesAttempted)), ("ftm", .count(played.freeThrowsMade)),
            ("fta", .count(played.freeThrowsAttempted)),
            ("ft_pct", share(played.freeThrowsMade, played.freeThrowsAttempted)),
            ("oreb", .count(played.offensiveRebounds)), ("dreb", .count(played.defensiveRebounds)),
            ("reb", .count(played.rebounds)), ("ast", .count(played.assists)), ("stl", .count(played.steals)),
            ("blk", .count(played.blocks)), ("turnover", .count(played.turnovers)), ("pf", .count(played.fouls)),
            ("pts", .count(played.points)),
        ]
        return values.map { JSON.Member(key: $0.0, value: $0.1) }
    }

    private static func header(_ game: Game, _ league: SimLeague) -> [JSON.Member] {
        let standing = league.corrections.standing(of: game, at: league.now)
        let status: String
        switch standing.phase {
        case .final: status = "Final"
        case .live: status = "3rd Qtr"
        case .scheduled: status = LeagueClock.formatUTC(game.tip)
        }
        let period = standing.phase == .final ? 4 + game.overtimes : standing.phase == .live ? 3 : 0
        return [
            .init(key: "id", value: .int(Int(game.id.rawValue) ?? 0)),
            .init(key: "date", value: .string(game.date.description)),
            .init(key: "season", value: .int(game.id.season.startYear)), .init(key: "status", value: .string(status)),
            .init(key: "period", value: .int(period)),
            .init(key: "time", value: .string(standing.phase == .final ? "Final" : "")),
            .init(key: "postseason", value: .bool(game.id.seasonType == .playoffs)),
            .init(key: "home_team_score", value: .int(standing.home)),
            .init(key: "visitor_team_score", value: .int(standing.away)),
            .init(key: "datetime", value: .string(String(LeagueClock.formatUTC(game.tip).dropLast()) + ".000Z")),
        ]
    }

    static func number(_ side: Side) -> Int { (side.team.flatMap { Team.all.firstIndex(of: $0) } ?? 40) + 1 }

    static func team(_ side: Side) -> [JSON.Member] {
        [
            .init(key: "id", value: .int(number(side))),
            .init(key: "conference", value: .string(side.team?.conference.rawValue ?? "")),
            .init(key: "division", value: .string(side.team?.division ?? "")),
            .init(key: "city", value: .string(side.city)), .init(key: "name", value: .string(side.name)),
            .init(key: "full_name", value: .string(side.fullName)),
            .init(key: "abbreviation", value: .string(side.tricode)),
        ]
    }
}

extension BallDontLieFormat {
    private struct Record {
        var wins = 0
        var losses = 0

        mutating func add(won: Bool) { if won { wins += 1 } else { losses += 1 } }
        var text: JSON { .string("\(wins)-\(losses)") }
    }

    private struct Standing {
        var overall = Record()
        var conference = Record()
        var division = Record()
        var home = Record()
        var road = Record()
    }

    /// The standings of a season, as far as its games are over.
    private static func standings(_ request: SimRequest, _ league: SimLeague) throws -> [JSON] {
        guard let year = Int(request.query["season"] ?? "") else {
            throw BadParameter(reason: "season must look like 2023")
        }
        var standings = Dictionary(uniqueKeysWithValues: Team.all.map { ($0, Standing()) })
        for game in try league.store.book(Season(startYear: year))?.games ?? [] where game.id.seasonType == .regular {
            guard let home = game.home.team, let away = game.away.team else { continue }
            let state = league.corrections.standing(of: game, at: league.now)
            guard state.phase == .final else { continue }
            for (team, other, isHome) in [(home, away, true), (away, home, false)] {
                let won = (state.home > state.away) == isHome
                standings[team]?.overall.add(won: won)
                if isHome { standings[team]?.home.add(won: won) } else { standings[team]?.road.add(won: won) }
                if team.conference == other.conference { standings[team]?.conference.add(won: won) }
                if team.division == other.division { standings[team]?.division.add(won: won) }
            }
        }
        func rank(_ team: Team, among peers: [Team]) -> Int {
            func order(_ team: Team) -> (Int, String) { (-(standings[team]?.overall.wins ?? 0), team.tricode) }
            return 1 + peers.count { order($0) < order(team) }
        }
        return Team.all.map { team in
            let standing = standings[team] ?? Standing()
            return [
                "team": .object(self.team(Side(team))), "conference_record": standing.conference.text,
                "conference_rank": .int(rank(team, among: Team.all.filter { $0.conference == team.conference })),
                "division_record": standing.division.text,
                "division_rank": .int(rank(team, among: Team.all.filter { $0.division == team.division })),
                "wins": .int(standing.overall.wins), "losses": .int(standing.overall.losses),
                "home_record": standing.home.text, "road_record": standing.road.text, "season": .int(year),
            ]
        }
    }
}
