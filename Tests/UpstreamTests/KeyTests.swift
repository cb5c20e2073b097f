import Basketball
import Foundation
import Pipeline
import Testing
import Upstream

@Suite struct KeyTests {
    static let captured = Date(timeIntervalSince1970: 1_705_410_000)

    static func odds() throws -> OddsSubject {
        OddsSubject(
            date: try GameDate("2024-01-15"),
            eventID: try #require(OddsEventID("f54c4a22568ce9dc33fb410d1b0e75e9")),
            away: try Team(tricode: "ORL"),
            home: try Team(tricode: "CLE")
        )
    }

    @Test(arguments: [
        (0, "nba-com/schedule/2023-24/20240116_130000.json", "nbac_schedule_api", "*"),
        (1, "nba-com/player-boxscores/2024-01-15/20240116_130000.json", "nbac_player_boxscore", "*"),
        (2, "nba-com/team-boxscore/2024-01-15/0022300561/20240116_130000.json", "nbac_team_boxscore", "0022300561"),
        (3, "odds-api/events/2024-01-15/20240116_130000.json", "oddsa_events", "*"),
        (
            4,
            "odds-api/player-props/2024-01-15/f54c4a22568ce9dc33fb410d1b0e75e9-ORLCLE/20240116_130000-snap-1300.json",
            "oddsa_player_props", "f54c4a22568ce9dc33fb410d1b0e75e9"
        ),
        (
            5, "odds-api/game-lines/2024-01-15/f54c4a22568ce9dc33fb410d1b0e75e9-ORLCLE/20240116_130000-snap-1300.json",
            "oddsa_game_lines", "f54c4a22568ce9dc33fb410d1b0e75e9"
        ),
    ])
    func everyKeyIsReadBackAsItWasWritten(number: Int, path: String, scraper: String, unit: String) throws {
        let date = try GameDate("2024-01-15")
        let subjects: [PayloadSubject] = [
            .schedule(Season(startYear: 2023)), .playerBoxscores(date),
            .teamBoxscore(date, try NBAGameID("0022300561")),
            .oddsEvents(date), .playerProps(try Self.odds()), .gameLines(try Self.odds()),
        ]
        for variant in [nil, "0123abcd"] {
            let key = PayloadKey(subjects[number], capturedAt: Self.captured.addingTimeInterval(0.7), variant: variant)
            if variant == nil { #expect(key.path.string == path) }
            #expect(PayloadKey(path: key.path.string) == key)
            #expect(key.scraper == scraper)
            #expect(key.unit == unit)
        }
    }

    @Test(arguments: [
        "", "nba-com/schedule/2023-25/20240116_130000.json", "nba-com/schedule/2023-24/20240116_130000.csv",
        "nba-com/schedule-cdn/2023-24/20240116_130000.json", "nba-com/player-boxscores/TODAY/20240116_130000.json",
        "nba-com/team-boxscore/20240115/0022300561/20240116_130000.json",
        "nba-com/team-boxscore/2024-01-15/22300561/20240116_130000.json",
        "nba-com/player-boxscores/2024-01-15/20240116_250000.json",
        "odds-api/player-props/2024-01-15/f54c4a22568ce9dc33fb410d1b0e75e9-OKLCLE/20240116_130000-snap-1300.json",
        "odds-api/player-props/2024-01-15/f54c4a22568ce9dc33fb410d1b0e75e9-ORLCLE/20240116_130000-snap-0800.json",
        "odds-api/player-props/2024-01-15/F54C-ORLCLE/20240116_130000-snap-1300.json",
        "quarantine/nbac_schedule_api/2024-01-15/20240116_130000.json",
        "../nba-com/schedule/2023-24/20240116_130000.json",
    ])
    func aPathOfAnotherFormIsNotOurs(path: String) {
        #expect(PayloadKey(path: path) == nil)
    }
}
