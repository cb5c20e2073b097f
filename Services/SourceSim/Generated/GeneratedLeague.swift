import Basketball
import Foundation

/// A league that a seed makes up: same seed, same league, in every process and whatever is asked first.
struct GeneratedLeague: LeagueSource {
    let kind = "generated"
    let seasons: [Season]
    let seed: UInt64
    private let roster: GeneratedRoster

    /// `count` seasons that end with `last`.
    init(seed: UInt64, seasons count: Int, last: Season) {
        self.seed = seed
        seasons = (0..<max(1, count)).reversed().map { Season(startYear: last.startYear - $0) }
        roster = GeneratedRoster(seed: seed)
    }

    func games(of season: Season) throws -> [Game] {
        try simulate(season).map(\.game)
    }

    func playerRows(of season: Season, games: [Game]) throws -> [NBAGameID: [PlayerRow]] {
        var rows: [NBAGameID: [PlayerRow]] = [:]
        for (game, result) in try simulate(season) {
            rows[game.id] =
                result.home.map { row($0.player, $0.line, isHome: true) }
                + result.away.map { row($0.player, $0.line, isHome: false) }
        }
        return rows
    }

    private func row(_ player: GeneratedPlayer, _ line: StatLine, isHome: Bool) -> PlayerRow {
        PlayerRow(playerID: player.id, isHome: isHome, video: 1, name: player.name, line: line)
    }

    private func simulate(_ season: Season) throws -> [(game: Game, result: GeneratedBoxScore.Result)] {
        let squads = roster.squads(of: season)
        var played: [Team: Int] = [:]
        return try GeneratedSchedule.fixtures(of: season, seed: seed).enumerated().map { index, fixture in
            let id = try NBAGameID(season: season, type: .regular, number: index + 1)
            var box = GeneratedBoxScore(seed: stableHash("game \(id)", salt: seed))
            let available = { (team: Team) -> [GeneratedPlayer] in
                let squad = squads[team] ?? []
                let fit = squad.filter { isAvailable($0, season: season, gameNumber: played[team, default: 0]) }
                return fit.count >= 8 ? fit : squad
            }
            let result = box.play(homeSquad: available(fixture.home), awaySquad: available(fixture.away))
            played[fixture.home, default: 0] += 1
            played[fixture.away, default: 0] += 1
            let arena = Arena.home(of: fixture.home)
            return (
                Game(
                    id: id,
                    date: fixture.date,
                    tip: LeagueClock.instant(fixture.date, hour: fixture.hour, minute: fixture.minute),
                    home: Side(fixture.home),
                    away: Side(fixture.away),
                    arenaName: arena.name,
                    arenaCity: fixture.home.city,
                    seriesText: "",
                    recordedPhase: .final,
                    recordedScore: (Int(result.totals.home.points), Int(result.totals.away.points)),
                    totals: (result.totals.home, result.totals.away)
                ), result
            )
        }
    }

    /// One player in nine is out, for about five games of his team at a time.
    private func isAvailable(_ player: GeneratedPlayer, season: Season, gameNumber: Int) -> Bool {
        let offset = Int(stableHash("\(player.id)", salt: seed) % 5)
        let spell = (gameNumber + offset) / 5
        return stableHash("\(player.id) \(season) \(spell)", salt: seed) % 9 != 0
    }

    func absentees(game: Game, season: Season) throws -> [Absentee] {
        guard let home = game.home.team, let away = game.away.team else { return [] }
        let squads = roster.squads(of: season)
        return [(home, true), (away, false)].flatMap { team, isHome in
            (squads[team] ?? []).map {
                Absentee(playerID: $0.id, name: $0.name, isHome: isHome, comment: "DNP - Coach's Decision")
            }
        }
    }

    func eventIDs(of season: Season, book: SeasonBook) throws -> [NBAGameID: String] { [:] }

    /// Lines from each team's last ten results before the game, so that none knows its own outcome.
    func gameLines(of season: Season, book: SeasonBook) throws -> [NBAGameID: GameLine] {
        var margins: [Int: [Double]] = [:]
        var totals: [Int: [Double]] = [:]
        var lines: [NBAGameID: GameLine] = [:]
        var pending: [(Game, home: Int, away: Int)] = []
        var day: GameDate?
        for game in book.games {
            if game.date != day {
                for (earlier, home, away) in pending {
                    margins[earlier.home.id, default: []].append(Double(home - away))
                    margins[earlier.away.id, default: []].append(Double(away - home))
                    for side in [earlier.home.id, earlier.away.id] {
                        totals[side, default: []].append(Double(home + away))
                    }
                }
                pending.removeAll(keepingCapacity: true)
                day = game.date
            }
            if let homeMargin = SampleStatistics.mean((margins[game.home.id] ?? []).suffix(10)),
                let awayMargin = SampleStatistics.mean((margins[game.away.id] ?? []).suffix(10)),
                let homeTotal = SampleStatistics.mean((totals[game.home.id] ?? []).suffix(10)),
                let awayTotal = SampleStatistics.mean((totals[game.away.id] ?? []).suffix(10))
            {
                lines[game.id] = GameLine(
                    homeSpread: ((awayMargin - homeMargin) / 2 - 2.5).rounded(.down) + 0.5,
                    total: ((homeTotal + awayTotal) / 2).rounded(.down) + 0.5,
                    homeMoneyline: nil,
                    awayMoneyline: nil,
                    isSynthetic: true
                )
            }
            if let score = game.recordedScore { pending.append((game, score.home, score.away)) }
        }
        return lines
    }
}
