import HTTPFetch
import Pipeline
import Upstream

/// The league's whole list of signings, waivers and trades.
///
/// success: at least 400 transactions; it has more than 8,000. no_data: never. failed: fewer.
struct NbacPlayerMovement: Scraper {
    static let name = "nbac_player_movement"
    static let minimumTransactions = 400
    let settings: SourceSettings

    func request(for execution: Execution) -> ScrapeRequest {
        ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.stats),
                    "/js/data/playermovement/NBA_Player_Movement.json",
                    [:]
                ),
                headers: [("Accept", "application/json")]
            )
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> PlayerMovementPayload {
        let payload = try PlayerMovementPayload.parse(body)
        guard payload.transactions.count >= Self.minimumTransactions else {
            let count = payload.transactions.count
            throw PayloadError(.tooFewRows, "\(count) transactions of at least \(Self.minimumTransactions)")
        }
        return payload
    }

    func judge(_ content: PlayerMovementPayload, _ execution: Execution) -> Finding {
        Finding(status: .success, count: content.transactions.count, notes: content.notes)
    }
}
