import Basketball
import Pipeline
import Upstream

/// balldontlie's players under contract, five or six pages.
///
/// success: at least 400 players; the league has about 550. partial: players were refused. no_data: never. failed: fewer.
struct BdlActivePlayers: Scraper {
    static let name = "bdl_active_players"
    static let minimumPlayers = 400
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        try BallDontLieAPI(settings: settings).request("/v1/players/active", ["per_page": BallDontLieAPI.pageSize])
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BallDontLieActivePlayers {
        let content = try BallDontLieActivePlayers.parse(body)
        guard content.players.count >= Self.minimumPlayers else {
            throw PayloadError(.tooFewRows, "\(content.players.count) players of at least \(Self.minimumPlayers)")
        }
        return content
    }

    func judge(_ content: BallDontLieActivePlayers, _ execution: Execution) -> Finding {
        var finding = Finding(status: .success, count: content.players.count, notes: content.notes)
        if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: content.notes.examples.joined(separator: "; "))
        }
        return finding
    }
}
