import Basketball
import Pipeline
import PipelineTestKit
import Testing
import Upstream

@Suite struct PeoplePayloadTests {
    @Test func theCapturedOfficialsAreReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_referee_assignments/2025-01-08.json") else { return }
        let payload = try RefereePayload.parse(body, date: try GameDate("2025-01-08"))
        #expect(payload.gameCount == 8)
        #expect(payload.assignments.count == 24)
        #expect(payload.replayOfficials.map(\.name) == ["Brett Nansel", "Jason Goldenberg", "Jenna Schroeder"])
        #expect(payload.notes == PayloadNotes())
        let goble = try #require(payload.assignments.first)
        #expect(goble.gameID.description == "20250108_OKC_CLE" && goble.position == 1)
        #expect(goble.official.id == 101_284 && goble.official.jerseyNumber == "10")
        #expect(throws: PayloadError.self) { try RefereePayload.parse(body, date: try GameDate("2025-01-09")) }
    }

    static func officials(_ row: String) -> [UInt8] {
        Array(#"{"nba":{"Table":{"rows":[\#(row)]},"Table1":{"rows":[]}},"gl":{},"wnba":{}}"#.utf8)
    }

    static func game(_ id: String, code: String = "20250108/OKCCLE", home: Int = 1_610_612_739, official: String)
        -> String
    {
        """
        {"game_id":"\(id)","game_date":"01/08/2025","game_code":"\(code)","home_team_id":\(home),
         "away_team_id":1610612760,"official1":"John Goble",\(official)}
        """
    }

    @Test(
        arguments: [
            (game("0022400509", official: #""official1_code":101284"#), 1, [:], [:]),
            (game("0022400509", official: #""official1_code":null"#), 0, ["missing_value": 1], [:]),
            (
                game("0022400509", code: "20250108/CLEOKC", official: #""official1_code":1"#), 0, ["team_mismatch": 1],
                [:]
            ),
            (game("0012400509", official: #""official1_code":1"#), 0, [:], ["preseason": 1]),
            (game("0022400509", home: 12_321, official: #""official1_code":1"#), 0, [:], ["exhibition": 1]),
        ] as [(String, Int, [String: Int], [String: Int])]
    )
    func aGameOfOfficialsIsReadOrRefused(row: String, count: Int, rejected: [String: Int], dropped: [String: Int])
        throws
    {
        let payload = try RefereePayload.parse(Self.officials(row), date: try GameDate("2025-01-08"))
        #expect(payload.assignments.count == count)
        #expect(payload.notes.rejected == rejected && payload.notes.dropped == dropped)
    }

    @Test func theCapturedMovementIsReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_player_movement/full.json.gz") else { return }
        let payload = try PlayerMovementPayload.parse(body)
        #expect(payload.transactions.count == 8_730)
        #expect(payload.notes == PayloadNotes())
        #expect(payload.transactions.count { $0.type == "Trade" } == 1_619)
        #expect(payload.transactions.count { $0.playerID == nil } == 466)
        let first = try #require(payload.transactions.first)
        #expect(first.team.tricode == "MIL" && first.playerID == 1_630_175 && first.playerName == "Cole Anthony")
        #expect(first.date.description == "2025-07-16")
        let trade = try #require(
            payload.transactions.first { $0.playerSlug == "jonas-valanciunas" && $0.type == "Trade" }
        )
        #expect(trade.team.tricode == "DEN" && trade.otherTeam?.tricode == "SAC")
        #expect(
            payload.transactions.contains { $0.playerSlug == "jaren-jackson-jr" && $0.playerName == "Jaren Jackson Jr" }
        )
    }

    static func movement(_ change: (String, String) = ("", "")) -> [UInt8] {
        let row = """
            {"Transaction_Type":"Signing","TRANSACTION_DATE":"2025-07-16T00:00:00","TRANSACTION_DESCRIPTION":"x",
             "TEAM_ID":1610612755.0,"TEAM_SLUG":"sixers","PLAYER_ID":1.0,"PLAYER_SLUG":"a-b","Additional_Sort":0.0,
             "GroupSort":"Signing 1"}
            """
        let text = change.0.isEmpty ? row : row.replacing(change.0, with: change.1)
        return Array(#"{"NBA_Player_Movement":{"rows":[\#(text)]}}"#.utf8)
    }

    @Test(
        arguments: [
            (("", ""), nil), (("Signing\",\"TRANS", "Gift\",\"TRANS"), "unknown_type"),
            (("1610612755.0", "1.0"), "unknown_team"),
            (("\"sixers\"", "\"bucks\""), "team_mismatch"), (("\"a-b\"", "\"\""), "no_name"),
            (("2025-07-16T", "TODAYT"), "bad_date"), (("1610612755.0", "1610612755.5"), "unexpected_type"),
        ] as [((String, String), String?)]
    )
    func aTransactionIsReadOrRefused(change: (String, String), reason: String?) throws {
        let payload = try PlayerMovementPayload.parse(Self.movement(change))
        #expect(payload.transactions.count == (reason == nil ? 1 : 0))
        #expect(payload.notes.rejected.keys.sorted() == (reason.map { [$0] } ?? []))
    }

    @Test func theCapturedRosterOfESPNIsReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/espn_roster/BOS.json.gz") else { return }
        let payload = try ESPNRosterPayload.parse(body, team: try Team(tricode: "BOS"))
        #expect(payload.players.count == 17 && payload.notes == PayloadNotes())
        let brown = try #require(payload.players.first)
        #expect(brown.name == "Jaylen Brown" && brown.espnID == 3_917_376 && brown.position == "SG")
        #expect(brown.heightInches == 78 && brown.birthDate?.description == "1996-10-24")
        #expect(brown.injuryStatus == "Out" && brown.birthPlace == "Marietta, GA, USA")
        #expect(payload.players.count { $0.injuryStatus != nil } == 2)
        #expect(throws: PayloadError.self) { try ESPNRosterPayload.parse(body, team: try Team(tricode: "NYK")) }
    }

    @Test(arguments: [("GS", "GSW"), ("NY", "NYK"), ("NO", "NOP"), ("SA", "SAS"), ("UTAH", "UTA"), ("WSH", "WAS")])
    func theTeamsAreKnownByTheirCodesOfESPN(code: String, tricode: String) throws {
        let body = Array(
            #"{"team":{"abbreviation":"\#(code)","athletes":[{"id":"1","displayName":"A B"},{"id":"x","displayName":"C"}]}}"#
                .utf8
        )
        let payload = try ESPNRosterPayload.parse(body, team: try Team(tricode: tricode))
        #expect(payload.players.map(\.name) == ["A B"] && payload.notes.rejected == ["unexpected_type": 1])
        #expect(try Team(tricode: tricode).espnCode == code)
    }

    @Test func theCapturedTeamPageIsReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_roster/GSW.html.gz") else { return }
        let payload = try TeamPagePayload.parse(body, team: try Team(tricode: "GSW"))
        #expect(payload.players.count == 18 && payload.notes == PayloadNotes())
        #expect(payload.players.contains { $0.name == "Gary Payton II" && $0.jerseyNumber == "0" })
        #expect(throws: PayloadError.self) { try TeamPagePayload.parse(body, team: try Team(tricode: "LAL")) }
    }

    @Test func aPageWithoutTheSitesDataIsABlockPage() {
        let body = Array("<html><head><title>Access Denied</title></head><body></body></html>".utf8)
        #expect(throws: PayloadError(.blocked, "a page without the site's data: Access Denied")) {
            try TeamPagePayload.parse(body, team: try Team(tricode: "GSW"))
        }
    }
}
