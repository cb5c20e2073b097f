import Basketball
import Pipeline
import PipelineTestKit
import Testing
import Upstream

@Suite struct PlayerListPayloadTests {
    @Test func theCapturedListIsReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/nbac_player_list/season_2025-26.json.gz") else { return }
        let payload = try PlayerListPayload.parse(body)
        #expect(payload.season == Season(startYear: 2025))
        #expect(payload.listedCount == 594)
        #expect(payload.players.count == 594)
        let adebayo = try #require(payload.players.first { $0.playerID == 1_628_389 })
        #expect(adebayo.lookup == "bamadebayo")
        #expect(adebayo.team?.tricode == "MIA")
        #expect(adebayo.weightPounds == 255)
    }

    static func list(_ rows: String) -> [UInt8] {
        let headers = """
            "PERSON_ID","PLAYER_LAST_NAME","PLAYER_FIRST_NAME","TEAM_ID","TEAM_ABBREVIATION","JERSEY_NUMBER","POSITION",
            "HEIGHT","WEIGHT","COLLEGE","COUNTRY","DRAFT_YEAR","DRAFT_ROUND","DRAFT_NUMBER","ROSTER_STATUS","FROM_YEAR",
            "TO_YEAR"
            """
        return Array(
            #"{"parameters":{"Season":"2023-24"},"resultSets":[{"name":"PlayerIndex","headers":[\#(headers)],"rowSet":[\#(rows)]}]}"#
                .utf8
        )
    }

    static let rest = #""6","F","6-8","250","","","","","",1.0,"2003","2023"]"#

    @Test(arguments: [
        (#"[2544,"James","LeBron",1610612747,"LAL","# + rest, nil),
        // A free agent has no team, and empty cells are no values.
        (#"[2544,"James","LeBron",0,"","# + rest, nil),
        (#"[2544,"James","LeBron",1610612747,"LBN","# + rest, "unknown_team"),
        (#"[2544,"","",1610612747,"LAL","# + rest, "missing_value"),
        (#"["x","James","LeBron",1610612747,"LAL","# + rest, "unexpected_type"),
    ])
    func aRowIsReadOrRefusedWithItsReason(row: String, reason: String?) throws {
        let payload = try PlayerListPayload.parse(Self.list(row))
        #expect(payload.players.count == (reason == nil ? 1 : 0))
        #expect(payload.notes.rejected == (reason.map { [$0: 1] } ?? [:]))
        #expect(payload.players.first?.draftYear == nil)
    }

    @Test func aPlayerCountsOnce() throws {
        let row = #"[2544,"James","LeBron",1610612747,"LAL","# + Self.rest
        let payload = try PlayerListPayload.parse(Self.list(row + "," + row))
        #expect(payload.players.count == 1)
        #expect(payload.notes.rejected == ["listed_twice": 1])
    }

    @Test func aListWithoutAHeaderIsNoList() {
        #expect(throws: PayloadError.self) {
            try PlayerListPayload.parse(
                Array(
                    #"{"parameters":{"Season":"2023-24"},"resultSets":[{"name":"PlayerIndex","headers":["PERSON_ID"],"rowSet":[]}]}"#
                        .utf8
                )
            )
        }
    }
}
