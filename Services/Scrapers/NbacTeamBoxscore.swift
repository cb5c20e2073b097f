import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The traditional box score of one game. The older form is asked when the newer one gives no usable answer.
///
/// success: both teams' totals. partial: a team's totals break a rule. no_data: before tip-off, or the source does not
/// know the game; expected only for a game that does not count. failed: everything else.
struct NbacTeamBoxscore: Scraper {
    static let name = "nbac_team_boxscore"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        let game = try GameUnit.game(execution).rawValue
        func question(_ path: String, _ parameters: KeyValuePairs<String, String>) -> HTTPRequest {
            HTTPRequest(
                url: SourceClient.url(settings.url(.stats), path, parameters),
                headers: [("Accept", "application/json")]
            )
        }
        return ScrapeRequest(
            http: question("/stats/boxscoretraditionalv3", ["GameID": game, "LeagueID": "00"]),
            alternatives: [
                question(
                    "/stats/boxscoretraditionalv2",
                    [
                        "GameID": game, "StartPeriod": "0", "EndPeriod": "10", "StartRange": "0", "EndRange": "28800",
                        "RangeType": "0",
                    ]
                )
            ],
            absentStatuses: [204, 404]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> TeamBoxPayload {
        try TeamBoxPayload.parse(body, game: try GameUnit.game(execution))
    }

    func subject(of content: TeamBoxPayload, _ execution: Execution) throws -> PayloadSubject {
        PayloadSubject(Self.name, unit: content.game.rawValue, date: try GameUnit.date(execution))
    }

    func judge(_ content: TeamBoxPayload, _ execution: Execution) -> Finding {
        var finding = Finding(status: .success, count: content.lines.count, notes: content.notes)
        if content.isNotStarted || content.isOutsideLeague {
            finding.status = .noData
        } else if content.lines.count != 2 {
            finding.status = .partial(reason: "totals of \(content.lines.count) of two teams can be used")
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) throws -> Bool { try GameUnit.isExhibition(execution) }
}
