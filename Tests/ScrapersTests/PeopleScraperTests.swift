import Basketball
import Foundation
import PipelineTestKit
import Testing
import Upstream

@testable import Pipeline
@testable import Scrapers
@testable import SourceSim

@Suite struct PeopleScraperTests {
    static let officialsPath = "/wp-json/api/v1/get-game-officials"

    static func officials(_ games: [String]) -> String {
        let rows = games.map { id in
            """
            {"game_id":"\(id)","game_date":"01/15/2024","game_code":"20240115/NYKPHI","home_team_id":1610612755,
             "away_team_id":1610612752,"official1":"A B","official1_code":1}
            """
        }
        return #"{"nba":{"Table":{"rows":[\#(rows.joined(separator: ","))]},"Table1":{"rows":[]}}}"#
    }

    @Test(arguments: [
        (["0022300561"], "2024-01-15", "success", false), ([], "2024-01-15", "no_data", false),
        ([], "2024-01-16", "no_data", true),
    ])
    func officialsAreJudgedByTheSchedule(games: [String], date: String, state: String, isExpected: Bool) async throws {
        try await ScraperTests.scrape("nbac_referee_assignments", date: date) {
            $0.answer(ScraperTests.schedulePath, .init(200, ScraperTests.schedule(status: 1)))
            $0.answer(Self.officialsPath, .init(200, Self.officials(games)))
        } _: { result, _, _ in
            #expect(result.state == state && result.isExpectedEmpty == isExpected)
        }
    }

    @Test(arguments: [
        (
            "nbac_player_movement", "*", "/js/data/playermovement/NBA_Player_Movement.json",
            #"{"NBA_Player_Movement":{"rows":[]}}"#, "too_few_rows"
        ),
        (
            "espn_roster", "GSW", "/apis/site/v2/sports/basketball/nba/teams/gs",
            #"{"team":{"abbreviation":"GS","athletes":[]}}"#, "too_few_rows"
        ),
        (
            "espn_roster", "GSW", "/apis/site/v2/sports/basketball/nba/teams/gs",
            #"{"team":{"abbreviation":"NY","athletes":[]}}"#, "wrong_subject"
        ),
        ("br_season_roster", "PHX", "/teams/PHO/2024.html", "<html><title>Too many requests</title></html>", "blocked"),
        ("nbac_roster", "POR", "/team/1610612757/blazers/roster", "<html><title>Denied</title></html>", "blocked"),
    ])
    func whatIsNoRosterIsNotTaken(scraper: String, unit: String, path: String, body: String, type: String) async throws
    {
        try await ScraperTests.scrape(scraper, unit: unit) {
            $0.answer(path, .init(200, body))
        } _: { result, source, _ in
            #expect(result.error?.type == type && source.seen.map(\.path) == [path])
            #expect(result.state == (type == "wrong_subject" ? "failed" : "pending"))
            #expect(source.seen.first?.headers["user-agent"] == SourceClient.userAgent)
        }
    }

    @Test(arguments: ["nbac_gamebook_pdf", "espn_roster", "br_season_roster", "nbac_roster"])
    func aUnitIsCheckedBeforeItReachesAURL(scraper: String) async throws {
        try await ScraperTests.scrape(scraper, unit: "../../etc") { _ in
        } _: { result, source, _ in
            #expect(result.state == "failed" && result.error?.type == "invalid_unit" && source.seen.isEmpty)
        }
    }
}
