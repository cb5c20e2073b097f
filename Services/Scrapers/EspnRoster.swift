import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// A team's roster by ESPN's API, which knows the team by a code of its own.
///
/// success: at least ten players. no_data: never. failed: fewer players, and everything else.
struct EspnRoster: Scraper {
    static let name = "espn_roster"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        let code = try execution.team().espnCode.lowercased()
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.espnAPI),
                    "/apis/site/v2/sports/basketball/nba/teams/\(code)",
                    ["enable": "roster"]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> ESPNRosterPayload {
        let payload = try ESPNRosterPayload.parse(body, team: try execution.team())
        try BrSeasonRoster.check(payload.players.count)
        return payload
    }

    func subject(of content: ESPNRosterPayload, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, unit: content.team.tricode, date: execution.gameDate)
    }

    func judge(_ content: ESPNRosterPayload, _ execution: Execution) -> Finding {
        Finding(status: .success, count: content.players.count, notes: content.notes)
    }
}
