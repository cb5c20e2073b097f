import PipelineTestKit
import Basketball
import Foundation
import Testing
import Upstream

@Suite struct TeamBoxPayloadTests {
    static let game = TeamBoxPayloadTests.id("0022300561")

    static func id(_ text: String) -> NBAGameID {
        do { return try NBAGameID(text) } catch { preconditionFailure("\(error)") }
    }

    static func statistics(_ change: [String: String] = [:]) -> String {
        let values: [(String, String)] = [
            ("minutes", "\"265:00\""), ("fieldGoalsMade", "45"), ("fieldGoalsAttempted", "90"),
            ("threePointersMade", "15"), ("threePointersAttempted", "36"), ("freeThrowsMade", "20"),
            ("freeThrowsAttempted", "20"), ("reboundsOffensive", "10"), ("reboundsDefensive", "35"),
            ("reboundsTotal", "45"), ("assists", "25"), ("steals", "7"), ("blocks", "5"), ("turnovers", "12"),
            ("foulsPersonal", "18"), ("points", "125"), ("plusMinusPoints", "6.0"),
        ]
        return "{\(values.map { "\"\($0)\":\(change[$0] ?? $1)" }.joined(separator: ","))}"
    }

    static func team(_ id: Int, _ code: String, _ statistics: String) -> String {
        "{\"teamId\":\(id),\"teamTricode\":\"\(code)\",\"teamName\":\"X\",\"teamCity\":\"Y\",\"players\":[{\"comment\":\"\"}],"
            + "\"statistics\":\(statistics)}"
    }

    static func payload(
        home: String = team(1_610_612_755, "PHI", statistics()),
        away: String = team(1_610_612_752, "NYK", statistics()),
        id: String = "0022300561"
    ) -> [UInt8] {
        Array("{\"boxScoreTraditional\":{\"gameId\":\"\(id)\",\"awayTeam\":\(away),\"homeTeam\":\(home)}}".utf8)
    }

    @Test func theSidesAreToldByTheirKeys() throws {
        let box = try TeamBoxPayload.parse(Self.payload(), game: Self.game)
        #expect(box.lines.map(\.team.tricode) == ["PHI", "NYK"])
        #expect(box.lines.map(\.isHome) == [true, false])
        #expect(box.lines.map(\.minutes) == [265, 265])
        #expect(box.lines[0].statistics.points == 125 && box.lines[0].statistics.plusMinus == 6)
    }

    @Test func aRealBoxScorePasses() throws {
        guard let bytes = try ReferencePayload.bytes("payloads/nbac_team_boxscore_v3/sample.json") else { return }
        let box = try TeamBoxPayload.parse(bytes, game: Self.id("0022500165"))
        #expect(box.notes == PayloadNotes())
        #expect(box.lines.map(\.team.tricode) == ["TOR", "MIL"])
        #expect(box.lines.allSatisfy { $0.statistics.points > 0 })
    }

    @Test func beforeTheGameThereAreNoStatistics() throws {
        let box = try TeamBoxPayload.parse(
            Self.payload(home: Self.team(1_610_612_755, "PHI", "null"), away: Self.team(1_610_612_752, "NYK", "null")),
            game: Self.game
        )
        #expect(box.isNotStarted && box.lines.isEmpty && box.notes.rejectedCount == 0)
    }

    @Test(arguments: [
        (["points": "126"], "points_do_not_add_up"), (["reboundsTotal": "44"], "rebounds_do_not_add_up"),
        (["freeThrowsAttempted": "19"], "made_exceeds_attempted"), (["assists": "null"], "unreadable_row"),
        (["assists": "\"25\""], "unreadable_row"), (["minutes": "\"lots\""], "bad_minutes"),
        (["steals": "2000"], "count_out_of_range"),
    ])
    func aBrokenSideIsRefusedAndTheOtherStays(change: [String: String], reason: String) throws {
        let box = try TeamBoxPayload.parse(
            Self.payload(home: Self.team(1_610_612_755, "PHI", Self.statistics(change))),
            game: Self.game
        )
        #expect(box.lines.map(\.team.tricode) == ["NYK"])
        #expect(box.notes.rejected == [reason: 1])
    }

    @Test func oneSideWithoutStatisticsIsRefused() throws {
        let box = try TeamBoxPayload.parse(
            Self.payload(home: Self.team(1_610_612_755, "PHI", "null")),
            game: Self.game
        )
        #expect(box.notes.rejected == ["missing_statistics": 1])
    }

    @Test(arguments: [
        (payload(id: "0022300562"), PayloadError.Code.wrongSubject),
        (payload(home: team(1_610_612_752, "NYK", statistics())), .structure),
        (Array("{\"boxScoreTraditional\":{\"gameId\":\"0022300561\"}}".utf8), .structure),
        (Array("{}".utf8), .structure),
        (Array("{\"boxScoreTraditional\":null}".utf8), .structure), (Array("<html>".utf8), .blocked), ([], .empty),
        (Array(payload().dropLast(40)), .malformed),
    ])
    func aBadPayloadSaysWhatIsWrong(body: [UInt8], code: PayloadError.Code) {
        #expect { try TeamBoxPayload.parse(body, game: Self.game) } throws: { ($0 as? PayloadError)?.code == code }
    }

    @Test func aGameThatDoesNotCountIsNotRead() throws {
        let preseason = try TeamBoxPayload.parse(Self.payload(id: "0012300001"), game: Self.id("0012300001"))
        #expect(preseason.isOutsideLeague && preseason.notes.dropped == ["preseason": 1])
        let guest = try TeamBoxPayload.parse(
            Self.payload(away: Self.team(12325, "RMD", Self.statistics())),
            game: Self.game
        )
        #expect(guest.isOutsideLeague && guest.notes.dropped == ["exhibition": 1])
    }
}
