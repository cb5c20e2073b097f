import Basketball
import Foundation
import Testing
import Upstream

@testable import SourceSim

@Suite struct InjuryReportFormatTests {
    @Test func injuryReportsNameTheDaysTeamsAndGrowDuringTheDay() async throws {
        let target = "/referee/injury/Injury-Report_\(Served.date)_"
        let evening = try await InjuryReportPayload.parse(try await Served.body("\(target)05PM.pdf"))
        #expect(evening.time == "1730" && evening.notes.rejected.isEmpty && evening.notes.dropped.isEmpty)
        let day = evening.listings.filter { $0.game.date.description == Served.date }
        #expect(day.count > 5 && day.contains { $0.status == .out })
        #expect(evening.listings.allSatisfy { $0.reason?.isEmpty == false })
        #expect(
            evening.listings.contains { $0.reason == "Injury/Illness - Lower Back; Left Sacroiliac Joint Dysfunction" }
        )
        // The next day's teams have not submitted yet.
        #expect(evening.teams.contains { $0.game.date.description != Served.date && !$0.isSubmitted })
        let morning = try await InjuryReportPayload.parse(try await Served.body("\(target)08AM.pdf"))
        #expect(morning.listings.isEmpty && morning.teams.allSatisfy { !$0.isSubmitted })
        // Who is out does not play.
        let rows = try SharedLeague(seasons: 2).playerRows(
            of: Season(startYear: 2023),
            games: try SharedLeague(seasons: 2).games(of: Season(startYear: 2023))
        )
        let games = try await Served.games()
        let playing = Set(
            games.flatMap { game in rows.first { $0.key.rawValue == game.id }?.value.map(\.name) ?? [] }
                .map { PlayerLookup.normalize($0) }
        )
        #expect(day.filter { $0.status == .out }.allSatisfy { !playing.contains(PlayerLookup.normalize($0.name)) })
        #expect(try await Served.status("\(target)05PM.pdf", at: "2024-01-15T22:00:00Z") == 403)
        #expect(try await Served.status("\(target)05PM.pdf", at: "2024-01-15T22:31:00Z") == 200)
        #expect(try await Served.status("\(target)05_30PM.pdf", at: "2024-01-15T23:00:00Z") == 403)
        #expect(
            try await Served.status("/referee/injury/Injury-Report_2024-07-15_05PM.pdf", at: "2024-07-16T23:00:00Z")
                == 403
        )
    }

    @Test func aWordOnAPlayerStandsInTheReportsFromItsHourOn() async throws {
        let simulator = Simulator(source: SharedLeague(seasons: 2), asOf: nil)
        func report(_ hour: String) async throws -> [InjuryReportPayload.Listing] {
            let target = "/referee/injury/Injury-Report_\(Served.date)_\(hour).pdf"
            let reply = await simulator.reply(to: SimRequest(method: "GET", target: target))
            return try await InjuryReportPayload.parse(reply.body).listings
        }
        let log = "/stats/leaguegamelog?PlayerOrTeam=P&DateFrom=01/15/2024&DateTo=01/15/2024&\(oneDay)"
        let listed = Set(try await report("05PM").map(\.name))
        let row = try #require(
            try logRows(try await simulator.get(log).json).first { row in
                !(row["PLAYER_NAME"]?.string.map { listed.contains($0) } ?? true)
            }
        )
        let (game, player) = (try #require(row["GAME_ID"]?.string), try #require(row["PLAYER_ID"]?.int))
        let name = try #require(row["PLAYER_NAME"]?.string)
        func say(_ status: String, from hour: Int, of player: Int) async throws -> Int {
            try await simulator.send(
                "POST",
                "/_sim/injury",
                """
                {"game_id":"\(game)","player_id":\(player),"status":"\(status)","reason":"Ankle; Sprain","from_hour":\(hour)}
                """
            ).status
        }
        #expect(try await say("Out", from: 17, of: player) == 200)
        let afternoon = try await report("04PM")
        let evening = try await report("05PM")
        #expect(!afternoon.contains { $0.name == name })
        #expect(evening.filter { $0.name == name }.map(\.status) == [.out])
        // Nothing else in it has changed.
        #expect(Set(evening.map(\.name)) == listed.union([name]))
        #expect(try await say("Asleep", from: 17, of: player) == 400)
        #expect(try await say("Out", from: 24, of: player) == 400)
        #expect(try await say("Out", from: 17, of: 1) == 404)
        #expect(try await simulator.send("DELETE", "/_sim/patch").status == 200)
        #expect(try await !report("05PM").contains { $0.name == name })
    }
}
