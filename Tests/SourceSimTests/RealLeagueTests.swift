import Basketball
import Foundation
import Testing

@testable import SourceSim

/// The served formats against the data folder; skipped, with a notice, without it.
@Suite struct RealLeagueTests {
    /// One simulator for all tests that only read.
    private static let shared = Result { () throws -> Simulator? in
        guard let folder = ReferenceData.folder else { return nil }
        return Simulator(source: try RealLeague(folder: folder), asOf: nil)
    }

    private func simulator() throws -> Simulator? { try Self.shared.get() }

    @Test func everyCellOfTheLogsIsServedAsRecorded() async throws {
        guard let folder = ReferenceData.folder, let simulator = try simulator() else { return }
        for (subject, file) in [("P", "player"), ("T", "team")] {
            let table = try CSVTable(folder.appending(path: "box_scores/\(file)_game_logs_2023-24.csv.gz"))
            let json = try await simulator.get("/stats/leaguegamelog?PlayerOrTeam=\(subject)&\(oneDay)").json
            var served: [String: [String: JSONView]] = [:]
            for row in try logRows(json) {
                let entity = row["PLAYER_ID"]?.int ?? row["TEAM_ID"]?.int ?? 0
                served["\(row["GAME_ID"]?.string ?? "") \(entity)"] = row
            }
            let headers = (subject == "P" ? GameLogFormat.playerHeaders : GameLogFormat.teamHeaders)
                .filter { subject == "P" || $0 != "VIDEO_AVAILABLE" }
            let columns = try headers.map { try table.column($0) }
            let key = (try table.column("GAME_ID"), try table.column(subject == "P" ? "PLAYER_ID" : "TEAM_ID"))
            var count = 0
            try table.forEachRow { row in
                count += 1
                let own = try #require(served["\(row.text(key.0)) \(row.text(key.1))"])
                for (header, column) in zip(headers, columns) {
                    let cell = try #require(own[header])
                    let text = row.text(column)
                    let same =
                        if text.isEmpty {
                            cell.isNull
                        } else if let string = cell.string {
                            string == text
                        } else {
                            cell.number == Double(text)
                        }
                    if !same { Issue.record("\(header) of \(row.text(key.0)): \(cell) instead of '\(text)'") }
                }
            }
            #expect(count == served.count)
        }
    }

    @Test func aSlateCapturedInMidSeasonIsServedAsPlayed() async throws {
        guard let simulator = try simulator() else { return }
        let json = try await simulator.get("/stats/scheduleleaguev2int?Season=2023-24").json
        let games = try json["leagueSchedule"]["gameDates"].array.flatMap { try $0["games"].array }
        let regular = try games.filter { try $0["gameId"].string?.hasPrefix("002") == true }
        #expect(regular.count == 1_230)
        #expect(try regular.allSatisfy { try $0["gameStatus"].int == 3 && ($0["homeTeam"]["score"].int ?? 0) > 0 })
        let game = try #require(try games.first { try $0["gameCode"].string == "20240115/HOUPHI" })
        #expect(try game["homeTeam"]["score"].int == 124)
        #expect(try game["awayTeam"]["score"].int == 115)
        #expect(try game["gameDateTimeEst"].string == "2024-01-15T13:00:00Z")
        #expect(try game["gameDateTimeUTC"].string == "2024-01-15T18:00:00Z")
        #expect(try regular.contains { try $0["gameStatusText"].string == "Final/OT" })
    }

    @Test func knownGamesAreThere() async throws {
        guard let simulator = try simulator() else { return }
        let day = "DateFrom=01/26/2024&DateTo=01/26/2024&Direction=DESC&\(oneDay)"
        let rows = try logRows(try await simulator.get("/stats/leaguegamelog?PlayerOrTeam=P&\(day)").json)
        let row = try #require(rows.first { $0["PLAYER_NAME"]?.string == "Luka Dončić" })
        #expect(row["PTS"]?.int == 73)
        #expect(row["FGM"]?.int == 25)
        #expect(row["FTM"]?.int == 15)
        #expect(row["MIN"]?.int == 45)
    }

    @Test func theScheduleFieldsAreThoseOfACapturedPayload() async throws {
        guard let folder = ReferenceData.folder, let simulator = try simulator() else { return }
        let file = folder.appending(path: "payloads/nbac_schedule_cdn/preseason_2025-26.json")
        let captured = try JSONView([UInt8](try Data(contentsOf: file)))
        let theirs = try #require(try captured["leagueSchedule"]["gameDates"].array.first?["games"].array.first)
        let json = try await simulator.get("/static/json/staticData/scheduleLeagueV2_1.json").json
        let ours = try #require(try json["leagueSchedule"]["gameDates"].array.first?["games"].array.first)
        #expect(theirs.keys.subtracting(ours.keys).isEmpty)
        #expect(try theirs["homeTeam"].keys.subtracting(ours["homeTeam"].keys).isEmpty)
        #expect(try theirs["broadcasters"].keys == ours["broadcasters"].keys)
    }

    @Test func theBoxScoreFieldsAreThoseOfACapturedPayload() async throws {
        guard let folder = ReferenceData.folder, let simulator = try simulator() else { return }
        let file = folder.appending(path: "payloads/nbac_team_boxscore_v3/sample.json")
        let captured = try JSONView([UInt8](try Data(contentsOf: file)))["boxScoreTraditional"]
        let ours = try await simulator.get("/stats/boxscoretraditionalv3?GameID=0022300555").json["boxScoreTraditional"]
        #expect(ours.keys == captured.keys)
        let (theirTeam, ourTeam) = (try captured["homeTeam"], try ours["homeTeam"])
        #expect(theirTeam.keys.subtracting(ourTeam.keys) == ["starters", "bench"])
        #expect(try theirTeam["statistics"].keys == ourTeam["statistics"].keys)
        #expect(try theirTeam["players"].array[0].keys == ourTeam["players"].array[0].keys)
        #expect(try theirTeam["players"].array[0]["statistics"].keys == ourTeam["players"].array[0]["statistics"].keys)
        #expect(try ourTeam["statistics"]["points"].int == 124)
        #expect(try ourTeam["statistics"]["minutes"].string == "240:00")
    }

    @Test func eventsKeepTheirRealIDsAndLines() async throws {
        guard let folder = ReferenceData.folder, let simulator = try simulator() else { return }
        let season = Season(startYear: 2023)
        let league = try RealLeague(folder: folder)
        let book = SeasonBook(season: season, games: try league.games(of: season))
        let ids = try league.eventIDs(of: season, book: book)
        // The other 38 of the file are play-offs, which the schedule file does not hold, or moved games.
        #expect(ids.count >= 300)
        let opener = "fd55db2fa9ee5be1f108be5151e2ecb0"
        let path = "/v4/sports/basketball_nba/events/\(opener)/odds?apiKey=k&oddsFormat=decimal"
        let json = try await simulator.get("\(path)&markets=spreads,totals").json
        #expect(try json["home_team"].string == "Denver Nuggets")
        #expect(try json["commence_time"].string == "2023-10-24T23:30:00Z")
        let lines = try league.gameLines(of: season, book: book)
        let line = try #require(lines[try NBAGameID("0022300061")])
        let spreads = try json["bookmakers"].array[0]["markets"].array[0]
        let home = try #require(try spreads["outcomes"].array.first { try $0["name"].string == "Denver Nuggets" })
        #expect(try home["point"].number == line.homeSpread)
        #expect(try (home["point"].number ?? 0) < 0)
        #expect(try home["price"].number == 1.91)
        #expect(!spreads.keys.contains("synthetic"))
        #expect(lines.count >= 1_225)
    }

    @Test(arguments: [2018, 2019, 2020, 2021, 2022])
    func everySeasonLoads(_ year: Int) throws {
        guard let folder = ReferenceData.folder else { return }
        let season = Season(startYear: year)
        let league = try RealLeague(folder: folder)
        let book = SeasonBook(season: season, games: try league.games(of: season))
        let logged = book.games.filter { $0.totals != nil }
        #expect(logged.count == [2019: 1_059, 2020: 1_080][year, default: 1_230])
        #expect(try league.gameLines(of: season, book: book).count >= logged.count - 5)
    }
}
