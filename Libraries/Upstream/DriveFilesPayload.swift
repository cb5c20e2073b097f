public import Basketball
import Pipeline

/// A file of one game in the folder with BigDataBall's files.
public struct GameFile: Sendable, Hashable {
    /// The store's id of the file.
    public var fileID: DriveFileID
    public var name: String
    public var game: NBAGameID
    public var gameID: GameID
    /// ISO 8601; later wins where a game has several files.
    public var modified: String
}

/// Google Drive's id of a file.
public struct DriveFileID: Sendable, Hashable, CustomStringConvertible {
    public let rawValue: String

    /// Checks an id; nil for anything else, so that an id of a message never reaches a URL unchecked.
    public init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45
                || byte == 95
        }
        guard (10...100).contains(text.utf8.count), isPlain else { return nil }
        rawValue = text
    }

    public var description: String { rawValue }
}

/// Google Drive's list of files, `drive/v3/files`, of one or several pages.
public struct DriveFilesPayload: Sendable, Hashable {
    /// One file a game, the latest.
    public var files: [GameFile]
    public var notes: PayloadNotes
    public var listedCount: Int

    /// Reads a payload. Throws ``PayloadError``.
    public static func parse(_ body: [UInt8]) throws -> DriveFilesPayload {
        var payload = DriveFilesPayload(files: [], notes: PayloadNotes(), listedCount: 0)
        for page in try Payload.pages(body) {
            guard let files = page["files"]?.arrayValue else {
                let message = page["error"]?["message"]?.stringValue ?? "no member files"
                throw PayloadError(.structure, "no file list: \(message.prefix(100))")
            }
            for file in files {
                payload.listedCount += 1
                do { payload.add(try Self.file(file)) } catch { payload.notes.file(error) }
            }
        }
        payload.files.sort { $0.game < $1.game }
        return payload
    }

    /// The mark of the page after this one; nil at the end.
    public static func nextPage(_ page: [UInt8]) throws -> String? {
        try Payload.value(page)["nextPageToken"]?.stringValue
    }

    private mutating func add(_ file: GameFile) {
        guard let place = files.firstIndex(where: { $0.game == file.game }) else {
            files.append(file)
            return
        }
        notes.drop("older_version")
        if files[place].modified < file.modified { files[place] = file }
    }

    /// `[2025-06-22]-0042400407-IND@OKC.csv`
    private static func file(_ value: JSONValue) throws -> GameFile {
        let fields = try Fields(value, "file")
        let name = try fields.text("name")
        guard let match = name.wholeMatch(of: /\[(\d{4}-\d{2}-\d{2})\]-(\d{7,10})-([A-Z]{2,3})@([A-Z]{2,3})\.csv/)
        else {
            throw RowDropped(reason: "other_file")
        }
        let id = try fields.text("id")
        guard let fileID = DriveFileID(id) else { throw RowRejection("bad_file_id", String(id.prefix(20))) }
        let game = try leagueGameID(String(repeating: "0", count: 10 - match.2.count) + match.2)
        guard let away = known({ try Team(named: String(match.3)) }),
            let home = known({ try Team(named: String(match.4)) }),
            let gameID = known({ try GameID(date: try GameDate(String(match.1)), away: away, home: home) })
        else { throw RowRejection("bad_file_name", String(name.prefix(60))) }
        return GameFile(
            fileID: fileID,
            name: name,
            game: game,
            gameID: gameID,
            modified: try fields.optionalText("modifiedTime") ?? ""
        )
    }
}
