import Basketball
import Foundation

/// A folder of schedules, game logs and odds.
struct RealLeague: LeagueSource {
    let kind = "real"
    let seasons: [Season]
    private let folder: URL

    /// Finds the seasons that have a schedule and both game logs. Throws `LeagueDataError` when there is none.
    init(folder: URL) throws {
        self.folder = folder
        let files = FileManager.default
        let schedules = folder.appending(path: "schedules")
        guard files.fileExists(atPath: schedules.path) else { throw LeagueDataError.missing("schedules/") }
        seasons = try files.contentsOfDirectory(atPath: schedules.path).compactMap { name -> Season? in
            guard name.hasPrefix("schedule_"), let end = name.firstIndex(of: ".") else { return nil }
            let label = String(name[name.index(name.startIndex, offsetBy: 9)..<end])
            let season = try Season(label: label)
            let logs = ["player", "team"].map {
                folder.appending(path: "box_scores/\($0)_game_logs_\(label).csv.gz").path
            }
            return logs.allSatisfy(files.fileExists(atPath:)) ? season : nil
        }.sorted()
        guard !seasons.isEmpty else { throw LeagueDataError.missing("a season with schedule and game logs") }
    }

    func games(of season: Season) throws -> [Game] {
        let totals = try teamTotals(of: season)
        let table = try CSVTable(folder.appending(path: "schedules/schedule_\(season.label).csv.gz"))
        let names = [
            "gid", "etdate", "ettime", "seri", "an", "ac", "st", "h.tid", "v.tid", "h.ta", "v.ta", "h.s", "v.s",
        ]
        let column = Dictionary(uniqueKeysWithValues: try names.map { ($0, try table.column($0)) })
        func at(_ name: String) -> Int { column[name, default: 0] }
        var games: [Game] = []
        try table.forEachRow { row in
            let id = try NBAGameID(row.text(at("gid")))
            let home = try side(id: row.int(at("h.tid")), tricode: row.text(at("h.ta")))
            let away = try side(id: row.int(at("v.tid")), tricode: row.text(at("v.ta")))
            let scores = (home: try row.optionalDouble(at("h.s")), away: try row.optionalDouble(at("v.s")))
            var game = Game(
                id: id,
                date: try GameDate(row.text(at("etdate"))),
                tip: try LeagueClock.parseEasternWallClock("\(row.text(at("etdate")))T\(row.text(at("ettime")))Z"),
                home: home,
                away: away,
                arenaName: row.text(at("an")),
                arenaCity: row.text(at("ac")),
                seriesText: row.text(at("seri")),
                recordedPhase: Game.Phase(rawValue: try row.int(at("st"))) ?? .scheduled,
                recordedScore: nil
            )
            if game.recordedPhase == .final, let homeScore = scores.home, let awayScore = scores.away {
                game.recordedScore = (Int(homeScore), Int(awayScore))
            }
            // A schedule captured in mid-season still calls later games scheduled; the logs know better.
            if let lines = totals[id], let homeLine = lines[home.id], let awayLine = lines[away.id] {
                game.totals = (homeLine, awayLine)
                game.recordedPhase = .final
                game.recordedScore = (Int(homeLine.points), Int(awayLine.points))
            }
            games.append(game)
        }
        return games
    }

    func playerRows(of season: Season, games: [Game]) throws -> [NBAGameID: [PlayerRow]] {
        let table = try CSVTable(folder.appending(path: "box_scores/player_game_logs_\(season.label).csv.gz"))
        let homeTeams = Dictionary(games.map { ($0.id, $0.home.id) }) { first, _ in first }
        let reader = try LineReader(table)
        let (id, player, name, team, video) = (
            try table.column("GAME_ID"), try table.column("PLAYER_ID"), try table.column("PLAYER_NAME"),
            try table.column("TEAM_ID"), try table.column("VIDEO_AVAILABLE")
        )
        var rows: [NBAGameID: [PlayerRow]] = [:]
        var names: [Int32: String] = [:]
        try table.forEachRow { row in
            let game = try NBAGameID(row.text(id))
            let playerID = Int32(try row.int(player))
            // One String a player, not one a row.
            let shared = names[playerID] ?? row.text(name)
            names[playerID] = shared
            rows[game, default: []].append(
                PlayerRow(
                    playerID: playerID,
                    isHome: try row.int(team) == homeTeams[game],
                    video: Int8(try row.int(video)),
                    name: shared,
                    line: try reader.line(row)
                )
            )
        }
        return rows
    }

    private func teamTotals(of season: Season) throws -> [NBAGameID: [Int: StatLine]] {
        let table = try CSVTable(folder.appending(path: "box_scores/team_game_logs_\(season.label).csv.gz"))
        let reader = try LineReader(table)
        let (id, team) = (try table.column("GAME_ID"), try table.column("TEAM_ID"))
        var totals: [NBAGameID: [Int: StatLine]] = [:]
        try table.forEachRow { row in
            totals[try NBAGameID(row.text(id)), default: [:]][try row.int(team)] = try reader.line(row)
        }
        return totals
    }

    private func side(id: Int, tricode: String) throws -> Side {
        if Team.all.contains(where: { $0.id == id }) { return Side(try Team(id: id)) }
        return Side(guest: id, tricode: tricode)
    }

    func absentees(game: Game, season: Season) throws -> [Absentee] { [] }

    private struct LineReader {
        private let columns: [(index: Int, path: any WritableKeyPath<StatLine, Int16> & Sendable)]
        private let plusMinus: Int

        init(_ table: CSVTable) throws {
            columns = try StatLine.fields.map { (try table.column($0.key), $0.value) }
            plusMinus = try table.column("PLUS_MINUS")
        }

        func line(_ row: CSVTable.Row) throws -> StatLine {
            var line = StatLine()
            for (index, path) in columns {
                guard let value = Int16(exactly: try row.int(index)) else {
                    throw LeagueDataError.malformed("line \(row.line): \(row.text(index)) is out of range")
                }
                line[keyPath: path] = value
            }
            let margin = try row.optionalDouble(plusMinus) ?? 0
            line.plusMinusTenths = Int16(clamping: Int((margin * 10).rounded()))
            return line
        }
    }
}

extension RealLeague {
    func gameLines(of season: Season, book: SeasonBook) throws -> [NBAGameID: GameLine] {
        let file = folder.appending(path: "odds/game_lines_2018-19_to_2023-24.csv.gz")
        guard FileManager.default.fileExists(atPath: file.path) else { return [:] }
        let table = try CSVTable(file)
        let names = [
            "season", "date", "away", "home", "whos_favored", "spread", "total", "moneyline_away", "moneyline_home",
        ]
        let column = Dictionary(uniqueKeysWithValues: try names.map { ($0, try table.column($0)) })
        func at(_ name: String) -> Int { column[name, default: 0] }
        var lines: [NBAGameID: GameLine] = [:]
        try table.forEachRow { row in
            guard try row.int(at("season")) == season.endYear else { return }
            let date = try GameDate(row.text(at("date")))
            let home = try Team(named: row.text(at("home")))
            let away = try Team(named: row.text(at("away")))
            guard let game = book.games(on: date).first(where: { $0.home.id == home.id && $0.away.id == away.id })
            else {
                return
            }
            let favourite = row.text(at("whos_favored")) == "away" ? 1.0 : -1.0
            lines[game.id] = GameLine(
                homeSpread: try row.optionalDouble(at("spread")).map { $0 == 0 ? 0 : favourite * $0 },
                total: try row.optionalDouble(at("total")),
                homeMoneyline: try row.optionalDouble(at("moneyline_home")).map { Int($0) },
                awayMoneyline: try row.optionalDouble(at("moneyline_away")).map { Int($0) },
                isSynthetic: false
            )
        }
        return lines
    }

    func eventIDs(of season: Season, book: SeasonBook) throws -> [NBAGameID: String] {
        let file = folder.appending(path: "odds/points_rebounds_assists_props_\(season.label).csv.gz")
        guard FileManager.default.fileExists(atPath: file.path) else { return [:] }
        let table = try CSVTable(file)
        let (event, day, home, away) = (
            try table.column("event_id"), try table.column("event_date"), try table.column("home_team"),
            try table.column("away_team")
        )
        var ids: [NBAGameID: String] = [:]
        var seen: Set<String> = []
        try table.forEachRow { row in
            let id = row.text(event)
            guard seen.insert(id).inserted else { return }
            let date = try GameDate(row.text(day))
            let (homeTeam, awayTeam) = (try Team(named: row.text(home)), try Team(named: row.text(away)))
            // Some rows carry the Eastern day, late games the UTC day: the Eastern one is tried first.
            for candidate in [date, date.adding(days: -1)] {
                let games = book.games(on: candidate)
                if let game = games.first(where: { $0.home.id == homeTeam.id && $0.away.id == awayTeam.id }) {
                    ids[game.id] = id
                    break
                }
            }
        }
        return ids
    }
}
