import PipelineTestKit
import Basketball
import Foundation
import Testing
import Upstream

@Suite struct OddsPayloadTests {
    static let event = "f54c4a22568ce9dc33fb410d1b0e75e9"

    static func entry(
        id: String = event,
        time: String = "2024-02-23T00:00:00Z",
        home: String = "Cleveland Cavaliers",
        away: String = "Orlando Magic",
        rest: String = ""
    ) -> String {
        """
        {"id":"\(id)","sport_key":"basketball_nba","commence_time":"\(time)","home_team":"\(home)",
         "away_team":"\(away)"\(rest)}
        """
    }

    @Test func theSourcesEventsAreRead() throws {
        guard let bytes = try ReferencePayload.bytes("payloads/oddsa_events_his/2025-03-10.json") else { return }
        let list = try OddsEventList.parse(bytes)
        #expect(list.listedCount == 16 && list.events.count == 16 && list.notes == PayloadNotes())
        // 23:40 UTC is the same evening, 00:10 UTC of the next day too.
        #expect(list.events[0].date.description == "2025-03-09" && list.events[2].date.description == "2025-03-09")
        #expect(list.events[5].home.tricode == "LAC")
    }

    @Test(arguments: [
        (entry(home: "Team LeBron"), ["unknown_team": 1], [:]), (entry(home: "Los Angeles"), ["unknown_team": 1], [:]),
        (entry(id: "F54C"), [:], ["bad_event_id": 1]), (entry(time: "tonight"), [:], ["bad_date": 1]),
        (entry(home: "Orlando Magic"), [:], ["same_team": 1]), (entry(), [:], ["listed_twice": 1]),
        ("7", [:], ["unreadable_row": 1]),
    ])
    func aBadEventLeavesTheOthers(entry: String, dropped: [String: Int], rejected: [String: Int]) throws {
        let list = try OddsEventList.parse(Array("[\(Self.entry()),\(entry)]".utf8))
        #expect(list.events.map(\.id.rawValue) == [Self.event])
        #expect(list.notes.dropped == dropped && list.notes.rejected == rejected)
    }

    @Test(arguments: [
        ("{\"message\":\"Invalid API key\"}", PayloadError.Code.structure), ("", .empty), ("[", .malformed),
        ("<!DOCTYPE html>", .blocked),
    ])
    func aRefusalIsNoEmptyList(text: String, code: PayloadError.Code) {
        #expect { try OddsEventList.parse(Array(text.utf8)) } throws: { ($0 as? PayloadError)?.code == code }
    }

    @Test func anEmptyListIsEmpty() throws {
        #expect(try OddsEventList.parse(Array("[]".utf8)).events.isEmpty)
    }

    @Test func theOddsOfAnEventAreRead() throws {
        guard let bytes = try ReferencePayload.bytes("payloads/oddsa_player_props/2024-02-22_ORL_CLE.json") else {
            return
        }
        let odds = try OddsPayload.parse(bytes, event: try #require(OddsEventID(Self.event)))
        #expect(odds.event.date.description == "2024-02-22")
        #expect(odds.outcomeCount(["player_points"]) > 100)
        #expect(odds.notes == PayloadNotes())
    }

    @Test(arguments: [
        (entry(id: String(repeating: "0", count: 32)), PayloadError.Code.wrongSubject),
        (entry(home: "Team LeBron"), .wrongSubject), (entry(time: "now"), .structure),
        (entry(rest: ",\"bookmakers\":[{\"markets\":[]}]"), .structure),
        (entry(rest: ",\"bookmakers\":[{\"key\":\"x\",\"markets\":[{\"outcomes\":[]}]}]"), .structure),
        (entry(rest: ",\"bookmakers\":[{\"key\":\"x\",\"last_update\":\"now\",\"markets\":[]}]"), .structure),
        ("{\"message\":\"Event not found\"}", .structure),
    ])
    func badOddsSayWhatIsWrong(text: String, code: PayloadError.Code) throws {
        let event = try #require(OddsEventID(Self.event))
        #expect { try OddsPayload.parse(Array(text.utf8), event: event) } throws: {
            ($0 as? PayloadError)?.code == code
        }
    }

    @Test(arguments: [
        (-110.0, -110), (100, 100), (150, 150), (1.91, -110), (2.05, 105), (3.3, 230), (2, 100), (1.87, -115),
        (1.83, -120),
        (10_000, 10_000),
    ])
    func pricesAreAmericanWhateverTheNotation(price: Double, american: Int) {
        #expect(OddsPrice.american(price) == american)
    }

    @Test(arguments: [0, 1, -1, 0.5, -99, 110.5, .infinity, .nan, 1e9])
    func aNumberThatIsNoPriceIsNone(price: Double) {
        #expect(OddsPrice.american(price) == nil)
    }
}
