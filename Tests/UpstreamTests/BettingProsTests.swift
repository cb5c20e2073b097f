import Basketball
import Pipeline
import PipelineTestKit
import Testing

@testable import Upstream

/// The events are captured; no answer with offers ever was, so that the offers are in the form that is described.
@Suite struct BettingProsTests {
    @Test func theCapturedEventsAreOfOneEasternDay() throws {
        guard let body = try ReferencePayload.bytes("payloads/bp_events/2021-10-21.json") else { return }
        let list = try BettingProsEvents.parse(body)
        #expect(list.events.map(\.id) == [20879, 20880, 20881] && list.notes == PayloadNotes())
        // 23:30 UTC is 19:30 in the East; 00:00 and 02:00 UTC of the next day are the same evening.
        #expect(list.events.allSatisfy { $0.date.description == "2021-10-21" })
        let date = try GameDate("2021-10-21")
        #expect(list.events[0].commencesAt == LeagueClock.instant(date, hour: 19, minute: 30))
        #expect(list.events.map(\.home.tricode) == ["ATL", "MIA", "GSW"])
        #expect(list.events.map(\.away.tricode) == ["DAL", "MIL", "LAC"])
    }

    static func event(
        id: String = "1",
        home: String = "PHI",
        visitor: String = "NYK",
        time: String = "2024-01-16 00:30:00",
        participants: String = "[]"
    ) -> String {
        #"{"id":\#(id),"home":"\#(home)","visitor":"\#(visitor)","scheduled":"\#(time)","participants":\#(participants)}"#
    }

    @Test(arguments: [
        (event(), 1, [:], [:]),
        // The code is BettingPros' own; the nickname says whose it is.
        (event(visitor: "XYZ", participants: #"[{"id":"XYZ","name":"Knicks"}]"#), 1, [:], [:]),
        (event(visitor: "XYZ"), 0, ["unknown_team": 1], [:]), (event(time: "tonight"), 0, [:], ["bad_date": 1]),
        (event(home: "NYK"), 0, [:], ["same_team": 1]), (event(id: #""x""#), 0, [:], ["unexpected_type": 1]),
        (event() + "," + event(), 1, [:], ["listed_twice": 1]), ("7", 0, [:], ["unexpected_structure": 1]),
    ])
    func anEventIsReadOrSaysWhyNot(
        events: String,
        count: Int,
        dropped: [String: Int],
        rejected: [String: Int]
    ) throws {
        let list = try BettingProsEvents.parse(Array("{\"events\":[\(events)]}".utf8))
        #expect(list.events.count == count)
        #expect(list.notes.dropped == dropped && list.notes.rejected == rejected)
        #expect(list.events.allSatisfy { $0.away.tricode == "NYK" && $0.date.description == "2024-01-15" })
    }

    static func line(
        _ line: String = "33.5",
        _ cost: String = "-115",
        id: Int = 9,
        rest: String = #","active":true,"best":true,"updated":"2024-01-15 22:10:00""#
    ) -> String {
        #"{"id":\#(id),"line":\#(line),"cost":\#(cost)\#(rest)}"#
    }

    static func offer(
        _ lines: String,
        side: String = "over",
        book: Int = 10,
        event: Int = 1,
        market: Int = 156,
        player: String = "Joel Embiid"
    ) -> String {
        """
        {"id":70,"event_id":\(event),"market_id":\(market),
        "participants":[{"id":"3473","name":"\(player)","player":{"team":"PHI","position":"C"}}],
        "selections":[{"selection":"\(side)",
        "opening_line":{"line":32.5,"cost":-110,"book_id":12,"created":"2024-01-15 15:00:00"},
        "books":[{"id":\(book),"lines":[\(lines)]}]}]}
        """
    }

    static func payload(_ pages: [String]..., events: String = event()) -> [UInt8] {
        var text = "{\"events\":[\(events)]}"
        for (index, offers) in pages.enumerated() {
            text += """
                \n{"offers":[\(offers.joined(separator: ","))],"_pagination":{"page":\(index + 1),"limit":10,
                "total_pages":\(pages.count)}}
                """
        }
        return Array(text.utf8)
    }

    @Test func aLineIsExactAndKnowsItsBookAndItsOpening() throws {
        let payload = try BettingProsOffers.parse(
            Self.payload([Self.offer(Self.line())], [Self.offer(Self.line("34.5", "100"), side: "Under", book: 0)])
        )
        #expect(payload.quotes.count == 2 && payload.listedCount == 2 && payload.notes == PayloadNotes())
        let over = try #require(payload.quotes.first)
        #expect(over.line == 33.5 && over.odds == -115 && over.side == .over && over.isBest && over.isActive == true)
        #expect(over.opening?.line == 32.5 && over.opening?.odds == -110 && over.opening?.bookID == 12)
        #expect(over.updatedAt.map(LeagueClock.formatUTC) == "2024-01-15T22:10:00Z")
        #expect(over.opening?.openedAt.map(LeagueClock.formatUTC) == "2024-01-15T15:00:00Z")
        #expect(!over.isConsensus && payload.quotes[1].isConsensus && payload.quotes[1].side == .under)
        #expect(payload.marketID == 156 && payload.events.count == 1)
    }

    @Test(arguments: [
        (offer(line("33.5", "-50")), "bad_price"), (offer(line("33.5", "null")), "missing_value"),
        (offer(line("0", "-110")), "line_out_of_range"), (offer(line("null", "-110")), "missing_value"),
        (offer(line(), side: "push"), "unknown_side"), (offer(line(), player: "!"), "no_name"),
        (offer(line() + "," + line()), "listed_twice"), ("7", "unexpected_structure"),
        (#"{"id":1,"market_id":156,"participants":[]}"#, "no_name"),
    ])
    func aBadLineIsRefusedAndTheOthersStay(offer: String, reason: String) throws {
        let good = Self.offer(Self.line("12.5"), book: 12, player: "Tyrese Maxey")
        let payload = try BettingProsOffers.parse(Self.payload([good, offer]))
        #expect(payload.quotes.contains { $0.playerName == "Tyrese Maxey" })
        #expect(payload.notes.rejected == [reason: 1])
    }

    @Test(arguments: [
        (#"{"message":"Forbidden"}"#, PayloadError.Code.structure), ("", .empty),
        (#"{"events":[]}{"message":"no"}"#, .structure),
        (#"{"events":[]}{"offers":[],"_pagination":{"page":1,"total_pages":2}}"#, .tooFewRows),
        (
            String(decoding: payload([offer(line()), offer(line(), market: 157)]), as: UTF8.self), .structure
        ),
    ])
    func aPayloadThatIsNotWholeIsRefused(text: String, code: PayloadError.Code) {
        #expect { try BettingProsOffers.parse(Array(text.utf8)) } throws: { ($0 as? PayloadError)?.code == code }
    }

    @Test(arguments: [
        (#"{"offers":[],"_pagination":{"total_pages":3}}"#, 1, 2),
        (#"{"offers":[],"_pagination":{"total_pages":3}}"#, 3, nil),
        (#"{"offers":[1,2,3,4,5,6,7,8,9,10]}"#, 1, 2), (#"{"offers":[1]}"#, 1, Int?.none),
    ])
    func theLastPageIsKnown(page: String, number: Int, next: Int?) throws {
        #expect(try BettingPros.pageAfter(Array(page.utf8), page: number) == next)
    }
}
