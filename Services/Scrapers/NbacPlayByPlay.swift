import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The live play-by-play of one game, from the league's static files.
///
/// success: events up to the end of the last period. partial: events that stop earlier, that do not add up to the score,
/// or of which some were refused. no_data: no event, or no file yet; expected only for a game that does not count.
/// failed: everything else.
struct NbacPlayByPlay: Scraper {
    static let name = "nbac_play_by_play"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        let game = try GameUnit.game(execution)
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.cdn),
                    "/static/json/liveData/playbyplay/playbyplay_\(game).json",
                    [:]
                ),
                headers: [("Accept", "application/json")]
            ),
            absentStatuses: [204, 404]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> PlayByPlayPayload {
        try PlayByPlayPayload.parse(body, game: try GameUnit.game(execution))
    }

    func subject(of content: PlayByPlayPayload, _ execution: Execution) throws -> PayloadSubject {
        PayloadSubject(Self.name, unit: content.game.rawValue, date: try GameUnit.date(execution))
    }

    func judge(_ content: PlayByPlayPayload, _ execution: Execution) -> Finding {
        var finding = Finding(status: .success, count: content.events.count, notes: content.notes)
        if content.isOutsideLeague || content.events.isEmpty {
            finding.status = content.notes.rejectedCount > 0 ? .partial(reason: "every event was refused") : .noData
        } else if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: "\(content.notes.rejectedCount) events were refused")
        } else if !content.isFinished {
            finding.status = .partial(reason: "the events stop in period \(content.events.last?.period ?? 0)")
        } else if let reason = content.scoreMismatch {
            finding.status = .partial(reason: reason)
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) throws -> Bool { try GameUnit.isExhibition(execution) }
}
