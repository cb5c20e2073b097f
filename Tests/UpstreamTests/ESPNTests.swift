import Basketball
import Pipeline
import PipelineTestKit
import Testing

@testable import Upstream

@Suite struct ESPNTests {
    @Test func theCapturedScoreboardIsReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/espn_scoreboard/2024-01-15.json.gz") else { return }
        let board = try ESPNScoreboard.parse(body)
        #expect(board.games.count == 11 && board.listedCount == 11 && board.notes == PayloadNotes())
        #expect(board.games.allSatisfy { $0.date.description == "2024-01-15" && $0.status == .final })
        #expect(board.games.allSatisfy { $0.season == Season(startYear: 2023) && !$0.isPostseason })
        let first = try #require(board.games.first)
        #expect(first.id == "401585183" && first.home.tricode == "PHI" && first.away.tricode == "HOU")
        #expect(first.homeScore == 124 && first.awayScore == 115 && first.winner?.tricode == "PHI")
        // ESPN's own codes: NO at DAL, ORL at NY, DET at WSH, SA at ATL, GS at MEM, IND at UTAH.
        let teams = Set(board.games.flatMap { [$0.home.tricode, $0.away.tricode] })
        #expect(teams.isSuperset(of: ["NOP", "NYK", "WAS", "SAS", "GSW", "UTA"]) && teams.count == 22)
        #expect(board.games.first { $0.home.tricode == "BKN" }?.periods == 5)
    }

    @Test func aDayWithoutGamesIsEmpty() throws {
        guard let body = try ReferencePayload.bytes("payloads/espn_scoreboard/2025-02-14_no_games.json") else { return }
        let board = try ESPNScoreboard.parse(body)
        #expect(board.games.isEmpty && board.listedCount == 0)
    }

    @Test func theCapturedPageIsReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/espn_game_boxscore/2024-01-15_HOU_PHI.html.gz") else {
            return
        }
        let box = try ESPNBoxScore.parse(body, game: "401585183")
        #expect(box.game.date.description == "2024-01-15" && box.game.home.tricode == "PHI")
        #expect(box.game.homeScore == 124 && box.game.awayScore == 115 && box.game.periods == 4)
        #expect(box.lines.count == 25 && box.listedCount == 25 && box.notes == PayloadNotes())
        #expect(box.lines.count(where: \.isStarter) == 10)
        let idle = box.lines.filter { $0.statistics == nil }
        #expect(idle.map(\.name).sorted() == ["Boban Marjanovic", "Reggie Bullock Jr."])
        #expect(idle.allSatisfy { $0.absenceReason == "COACH'S DECISION" && $0.minutes == nil && !$0.isHome })
        let smith = try #require(box.lines.first { $0.name == "Jabari Smith Jr." })
        #expect(smith.statistics?.points == 13 && smith.statistics?.plusMinus == -8 && smith.minutes == 31)
        #expect(smith.statistics?.fieldGoalPercentage == 5.0 / 9)
        #expect { try ESPNBoxScore.parse(body, game: "401585184") } throws: {
            ($0 as? PayloadError)?.code == .wrongSubject
        }
    }

    static func event(
        home: String = "PHI",
        flag: String = "home",
        type: Int = 2,
        state: String = "post",
        name: String = "STATUS_FINAL",
        score: String = #""124""#,
        date: String = "2024-01-15T18:00Z"
    ) -> String {
        """
        {"id":"401585183","date":"\(date)","season":{"year":2024,"type":\(type)},
        "status":{"period":4,"type":{"name":"\(name)","state":"\(state)","detail":"x"}},"competitions":[{"competitors":[
        {"homeAway":"\(flag)","score":\(score),"team":{"abbreviation":"\(home)"}},
        {"homeAway":"away","score":"115","team":{"abbreviation":"HOU"}}]}]}
        """
    }

    @Test(arguments: [
        (event(), ESPNGameStatus?.some(.final), String?.none, String?.none),
        (event(state: "pre", name: "STATUS_SCHEDULED", score: #""0""#), .scheduled, nil, nil),
        (event(state: "in", name: "STATUS_IN_PROGRESS"), .live, nil, nil),
        (event(state: "post", name: "STATUS_POSTPONED"), .postponed, nil, nil),
        (event(home: "GS"), .final, nil, nil), (event(home: "LEB"), nil, "unknown_team", nil),
        (event(type: 1), nil, "preseason", nil), (event(flag: "away"), nil, nil, "no_home_and_away"),
        (event(home: "HOU"), nil, nil, "same_team"), (event(state: "limbo", name: "x"), nil, nil, "unknown_status"),
        (event(score: "null"), nil, nil, "missing_value"), (event(date: "tonight"), nil, nil, "bad_date"),
        ("7", nil, nil, "unexpected_structure"),
    ])
    func anEventIsReadOrSaysWhyNot(event: String, status: ESPNGameStatus?, dropped: String?, rejected: String?) throws {
        let board = try ESPNScoreboard.parse(Array("{\"events\":[\(event)]}".utf8))
        #expect(board.games.first?.status == status)
        #expect(board.notes.dropped == (dropped.map { [$0: 1] } ?? [:]))
        #expect(board.notes.rejected == (rejected.map { [$0: 1] } ?? [:]))
        // Zeros before the tip-off are no score.
        if status == .scheduled || status == .postponed { #expect(board.games.first?.homeScore == nil) }
    }

    static let keys = """
        "minutes","fieldGoalsMade-fieldGoalsAttempted","threePointFieldGoalsMade-threePointFieldGoalsAttempted",
        "freeThrowsMade-freeThrowsAttempted","offensiveRebounds","defensiveRebounds","rebounds","assists","steals",
        "blocks","turnovers","fouls","plusMinus","points"
        """

    static func page(_ athletes: String, state: String = "post", isHome: Bool = true, score: Int = 2) -> [UInt8] {
        Array(
            """
            <html><title>Box</title><script>window['__espnfitt__']={"app":{"gmStrp":true},"page":{"gmStrp":{"gid":"7",
            "dt":"2024-01-16T00:30Z","seasonType":2,"status":{"state":"\(state)","desc":"Final"},"tms":[
            {"abbrev":"PHI","isHome":true,"score":"\(score)"},{"abbrev":"NY","isHome":false,"score":"0"}]},"bxscr":[
            {"tm":{"abbrev":"PHI","hm":\(isHome)},"stats":[{"type":"bench","keys":[\(keys)],"athlts":[\(athletes)]},
            {"type":"totals"}]}]}};</script>
            """.utf8
        )
    }

    static func athlete(_ cells: String, reason: String = "") -> String {
        #"{"stats":[\#(cells)],"athlt":{"id":"1","dspNm":"A B"}\#(reason)}"#
    }

    static let good = athlete(#""12","1-3","0-1","0-0","0","1","1","0","0","0","0","2","-5","2""#)

    @Test(arguments: [
        (page(good), 1, String?.none), (page(good, score: 3), 1, "points_are_not_the_score"),
        (page(athlete("", reason: #","dnpRsn":"DNP-ILLNESS""#), score: 0), 1, nil),
        (page(good.replacing("1-3", with: "1 of 3"), score: 0), 0, "unexpected_type"),
        (page(good.replacing(#""12","#, with: ""), score: 0), 0, "unexpected_structure"),
        (page(good.replacing(#""-5","2""#, with: #""-5","3""#), score: 0), 0, "points_do_not_add_up"),
        (page(good + "," + good), 1, "listed_twice"), (page(#"{"stats":[]}"#, score: 0), 0, "unexpected_structure"),
    ])
    func aLineIsReadOrRefusedWithItsReason(page: [UInt8], lines: Int, reason: String?) throws {
        let box = try ESPNBoxScore.parse(page, game: "7")
        #expect(box.lines.count == lines)
        #expect(box.notes.rejected == (reason.map { [$0: 1] } ?? [:]))
        #expect(box.game.date.description == "2024-01-15" && box.game.away.tricode == "NYK")
    }

    @Test func beforeTheTipThereAreNoLines() throws {
        let box = try ESPNBoxScore.parse(Self.page(Self.good, state: "pre"), game: "7")
        #expect(box.lines.isEmpty && box.game.status == .scheduled && box.game.homeScore == nil)
    }

    @Test(arguments: [
        ("<html><title>Access Denied</title></html>", PayloadError.Code.blocked),
        ("<html><!-- ESPNFITT --></html>", .structure), ("", .empty), ("{}", .undecodable),
        ("<html>\"gmStrp\":{\"gid\":", .malformed), ("<html>\"gmStrp\":{\"gid\":\"x\"}", .structure),
    ])
    func aPageWithoutAGameIsRefused(text: String, code: PayloadError.Code) {
        #expect { try ESPNBoxScore.parse(Array(text.utf8), game: "7") } throws: {
            ($0 as? PayloadError)?.code == code
        }
    }

    @Test func sidesThatContradictTheStripAreRefused() {
        #expect { try ESPNBoxScore.parse(Self.page(Self.good, isHome: false), game: "7") } throws: {
            ($0 as? PayloadError)?.code == .structure
        }
    }
}
