import PipelineTestKit
import Basketball
import Foundation
import Pipeline
import Testing
import Upstream
import Warehouse

@testable import Raw

@Suite struct OddsRowsTests {
    static let event = "f54c4a22568ce9dc33fb410d1b0e75e9"

    static func subject(_ unit: String = event) throws -> RawSubject {
        RawSubject(unit: unit, gameDate: try GameDate("2024-02-22"))
    }

    static func location() throws -> RawInput.Location {
        RawInput.Location(path: try ObjectPath(validating: "a/b.json"), sha256: nil, capturedAt: .now, key: nil)
    }

    static func props(_ body: [UInt8], unit: String = event) throws -> RawContent<OddsAPIPlayerPointsProp> {
        try OddsApiPlayerPointsPropsProcessor().read(body, location(), subject(unit))
    }

    static func lines(_ body: [UInt8], unit: String = event) throws -> RawContent<OddsAPIGameLine> {
        try OddsApiGameLinesProcessor().read(body, location(), subject(unit))
    }

    static func outcome(
        _ name: String,
        _ player: String?,
        _ price: String,
        _ point: String?
    ) -> String {
        let parts = [
            "\"name\":\"\(name)\"", player.map { "\"description\":\"\($0)\"" }, "\"price\":\(price)",
            point.map { "\"point\":\($0)" },
        ]
        return "{\(parts.compactMap { $0 }.joined(separator: ","))}"
    }

    static func payload(
        _ outcomes: [String],
        market: String = "player_points",
        updated: String = "2024-02-22T23:55:07Z",
        extra: String = ""
    ) -> [UInt8] {
        Array(
            """
            {"id":"\(event)","commence_time":"2024-02-23T00:00:00Z","home_team":"Cleveland Cavaliers",
             "away_team":"Orlando Magic","bookmakers":[{"key":"draftkings","markets":[{"key":"\(market)",
             "last_update":"\(updated)"\(extra),"outcomes":[\(outcomes.joined(separator: ","))]}]}]}
            """.utf8
        )
    }

    @Test func realPropsBecomeOneRowALine() throws {
        guard let bytes = try ReferencePayload.bytes("payloads/oddsa_player_props/2024-02-22_ORL_CLE.json") else {
            return
        }
        let content = try Self.props(bytes)
        #expect(content.notes.rejectedCount == 0)
        #expect(content.rows.allSatisfy { $0.gameID == "20240222_ORL_CLE" && $0.homeTeamAbbr == "CLE" })
        let levert = try #require(
            content.rows.first { $0.playerLookup == "carislevert" && $0.bookmaker == "draftkings" }
        )
        #expect(levert.pointsLine == 11.5)
        #expect(levert.overPriceAmerican == -130 && levert.underPriceAmerican == 100)
        let keys = Set(content.rows.map { "\($0.bookmaker)/\($0.playerLookup)/\($0.pointsLine)" })
        #expect(keys.count == content.rows.count)
        #expect(Set(content.rows.map(\.snapshotTimestamp)).count == 1)
    }

    @Test func twoLinesOfOnePlayerStayTwoRows() throws {
        let content = try Self.props(
            Self.payload([
                Self.outcome("Over", "Franz Wagner", "-110", "19.5"),
                Self.outcome("Over", "Franz Wagner", "150", "24.5"),
                Self.outcome("Under", "Franz Wagner", "-120", "19.5"),
                Self.outcome("Under", "Franz Wagner", "-180", "24.5"),
            ])
        )
        #expect(content.rows.map(\.pointsLine) == [19.5, 24.5])
        #expect(content.rows.map(\.overPriceAmerican) == [-110, 150])
        #expect(content.rows.map(\.underPriceAmerican) == [-120, -180])
        #expect(content.rows.allSatisfy { $0.minutesBeforeTipoff == 4 && !$0.isAfterTipoff && !$0.isSynthetic })
    }

    @Test(arguments: [
        ("1.91", -110), ("-115", -115), ("2.05", 105),
    ])
    func decimalAndAmericanPricesAreTold(price: String, american: Int) throws {
        let content = try Self.props(Self.payload([Self.outcome("Over", "Franz Wagner", price, "19.5")]))
        #expect(content.rows.first?.overPriceAmerican == american)
        #expect(content.rows.first?.underPriceAmerican == nil)
    }

    @Test(arguments: [
        (outcome("Over", nil, "-110", "19.5"), "no_name"), (outcome("Over", "A B", "0", "19.5"), "bad_price"),
        (outcome("Over", "A B", "-110", nil), "missing_value"),
        (outcome("Over", "A B", "-110", "190"), "line_out_of_range"),
        (outcome("Push", "A B", "-110", "19.5"), "unknown_side"),
        (outcome("Over", "A B", "null", "19.5"), "missing_value"),
        (outcome("Over", "A B", "\"-110\"", "19.5"), "unreadable_row"), ("{}", "no_name"), ("3", "unreadable_row"),
        (outcome("Over", "Franz Wagner", "-105", "19.5"), "listed_twice"),
    ])
    func aBadOutcomeIsRefusedAndTheOthersStay(outcome: String, reason: String) throws {
        let content = try Self.props(Self.payload([Self.outcome("Over", "Franz Wagner", "-110", "19.5"), outcome]))
        #expect(content.rows.map(\.playerLookup) == ["franzwagner"])
        #expect(content.rows.first?.overPriceAmerican == -110)
        #expect(content.notes.rejected == [reason: 1])
        #expect(content.listedCount == 2)
    }

    @Test func oddsAfterTheTipSayThatTheyAre() throws {
        let late = try Self.props(
            Self.payload([Self.outcome("Over", "A B", "-110", "9.5")], updated: "2024-02-23T00:00:30Z")
        )
        #expect(late.rows.first?.isAfterTipoff == true)
        #expect(late.rows.first?.minutesBeforeTipoff == -1)
    }

    @Test func syntheticLinesSaySo() throws {
        for extra in [",\"synthetic\":true", ",\"synthetic_price\":true"] {
            let content = try Self.props(Self.payload([Self.outcome("Over", "A B", "-110", "9.5")], extra: extra))
            #expect(content.rows.first?.isSynthetic == true)
        }
    }

    @Test func withoutBookmakersThereIsNothing() throws {
        let body = Array(
            """
            {"id":"\(Self.event)","commence_time":"2024-02-23T00:00:00Z","home_team":"Cleveland Cavaliers",
             "away_team":"Orlando Magic","bookmakers":[]}
            """.utf8
        )
        #expect(try Self.props(body).rows.isEmpty)
        #expect(try Self.lines(body).rows.isEmpty)
    }

    @Test func realLinesAreReadWithTheirTeams() throws {
        guard let bytes = try ReferencePayload.bytes("payloads/oddsa_game_lines_his/2024-01-24_ATL_GSW.json") else {
            return
        }
        let content = try Self.lines(bytes, unit: "cd0bc7d0c238f4446ce1c03d0cea7ec4")
        #expect(content.rows.count == 8 && content.notes.rejectedCount == 0)
        #expect(content.rows.allSatisfy { $0.gameID == "20240124_ATL_GSW" && $0.isAfterTipoff })
        let hosts = content.rows.filter { $0.outcomeTeamAbbr == "GSW" && $0.market == "spreads" }
        #expect(hosts.map(\.outcomePoint) == [-6.5, -7.5])
        #expect(hosts.map(\.outcomePriceAmerican) == [-120, -114])
    }

    @Test(arguments: [
        ("spreads", outcome("Boston Celtics", nil, "-110", "3.5"), "team_mismatch"),
        ("spreads", outcome("Team LeBron", nil, "-110", "3.5"), "unknown_team"),
        ("spreads", outcome("Orlando Magic", nil, "-110", nil), "missing_value"),
        ("totals", outcome("Orlando Magic", nil, "-110", "210.5"), "unknown_side"),
        ("h2h", outcome("Orlando Magic", nil, "0.5", nil), "bad_price"),
    ])
    func aBadLineIsRefused(market: String, outcome: String, reason: String) throws {
        let good = Self.outcome(market == "totals" ? "Over" : "Cleveland Cavaliers", nil, "-110", "3.5")
        let content = try Self.lines(Self.payload([good, outcome], market: market))
        #expect(content.rows.count == 1)
        #expect(content.notes.rejected == [reason: 1])
    }

    @Test func aUnitThatIsNoEventIsRefused() {
        #expect { try Self.props(Self.payload([]), unit: "../x") } throws: { ($0 as? TaskError)?.kind == .permanent }
    }
}
