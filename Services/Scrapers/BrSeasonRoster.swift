import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// A team's page of Basketball-Reference for the season, which the site names by its last year.
///
/// success: at least ten players. no_data: the site has no page of the season yet; never expected. failed: fewer
/// players, and everything else.
struct BrSeasonRoster: Scraper {
    static let name = "br_season_roster"
    static let minimumPlayers = 10
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        let team = try execution.team()
        let year = Season(containing: execution.gameDate).endYear
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.basketballReference),
                    "/teams/\(team.basketballReferenceCode)/\(year).html",
                    [:]
                ),
                headers: [("Accept", "text/html")]
            ),
            absentStatuses: [204, 404]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> SeasonRosterPayload {
        let payload = try SeasonRosterPayload.parse(
            body,
            team: try execution.team(),
            season: Season(containing: execution.gameDate)
        )
        try Self.check(payload.players.count)
        return payload
    }

    /// A roster with fewer players than a team needs is no roster. Throws ``PayloadError``.
    static func check(_ players: Int) throws {
        guard players >= minimumPlayers else {
            throw PayloadError(.tooFewRows, "\(players) players of at least \(minimumPlayers)")
        }
    }

    func subject(of content: SeasonRosterPayload, _ execution: Execution) -> PayloadSubject {
        PayloadSubject(Self.name, unit: content.team.tricode, season: content.season)
    }

    func judge(_ content: SeasonRosterPayload, _ execution: Execution) -> Finding {
        Finding(status: .success, count: content.players.count, notes: content.notes)
    }
}

extension Execution {
    /// The team that the unit names, checked before it becomes part of a URL. Throws a permanent ``TaskError``.
    func team() throws(TaskError) -> Team {
        do { return try Team(tricode: task.unit) } catch {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(task.unit.prefix(40))\" is no team")
        }
    }
}
