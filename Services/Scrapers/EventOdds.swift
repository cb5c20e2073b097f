import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The odds of one event in some markets: what the two scrapers of an event share.
///
/// success: at least one outcome. no_data: the source does not know the event (any more), or no bookmaker has a price
/// yet, which is never expected: the game exists. failed: everything else.
struct EventOdds: Sendable {
    var settings: SourceSettings
    var markets: [String]

    func request(for execution: Execution) throws -> ScrapeRequest {
        let event = try Self.event(execution)
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.oddsAPI),
                    "/v4/sports/basketball_nba/events/\(event)/odds",
                    [
                        "apiKey": try settings.key(.oddsAPI), "regions": "us",
                        "markets": markets.joined(separator: ","), "oddsFormat": "american", "dateFormat": "iso",
                    ]
                ),
                headers: [("Accept", "application/json")]
            ),
            absentStatuses: [204, 404]
        )
    }

    /// A unit may come from a message: it is checked before it becomes part of a URL or a path.
    static func event(_ execution: Execution) throws(TaskError) -> OddsEventID {
        guard let event = OddsEventID(execution.task.unit) else {
            throw TaskError(
                .permanent,
                type: "invalid_unit",
                "\"\(execution.task.unit.prefix(40))\" is no odds event id"
            )
        }
        return event
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsPayload {
        try OddsPayload.parse(body, event: try Self.event(execution))
    }

    func judge(_ content: OddsPayload) -> Finding {
        let count = content.outcomeCount(Set(markets))
        var finding = Finding(status: count == 0 ? .noData : .success, count: count, notes: content.notes)
        if count > 0, content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: "\(content.notes.rejectedCount) outcomes were refused")
        }
        return finding
    }
}
