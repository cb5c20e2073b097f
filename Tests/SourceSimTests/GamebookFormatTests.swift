import Basketball
import Foundation
import Testing
import Upstream

@testable import SourceSim

@Suite struct GamebookFormatTests {
    @Test func gamebooksAgreeWithTheGameLogs() async throws {
        let log = "/stats/leaguegamelog?PlayerOrTeam=P&DateFrom=01/15/2024&DateTo=01/15/2024&\(oneDay)"
        let rows = try logRows(try await Served.shared.get(log).json)
        for game in try await Served.games() {
            let id = try GameID(gameCode: game.code)
            let target = "/pdfs/\(id.date.compact)/\(game.code.replacing("/", with: "_")).pdf"
            let book = try await GamebookPayload.parse(try await Served.body(target), game: id)
            #expect(book.notes.rejected.isEmpty, "\(book.notes.examples)")
            let own = rows.filter { $0["GAME_ID"]?.string == game.id }
            #expect(book.active.count == own.count && !own.isEmpty)
            for row in own {
                let name = PlayerLookup.normalize(row["PLAYER_NAME"]?.string ?? "")
                let player = book.active.first { PlayerLookup.normalize($0.name) == name }
                #expect(player?.statistics?.points == row["PTS"]?.int && player?.statistics?.blocks == row["BLK"]?.int)
            }
            #expect(book.players.contains { $0.absence == .inactive })
            #expect(try await Served.status(target, at: "2024-01-15T17:00:00Z") == 404)
        }
    }
}
