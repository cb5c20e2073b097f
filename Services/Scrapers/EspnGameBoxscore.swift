import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// ESPN's page with the box score of one game.
///
/// success: the players of a final game. partial: the game is still on, or something does not add up. no_data: the game
/// has not begun or was put off, or ESPN does not know it; never expected, because the scoreboard named it. failed:
/// everything else.
struct EspnGameBoxscore: Scraper {
    static let name = "espn_game_boxscore"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(settings.url(.espn), "/nba/boxscore", ["gameId": try Self.game(execution)]),
                headers: [("Accept", "text/html")]
            ),
            absentStatuses: [204, 404]
        )
    }

    /// A unit may come from a message: it is checked before it becomes part of a URL or a path.
    private static func game(_ execution: Execution) throws -> String {
        let unit = execution.task.unit
        guard PayloadLayout.of(name).unitForm.accepts(unit) else {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(unit.prefix(40))\" is no ESPN game id")
        }
        return unit
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> ESPNBoxScore {
        try ESPNBoxScore.parse(body, game: try Self.game(execution))
    }

    func subject(of content: ESPNBoxScore, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, unit: content.game.id, date: content.game.date)
    }

    func judge(_ content: ESPNBoxScore, _ execution: Execution) -> Finding {
        var finding = Finding(status: .success, count: content.lines.count, notes: content.notes)
        if content.lines.isEmpty, content.notes.rejectedCount == 0 {
            finding.status = .noData
        } else if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: content.notes.examples.joined(separator: "; "))
        } else if content.game.status != .final {
            finding.status = .partial(reason: "the game is not over")
        }
        return finding
    }
}
