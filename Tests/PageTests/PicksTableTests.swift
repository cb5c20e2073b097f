import Basketball
import Pipeline
import Testing

@testable import Page

/// The picks of a slate on its page.
@Suite("Picks on the page")
struct PicksTableTests {
    private static let hostile = #"<script>alert('x')</script>" onmouseover="y"#

    private static func pick(
        _ number: Int,
        retraction: JSONValue = .null,
        result: JSONValue = .null,
        text: String = "x"
    ) -> JSONValue {
        let stands = retraction.isNull
        let latest: JSONValue = ["line": .double(13.5), "price": .int(100), "win_probability": .null, "edge": .null]
        return [
            "rank": stands ? .int(Int64(number + 1)) : .null, "player_lookup": .string("player\(number)"),
            "name": .string("Shai Gilgeous-Alexander the \(number)th"), "team": "OKC", "opponent": "BKN",
            "side": "OVER", "line": .double(11.5), "price": .int(-115),
            "bookmaker": .string(text == "x" ? "fanduel" : text),
            "shown_at": "2024-01-15T19:00:00.000Z", "win_probability": .double(0.613),
            "break_even_probability": .double(0.535), "edge": .double(4.2), "state": stands ? "active" : "retracted",
            "retraction": retraction, "latest": latest, "result": result, "actual": result.isNull ? .null : .int(14),
        ]
    }

    private static func picks(_ list: [JSONValue]) throws -> PublishedPicks {
        let data: JSONValue = ["rule": ["minimum_edge": .double(3)], "picks": .array(list)]
        return try PublishedPicks(document: ["data": data])
    }

    private func page(_ picks: PublishedPicks, isCurrent: Bool = false, sample: TonightSample = .init()) throws
        -> String
    {
        var slate = try sample.slate()
        slate.picks = picks
        let page = SlatePage(
            slate: slate,
            query: TonightSample.query(""),
            calendar: SlateCalendar(),
            isCurrent: isCurrent
        )
        return String(decoding: page.html.utf8, as: UTF8.self)
    }

    @Test func aPickStandsAsItWasShownBesideWhatIsOfferedNow() throws {
        let page = try page(Self.picks([Self.pick(0)]))
        for text in ["Best bets", "Over 11.5", "−115 FanDuel", "61 %", "needs 54 %", "<b>13.5</b>", "Open"] {
            #expect(page.contains(text), "\(text)")
        }
    }

    @Test func whatWasTakenBackStaysWithItsReason() throws {
        let out: JSONValue = ["reason": "player_out", "detail": "left ankle", "at": "2024-01-15T22:00:00.000Z"]
        let page = try page(Self.picks([Self.pick(0), Self.pick(1, retraction: out, result: "WIN")]))
        #expect(page.contains("Retracted") && page.contains("he is out: left ankle") && page.contains("Won, 14 pts"))
        #expect(page.contains(#"id="k-player1" class="retracted""#))
    }

    @Test func aSlateWithoutAPickSaysWhy() throws {
        let page = try page(Self.picks([]))
        #expect(page.contains("No pick: no real price is far enough beyond break-even with 3 points or more"))
    }

    @Test func aSlateWhosePicksAreNotPublishedClaimsNothing() throws {
        #expect(try !TonightSample().page().contains("Best bets"))
    }

    @Test func hostileTextIsEscaped() throws {
        let out: JSONValue = ["reason": .string(Self.hostile), "detail": .string(Self.hostile), "at": .null]
        let page = try page(
            Self.picks([Self.pick(0, retraction: out, result: .string(Self.hostile), text: Self.hostile)])
        )
        #expect(!page.contains("<script>alert") && !page.contains("\" onmouseover"))
    }

    @Test func theFirstLoadWithFifteenPicksStaysBelow150KB() throws {
        var sample = TonightSample()
        sample.games = 14
        sample.playersPerTeam = 13
        sample.name = { "Shai Gilgeous-Alexander the \($0)th" }
        let page = try page(Self.picks((0..<15).map { Self.pick($0) }), isCurrent: true, sample: sample)
        let bytes = page.utf8.count + Asset.all.values.reduce(0) { $0 + $1.bytes.count }
        print("first load with picks: \(bytes) bytes")
        #expect(bytes <= 150_000)
        // The page follows the documents of its date as well as the slate that moves on.
        #expect(page.contains(#"data-topics="slate:current,slate:2024-01-15""#))
    }

    @Test func aDocumentWithoutPicksIsRefused() {
        #expect(throws: PublishedSlateError.self) { try PublishedPicks(document: ["data": ["games": []]]) }
    }
}
