import Basketball
import Documents
import Testing
import Upstream

@Suite struct GamebookPayloadTests {
    static let head = [
        "Wednesday, April 10, 2024 Rocket Mortgage FieldHouse, Cleveland, OH", "VISITOR: Memphis Grizzlies (27-53)",
    ]
    static let home = [
        "HOME: CLEVELAND CAVALIERS (47-33)", "2 Jarrett Allen C 33:37 7 13 0 1 2 2 6 4 10 5 1 0 1 3 -2 16",
    ]

    static func pages(_ lines: [String]) -> [PDFPage] {
        let words = lines.enumerated().flatMap { number, line in
            line.split(separator: " ").enumerated().map { place, word in
                PDFWord(String(word), left: Double(20 * place), top: Double(12 * number), width: 18, height: 8)
            }
        }
        return [PDFPage(words)]
    }

    static func parse(_ lines: [String]) throws -> GamebookPayload {
        try GamebookPayload.parse(pages: pages(head + lines + home), game: try GameID("20240410_MEM_CLE"))
    }

    @Test func aLineHasItsNumbersInTheGamebooksOrder() throws {
        let payload = try Self.parse(["45 GG Jackson F 35:42 7 21 2 10 6 6 0 2 2 2 2 2 1 1 -13 22"])
        let jackson = try #require(payload.active.first)
        #expect(jackson.name == "GG Jackson" && jackson.position == "F" && jackson.jerseyNumber == "45")
        #expect(jackson.minutes == 35.7)
        let line = try #require(jackson.statistics)
        #expect(line.points == 22 && line.plusMinus == -13 && line.assists == 2 && line.personalFouls == 2)
        #expect(line.steals == 2 && line.turnovers == 1 && line.blocks == 1 && line.totalRebounds == 2)
        #expect(payload.active.map(\.team.tricode) == ["MEM", "CLE"])
    }

    // analytics 4
    @Test(arguments: [("+7", 7), ("7", 7), ("-14", -14), ("0", 0)])
    func thePlusMinusHasASignOrNone(text: String, plusMinus: Int) throws {
        let payload = try Self.parse(["45 GG Jackson F 35:42 7 21 2 10 6 6 0 2 2 2 2 2 1 1 \(text) 22"])
        #expect(payload.active.first?.statistics?.plusMinus == plusMinus)
    }

    @Test(arguments: [
        ("45 GG Jackson F 35:42 7 21 2 10 6 6 0 2 2 2 2 2 1 1 22", "not_16_numbers"),
        ("45 GG Jackson F 35:42 7 21 2 10 6 6 0 2 2 2 2 2 1 1 -13 22 5", "not_16_numbers"),
        ("45 GG Jackson F 35:42 7 21 2 10 6 6 0 2 2 2 2 2 1 1 -13 21", "points_do_not_add_up"),
        ("45 GG Jackson F 35:42 7 21 2 10 6 6 0 2 3 2 2 2 1 1 -13 22", "rebounds_do_not_add_up"),
        ("45 GG Jackson 7 21 2 10 6 6 0 2 2 2 2 2 1 1 -13 22", "no_minutes"),
        ("0 Inactive Man\nInactive: Isotopes - Bane (Rest)", "unknown_team"), ("Inactive: nobody", "bad_inactive_list"),
    ])
    func aLineThatBreaksARuleIsRefused(line: String, reason: String) throws {
        let payload = try Self.parse(line.split(separator: "\n").map(String.init))
        #expect(payload.notes.rejected == [reason: 1])
    }

    @Test func thoseWhoDidNotPlayHaveTheirReasons() throws {
        let payload = try Self.parse([
            "7 Santi Aldama NWT - Injury/Illness - Right Foot; Strain", "24 Marcus Morris Sr. DNP - Coach's Decision",
            "10 Luke Kennard DND - Rest", "TOTALS: 240 35 84",
        ])
        #expect(payload.players.prefix(3).map(\.absence) == [.notWithTeam, .didNotPlay, .didNotDress])
        #expect(payload.players[0].reason == "Injury/Illness - Right Foot; Strain")
        #expect(payload.players[1].name == "Marcus Morris Sr.")
    }

    @Test func inactiveListsWrapAndEnd() throws {
        let lines =
            Self.head + Self.home + [
                "Inactive: Grizzlies - Bane (Injury/Illness - Lumbar; Disc Bulge), Jackson Jr. (Injury/Illness - Right,",
                "Left Quadriceps), Watanabe (), Rose", "Inactive: Cavaliers - Jerome (Rest)",
                "Points in the Paint Grizzlies 40",
            ]
        let payload = try GamebookPayload.parse(pages: Self.pages(lines), game: try GameID("20240410_MEM_CLE"))
        let inactive = payload.players.filter { $0.absence == .inactive }
        #expect(inactive.map(\.name) == ["Bane", "Jackson Jr.", "Watanabe", "Rose", "Jerome"])
        #expect(inactive.map(\.team.tricode) == ["MEM", "MEM", "MEM", "MEM", "CLE"])
        #expect(inactive[1].reason == "Injury/Illness - Right, Left Quadriceps")
        #expect(inactive[2].reason == nil && inactive[3].reason == nil && inactive[4].reason == "Rest")
    }

    @Test func onNeutralGroundTheTeamsAreTheHeads() throws {
        let lines = [
            "Thursday, January 11, 2024 Accor Arena, Paris, FR", "Brooklyn Nets (16-22)",
            "1 Mikal Bridges F 36:48 10 21 2 7 4 4 0 6 6 2 2 1 3 1 -11 26", "Cleveland Cavaliers (22-15)",
            "45 Donovan Mitchell G 36:05 15 25 6 12 9 10 0 6 6 7 2 1 3 0 10 45",
        ]
        let payload = try GamebookPayload.parse(pages: Self.pages(lines), game: try GameID("20240111_BKN_CLE"))
        #expect(payload.active.map(\.team.tricode) == ["BKN", "CLE"])
    }

    @Test func aGamebookBeforeItsStatisticsHasOnlyNames() throws {
        let lines = Self.head + ["45 GG Jackson F", "HOME: Cleveland Cavaliers (47-33)", "2 Jarrett Allen C"]
        let payload = try GamebookPayload.parse(pages: Self.pages(lines), game: try GameID("20240410_MEM_CLE"))
        #expect(payload.isRosterOnly && payload.bareNames == 2)
    }

    @Test(arguments: ["20240411_MEM_CLE", "20240410_MEM_BOS", "20240410_CLE_MEM"])
    func anotherGameIsRefused(game: String) throws {
        let pages = Self.pages(Self.head + Self.home)
        #expect(throws: PayloadError.self) { try GamebookPayload.parse(pages: pages, game: try GameID(game)) }
    }
}
