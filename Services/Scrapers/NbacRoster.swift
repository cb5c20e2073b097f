import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// A team's page of the league's site. It is checked and kept; no table is made of it.
///
/// success: at least ten players. no_data: never. failed: fewer players, and everything else.
struct NbacRoster: Scraper {
    static let name = "nbac_roster"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        let team = try execution.team()
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(settings.url(.league), "/team/\(team.id)/\(team.slug)/roster", [:]),
                headers: [("Accept", "text/html")]
            )
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> TeamPagePayload {
        let payload = try TeamPagePayload.parse(body, team: try execution.team())
        try BrSeasonRoster.check(payload.players.count)
        return payload
    }

    func subject(of content: TeamPagePayload, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, unit: content.team.tricode, date: execution.gameDate)
    }

    func judge(_ content: TeamPagePayload, _ execution: Execution) -> Finding {
        Finding(status: .success, count: content.players.count, notes: content.notes)
    }
}
