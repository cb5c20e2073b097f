import Basketball
import Foundation
import HTTPFetch
import Pipeline
import Warehouse

/// A season from the files beside the checkout, as the raw tables would hold it.
struct RealSeason: Sendable {
    var schedule: [NbacSchedule] = []
    var players: [NbacPlayerBoxscore] = []
    var boxes: [NbacTeamBoxscore] = []

    var dates: [GameDate] { Array(Set(players.map(\.gameDate))).sorted() }

    /// `../shared/data` beside the package, or where `TIPOFF_TEST_DATA` says.
    private static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["TIPOFF_TEST_DATA"] { return URL(fileURLWithPath: path) }
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.appending(path: "../shared/data").standardizedFileURL
    }()

    /// Nil, with a notice, when the files are absent. With `teams` only the games among them.
    static func load(_ label: String, until last: GameDate, teams: Set<String>? = nil) throws -> RealSeason? {
        guard let schedule = try rows("schedules/schedule_\(label).csv.gz", teams),
            let players = try rows("box_scores/player_game_logs_\(label).csv.gz", teams),
            let boxes = try rows("box_scores/team_game_logs_\(label).csv.gz", teams)
        else { return nil }
        let year = try Season(label: label).startYear
        var season = RealSeason()
        var games: [String: NbacSchedule] = [:]
        for row in schedule {
            guard let game = try game(row, year: year), game.gameDate <= last else { continue }
            if let teams, !teams.isSuperset(of: [game.homeTeamTricode, game.awayTeamTricode]) { continue }
            games[game.nbaGameID] = game
            season.schedule.append(game)
        }
        for row in players {
            if let game = games[row["GAME_ID"] ?? ""] { season.players.append(try player(row, game)) }
        }
        for row in boxes {
            if let game = games[row["GAME_ID"] ?? ""] { season.boxes.append(team(row, game)) }
        }
        season.finishSchedule()
        return season
    }

    /// The file of 2023-24 was taken in February: a later game with box scores is over, with their points as its score.
    private mutating func finishSchedule() {
        let points = Dictionary(
            uniqueKeysWithValues: boxes.map { ("\($0.nbaGameID)/\($0.teamAbbr)", $0.points) }
        )
        for index in schedule.indices where schedule[index].gameStatus != 3 {
            let game = schedule[index]
            guard let home = points["\(game.nbaGameID)/\(game.homeTeamTricode)"] else { continue }
            schedule[index].gameStatus = 3
            schedule[index].homeTeamScore = home
            schedule[index].awayTeamScore = points["\(game.nbaGameID)/\(game.awayTeamTricode)"] ?? nil
        }
    }

    /// Final games that count before a day and have no box score in the files: the cup final.
    func withoutBoxes(before day: GameDate) -> [String] {
        let known = Set(players.map(\.nbaGameID))
        return schedule.filter {
            $0.gameStatus == 3 && $0.gameDate < day && !known.contains($0.nbaGameID)
                && $0.seasonType == "regular"
        }.map(\.gameID).sorted()
    }

    func store(in bench: Workbench) async throws {
        let year = schedule.first?.seasonYear ?? 0
        let first = schedule.map(\.gameDate).min() ?? GameDate.earliest
        try await bench.store(
            schedule,
            scope: .rows([ScopeCondition("season_year", .integer(Int64(year)))]),
            on: first
        )
        let byDate = Dictionary(grouping: players, by: \.gameDate)
        let boxesByDate = Dictionary(grouping: boxes, by: \.gameDate)
        for date in dates {
            try await bench.store(byDate[date] ?? [], scope: .date(date), on: date)
            try await bench.store(boxesByDate[date] ?? [], scope: .date(date), on: date)
        }
    }

    private static func game(_ row: [String: String], year: Int) throws -> NbacSchedule? {
        guard let id = row["gid"], let home = row["h.ta"], let away = row["v.ta"], let day = row["etdate"] else {
            return nil
        }
        let gameID = try NBAGameID(id).rawValue
        guard let type = SeasonType(prefix: String(gameID.prefix(3))) else { return nil }
        let date = try GameDate(day)
        let time = (row["ettime"] ?? "").split(separator: ":").compactMap { Int($0) }
        return NbacSchedule(
            gameID: "\(date.compact)_\(away)_\(home)",
            nbaGameID: gameID,
            gameCode: row["gcode"],
            seasonYear: year,
            seasonType: type.rawValue,
            gameDate: date,
            tipoffAt: time.count == 3 ? LeagueClock.instant(date, hour: time[0], minute: time[1]) : nil,
            gameStatus: Int(row["st"] ?? "") ?? 1,
            gameStatusText: row["stt"],
            isPostponed: false,
            homeTeamID: nil,
            homeTeamTricode: home,
            awayTeamID: nil,
            awayTeamTricode: away,
            arenaName: row["an"],
            arenaCity: row["ac"],
            isNeutralSite: nil,
            homeTeamScore: Int(row["h.s"] ?? ""),
            awayTeamScore: Int(row["v.s"] ?? ""),
            winningTeamTricode: nil
        )
    }

    private static func player(_ row: [String: String], _ game: NbacSchedule) throws -> NbacPlayerBoxscore {
        let team = row["TEAM_ABBREVIATION"] ?? ""
        let name = row["PLAYER_NAME"] ?? ""
        func count(_ column: String) -> Int? { row[column].flatMap { Double($0) }.map { Int($0) } }
        return NbacPlayerBoxscore(
            gameID: game.gameID,
            nbaGameID: game.nbaGameID,
            gameDate: game.gameDate,
            seasonYear: game.seasonYear,
            seasonType: game.seasonType,
            nbaPlayerID: count("PLAYER_ID") ?? 0,
            playerLookup: PlayerLookup.normalize(name),
            playerFullName: name,
            teamID: count("TEAM_ID") ?? 0,
            teamAbbr: team,
            opponentTeamAbbr: team == game.homeTeamTricode ? game.awayTeamTricode : game.homeTeamTricode,
            isHome: team == game.homeTeamTricode,
            winLoss: row["WL"],
            minutes: row["MIN"].flatMap(Double.init),
            points: count("PTS"),
            fieldGoalsMade: count("FGM"),
            fieldGoalsAttempted: count("FGA"),
            fieldGoalPercentage: nil,
            threePointersMade: count("FG3M"),
            threePointersAttempted: count("FG3A"),
            threePointPercentage: nil,
            freeThrowsMade: count("FTM"),
            freeThrowsAttempted: count("FTA"),
            freeThrowPercentage: nil,
            offensiveRebounds: count("OREB"),
            defensiveRebounds: count("DREB"),
            totalRebounds: count("REB"),
            assists: count("AST"),
            steals: count("STL"),
            blocks: count("BLK"),
            turnovers: count("TOV"),
            personalFouls: count("PF"),
            plusMinus: count("PLUS_MINUS")
        )
    }

    private static func team(_ row: [String: String], _ game: NbacSchedule) -> NbacTeamBoxscore {
        let team = row["TEAM_ABBREVIATION"] ?? ""
        func count(_ column: String) -> Int? { row[column].flatMap { Double($0) }.map { Int($0) } }
        return NbacTeamBoxscore(
            gameID: game.gameID,
            nbaGameID: game.nbaGameID,
            gameDate: game.gameDate,
            seasonYear: game.seasonYear,
            teamID: count("TEAM_ID") ?? 0,
            teamAbbr: team,
            opponentTeamAbbr: team == game.homeTeamTricode ? game.awayTeamTricode : game.homeTeamTricode,
            teamName: row["TEAM_NAME"],
            teamCity: nil,
            isHome: team == game.homeTeamTricode,
            minutes: row["MIN"].flatMap(Double.init),
            points: count("PTS"),
            fieldGoalsMade: count("FGM"),
            fieldGoalsAttempted: count("FGA"),
            fieldGoalPercentage: nil,
            threePointersMade: count("FG3M"),
            threePointersAttempted: count("FG3A"),
            threePointPercentage: nil,
            freeThrowsMade: count("FTM"),
            freeThrowsAttempted: count("FTA"),
            freeThrowPercentage: nil,
            offensiveRebounds: count("OREB"),
            defensiveRebounds: count("DREB"),
            totalRebounds: count("REB"),
            assists: count("AST"),
            steals: count("STL"),
            blocks: count("BLK"),
            turnovers: count("TOV"),
            personalFouls: count("PF"),
            plusMinus: count("PLUS_MINUS")
        )
    }

    /// Unquoted CSV rows of a gzipped file by column, of lines that name one of the teams where those are given.
    private static func rows(_ path: String, _ teams: Set<String>? = nil) throws -> [[String: String]]? {
        let file = root.appending(path: path)
        guard FileManager.default.fileExists(atPath: file.path) else {
            print("notice: skipped, no ../shared/data/\(path)")
            return nil
        }
        let bytes = try GzipBody.unpack([UInt8](try Data(contentsOf: file)), maximumBytes: 256 << 20)
        // Foundation's own splitting is compiled with optimisation, also in a debug build of the tests.
        let lines = String(decoding: bytes, as: UTF8.self).replacingOccurrences(of: "\r", with: "")
            .components(separatedBy: "\n")
        let header = lines[0].components(separatedBy: ",")
        return lines.dropFirst().filter { line in
            !line.isEmpty && (teams.map { $0.contains { line.contains(",\($0),") } } ?? true)
        }.map { line in
            Dictionary(zip(header, line.components(separatedBy: ",")), uniquingKeysWith: { first, _ in first })
        }
    }
}
