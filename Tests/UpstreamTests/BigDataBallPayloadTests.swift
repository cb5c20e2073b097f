import Basketball
import Pipeline
import PipelineTestKit
import Testing
import Upstream

@Suite struct BigDataBallPayloadTests {
    static let path = "payloads/bigdataball_pbp/2025-06-22_finals_g7.csv.gz"

    @Test func theLastGameOfTheFinalsAddsUp() throws {
        guard let body = try ReferencePayload.bytes(Self.path) else { return }
        let payload = try BigDataBallPayload.parse(body, game: try NBAGameID("0042400407"))
        #expect(payload.plays.count == 510 && payload.notes == PayloadNotes())
        #expect(payload.isFinished && payload.dataSet == "NBA 2025 Playoffs")
        #expect(payload.date == (try GameDate("2025-06-22")))
        let last = try #require(payload.plays.last)
        #expect(last.awayScore == 91 && last.homeScore == 103 && last.secondsElapsed == 2880)
        for (tricode, score) in [("IND", 91), ("OKC", 103)] {
            let team = try Team(tricode: tricode)
            #expect(payload.plays.reduce(0) { $0 + ($1.team == team ? $1.points ?? 0 : 0) } == score)
        }
        let goals = payload.plays.filter { $0.shot == .two || $0.shot == .three }
        #expect([goals.count { $0.isMade == true }, goals.count { $0.isMade == false }] == [64, 93])
        let free = payload.plays.filter { $0.shot == .freeThrow }
        #expect([free.count { $0.isMade == true }, free.count { $0.isMade == false }] == [44, 16])
        // Three plays of an unknown kind.
        #expect(payload.plays.count { $0.type == nil } == 3)
        #expect(payload.plays.allSatisfy { $0.away.count == 5 && $0.home.count == 5 && !$0.home.contains(nil) })
        #expect(payload.plays.flatMap(\.people).allSatisfy { $0.lowercased() != "nan" })
    }

    static func file(_ rows: [[String: String]]) -> [UInt8] {
        let lines = rows.map { row in BigDataBallPayload.requiredHeaders.map { row[$0] ?? "" }.joined(separator: ",") }
        return Array(
            ([BigDataBallPayload.requiredHeaders.joined(separator: ",")] + lines).joined(separator: "\r\n").utf8
        )
    }

    static func play(_ change: [String: String] = [:]) -> [String: String] {
        [
            "game_id": "22300561", "date": "01/15/2024", "period": "1", "away_score": "2", "home_score": "0",
            "remaining_time": "0:11:44", "elapsed": "0:00:16", "play_length": "nan", "play_id": "3", "team": "NYK",
            "event_type": "shot", "type": "jump shot", "result": "made", "points": "2",
            "player": "1628973jalenbrunson", "description": "\"Brunson, \"\"14'\"\" Jump Shot\"",
        ].merging(change) { $1 }
    }

    @Test func quotesPrefixedNamesLostZerosAndNumbersThatAreNoneAreUnderstood() throws {
        let game = try NBAGameID("0022300561")
        let payload = try BigDataBallPayload.parse([0xEF, 0xBB, 0xBF] + Self.file([Self.play()]), game: game)
        let play = try #require(payload.plays.first)
        #expect(play.text == "Brunson, \"14'\" Jump Shot" && play.player == "jalenbrunson" && play.length == nil)
        #expect(payload.date == (try GameDate("2024-01-15")) && play.secondsElapsed == 16)
    }

    @Test(arguments: [
        (["type": "3pt jump shot", "points": "3"], nil), (["result": ""], "unknown_result"),
        (["points": "3"], "points_do_not_fit"), (["period": "nan"], "missing_value"),
        (["remaining_time": "soon"], "bad_clock"), (["period": "5"], "bad_clock"), (["team": "XXX"], "unknown_team"),
        (["play_id": "x"], "unexpected_type"), (["game_id": "1"], "bad_game_id"),
    ])
    func aPlayIsReadOrRefusedWithItsReason(change: [String: String], reason: String?) throws {
        let payload = try BigDataBallPayload.parse(
            Self.file([Self.play(change)]),
            game: try NBAGameID("0022300561")
        )
        #expect(payload.plays.count == (reason == nil ? 1 : 0))
        #expect(payload.notes.rejected == (reason.map { [$0: 1] } ?? [:]))
    }

    @Test func aPlayCountsOnceAndARowOfAnotherWidthNever() throws {
        let body = Self.file([Self.play(), Self.play(["play_id": "2"]), Self.play()]) + Array("\r\n1,2\r\n\r\n".utf8)
        let payload = try BigDataBallPayload.parse(body, game: try NBAGameID("0022300561"))
        #expect(payload.plays.map(\.number) == [2, 3] && payload.listedCount == 4)
        #expect(payload.notes.rejected == ["listed_twice": 1, "wrong_width": 1])
    }

    @Test(arguments: [
        (file([play(["game_id": "22300562"])]), PayloadError.Code.wrongSubject), (Array("a,b\n1,2".utf8), .structure),
        (Array("{\"error\":{}}".utf8), .structure), (Array("<html>".utf8), .blocked), ([], .empty),
        (file([play(["description": "\"open"])]), .malformed), (file([play(["description": "\"a\"b"])]), .malformed),
    ])
    func aBadPayloadSaysWhatIsWrong(body: [UInt8], code: PayloadError.Code) {
        #expect { try BigDataBallPayload.parse(body, game: try NBAGameID("0022300561")) } throws: {
            ($0 as? PayloadError)?.code == code
        }
    }

    @Test func aFileListNamesOneFileAGame() throws {
        func file(_ id: String, _ name: String, _ modified: String) -> String {
            #"{"id":"\#(id)","name":"\#(name)","modifiedTime":"\#(modified)"}"#
        }
        let first = [
            file("aaaaaaaaaa", "[2025-06-22]-0042400407-IND@OKC.csv", "2025-06-23T06:00:00.000Z"),
            file("bbbbbbbbbb", "[2025-06-22]-0042400407-IND@OKC.csv", "2025-06-23T09:00:00.000Z"),
            file("cccccccccc", "[2025-06-22]-combined-stats.csv", "2025-06-23T06:00:00.000Z"),
        ]
        let second = [
            file("../secrets", "[2025-06-22]-0042400406-OKC@IND.csv", "x"),
            file("dddddddddd", "[2024-02-18]-0032300001-EST@WST.csv", "x"),
        ]
        let pages =
            #"{"nextPageToken":"next","files":[\#(first.joined(separator: ","))]}"# + "\n"
            + #"{"files":[\#(second.joined(separator: ","))]}"#
        let list = try DriveFilesPayload.parse(Array(pages.utf8))
        #expect(list.files.map(\.fileID.rawValue) == ["bbbbbbbbbb"])
        #expect(list.files.first?.gameID.description == "20250622_IND_OKC")
        #expect(list.notes.dropped == ["older_version": 1, "other_file": 1, "all_star": 1])
        #expect(list.notes.rejected == ["bad_file_id": 1] && list.listedCount == 5)
        #expect { try DriveFilesPayload.parse(Array(#"{"error":{"message":"expired"}}"#.utf8)) } throws: {
            ($0 as? PayloadError)?.code == .structure
        }
    }
}
