import Basketball
import Foundation
import HTTPFetch
import Pipeline
import Upstream

/// The moment that a question about the odds source's history means.
enum OddsHistory {
    /// The source keeps a snapshot each five minutes.
    static let step: TimeInterval = 300

    /// The moment of the input `snapshot_timestamp`, brought to the step before it.
    static func moment(_ execution: Execution) throws(TaskError) -> Date {
        guard let text = execution.task.input?["snapshot_timestamp"]?.stringValue else {
            throw TaskError(
                .permanent,
                type: "missing_input",
                "snapshot_timestamp is the UTC instant to look at, such as \(execution.gameDate)T23:00:00Z"
            )
        }
        do {
            let seconds = try LeagueClock.parseUTC(text).timeIntervalSince1970
            return Date(timeIntervalSince1970: (seconds / step).rounded(.down) * step)
        } catch {
            throw TaskError(.permanent, type: "invalid_input", "snapshot_timestamp is \"\(text.prefix(40))\"")
        }
    }
}

/// The odds of one event at a moment of the past: what the two scrapers of an event's history share.
///
/// success: at least one outcome. partial: outcomes were refused. no_data: the source had no such event at that moment (404),
/// or no bookmaker had a price; expected when the moment lies after the tip-off, where the source stops listing an event.
/// failed: everything else.
struct EventOddsHistory: Sendable {
    var settings: SourceSettings
    var markets: [String]

    func request(for execution: Execution) throws -> ScrapeRequest {
        let event = try EventOdds.event(execution)
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.oddsAPI),
                    "/v4/historical/sports/basketball_nba/events/\(event)/odds",
                    [
                        "apiKey": try settings.key(.oddsAPI), "regions": "us",
                        "markets": markets.joined(separator: ","), "oddsFormat": "american", "dateFormat": "iso",
                        "date": LeagueClock.formatUTC(try OddsHistory.moment(execution)),
                    ]
                ),
                headers: [("Accept", "application/json")]
            ),
            absentStatuses: [204, 404]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> OddsPayload {
        let payload = try OddsPayload.parse(body, event: try EventOdds.event(execution))
        guard payload.envelopeTimestamp != nil else {
            throw PayloadError(.structure, "a snapshot without its timestamp")
        }
        return payload
    }

    func judge(_ content: OddsPayload) -> Finding { EventOdds(settings: settings, markets: markets).judge(content) }

    func isNothingExpected(_ execution: Execution) throws -> Bool {
        guard let text = execution.task.input?["commence_time"]?.stringValue else { return false }
        do { return try LeagueClock.parseUTC(text) <= OddsHistory.moment(execution) } catch let error as TaskError {
            throw error
        } catch {
            throw TaskError(.permanent, type: "invalid_input", "commence_time is \"\(text.prefix(40))\"")
        }
    }
}
