import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The league's player list of the season.
///
/// success: at least 400 players; the league has about 550. no_data: never. failed: fewer, because a wrong season gives
/// an empty list.
struct NbacPlayerList: Scraper {
    static let name = "nbac_player_list"
    static let minimumPlayers = 400
    let settings: SourceSettings

    func request(for execution: Execution) -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.stats),
                    "/stats/playerindex",
                    ["LeagueID": "00", "Season": Season(containing: execution.gameDate).label]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> PlayerListPayload {
        let payload = try PlayerListPayload.parse(body)
        let season = Season(containing: execution.gameDate)
        guard payload.season == season else {
            throw PayloadError(.wrongSubject, "asked for \(season), got \(payload.season)")
        }
        guard payload.players.count >= Self.minimumPlayers else {
            throw PayloadError(.tooFewRows, "\(payload.players.count) players of at least \(Self.minimumPlayers)")
        }
        return payload
    }

    func judge(_ content: PlayerListPayload, _ execution: Execution) -> Finding {
        Finding(status: .success, count: content.players.count, notes: content.notes)
    }
}
