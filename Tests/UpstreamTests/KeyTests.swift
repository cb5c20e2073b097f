import Basketball
import Foundation
import Pipeline
import Testing
import Upstream

@Suite struct KeyTests {
    static let captured = Date(timeIntervalSince1970: 1_705_410_000)
    static let event = "f54c4a22568ce9dc33fb410d1b0e75e9"

    /// A subject with every field that a layout asks for.
    static func subject(_ layout: PayloadLayout) throws -> PayloadSubject {
        let unit =
            switch layout.unitForm {
            case .wholeDate: "*"
            case .game: "0022300561"
            case .oddsEvent: event
            case .team: "PHX"
            case .player: "joelembiid"
            case .number: "401585245"
            }
        let path = layout.folders.joined(separator: "/")
        return PayloadSubject(
            layout.scraper,
            unit: unit,
            date: path.contains("{date}") ? try GameDate("2024-01-15") : nil,
            season: path.contains("{season}") ? Season(startYear: 2023) : nil,
            teams: path.contains("{teams}") ? TeamPair("ORLCLE") : nil,
            part: path.contains("{part}") ? "points" : nil
        )
    }

    @Test(arguments: PayloadLayout.all.map(\.scraper))
    func everyKeyIsReadBackAsItWasWritten(scraper: String) throws {
        let subject = try Self.subject(.of(scraper))
        for variant in [nil, "0123abcd"] {
            let key = PayloadKey(subject, capturedAt: Self.captured.addingTimeInterval(0.7), variant: variant)
            #expect(PayloadKey(path: key.path.string) == key)
            #expect(key.scraper == scraper)
            // A unit that is in no path belongs to a payload about a whole date.
            #expect(key.unit == subject.unit)
        }
    }

    @Test(arguments: [
        ("nbac_schedule_api", "nba-com/schedule/2023-24/20240116_130000.json"),
        ("nbac_team_boxscore", "nba-com/team-boxscore/2024-01-15/0022300561/20240116_130000.json"),
        ("nbac_gamebook_pdf", "nba-com/gamebooks-pdf/2024-01-15/0022300561-ORLCLE/20240116_130000.pdf"),
        ("oddsa_player_props", "odds-api/player-props/2024-01-15/\(event)-ORLCLE/20240116_130000-snap-1300.json"),
        ("bigdataball_pbp", "big-data-ball/play-by-play/2024-01-15/game_0022300561/20240116_130000.csv"),
        ("espn_game_boxscore", "espn/boxscores/2024-01-15/game-401585245/20240116_130000.html"),
        ("br_season_roster", "basketball-ref/season-rosters/2023-24/PHX/20240116_130000.html"),
    ])
    func pathsKeepTheirForm(scraper: String, path: String) throws {
        #expect(PayloadKey(try Self.subject(.of(scraper)), capturedAt: Self.captured).path.string == path)
    }

    @Test func everyScraperHasALayoutAndNoOther() {
        let scrapers = Registry.standard.processors.filter { $0.phase == .scrapers }.map(\.name)
        #expect(Set(PayloadLayout.all.map(\.scraper)) == Set(scrapers))
    }

    @Test(arguments: [
        "", "nba-com/schedule/2023-25/20240116_130000.json", "nba-com/schedule/2023-24/20240116_130000.csv",
        "nba-com/player-boxscores/TODAY/20240116_130000.json",
        "nba-com/team-boxscore/20240115/0022300561/20240116_130000.json",
        "nba-com/team-boxscore/2024-01-15/22300561/20240116_130000.json",
        "nba-com/player-boxscores/2024-01-15/20240116_250000.json",
        "espn/boxscores/2024-01-15/game_401585245/20240116_130000.html",
        "espn/rosters/2024-01-15/team_GS/20240116_130000.json",
        "odds-api/player-props/2024-01-15/\(event)-OKLCLE/20240116_130000-snap-1300.json",
        "odds-api/player-props/2024-01-15/\(event)-ORLCLE/20240116_130000-snap-0800.json",
        "odds-api/player-props/2024-01-15/F54C-ORLCLE/20240116_130000-snap-1300.json",
        "bettingpros/player-props/Points!/2024-01-15/20240116_130000.json",
        "quarantine/nbac_schedule_api/2024-01-15/20240116_130000.json",
        "../nba-com/schedule/2023-24/20240116_130000.json",
    ])
    func aPathOfAnotherFormIsNotOurs(path: String) {
        #expect(PayloadKey(path: path) == nil)
    }
}
