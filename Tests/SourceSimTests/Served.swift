import Basketball
import Foundation
import Testing

@testable import SourceSim

/// Questions to a stand-in with a generated league.
enum Served {
    static let shared = Simulator(source: SharedLeague(seasons: 2), asOf: nil)
    static let date = "2024-01-15"

    static func body(_ target: String, at instant: String? = nil) async throws -> [UInt8] {
        let simulator: Simulator
        if let instant {
            simulator = Simulator(source: SharedLeague(), asOf: try LeagueClock.parseUTC(instant))
        } else {
            simulator = shared
        }
        let reply = await simulator.reply(to: SimRequest(method: "GET", target: target))
        try #require(reply.status == 200, "\(target): \(reply.status)")
        return reply.body
    }

    static func status(_ target: String, at instant: String) async throws -> Int {
        let simulator = Simulator(source: SharedLeague(), asOf: try LeagueClock.parseUTC(instant))
        return await simulator.reply(to: SimRequest(method: "GET", target: target)).status
    }

    static func games() async throws -> [(id: String, code: String)] {
        let json = try await shared.get("/stats/scheduleleaguev2int?Season=2023-24").json
        let day = try json["leagueSchedule"]["gameDates"].array.first {
            try $0["gameDate"].string?.hasPrefix("01/15/2024") == true
        }
        return try #require(day)["games"].array.map {
            (try #require(try $0["gameId"].string), try #require(try $0["gameCode"].string))
        }
    }
}
