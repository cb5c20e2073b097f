import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The traditional box score of one game.
///
/// success: both teams' totals. partial: a team's totals break a rule. no_data: before tip-off, or the source does not
/// know the game; expected only for a game that does not count. failed: everything else.
struct NbacTeamBoxscore: Scraper {
    static let name = "nbac_team_boxscore"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.stats),
                    "/stats/boxscoretraditionalv3",
                    ["GameID": try Self.game(execution).rawValue, "LeagueID": "00"]
                ),
                headers: [("Accept", "application/json")]
            ),
            absentStatuses: [204, 404]
        )
    }

    /// A unit may come from a message: it is checked before it becomes part of a URL or a path.
    private static func game(_ execution: Execution) throws -> NBAGameID {
        let unit = execution.task.unit
        do { return try NBAGameID(unit) } catch {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(unit.prefix(40))\" is no NBA game id")
        }
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> TeamBoxPayload {
        try TeamBoxPayload.parse(body, game: try Self.game(execution))
    }

    func subject(of content: TeamBoxPayload, _ execution: Execution) throws -> PayloadSubject {
        guard let text = execution.task.input?["game_date"]?.stringValue else {
            return PayloadSubject(Self.name, unit: content.game.rawValue, date: execution.gameDate)
        }
        do { return PayloadSubject(Self.name, unit: content.game.rawValue, date: try GameDate(text)) } catch {
            throw TaskError(.permanent, type: "invalid_input", "game_date is \"\(text.prefix(40))\"")
        }
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

    func isNothingExpected(_ execution: Execution) throws -> Bool {
        let type = try Self.game(execution).seasonType
        return type == .preseason || type == .allStar
    }
}
