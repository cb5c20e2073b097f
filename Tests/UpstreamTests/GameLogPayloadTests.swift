import PipelineTestKit
import Basketball
import Foundation
import Testing
import Upstream

@Suite struct GameLogPayloadTests {
    static let headers = [
        "SEASON_ID", "PLAYER_ID", "PLAYER_NAME", "TEAM_ID", "TEAM_ABBREVIATION", "TEAM_NAME", "GAME_ID", "GAME_DATE",
        "MATCHUP", "WL", "MIN", "FGM", "FGA", "FG_PCT", "FG3M", "FG3A", "FG3_PCT", "FTM", "FTA", "FT_PCT", "OREB",
        "DREB",
        "REB", "AST", "STL", "BLK", "TOV", "PF", "PTS", "PLUS_MINUS", "FANTASY_PTS", "VIDEO_AVAILABLE",
    ]

    static func row(_ change: [String: String] = [:]) -> [String] {
        let values = [
            "\"22023\"", "203954", "\"Joel Embiid\"", "1610612755", "\"PHI\"", "\"Philadelphia 76ers\"",
            "\"0022300561\"",
            "\"2024-01-15\"", "\"PHI vs. NYK\"", "\"W\"", "35", "12", "20", "0.6", "2", "4", "0.5", "10", "12", "0.833",
            "3", "8", "11", "4", "1", "2", "3", "2", "36", "7", "60.2", "1",
        ]
        return zip(headers, values).map { change[$0] ?? $1 }
    }

    static let visitor = row([
        "PLAYER_ID": "1628973", "PLAYER_NAME": "\"Jalen Brunson\"", "TEAM_ID": "1610612752",
        "TEAM_ABBREVIATION": "\"NYK\"", "MATCHUP": "\"NYK @ PHI\"", "WL": "\"L\"",
    ])

    static func payload(
        _ rows: [[String]],
        headers: [String] = headers,
        rowsFirst: Bool = false,
        old: Bool = false
    ) -> [UInt8] {
        let names = "\"headers\":[\(headers.map { "\"\($0)\"" }.joined(separator: ","))]"
        let set = "\"rowSet\":[\(rows.map { "[\($0.joined(separator: ","))]" }.joined(separator: ",\n"))]"
        let table = "{\"name\":\"LeagueGameLog\",\(rowsFirst ? "\(set),\(names)" : "\(names),\(set)")}"
        return Array("{\"resource\":\"x\",\(old ? "\"resultSet\":\(table)" : "\"resultSets\":[\(table)]")}".utf8)
    }

    static let date = GameLogPayloadTests.day("2024-01-15")

    static func day(_ text: String) -> GameDate {
        do { return try GameDate(text) } catch { preconditionFailure("\(error)") }
    }

    @Test(arguments: [(false, false), (true, false), (false, true)])
    func aLineIsReadByHeaderName(rowsFirst: Bool, old: Bool) throws {
        let payload = try GameLogPayload.parse(
            Self.payload([Self.row(), Self.visitor], rowsFirst: rowsFirst, old: old),
            date: Self.date
        )
        #expect(payload.notes.rejected.isEmpty)
        try #require(payload.lines.count == 2)
        let home = payload.lines[0]
        #expect(home.gameID.description == "20240115_NYK_PHI")
        #expect(home.lookup == "joelembiid")
        #expect(home.isHome && home.opponent.tricode == "NYK" && home.winLoss == "W")
        #expect(home.minutes == 35 && home.statistics.points == 36 && home.statistics.plusMinus == 7)
        #expect(home.statistics.fieldGoalPercentage == 0.6)
        #expect(payload.lines[1].isHome == false && payload.lines[1].gameID == home.gameID)
    }

    @Test func columnsMayStandInAnyOrder() throws {
        let order = Self.headers.indices.shuffled()
        let payload = try GameLogPayload.parse(
            Self.payload(
                [Self.row(), Self.visitor].map { row in order.map { row[$0] } },
                headers: order.map { Self.headers[$0] }
            ),
            date: Self.date
        )
        #expect(payload.lines.map(\.lookup) == ["joelembiid", "jalenbrunson"], "order \(order)")
    }

    @Test(arguments: GameLogPayload.requiredHeaders)
    func aMissingHeaderIsAnErrorOfTheWholePayload(header: String) {
        let renamed = Self.headers.map { $0 == header ? "OTHER" : $0 }
        #expect {
            try GameLogPayload.parse(Self.payload([Self.row()], headers: renamed), date: Self.date)
        } throws: { error in
            (error as? PayloadError)?.code == .structure && "\(error)".contains(header)
        }
    }

    @Test(arguments: [
        (["PTS": "37"], "points_do_not_add_up"), (["REB": "12"], "rebounds_do_not_add_up"),
        (["FGA": "11"], "made_exceeds_attempted"), (["FTA": "9"], "made_exceeds_attempted"),
        (["FG3M": "13", "FG3A": "14", "PTS": "47"], "threes_exceed_field_goals"), (["AST": "-1"], "count_out_of_range"),
        (["PTS": "null"], "missing_value"), (["PTS": "\"36\""], "unreadable_row"), (["PTS": "\"\""], "missing_value"),
        (["PTS": "36.5"], "unreadable_row"), (["GAME_DATE": "\"2024-01-14\""], "wrong_date"),
        (["GAME_DATE": "\"TODAY\""], "bad_date"), (["MATCHUP": "\"PHI - NYK\""], "bad_matchup"),
        (["MATCHUP": "\"BOS vs. NYK\""], "team_mismatch"), (["TEAM_ABBREVIATION": "\"BOS\""], "team_mismatch"),
        (["PLAYER_NAME": "\"\""], "missing_value"), (["PLAYER_NAME": "\"...\""], "no_name"),
        (["WL": "\"T\""], "bad_result"),
        (["MIN": "\"35:61\""], "bad_minutes"), (["MIN": "true"], "bad_minutes"),
        (["GAME_ID": "\"22300561\""], "bad_game_id"),
        (["MATCHUP": "\"PHI vs. PHI\""], "same_team"),
    ])
    func aBadRowIsRefusedAndTheOthersStay(change: [String: String], reason: String) throws {
        let other = Self.row(["PLAYER_ID": "1", "PLAYER_NAME": "\"Somebody Else\""])
        let payload = try GameLogPayload.parse(Self.payload([other, Self.row(change), Self.visitor]), date: Self.date)
        #expect(payload.notes.rejected == [reason: 1])
        #expect(payload.lines.count == 2)
        #expect(payload.listedCount == 3)
    }

    @Test(arguments: [
        (["GAME_ID": "\"0012300001\""], "preseason"), (["GAME_ID": "\"0032300001\""], "all_star"),
        (["TEAM_ID": "12325", "TEAM_ABBREVIATION": "\"RMD\""], "exhibition"),
        (["MATCHUP": "\"PHI vs. RMD\""], "exhibition"),
    ])
    func exhibitionRowsAreDropped(change: [String: String], reason: String) throws {
        let payload = try GameLogPayload.parse(Self.payload([Self.row(change)]), date: Self.date)
        #expect(payload.notes.dropped == [reason: 1])
        #expect(payload.notes.rejectedCount == 0 && payload.lines.isEmpty)
    }

    @Test(arguments: [
        ("35", 35.0), ("\"35:30\"", 35.5), ("0", 0), ("34.0", 34),
    ])
    func minutesAreReadInEveryForm(text: String, minutes: Double) throws {
        let payload = try GameLogPayload.parse(
            Self.payload([Self.row(["MIN": text]), Self.visitor]),
            date: Self.date
        )
        #expect(payload.lines.first?.minutes == minutes)
    }

    @Test func aGameWithOneTeamIsNotFinished() throws {
        let payload = try GameLogPayload.parse(Self.payload([Self.row()]), date: Self.date)
        #expect(payload.lines.isEmpty)
        #expect(payload.notes.rejected == ["not_two_teams": 1])
    }

    @Test func aPlayerListedTwiceCountsOnce() throws {
        let payload = try GameLogPayload.parse(Self.payload([Self.row(), Self.row(), Self.visitor]), date: Self.date)
        #expect(payload.lines.count == 2)
        #expect(payload.notes.rejected == ["listed_twice": 1])
    }

    @Test func aRowOfTheWrongWidthIsRefused() throws {
        let payload = try GameLogPayload.parse(
            Self.payload([Self.row(), Self.visitor, Array(Self.row().dropLast(3))]),
            date: Self.date
        )
        #expect(payload.notes.rejected == ["wrong_width": 1])
    }

    @Test func aDayWithoutGamesHasHeadersAndNoRow() throws {
        let payload = try GameLogPayload.parse(Self.payload([]), date: Self.date)
        #expect(payload.lines.isEmpty && payload.listedCount == 0)
    }

    @Test(arguments: [
        "{\"resultSets\":[]}", "{\"resultSets\":[{\"headers\":[]}]}", "{\"resultSets\":[{\"rowSet\":[]}]}", "{}", "[1]",
        "{\"resultSets\":[{\"headers\":null,\"rowSet\":[]}]}",
    ])
    func aPayloadWithoutTheTableIsRefused(text: String) {
        #expect { try GameLogPayload.parse(Array(text.utf8), date: Self.date) } throws: {
            ($0 as? PayloadError)?.code == .structure
        }
    }

    /// The league's own rows of one day, put into the form in which the source sends them.
    static func realPayload(_ date: String, season: String) throws -> [UInt8]? {
        guard let bytes = try ReferencePayload.bytes("box_scores/player_game_logs_\(season).csv.gz") else { return nil }
        let text: Set<Int> = [0, 2, 4, 5, 6, 7, 8, 9]
        let rows = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst()
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
            .filter { $0.count > 7 && $0[7] == date }
            .map { fields in
                headers.indices.map { index in
                    let value = fields[index]
                    if value.isEmpty { return "null" }
                    return text.contains(index) ? "\"\(value)\"" : value
                }
            }
        return payload(rows)
    }

    @Test(arguments: [
        ("2024-01-22", "2023-24", "joelembiid", 70), ("2024-01-26", "2023-24", "lukadoncic", 73),
        ("2023-02-26", "2022-23", "damianlillard", 71),
    ])
    func theLeaguesOwnRowsPassEveryRule(date: String, season: String, lookup: String, points: Int) throws {
        guard let body = try Self.realPayload(date, season: season) else { return }
        let payload = try GameLogPayload.parse(body, date: Self.day(date))
        #expect(payload.notes == PayloadNotes())
        #expect(payload.lines.count == payload.listedCount && payload.lines.count > 50)
        #expect(payload.lines.first { $0.lookup == lookup }?.statistics.points == points)
    }
}
