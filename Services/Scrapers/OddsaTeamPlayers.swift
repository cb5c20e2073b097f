import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The players that the odds source has for one team, kept for looking at names; no table is made of them.
///
/// success: at least one player. partial: entries were refused. no_data: the source has no players of the team, which is
/// never expected. failed: everything else.
struct OddsaTeamPlayers: Scraper {
    static let name = "oddsa_team_players"
    static let hasCredits = true
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        let team = try Self.team(execution)
        var request = try participants("")
        request.next = { page in try participants("/\(OddsParticipants.id(of: team, in: page))/players") }
        return request
    }

    private func participants(_ path: String) throws -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.oddsAPI),
                    "/v4/sports/basketball_nba/participants" + path,
                    ["apiKey": try settings.key(.oddsAPI)]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    /// A unit may come from a message: it is checked before anything is asked.
    private static func team(_ execution: Execution) throws -> Team {
        let unit = execution.task.unit
        do { return try Team(tricode: unit) } catch {
            throw TaskError(.permanent, type: "invalid_unit", "\"\(unit.prefix(40))\" is no team")
        }
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsParticipants {
        try OddsParticipants.parse(body)
    }

    func subject(of content: OddsParticipants, _ execution: Execution) throws -> PayloadSubject {
        PayloadSubject(Self.name, unit: try Self.team(execution).tricode, date: execution.gameDate)
    }

    func judge(_ content: OddsParticipants, _ execution: Execution) -> Finding {
        var finding = Finding(
            status: content.players.isEmpty ? .noData : .success,
            count: content.players.count,
            notes: content.notes
        )
        if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: content.notes.examples.joined(separator: "; "))
        }
        return finding
    }
}
