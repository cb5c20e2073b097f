import Basketball
import Pipeline
import PipelineTestKit
import Testing

@testable import Upstream

@Suite struct BallDontLieTests {
    /// A captured first page with an end, because the pages after it were not captured.
    static func ended(_ path: String) throws -> [UInt8]? {
        try ReferencePayload.bytes(path).map { $0 + Array("\n{\"data\":[],\"meta\":{\"per_page\":100}}".utf8) }
    }

    @Test func theCapturedBoxScoresAreReadWhole() throws {
        guard let body = try ReferencePayload.bytes("payloads/bdl_box_scores/2024-01-15.json.gz") else { return }
        let payload = try BallDontLieBoxScores.parse(body, date: try GameDate("2024-01-15"))
        #expect(payload.games.count == 11 && payload.listedCount == 384 && payload.lines.count == 384)
        #expect(payload.notes == PayloadNotes())
        // Who did not play has no statistics, which is not the same as zeros.
        let idle = payload.lines.filter { $0.statistics == nil }
        #expect(idle.count == 155 && idle.allSatisfy { $0.minutes == nil })
        #expect(payload.lines.allSatisfy { $0.statistics == nil || $0.minutes != nil })
        let maxey = try #require(payload.lines.first { $0.player.name == "Tyrese Maxey" })
        #expect(maxey.team.tricode == "PHI" && maxey.isHome && maxey.opponent.tricode == "HOU")
        #expect(maxey.game.homeScore == 124 && maxey.game.awayScore == 115)
    }

    @Test func theCapturedStatisticsAreTheSameKindOfLines() throws {
        guard let body = try ReferencePayload.bytes("payloads/bdl_player_box_scores/sample.json") else { return }
        let payload = try BallDontLieBoxScores.parse(body, date: try GameDate("2025-06-22"))
        #expect(payload.lines.count == 30 && payload.notes == PayloadNotes() && payload.games.count == 1)
        #expect(payload.lines.count { $0.statistics == nil } == 6)
        let points = payload.lines.filter(\.isHome).reduce(0) { $0 + ($1.statistics?.points ?? 0) }
        #expect(points == 103)
        let williams = try #require(payload.lines.first { $0.player.name == "Jalen Williams" })
        #expect(williams.statistics?.points == 20 && williams.team.tricode == "OKC" && williams.game.isPostseason)
    }

    @Test func anEmptyListIsEmpty() throws {
        guard let body = try ReferencePayload.bytes("payloads/bdl_box_scores/empty.json") else { return }
        let payload = try BallDontLieBoxScores.parse(body, date: try GameDate("2024-01-15"))
        #expect(payload.lines.isEmpty && payload.listedCount == 0 && payload.notes == PayloadNotes())
    }

    @Test func theCapturedListsAreRead() throws {
        if let body = try ReferencePayload.bytes("payloads/bdl_games/2025-02-20.json") {
            let payload = try BallDontLieGames.parse(body)
            #expect(payload.games.count == 9 && payload.notes == PayloadNotes())
            #expect(payload.games.first?.home.tricode == "DEN" && payload.games.first?.homeScore == 129)
        }
        if let body = try ReferencePayload.bytes("payloads/bdl_standings/2024.json") {
            let payload = try BallDontLieStandings.parse(body)
            #expect(payload.standings.count == 30 && payload.notes == PayloadNotes())
            #expect(payload.season.label == "2024-25")
            let cavaliers = try #require(payload.standings.first { $0.team.tricode == "CLE" })
            #expect(cavaliers.overall == WinLossRecord(wins: 64, losses: 18) && cavaliers.conferenceRank == 1)
            // balldontlie's numbers are the thirty in the order of their names.
            let entries = try BallDontLie.entries(body)
            for entry in entries {
                let id = try #require(entry["team"]?["id"]?.intValue)
                #expect(BallDontLie.team(id: Int(id))?.tricode == entry["team"]?["abbreviation"]?.stringValue)
            }
        }
        if let body = try Self.ended("payloads/bdl_active_players/page1.json") {
            let payload = try BallDontLieActivePlayers.parse(body)
            #expect(payload.players.count == 100 && payload.notes == PayloadNotes())
            #expect(payload.players.first?.team?.tricode == "HOU")
        }
        if let body = try Self.ended("payloads/bdl_injuries/page1.json") {
            let payload = try BallDontLieInjuries.parse(body, on: try GameDate("2025-07-16"))
            #expect(payload.injuries.count == 100 && payload.notes == PayloadNotes())
            let toppin = try #require(payload.injuries.first)
            #expect(toppin.status == .dayToDay && toppin.returnDate?.description == "2025-07-17")
            #expect(toppin.reason == "hip" && toppin.reasonCategory == "injury" && toppin.team.tricode == "ATL")
            #expect(payload.injuries.allSatisfy { $0.returnDate != nil })
            #expect(Set(payload.injuries.compactMap { $0.returnDate?.year }) == [2025, 2026])
        }
    }

    @Test(arguments: [
        ("Jan 16", "2024-01-15", "2024-01-16"), ("Jan 2", "2024-12-30", "2025-01-02"),
        ("Dec 30", "2025-01-02", "2024-12-30"), ("Oct 1", "2025-07-16", "2025-10-01"),
        ("2024-02-01", "2024-01-15", "2024-02-01"), ("Feb 29", "2024-01-15", "2024-02-29"),
        ("Feb 29", "2025-01-15", nil), ("soon", "2024-01-15", nil), ("Jan 99", "2024-01-15", nil),
    ])
    func aDayWithoutItsYearIsTheOneThatIsNear(text: String, day: String, date: String?) throws {
        #expect(BallDontLieInjuries.date(text, near: try GameDate(day))?.description == date)
    }

    @Test func aListWhosePagesEndTooEarlyIsNone() throws {
        let page = Array(#"{"data":[],"meta":{"next_cursor":277,"per_page":100}}"#.utf8)
        #expect { try BallDontLieActivePlayers.parse(page) } throws: { ($0 as? PayloadError)?.code == .tooFewRows }
        #expect(try BallDontLie.nextCursor(after: page) == 277)
    }

    @Test(arguments: [
        (#"{"error":"Unauthorized"}"#, PayloadError.Code.structure), ("", .empty), ("<html></html>", .blocked),
        (#"{"data":[]"#, .malformed), (#"{"data":{}}"#, .structure),
    ])
    func aRefusalIsNoEmptyList(text: String, code: PayloadError.Code) throws {
        let date = try GameDate("2024-01-15")
        #expect { try BallDontLieBoxScores.parse(Array(text.utf8), date: date) } throws: {
            ($0 as? PayloadError)?.code == code
        }
    }

    static let counts = """
        "fgm":2,"fga":7,"fg3m":1,"fg3a":3,"ftm":0,"fta":0,"oreb":2,"dreb":3,"reb":5,"ast":3,"stl":2,"blk":1,"turnover":0,"pf":2
        """

    static func player(_ id: Int, _ name: String = "Batum", minutes: String = #""28""#, rest: String) -> String {
        #"{"min":\#(minutes),\#(rest),"player":{"id":\#(id),"first_name":"Nicolas","last_name":"\#(name)"}}"#
    }

    static func game(
        home: String = "PHI",
        away: String = "HOU",
        status: String = "Final",
        date: String = "2024-01-15",
        score: Int = 5,
        _ players: [String]
    ) -> [UInt8] {
        Array(
            """
            {"data":[{"date":"\(date)","season":2023,"status":"\(status)","period":4,"postseason":false,
            "home_team_score":\(score),"visitor_team_score":0,
            "home_team":{"id":23,"abbreviation":"\(home)","players":[\(players.joined(separator: ","))]},
            "visitor_team":{"id":11,"abbreviation":"\(away)","players":[]}}]}
            """.utf8
        )
    }

    static let good = player(33, rest: counts + #","pts":5"#)

    @Test(arguments: [
        (game([good]), 1, [:], [:]),
        (
            game([
                good,
                player(
                    34,
                    minutes: #""00""#,
                    rest: counts.replacing(/\d+/) { _ in "0" } + #","fg3m":0,"fg3a":0,"pts":0"#
                ),
            ]), 2, [:], [:]
        ),
        (game(score: 6, [good]), 1, [:], ["points_are_not_the_score": 1]),
        (game([player(33, rest: counts + #","pts":6"#)]), 0, [:], ["points_do_not_add_up": 1]),
        (game([good, good]), 1, [:], ["listed_twice": 1]),
        (game([good, player(34, minutes: #""soon""#, rest: counts + #","pts":5"#)]), 1, [:], ["bad_minutes": 1]),
        (game([good, player(34, rest: counts)]), 1, [:], ["missing_value": 1]),
        (game(status: "3rd Qtr", [good, good]), 0, ["not_final": 2], [:]),
        (game(date: "2024-01-14", [good]), 0, ["other_date": 1], [:]),
        (game(home: "LBN", [good]), 0, ["unknown_team": 1], [:]), (game(home: "HOU", [good]), 0, [:], ["same_team": 1]),
        (game([]), 0, [:], ["no_players": 1]), (game(["7"]), 0, [:], ["unexpected_structure": 1]),
    ])
    func aLineIsReadOrRefusedWithItsReason(
        body: [UInt8],
        lines: Int,
        dropped: [String: Int],
        rejected: [String: Int]
    ) throws {
        let payload = try BallDontLieBoxScores.parse(body, date: try GameDate("2024-01-15"))
        #expect(payload.lines.count == lines)
        #expect(payload.notes.dropped == dropped && payload.notes.rejected == rejected)
    }

    static func injury(_ status: String, team: Int = 1) -> String {
        #"{"player":{"id":1,"first_name":"A","last_name":"B","team_id":\#(team)},"status":"\#(status)"}"#
    }

    @Test(arguments: [
        (injury("Out"), ListedInjuryStatus?.some(.out), String?.none), (injury("Day-To-Day"), .dayToDay, nil),
        (injury("Out For Season"), .outForSeason, nil), (injury("Game Time Decision"), .questionable, nil),
        (injury("Abducted"), nil, "unknown_status"), (injury("Out", team: 31), nil, "unknown_team"),
        (#"{"player":{"id":1,"team_id":1},"status":"Out"}"#, nil, "no_name"),
    ])
    func aStatusIsOneOfTheKnown(entry: String, status: ListedInjuryStatus?, reason: String?) throws {
        let list = try BallDontLieInjuries.parse(Array("{\"data\":[\(entry)]}".utf8), on: try GameDate("2024-01-15"))
        #expect(list.injuries.first?.status == status)
        #expect(list.notes.rejected == (reason.map { [$0: 1] } ?? [:]))
        #expect(list.injuries.first?.returnDate == nil && list.injuries.first?.reason == nil)
    }

    @Test(arguments: [29, 31])
    func standingsAreThirtyTeams(count: Int) {
        let entry = #"{"season":2024}"#
        let body = Array("{\"data\":[\(Array(repeating: entry, count: count).joined(separator: ","))]}".utf8)
        #expect(throws: PayloadError.self) { try BallDontLieStandings.parse(body) }
    }

    @Test func aTeamWithMoreGamesAtHomeAndAwayThanInAllIsRefused() throws {
        guard let body = try ReferencePayload.bytes("payloads/bdl_standings/2024.json") else { return }
        let text = String(decoding: body, as: UTF8.self)
            .replacing(#""home_record":"34-7""#, with: #""home_record":"34-8""#)
        let payload = try BallDontLieStandings.parse(Array(text.utf8))
        #expect(payload.standings.count == 29 && payload.notes.rejected == ["records_do_not_add_up": 1])
    }
}
