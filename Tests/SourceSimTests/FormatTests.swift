import Basketball
import Foundation
import Testing

@testable import SourceSim

/// What the paths answer, on a generated league.
@Suite struct FormatTests {
    private static let shared = Simulator(source: SharedLeague(seasons: 2), asOf: nil)
    private var simulator: Simulator { Self.shared }

    @Test func theScheduleHasUpstreamsShape() async throws {
        let (status, json) = try await simulator.get("/stats/scheduleleaguev2int?LeagueID=00&Season=2023-24")
        #expect(status == 200)
        let dates = try json["leagueSchedule"]["gameDates"].array
        #expect(try json["leagueSchedule"]["seasonYear"].string == "2023-24")
        let games = try dates.flatMap { try $0["games"].array }
        #expect(games.count == 1_230)
        #expect(try dates[0]["gameDate"].string == "10/24/2023 00:00:00")
        let game = games[0]
        let expected: Set<String> = [
            "gameId", "gameCode", "gameStatus", "gameStatusText", "gameSequence", "gameDateEst", "gameTimeEst",
            "gameDateTimeEst", "gameDateUTC", "gameTimeUTC", "gameDateTimeUTC", "awayTeamTime", "homeTeamTime", "day",
            "monthNum", "weekNumber", "weekName", "ifNecessary", "seriesGameNumber", "gameLabel", "gameSubLabel",
            "seriesText", "arenaName", "arenaState", "arenaCity", "postponedStatus", "branchLink", "gameSubtype",
            "isNeutral", "broadcasters", "homeTeam", "awayTeam", "pointsLeaders",
        ]
        #expect(game.keys == expected)
        #expect(
            try game["homeTeam"].keys == [
                "teamId", "teamName", "teamCity", "teamTricode", "teamSlug", "wins", "losses", "score", "seed",
            ]
        )
        for game in games {
            let eastern = try LeagueClock.parseEasternWallClock(try #require(try game["gameDateTimeEst"].string))
            let utc = try LeagueClock.parseUTC(try #require(try game["gameDateTimeUTC"].string))
            let id = try GameID(gameCode: try #require(try game["gameCode"].string))
            guard eastern == utc, LeagueClock.gameDate(of: utc) == id.date, try game["gameStatus"].int == 3 else {
                Issue.record("\(id)")
                return
            }
        }
        // Everybody has played 82 games at the end.
        let last = try #require(games.last)
        #expect(try last["homeTeam"]["wins"].int.map { $0 > 0 } == true)
        #expect(try (last["homeTeam"]["wins"].int ?? 0) + (last["homeTeam"]["losses"].int ?? 0) == 82)
    }

    @Test func theGameLogHasUpstreamsColumns() async throws {
        let day = "DateFrom=12/01/2023&DateTo=12/01/2023&Direction=DESC&Counter=1000&\(oneDay)"
        let players = try await simulator.get("/stats/leaguegamelog?PlayerOrTeam=P&\(day)").json
        let teams = try await simulator.get("/stats/leaguegamelog?PlayerOrTeam=T&\(day)").json
        #expect(try players["resultSets"].array[0]["headers"].array.count == 32)
        #expect(try teams["resultSets"].array[0]["headers"].array.count == 29)
        let (playerRows, teamRows) = (try logRows(players), try logRows(teams))
        #expect(!playerRows.isEmpty)
        for team in teamRows {
            let id = try #require(team["GAME_ID"]?.string)
            let own = playerRows.filter { $0["GAME_ID"]?.string == id && $0["TEAM_ID"] == team["TEAM_ID"] }
            #expect(own.compactMap { $0["PTS"]?.int }.reduce(0, +) == team["PTS"]?.int)
            #expect(team["SEASON_ID"]?.string == "22023")
            #expect(team["GAME_DATE"]?.string == "2023-12-01")
        }
        for row in playerRows {
            #expect((row["FTA"]?.int == 0) == (row["FT_PCT"]?.isNull == true))
            let matchup = try #require(row["MATCHUP"]?.string)
            #expect(matchup.contains(" vs. ") || matchup.contains(" @ "))
        }
    }

    @Test(arguments: [
        "Season=2023-24&SeasonType=Playoffs&PlayerOrTeam=P",
        "Season=2031-32&SeasonType=Regular%20Season&PlayerOrTeam=T",
        "Season=2023-24&SeasonType=Regular+Season&PlayerOrTeam=P&DateFrom=07/01/2024&DateTo=07/01/2024",
    ])
    func nothingPlayedIsAnEmptyRowSet(_ query: String) async throws {
        let (status, json) = try await simulator.get("/stats/leaguegamelog?\(query)")
        #expect(status == 200)
        #expect(try json["resultSets"].array[0]["rowSet"].array.isEmpty)
        #expect(try !json["resultSets"].array[0]["headers"].array.isEmpty)
    }

    @Test func theBoxScoreAgreesWithTheLog() async throws {
        let box = try await simulator.get("/stats/boxscoretraditionalv3?GameID=0022300555").json["boxScoreTraditional"]
        #expect(try box["gameId"].string == "0022300555")
        for side in ["homeTeam", "awayTeam"] {
            let team = try box[side]
            let players = try team["players"].array
            let points = try players.compactMap { try $0["statistics"]["points"].int }.reduce(0, +)
            #expect(try team["statistics"]["points"].int == points)
            #expect(try team["statistics"]["minutes"].string?.hasSuffix(":00") == true)
            #expect(try players.contains { try $0["comment"].string == "DNP - Coach's Decision" })
            #expect(
                try team["statistics"].keys == [
                    "minutes", "fieldGoalsMade", "fieldGoalsAttempted", "fieldGoalsPercentage", "threePointersMade",
                    "threePointersAttempted", "threePointersPercentage", "freeThrowsMade", "freeThrowsAttempted",
                    "freeThrowsPercentage", "reboundsOffensive", "reboundsDefensive", "reboundsTotal", "assists",
                    "steals", "blocks", "turnovers", "foulsPersonal", "points", "plusMinusPoints",
                ]
            )
        }
        #expect(try await simulator.get("/stats/boxscoretraditionalv3?GameID=0022399999").status == 404)
    }

    @Test func oddsAreTheOddsAPIsObjects() async throws {
        let range = "commenceTimeFrom=2024-01-15T05:00:00Z&commenceTimeTo=2024-01-16T04:59:59Z"
        let events = try await simulator.get("/v4/sports/basketball_nba/events?apiKey=k&\(range)").json.array
        #expect(!events.isEmpty)
        let event = try #require(events.first)
        let id = try #require(try event["id"].string)
        #expect(id.count == 32)
        let path = "/v4/sports/basketball_nba/events/\(id)/odds?apiKey=k&regions=us"
        let lines = try await simulator.get("\(path)&markets=spreads,totals").json
        #expect(try lines["bookmakers"].array.compactMap { try $0["key"].string } == ["draftkings", "fanduel"])
        let spreads = try lines["bookmakers"].array[0]["markets"].array[0]
        #expect(try spreads["outcomes"].array.compactMap { try $0["point"].number }.reduce(0, +) == 0)
        #expect(try spreads["synthetic"].bool == true)
        let tip = try LeagueClock.parseUTC(try #require(try event["commence_time"].string))
        #expect(try spreads["last_update"].string == LeagueClock.formatUTC(tip.addingTimeInterval(-1_800)))

        let props = try await simulator.get("\(path)&markets=player_points&oddsFormat=american").json
        #expect(try props["bookmakers"].array.count == 4)
        for book in try props["bookmakers"].array {
            let market = try #require(try book["markets"].array.first)
            #expect(try market["key"].string == "player_points")
            #expect(try market["synthetic"].bool == true)
            let outcomes = try market["outcomes"].array
            #expect(outcomes.count >= 20)
            #expect(try outcomes.count { try $0["name"].string == "Over" } * 2 == outcomes.count)
            #expect(try outcomes.allSatisfy { try ($0["point"].number ?? 0).truncatingRemainder(dividingBy: 1) == 0.5 })
            #expect(try outcomes.allSatisfy { try abs($0["price"].int ?? 0) >= 100 })
        }
        let one = try await simulator.get("\(path)&markets=player_points&bookmakers=betmgm").json
        #expect(try one["bookmakers"].array.compactMap { try $0["key"].string } == ["betmgm"])
    }

    @Test(arguments: [
        ("/v4/sports/basketball_nba/events", 401),
        ("/v4/sports/basketball_nba/events?apiKey=k&commenceTimeFrom=TODAY", 422),
        ("/v4/sports/basketball_nba/events/0123456789abcdef0123456789abcdef/odds?apiKey=k", 404),
        ("/stats/leaguegamelog?PlayerOrTeam=X&Season=2023-24", 400),
        ("/stats/leaguegamelog?PlayerOrTeam=P&Season=2023-24&DateFrom=TODAY", 400),
        ("/stats/scheduleleaguev2int?Season=2023", 400), ("/stats/boxscoretraditionalv3?GameID=1", 400),
        ("/stats/unknown", 404), ("/", 404),
    ])
    func whatIsMissingOrWrongIsRefused(_ target: String, _ status: Int) async throws {
        #expect(try await simulator.get(target).status == status)
    }

    @Test func aLineKnowsOnlyEarlierGames() async throws {
        let date = try GameDate("2024-01-15")
        let league = SharedLeague(seasons: 2)
        let altered = Simulator(source: AlteredLeague(base: league, from: date), asOf: nil)
        let range = "apiKey=k&commenceTimeFrom=2024-01-15T05:00:00Z&commenceTimeTo=2024-01-17T04:59:59Z"
        let events = try await simulator.get("/v4/sports/basketball_nba/events?\(range)").json.array
        var differs = 0
        for event in events {
            let id = try #require(try event["id"].string)
            let target = "/v4/sports/basketball_nba/events/\(id)/odds?apiKey=k&markets=player_points,spreads,totals"
            let (one, two) = (try await simulator.get(target).json, try await altered.get(target).json)
            let tip = try LeagueClock.parseUTC(try #require(try event["commence_time"].string))
            if LeagueClock.gameDate(of: tip) == date {
                // Compared outside the macro: a failure would print both documents.
                if one != two { Issue.record("the odds of event \(id) know the day itself") }
            } else if one != two {
                differs += 1
            }
        }
        // The change is real: the next day's lines do see it.
        #expect(differs > 0)
    }

    @Test func timeHidesWhatHasNotHappened() async throws {
        let league = SharedLeague()
        let noon = try LeagueClock.parseUTC("2024-01-15T17:00:00Z")
        let simulator = Simulator(source: league, asOf: noon)
        let log = "/stats/leaguegamelog?PlayerOrTeam=P&DateFrom=01/15/2024&DateTo=01/15/2024&\(oneDay)"
        #expect(try logRows(try await simulator.get(log).json).isEmpty)
        let game = try await scheduled(simulator, on: "01/15/2024")
        #expect(try game["gameStatus"].int == 1)
        #expect(try game["gameStatusText"].string?.hasSuffix(" ET") == true)
        #expect(try game["homeTeam"]["score"].int == 0)
        let id = try #require(try game["gameId"].string)
        let box = try await simulator.get("/stats/boxscoretraditionalv3?GameID=\(id)").json
        #expect(try box["boxScoreTraditional"]["homeTeam"]["statistics"].isNull)

        #expect(try await simulator.send("POST", "/_sim/clock", #"{"as_of":"2024-01-16T12:00:00Z"}"#).status == 200)
        #expect(try !logRows(try await simulator.get(log).json).isEmpty)
        #expect(try await scheduled(simulator, on: "01/15/2024")["gameStatus"].int == 3)
        #expect(try await scheduled(simulator, on: "01/17/2024")["gameStatus"].int == 1)
        #expect(try await simulator.send("POST", "/_sim/clock", #"{"as_of":"TODAY"}"#).status == 400)
    }

    private func scheduled(_ simulator: Simulator, on date: String) async throws -> JSONView {
        let json = try await simulator.get("/stats/scheduleleaguev2int?Season=2023-24").json
        let day = try #require(
            try json["leagueSchedule"]["gameDates"].array.first { try $0["gameDate"].string?.hasPrefix(date) == true }
        )
        return try #require(try day["games"].array.first)
    }
}

/// A league whose games from a day on went differently.
struct AlteredLeague: LeagueSource {
    let base: SharedLeague
    let from: GameDate
    var kind: String { base.kind }
    var seasons: [Season] { base.seasons }

    func games(of season: Season) throws -> [Game] {
        try base.games(of: season).map { game in
            guard game.date >= from, let score = game.recordedScore else { return game }
            var game = game
            game.recordedScore = (score.home + 40, score.away)
            return game
        }
    }

    func playerRows(of season: Season, games: [Game]) throws -> [NBAGameID: [PlayerRow]] {
        let late = Set(games.filter { $0.date >= from }.map(\.id))
        var rows = try base.playerRows(of: season, games: games)
        for id in late {
            // Different points, and some of the men did not play at all.
            rows[id] = rows[id]?.filter { $0.playerID % 3 != 0 }.map { row in
                var row = row
                row.line.points += 30
                return row
            }
        }
        return rows
    }

    func gameLines(of season: Season, book: SeasonBook) throws -> [NBAGameID: GameLine] {
        try base.gameLines(of: season, book: book)
    }

    func eventIDs(of season: Season, book: SeasonBook) throws -> [NBAGameID: String] { [:] }
    func absentees(game: Game, season: Season) throws -> [Absentee] { [] }
}
