import Basketball
import Pipeline
import PipelineTestKit
import Testing
import Upstream

@Suite struct PlayByPlayPayloadTests {
    static func captured(_ path: String, _ game: String) throws -> PlayByPlayPayload? {
        guard let body = try ReferencePayload.bytes("payloads/\(path)") else { return nil }
        return try PlayByPlayPayload.parse(body, game: try NBAGameID(game))
    }

    private func count(_ payload: PlayByPlayPayload, _ shot: PlayByPlayEvent.Shot, _ isMade: Bool) -> Int {
        payload.events.count { $0.shot == shot && $0.isMade == isMade }
    }

    @Test func theOvertimeGameAddsUp() throws {
        guard let payload = try Self.captured("nbac_play_by_play/2025-01-15_0022400561.json.gz", "0022400561") else {
            return
        }
        #expect(payload.events.count == 506 && payload.notes == PayloadNotes())
        #expect(payload.isFinished && payload.scoreMismatch == nil)
        #expect(payload.points(of: try Team(tricode: "NYK")) == 125)
        #expect(payload.points(of: try Team(tricode: "PHI")) == 119)
        #expect([count(payload, .three, true), count(payload, .three, false)] == [29, 43])
        #expect([count(payload, .two, true), count(payload, .two, false)] == [63, 43])
        #expect([count(payload, .freeThrow, true), count(payload, .freeThrow, false)] == [31, 7])
        let last = try #require(payload.events.last)
        // 48 minutes and one overtime of five.
        #expect(last.period == 5 && last.secondsElapsed == 3180)
        #expect(last.homeScore == 119 && last.awayScore == 125)
        let elapsed = payload.events.map(\.secondsElapsed)
        #expect(elapsed == elapsed.sorted())
        // As many as in the box score of the game.
        #expect(payload.events.count { $0.assistant != nil } == 55)
        #expect(payload.events.count { $0.stealer != nil } == 18)
        #expect(payload.events.count { $0.blocker != nil } == 5)
        let threes = payload.events.filter { $0.shot == .three }.compactMap(\.shotDistance)
        #expect(threes.count == 72 && threes.allSatisfy { $0 >= 22 })
    }

    @Test func anEarlierSeasonIsReadToo() throws {
        guard let payload = try Self.captured("cdn_live/playbyplay_0022000001.json.gz", "0022000001") else { return }
        #expect(payload.events.count == 610 && payload.notes == PayloadNotes())
        #expect(payload.isFinished && payload.scoreMismatch == nil)
        #expect(payload.points(of: try Team(tricode: "BKN")) == 125)
        #expect(payload.points(of: try Team(tricode: "GSW")) == 99)
        let tip = try #require(payload.events.first { $0.type == "jumpball" })
        #expect(tip.jumpBallWinner == 201_599 && tip.jumpBallLoser == 1_630_164 && tip.player == nil)
    }

    @Test func theStatisticsSiteSaysTheSameInOtherWords() throws {
        guard let payload = try Self.captured("nbac_play_by_play_v3/sample.json.gz", "0022400001") else { return }
        #expect(payload.events.count == 475 && payload.notes == PayloadNotes())
        #expect(payload.isFinished && payload.scoreMismatch == nil)
        #expect(payload.points(of: try Team(tricode: "BOS")) == 116)
        #expect(payload.points(of: try Team(tricode: "ATL")) == 117)
        let blocks = payload.events.filter { $0.type == "block" }
        let steals = payload.events.filter { $0.type == "steal" }
        #expect(payload.events.compactMap(\.blocker).sorted() == blocks.compactMap(\.player).sorted())
        #expect(payload.events.compactMap(\.stealer).sorted() == steals.compactMap(\.player).sorted())
        #expect(!blocks.isEmpty && !steals.isEmpty)
        // Its text names assistants by last name: "(Wallace 1 AST)".
        let assisted = payload.events.filter { $0.text?.contains(" AST)") == true }
        #expect(assisted.count > 40 && assisted.allSatisfy { $0.isMade == true })
        #expect(assisted.count { $0.assistant != nil } > assisted.count * 9 / 10)
        // Rows without a score keep the one before.
        #expect(payload.events.allSatisfy { $0.homeScore != nil && $0.awayScore != nil })
        // Rebounds of a team are nobody's.
        #expect(payload.events.allSatisfy { ($0.player ?? 0) < 1_610_000_000 })
    }

    static func feed(_ actions: String, id: String = "0022300561") -> [UInt8] {
        Array(#"{"game":{"gameId":"\#(id)","actions":[\#(actions)]}}"#.utf8)
    }

    static func action(_ change: [String: String] = [:], number: Int = 7) -> String {
        var members = [
            "actionNumber": "\(number)", "clock": "\"PT11M42.90S\"", "period": "1", "actionType": "\"2pt\"",
            "teamTricode": "\"NYK\"", "personId": "1628973", "scoreHome": "\"0\"", "scoreAway": "\"2\"",
            "shotResult": "\"Made\"", "isFieldGoal": "1", "shotDistance": "9.5",
        ]
        members.merge(change) { $1 }
        return "{\(members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ","))}"
    }

    @Test(arguments: [
        ([:], nil), (["period": "5", "clock": "\"PT05M00.00S\""], nil), (["teamTricode": "null"], nil),
        (["period": "5", "clock": "\"PT11M00.00S\""], "bad_clock"), (["clock": "\"11:42\""], nil),
        (["clock": "\"soon\""], "bad_clock"), (["clock": "null"], "missing_value"),
        (["period": "0"], "period_out_of_range"), (["teamTricode": "\"LBN\""], "unknown_team"),
        (["shotResult": "\"made\""], "unknown_result"), (["shotResult": "null"], "unknown_result"),
        (["actionType": "null"], "missing_value"), (["personId": "\"x\""], "unexpected_type"),
        (["actionNumber": "null"], "missing_value"),
    ])
    func anEventIsReadOrRefusedWithItsReason(change: [String: String], reason: String?) throws {
        let payload = try PlayByPlayPayload.parse(Self.feed(Self.action(change)), game: try NBAGameID("0022300561"))
        #expect(payload.events.count == (reason == nil ? 1 : 0))
        #expect(payload.notes.rejected == (reason.map { [$0: 1] } ?? [:]))
    }

    @Test func eventsStandInTheOrderOfTheGameAndOnce() throws {
        let late = Self.action(["orderNumber": "20000", "shotResult": "\"Missed\""], number: 3)
        let early = Self.action(["orderNumber": "10000"], number: 9)
        let payload = try PlayByPlayPayload.parse(
            Self.feed([late, early, early].joined(separator: ",")),
            game: try NBAGameID("0022300561")
        )
        #expect(payload.events.map(\.id) == [9, 3])
        #expect(payload.events.map(\.isMade) == [true, false])
        #expect(payload.notes.rejected == ["listed_twice": 1])
        #expect(payload.events[0].secondsLeft == 702 && payload.events[0].secondsElapsed == 18)
        #expect(!payload.isFinished)
    }

    @Test func aWrappedFeedIsReadAndAnExhibitionIsNot() throws {
        let wrapped = Array(
            (#"{"metadata":{"eventCount":1},"playByPlay":"# + String(decoding: Self.feed(Self.action()), as: UTF8.self)
                + "}")
                .utf8
        )
        #expect(try PlayByPlayPayload.parse(wrapped, game: try NBAGameID("0022300561")).events.count == 1)
        let preseason = try PlayByPlayPayload.parse(
            Self.feed(Self.action(), id: "0012300001"),
            game: try NBAGameID("0012300001")
        )
        #expect(preseason.isOutsideLeague && preseason.events.isEmpty && preseason.notes.dropped == ["preseason": 1])
    }

    @Test(arguments: [
        (feed("", id: "0022300562"), PayloadError.Code.wrongSubject), (Array("{}".utf8), .structure),
        (Array(#"{"game":{"gameId":"0022300561"}}"#.utf8), .structure), (Array("<html>".utf8), .blocked), ([], .empty),
        (Array(feed("{").dropLast(3)), .malformed),
    ])
    func aBadPayloadSaysWhatIsWrong(body: [UInt8], code: PayloadError.Code) {
        #expect { try PlayByPlayPayload.parse(body, game: try NBAGameID("0022300561")) } throws: {
            ($0 as? PayloadError)?.code == code
        }
    }
}
