import Basketball
import HTTPFetch
import Pipeline
import Upstream

/// The files of a date in the Google Drive folder with BigDataBall's play-by-play. They come two to six hours after the
/// games, sometimes a day later.
///
/// success: a file of every game that the schedule calls final. partial: a file is missing. no_data: none; expected only
/// when the schedule has no final game. failed: everything else. Each file becomes a unit of the download.
struct BigDataBallDiscovery: Scraper {
    static let name = "bigdataball_discovery"
    let settings: SourceSettings
    let days: LeagueDays

    func request(for execution: Execution) throws -> ScrapeRequest {
        Self.paged(
            HTTPRequest(
                url: SourceClient.url(
                    settings.url(.drive),
                    "/drive/v3/files",
                    [
                        "q": "name contains '\(execution.gameDate)' and trashed = false",
                        "fields": "nextPageToken,files(id,name,mimeType,modifiedTime,size)", "pageSize": "1000",
                        "supportsAllDrives": "true", "includeItemsFromAllDrives": "true",
                    ]
                ),
                headers: try Self.headers(settings)
            )
        )
    }

    private static func paged(_ http: HTTPRequest) -> ScrapeRequest {
        var request = ScrapeRequest(http: http)
        request.next = { page in
            guard let token = try DriveFilesPayload.nextPage(page) else { return nil }
            var next = http
            let base = http.url.split(separator: "&pageToken=")[0]
            next.url = base + "&" + SourceClient.url("", "", ["pageToken": token]).dropFirst()
            return paged(next)
        }
        return request
    }

    /// The token goes into a header, which no log shows.
    static func headers(_ settings: SourceSettings) throws(TaskError) -> [(String, String)] {
        [("Accept", "*/*"), ("Authorization", "Bearer \(try settings.key(.drive))")]
    }

    func validate(_ body: [UInt8], _ execution: Execution) throws -> DriveFilesPayload {
        try DriveFilesPayload.parse(body)
    }

    func judge(_ content: DriveFilesPayload, _ execution: Execution) async throws -> Finding {
        var notes = content.notes
        let files = content.files.filter { file in
            if file.gameID.date == execution.gameDate { return true }
            notes.drop("other_date")
            return false
        }
        let day = try await days.known(execution)
        let units = execution.registry.units(
            discoveredBy: Self.name,
            for: execution,
            files.map { file in
                // Who was at home is the schedule's word; where it is not known yet, the file's name says so too.
                let game = day.games.first { $0.id == file.game }
                let teams = game.map { "\($0.away)_\($0.home)" } ?? "\(file.gameID.away)_\(file.gameID.home)"
                let input: [String: JSONValue] = [
                    "game_date": .string(file.gameID.date.description), "file_id": .string(file.fileID.rawValue),
                    "file_name": .string(file.name), "game_id": .string("\(file.gameID.date.compact)_\(teams)"),
                ]
                return (file.game.rawValue, .dictionary(input))
            }
        )
        var finding = Finding(status: .success, count: files.count, discovered: units, notes: notes)
        guard !files.isEmpty else {
            finding.status = .noData
            return finding
        }
        let found = Set(files.map(\.game))
        let missing = day.finals.map(\.id).filter { !found.contains($0) }
        if !missing.isEmpty {
            finding.status = .partial(
                reason: "final games without a file: \(missing.map(\.rawValue).joined(separator: ", "))"
            )
        }
        return finding
    }

    func isNothingExpected(_ execution: Execution) async throws -> Bool {
        try await days.current(execution).isWithoutFinals
    }
}
