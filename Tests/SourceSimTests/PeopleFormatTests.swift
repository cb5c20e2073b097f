import Basketball
import Foundation
import Testing
import Upstream

@testable import SourceSim

/// What the stand-in serves about people is read by the readers of the product.
@Suite struct PeopleFormatTests {
    @Test func officialsAreNamedInTheMorning() async throws {
        let target = "/wp-json/api/v1/get-game-officials?date=\(Served.date)"
        let payload = try RefereePayload.parse(try await Served.body(target), date: try GameDate(Served.date))
        let games = try await Served.games()
        #expect(Set(payload.assignments.map(\.game.rawValue)) == Set(games.map(\.id)))
        #expect(payload.notes.rejected.isEmpty && payload.replayOfficials.count == 3)
        #expect(Set(payload.assignments.map(\.official.id)).count == payload.assignments.count)
        let early = try RefereePayload.parse(
            try await Served.body(target, at: "2024-01-15T11:00:00Z"),
            date: try GameDate(Served.date)
        )
        #expect(early.assignments.isEmpty)
    }

    @Test func movementGrowsWithTheSeason() async throws {
        let path = "/js/data/playermovement/NBA_Player_Movement.json"
        let all = try PlayerMovementPayload.parse(try await Served.body(path))
        #expect(all.transactions.count >= 400 && all.notes.rejected.isEmpty)
        let early = try PlayerMovementPayload.parse(try await Served.body(path, at: "2023-10-20T12:00:00Z"))
        #expect(early.transactions.allSatisfy { $0.date.description <= "2023-10-20" })
        #expect(!early.transactions.isEmpty && early.transactions.count <= all.transactions.count)
    }

    @Test(arguments: ["BKN", "GSW", "UTA"]) func rostersAreReadByEachSitesReader(tricode: String) async throws {
        let team = try Team(tricode: tricode)
        let espn = try ESPNRosterPayload.parse(
            try await Served.body(
                "/apis/site/v2/sports/basketball/nba/teams/\(team.espnCode.lowercased())?enable=roster"
            ),
            team: team
        )
        let reference = try SeasonRosterPayload.parse(
            try await Served.body("/teams/\(team.basketballReferenceCode)/2024.html"),
            team: team,
            season: Season(startYear: 2023)
        )
        let page = try TeamPagePayload.parse(try await Served.body("/team/\(team.id)/\(team.slug)/roster"), team: team)
        #expect(espn.players.count >= 10 && espn.notes.rejected.isEmpty)
        #expect(page.players.map(\.name) == espn.players.map(\.name) && page.notes.rejected.isEmpty)
        #expect(Set(reference.players.map(\.name)).isSuperset(of: espn.players.map(\.name)))
        #expect(reference.notes.rejected.isEmpty)
    }
}
