import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Testing
import Upstream

@Suite struct ScoreboardPayloadTests {
    @Test func theOlderFormIsReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_scoreboard_v2/2024-01-15.json") else { return }
        let board = try ScoreboardPayload.parse(body)
        #expect(board.date == (try GameDate("2024-01-15")) && board.notes == PayloadNotes())
        #expect(board.games.count == 11 && board.games.allSatisfy { $0.status == .final })
        let first = try #require(board.games.first)
        #expect(first.gameID.description == "20240115_HOU_PHI" && first.finalScore == "HOU 115 @ PHI 124")
        #expect(first.homePeriods == [33, 33, 32, 26] && first.awayPeriods == [19, 28, 30, 38])
        // One of them went into overtime, which the words of this form do not say.
        #expect(board.games.map(\.homePeriods.count).sorted() == Array(repeating: 4, count: 10) + [5])
        #expect(board.games.allSatisfy { $0.statusText == "Final" })
    }

    @Test func theNewerFormIsReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_scoreboard_v3/sample.json.gz") else { return }
        let board = try ScoreboardPayload.parse(body)
        #expect(board.date == (try GameDate("2025-11-05")) && board.notes == PayloadNotes())
        #expect(board.games.count == 11)
        #expect(board.games.first?.finalScore == "PHI 121 @ CLE 132")
        #expect(board.games.first?.homePeriods == [41, 29, 37, 25])
    }

    static func game(_ change: [String: String] = [:], home: String = "3", away: String = "2") -> String {
        var members = [
            "gameId": "\"0022300561\"", "gameStatus": "3", "gameStatusText": "\"Final\"",
            "homeTeam": #"{"teamId":1610612755,"score":\#(home),"periods":[{"period":1,"score":3}]}"#,
            "awayTeam": #"{"teamId":1610612752,"score":\#(away),"periods":[]}"#,
        ]
        members.merge(change) { $1 }
        return "{\(members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ","))}"
    }

    static func board(_ games: String...) -> [UInt8] {
        Array(#"{"scoreboard":{"gameDate":"2024-01-15","games":[\#(games.joined(separator: ","))]}}"#.utf8)
    }

    @Test(
        arguments: [
            (game(), nil, nil), (game(["gameStatus": "1"], home: "0", away: "0"), nil, nil),
            (game(home: "4"), "periods_do_not_add_up", nil), (game(["gameStatus": "9"]), "unknown_status", nil),
            (game(["gameId": "\"22300561\""]), "bad_game_id", nil), (game(home: "null"), "missing_value", nil),
            (game(["awayTeam": "null"]), "unexpected_structure", nil),
            (game(["gameId": "\"0012300001\""]), nil, "preseason"),
            (game(["awayTeam": #"{"teamId":12325}"#]), nil, "exhibition"),
        ] as [(String, String?, String?)]
    )
    func aGameIsReadRefusedOrDropped(game: String, rejected: String?, dropped: String?) throws {
        let board = try ScoreboardPayload.parse(Self.board(game))
        #expect(board.games.count == (rejected == nil && dropped == nil ? 1 : 0))
        #expect(board.notes.rejected == (rejected.map { [$0: 1] } ?? [:]))
        #expect(board.notes.dropped == (dropped.map { [$0: 1] } ?? [:]))
    }

    @Test func aGameCountsOnceAndHasAScoreOnlyAtItsEnd() throws {
        let board = try ScoreboardPayload.parse(Self.board(Self.game(["gameStatus": "2"]), Self.game()))
        #expect(board.games.count == 1 && board.notes.rejected == ["listed_twice": 1])
        #expect(board.games.first?.homeScore == nil && board.games.first?.finalScore == nil)
    }

    @Test(arguments: ["{}", #"{"scoreboard":{"games":[]}}"#, #"{"scoreboard":{"gameDate":"2024-01-15"}}"#, "[1]"])
    func whatIsNoScoreboardIsRefused(text: String) {
        #expect { try ScoreboardPayload.parse(Array(text.utf8)) } throws: { ($0 as? PayloadError)?.code == .structure }
    }
}
