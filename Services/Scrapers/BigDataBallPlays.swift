import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// BigDataBall's play-by-play of one game: the file that the discovery found.
///
/// success: plays up to the end of the last period. partial: plays that stop earlier, or of which some were refused.
/// no_data: the file is gone, or has no play; never expected. failed: everything else, also a task that names no file.
struct BigDataBallPlays: Scraper {
    static let name = "bigdataball_pbp"
    let settings: SourceSettings

    func request(for execution: Execution) throws -> ScrapeRequest {
        _ = try GameUnit.game(execution)
        let text = execution.task.input?["file_id"]?.stringValue ?? ""
        guard let file = DriveFileID(text) else {
            throw TaskError(.permanent, type: "invalid_input", "file_id is \"\(text.prefix(40))\"")
        }
        return ScrapeRequest(
            http: HTTPRequest(
                url: SourceClient.url(
                    settings.url(.drive),
                    "/drive/v3/files/\(file)",
                    ["alt": "media", "supportsAllDrives": "true"]
                ),
                headers: try BigDataBallDiscovery.headers(settings)
            ),
            absentStatuses: [204, 404]
        )
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> BigDataBallPayload {
        try BigDataBallPayload.parse(body, game: try GameUnit.game(execution))
    }

    func subject(of content: BigDataBallPayload, _ execution: Execution) throws -> PayloadSubject {
        PayloadSubject(Self.name, unit: content.game.rawValue, date: try GameUnit.date(execution))
    }

    func judge(_ content: BigDataBallPayload, _ execution: Execution) -> Finding {
        var finding = Finding(status: .success, count: content.plays.count, notes: content.notes)
        if content.plays.isEmpty {
            finding.status = content.notes.rejectedCount > 0 ? .partial(reason: "every play was refused") : .noData
        } else if content.notes.rejectedCount > 0 {
            finding.status = .partial(reason: "\(content.notes.rejectedCount) plays were refused")
        } else if !content.isFinished {
            finding.status = .partial(reason: "the plays stop in period \(content.plays.last?.period ?? 0)")
        }
        return finding
    }
}
