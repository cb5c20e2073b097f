import Basketball
import Pipeline
import PipelineTestKit
import Testing
import Upstream

/// The older form of the box score, `boxscoretraditionalv2`.
@Suite struct TeamBoxResultSetsTests {
    static let game = TeamBoxPayloadTests.id("0022300561")

    @Test func theOvertimeGameIsRead() throws {
        let path = "payloads/nbac_team_boxscore_v2/2025-01-15_0022400561.json"
        guard let bytes = try ReferencePayload.bytes(path) else { return }
        let box = try TeamBoxPayload.parse(bytes, game: TeamBoxPayloadTests.id("0022400561"))
        #expect(box.notes == PayloadNotes() && !box.isNotStarted && !box.isOutsideLeague)
        #expect(box.lines.map(\.isHome) == [nil, nil])
        #expect(box.lines.map(\.minutes) == [265, 265])
        let knicks = try #require(box.lines.first { $0.team.tricode == "NYK" }).statistics
        let sixers = try #require(box.lines.first { $0.team.tricode == "PHI" }).statistics
        #expect([knicks.points, sixers.points] == [125, 119])
        #expect([knicks.threePointersMade, sixers.threePointersMade] == [16, 13])
        #expect([knicks.fieldGoalsMade, sixers.fieldGoalsMade] == [46, 46])
        #expect([knicks.freeThrowsMade, sixers.freeThrowsMade] == [17, 14])
        #expect([knicks.turnovers, sixers.turnovers] == [13, 12])
        #expect([knicks.plusMinus, sixers.plusMinus] == [6, -6])
    }

    static func team(_ id: Int, _ code: String, _ change: [String: String] = [:]) -> String {
        let values: [(String, String)] = [
            ("GAME_ID", "\"0022300561\""), ("TEAM_ID", "\(id)"), ("TEAM_NAME", "\"X\""),
            ("TEAM_ABBREVIATION", "\"\(code)\""), ("TEAM_CITY", "\"Y\""), ("MIN", "\"240:00\""), ("FGM", "45"),
            ("FGA", "90"), ("FG3M", "15"), ("FG3A", "36"), ("FTM", "20"), ("FTA", "20"), ("OREB", "10"),
            ("DREB", "35"), ("REB", "45"), ("AST", "25"), ("STL", "7"), ("BLK", "5"), ("TO", "12"), ("PF", "18"),
            ("PTS", "125"), ("PLUS_MINUS", "6.0"),
        ]
        return "[\(values.map { change[$0.0] ?? $0.1 }.joined(separator: ","))]"
    }

    static let both = [team(1_610_612_755, "PHI"), team(1_610_612_752, "NYK")]

    static func payload(_ teams: [String] = both, players: [String] = [], game: String = "0022300561") -> [UInt8] {
        let headers = [
            "GAME_ID", "TEAM_ID", "TEAM_NAME", "TEAM_ABBREVIATION", "TEAM_CITY", "MIN", "FGM", "FGA", "FG3M", "FG3A",
            "FTM", "FTA", "OREB", "DREB", "REB", "AST", "STL", "BLK", "TO", "PF", "PTS", "PLUS_MINUS",
        ]
        return Array(
            """
            {"resource":"boxscore","parameters":{"GameID":"\(game)"},"resultSets":[
            {"name":"PlayerStats","headers":["GAME_ID","TEAM_ID","PTS"],"rowSet":[\(players.joined(separator: ","))]},
            {"name":"TeamStats","headers":["\(headers.joined(separator: "\",\""))"],
             "rowSet":[\(teams.joined(separator: ","))]}]}
            """.utf8
        )
    }

    @Test(arguments: [
        (["PTS": "126"], "points_do_not_add_up"), (["REB": "44"], "rebounds_do_not_add_up"),
        (["FTA": "19"], "made_exceeds_attempted"), (["AST": "null"], "missing_value"),
        (["MIN": "\"lots\""], "bad_minutes"),
    ])
    func aBrokenSideIsRefusedAndTheOtherStays(change: [String: String], reason: String) throws {
        let box = try TeamBoxPayload.parse(
            Self.payload([Self.team(1_610_612_755, "PHI", change), Self.both[1]]),
            game: Self.game
        )
        #expect(box.lines.map(\.team.tricode) == ["NYK"] && box.notes.rejected == [reason: 1])
    }

    @Test func playersAddUpToTheirTeam() throws {
        func player(_ points: String) -> String { "[\"0022300561\",1610612752,\(points)]" }
        let good = try TeamBoxPayload.parse(
            Self.payload(players: [player("100"), player("25"), player("null")]),
            game: Self.game
        )
        #expect(good.lines.count == 2)
        let bad = try TeamBoxPayload.parse(Self.payload(players: [player("100")]), game: Self.game)
        #expect(bad.lines.map(\.team.tricode) == ["PHI"] && bad.notes.rejected == ["players_do_not_add_up": 1])
    }

    @Test func withoutRowsTheGameHasNotBegun() throws {
        for teams in [[], [team("null"), team("null")]] {
            let box = try TeamBoxPayload.parse(Self.payload(teams), game: Self.game)
            #expect(box.isNotStarted && box.lines.isEmpty && box.notes == PayloadNotes())
        }
        func team(_ points: String) -> String { Self.team(1_610_612_755, "PHI", ["PTS": points]) }
    }

    @Test(arguments: [
        (payload(game: "0022300562"), PayloadError.Code.wrongSubject), (payload([], game: "0022300562"), .wrongSubject),
        (payload([both[0]]), .structure), (payload(both + [both[0]]), .structure),
        (payload([both[0], both[0]]), .structure),
        (Array(#"{"resource":"boxscore","resultSets":[]}"#.utf8), .structure),
    ])
    func aBadPayloadSaysWhatIsWrong(body: [UInt8], code: PayloadError.Code) {
        #expect { try TeamBoxPayload.parse(body, game: Self.game) } throws: { ($0 as? PayloadError)?.code == code }
    }
}
