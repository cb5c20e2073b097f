import PipelineTestKit
import Basketball
import Foundation
import Pipeline
import Testing
import Upstream

@Suite struct SchedulePayloadTests {
    @Test func theWholeSeasonIsReadAndEveryTipIsTheUTCOneOfTheSource() throws {
        guard let bytes = try ReferencePayload.bytes("payloads/nbac_schedule_api/season_2024-25.json.gz") else {
            return
        }
        let payload = try SchedulePayload.parse(bytes)
        #expect(payload.season == Season(startYear: 2024))
        #expect(payload.listedCount == 1400 && payload.listedDayCount == 231)
        #expect(payload.notes.dropped == ["preseason": 73, "all_star": 6])
        #expect(payload.notes.rejectedCount == 0)
        let byType = Dictionary(grouping: payload.games) { $0.id.seasonType }.mapValues(\.count)
        #expect(byType == [.regular: 1230, .playoffs: 84, .playIn: 6, .cupFinal: 1])
        let overtime = try #require(payload.games.first { $0.id.rawValue == "0022400561" })
        #expect(overtime.gameID.description == "20250115_NYK_PHI")
        #expect(overtime.statusText == "Final/OT")
        #expect([overtime.awayScore, overtime.homeScore] == [125, 119])
        #expect(overtime.winner?.tricode == "NYK")

        // The Eastern wall clock, wrongly marked Z, must name the instant of the truly UTC field.
        let dates = try JSONValue(parsing: bytes)["leagueSchedule"]?["gameDates"]?.arrayValue ?? []
        var utc: [String: String] = [:]
        for game in dates.flatMap({ $0["games"]?.arrayValue ?? [] }) {
            utc[game["gameId"]?.stringValue ?? ""] = game["gameDateTimeUTC"]?.stringValue
        }
        let wrong = payload.games.filter { game in
            game.tipoff.map(LeagueClock.formatUTC) != utc[game.id.rawValue]
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
        #expect(
            payload.games.allSatisfy { game in game.tipoff.map { LeagueClock.gameDate(of: $0) == game.date } ?? false }
        )
    }

    @Test func gamesWhoseTeamsAreNotKnownYetAreLeftOut() throws {
        guard let bytes = try ReferencePayload.bytes("payloads/nbac_schedule_cdn/season_2023-24.json.gz") else {
            return
        }
        let payload = try SchedulePayload.parse(bytes)
        #expect(payload.notes.dropped == ["preseason": 73, "teams_undecided": 7])
        #expect(payload.games.count == 1200)
        #expect(payload.games.allSatisfy { $0.status == .scheduled && $0.homeScore == nil && $0.isNeutralSite == nil })
    }

    static func game(
        id: String = "0022300561",
        status: String = "3",
        text: String = "Final",
        home: Int = 1_610_612_755,
        homeCode: String = "PHI",
        away: Int = 1_610_612_752,
        awayCode: String = "NYK",
        date: String = "2024-01-15",
        tip: String = "2024-01-15T19:30:00Z",
        scores: (Int, Int) = (119, 125),
        extra: String = ""
    ) -> String {
        """
        {"gameId":"\(id)","gameStatus":\(status),"gameStatusText":"\(text)","gameDateEst":"\(date)T00:00:00Z",
         "gameDateTimeEst":"\(tip)","arenaName":"","postponedStatus":"N"\(extra),
         "homeTeam":{"teamId":\(home),"teamTricode":"\(homeCode)","score":\(scores.0)},
         "awayTeam":{"teamId":\(away),"teamTricode":"\(awayCode)","score":\(scores.1)}}
        """
    }

    static func payload(_ games: [String], season: String = "2023-24") -> [UInt8] {
        Array(
            """
            {"meta":{},"leagueSchedule":{"seasonYear":"\(season)","gameDates":[{"gameDate":"x","games":[
            \(games.joined(separator: ","))]}]}}
            """.utf8
        )
    }

    @Test func aGameIsReadWithItsParts() throws {
        let found = try #require(try SchedulePayload.parse(Self.payload([Self.game()])).games.first)
        #expect(found.gameID.description == "20240115_NYK_PHI")
        #expect(found.tipoff.map(LeagueClock.formatUTC) == "2024-01-16T00:30:00Z")
        #expect(found.arenaName == nil)
        #expect(!found.isPostponed)
        let undecided = try SchedulePayload.parse(Self.payload([Self.game(status: "1", text: "TBD", scores: (0, 0))]))
        #expect(undecided.games.first?.tipoff == nil)
        #expect(undecided.games.first?.homeScore == nil)
        let moved = try SchedulePayload.parse(Self.payload([Self.game(status: "1", text: "PPD")]))
        #expect(moved.games.first?.isPostponed == true)
    }

    @Test func aMovedGameThatIsListedTwiceCountsOnce() throws {
        let old = Self.game(status: "1", text: "PPD", date: "2024-01-14", tip: "2024-01-14T19:30:00Z")
        for games in [[old, Self.game()], [Self.game(), old]] {
            let payload = try SchedulePayload.parse(Self.payload(games))
            #expect(payload.games.map(\.gameID.description) == ["20240115_NYK_PHI"])
            #expect(payload.notes.dropped == ["listed_twice": 1])
        }
    }

    @Test(arguments: [
        (game(id: "0012300001"), "preseason"), (game(id: "0032300001"), "all_star"),
        (game(id: "1022300001"), "other_competition"), (game(home: 0, homeCode: ""), "teams_undecided"),
        (game(home: 12325, homeCode: "RMD"), "exhibition"),
    ])
    func whatIsNoneOfOurBusinessIsDroppedWithItsReason(game: String, reason: String) throws {
        let payload = try SchedulePayload.parse(Self.payload([game, Self.game()]))
        #expect(payload.notes.dropped == [reason: 1])
        #expect(payload.games.count == 1)
        #expect(payload.notes.rejectedCount == 0)
    }

    @Test(arguments: [
        (game(id: "22300561"), "bad_game_id"), (game(status: "7"), "unknown_status"),
        (game(status: "null"), "unknown_status"), (game(status: "\"3\""), "unreadable_row"),
        (game(id: "0022200561"), "wrong_season"), (game(date: "TODAY"), "bad_date"), (game(tip: "soon"), "bad_tipoff"),
        (game(home: 1_610_612_752, homeCode: "NYK"), "same_team"), ("{\"gameId\":\"0022300561\"}", "missing_team"),
        ("17", "unreadable_row"),
    ])
    func aBadGameIsRefusedAndTheOthersStay(game: String, reason: String) throws {
        let payload = try SchedulePayload.parse(Self.payload([game, Self.game(id: "0022300562")]))
        #expect(payload.notes.rejected == [reason: 1])
        #expect(payload.games.map(\.id.rawValue) == ["0022300562"])
        #expect(payload.listedCount == 2)
    }

    @Test(arguments: [
        ("", PayloadError.Code.empty), (" \n", .empty), ("<html><title>Access Denied</title></html>", .blocked),
        ("Access denied", .undecodable), ("{\"leagueSchedule\":", .malformed), ("{}", .structure), ("[]", .structure),
        ("{\"leagueSchedule\":{\"seasonYear\":\"2023-24\"}}", .structure),
        ("{\"leagueSchedule\":{\"seasonYear\":\"2023\",\"gameDates\":[]}}", .structure),
        ("{\"leagueSchedule\":{\"seasonYear\":\"2023-24\",\"gameDates\":{}}}", .structure),
        ("{\"leagueSchedule\":null}", .structure), ("\u{1f}\u{8b}", .undecodable),
    ])
    func aBadPayloadSaysWhatIsWrong(text: String, code: PayloadError.Code) {
        let body = text == "\u{1f}\u{8b}" ? [0x1F, 0x8B, 8, 0, 0] : Array(text.utf8)
        #expect { try SchedulePayload.parse(body) } throws: { ($0 as? PayloadError)?.code == code }
    }
}
