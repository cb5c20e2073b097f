import Basketball
import Testing
import Upstream

@testable import SourceSim

/// What the local stand-in serves is read by our own parsers, and agrees with its game logs.
@Suite struct StandInTests {
    static let simulator = Simulator(
        source: GeneratedLeague(seed: 7, seasons: 1, last: Season(startYear: 2023)),
        asOf: nil
    )
    static let date = "2024-01-15"

    static func get(_ target: String, headers: [String: String] = [:]) async -> (status: Int, body: [UInt8]) {
        let reply = await simulator.reply(to: SimRequest(method: "GET", target: target, headers: headers))
        return (reply.status, reply.body)
    }

    /// The players of the date, from the stand-in's game log.
    static func lines() async throws -> [PlayerLine] {
        let log = await get(
            "/stats/leaguegamelog?PlayerOrTeam=P&LeagueID=00&Season=2023-24&SeasonType=Regular%20Season"
                + "&Counter=1000&Direction=DESC&Sorter=DATE&DateFrom=01/15/2024&DateTo=01/15/2024"
        )
        return try GameLogPayload.parse(log.body, date: try GameDate(date)).lines
    }

    @Test func thePlayByPlayAddsUpToTheGameLog() async throws {
        let lines = try await Self.lines()
        let games = Set(lines.map(\.game))
        #expect(!games.isEmpty)
        for game in games {
            let feed = await Self.get("/static/json/liveData/playbyplay/playbyplay_\(game).json")
            let payload = try PlayByPlayPayload.parse(feed.body, game: game)
            #expect(payload.notes == PayloadNotes() && payload.isFinished && payload.scoreMismatch == nil)
            let elapsed = payload.events.map(\.secondsElapsed)
            #expect(elapsed == elapsed.sorted())
            for line in lines where line.game == game {
                let own = payload.events.filter { $0.player == line.playerID }
                let points = own.reduce(0) { $0 + ($1.isMade == true ? $1.shot?.points ?? 0 : 0) }
                let rebounds = own.count { $0.type == "rebound" }
                let assists = payload.events.count { $0.assistant == line.playerID }
                #expect(points == line.statistics.points && rebounds == line.statistics.totalRebounds)
                #expect(assists <= line.statistics.assists && own.allSatisfy { $0.team == line.team })
            }
        }
        let early = Simulator(
            source: GeneratedLeague(seed: 7, seasons: 1, last: Season(startYear: 2023)),
            asOf: try LeagueClock.parseUTC("2024-01-15T12:00:00Z")
        )
        let game = try #require(games.first)
        let target = "/static/json/liveData/playbyplay/playbyplay_\(game).json"
        let reply = await early.reply(to: SimRequest(method: "GET", target: target))
        #expect(reply.status == 404)
    }

    @Test func bigDataBallsFilesAddUpToTheGameLog() async throws {
        let lines = try await Self.lines()
        let refused = await Self.get("/drive/v3/files?q=name%20contains%20'2024-01-15'")
        #expect(refused.status == 401)
        let token = ["authorization": "Bearer development"]
        let answer = await Self.get("/drive/v3/files?q=name%20contains%20'2024-01-15'", headers: token)
        let list = try DriveFilesPayload.parse(answer.body)
        #expect(Set(list.files.map(\.game)) == Set(lines.map(\.game)))
        for file in list.files {
            let table = await Self.get("/drive/v3/files/\(file.fileID)?alt=media", headers: token)
            let payload = try BigDataBallPayload.parse(table.body, game: file.game)
            #expect(payload.notes == PayloadNotes() && payload.isFinished && payload.date == file.gameID.date)
            for line in lines where line.game == file.game {
                let own = payload.plays.filter { $0.player == line.name }
                #expect(own.reduce(0) { $0 + ($1.points ?? 0) } == line.statistics.points)
                #expect(own.allSatisfy { $0.team == line.team })
            }
        }
    }

    @Test func bothFormsOfTheScoreboardAgreeWithTheGameLog() async throws {
        let lines = try await Self.lines()
        let newer = try ScoreboardPayload.parse(await Self.get("/stats/scoreboardv3?GameDate=2024-01-15").body)
        let older = try ScoreboardPayload.parse(await Self.get("/stats/scoreboardV2?GameDate=2024-01-15").body)
        #expect(newer == older && newer.notes == PayloadNotes())
        #expect(Set(newer.games.map(\.id)) == Set(lines.map(\.game)))
        for game in newer.games {
            for (team, score) in [(game.gameID.home, game.homeScore), (game.gameID.away, game.awayScore)] {
                let own = lines.filter { $0.game == game.id && $0.team == team }
                #expect(own.reduce(0) { $0 + $1.statistics.points } == score)
            }
        }
    }
}
