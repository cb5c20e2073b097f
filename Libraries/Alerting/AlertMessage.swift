public import Basketball
public import Foundation
public import Pipeline

/// What people are told, as every sink gets it.
public struct AlertMessage: Sendable, Hashable {
    public var id: UUID
    public var kind: AlertKind
    public var level: Alerts.Level
    public var signature: String
    public var title: String
    /// Since when it holds; UTC.
    public var since: Date?
    /// When it ended; nil while it holds.
    public var until: Date?
    /// What is missing or affected, by name.
    public var names: [String]
    /// What to type.
    public var command: String
    public var gameDate: GameDate?
    public var runID: UUID?
    public var correlationID: String?
    /// Occurrences since the last message that were not told by themselves.
    public var suppressed: Int
    public var occurrences: Int
    public var raisedBy: String
    /// Titles of a digest, oldest first.
    public var entries: [String]

    public init(
        id: UUID = UUID(),
        kind: AlertKind,
        level: Alerts.Level,
        signature: String,
        title: String,
        since: Date? = nil,
        until: Date? = nil,
        names: [String] = [],
        command: String,
        gameDate: GameDate? = nil,
        runID: UUID? = nil,
        correlationID: String? = nil,
        suppressed: Int = 0,
        occurrences: Int = 1,
        raisedBy: String,
        entries: [String] = []
    ) {
        self.id = id
        self.kind = kind
        self.level = level
        self.signature = signature
        self.title = title
        self.since = since
        self.until = until
        self.names = names
        self.command = command
        self.gameDate = gameDate
        self.runID = runID
        self.correlationID = correlationID
        self.suppressed = suppressed
        self.occurrences = occurrences
        self.raisedBy = raisedBy
        self.entries = entries
    }

    /// The most names that a message spells out.
    static let nameLimit = 20

    /// The object that webhooks and commands get; docs/runbooks/alerts.md describes it.
    public var json: JSONValue {
        [
            "message_id": .string(id.uuidString.lowercased()), "kind": .string(kind.rawValue),
            "level": .string(level.rawValue), "signature": .string(signature), "title": .string(title),
            "text": .string(text), "since": Self.instant(since), "until": Self.instant(until),
            "names": .array(names.map { .string($0) }), "next": .string(command),
            "game_date": gameDate.map { .string($0.description) } ?? .null,
            "run_id": runID.map { .string($0.uuidString.lowercased()) } ?? .null,
            "correlation_id": correlationID.map { .string($0) } ?? .null, "suppressed": .int(Int64(suppressed)),
            "occurrences": .int(Int64(occurrences)), "raised_by": .string(raisedBy),
            "entries": .array(entries.map { .string($0) }),
        ]
    }

    /// Everything in a few lines, for a chat or a phone.
    public var text: String {
        var lines = ["\(mark) \(title)"]
        if let since {
            let end = until.map { ", over since \(EasternText.short($0))" } ?? ""
            lines.append("since \(EasternText.short(since))\(end)")
        }
        if !names.isEmpty {
            let more = names.count > Self.nameLimit ? ", and \(names.count - Self.nameLimit) more" : ""
            lines.append("what: \(names.prefix(Self.nameLimit).joined(separator: ", "))\(more)")
        }
        if suppressed > 0 { lines.append("\(suppressed) more since the last message") }
        lines += entries.map { "- \($0)" }
        if let correlationID { lines.append("trace: \(correlationID)") }
        lines.append("next: \(command)")
        return lines.joined(separator: "\n")
    }

    private var mark: String {
        switch kind {
        case .resolve: "RESOLVED"
        case .summary: "\(level.rawValue.uppercased()) (\(occurrences) times)"
        default: level.rawValue.uppercased()
        }
    }

    private static func instant(_ instant: Date?) -> JSONValue { instant.map { .string(Instant.text($0)) } ?? .null }
}

extension AlertMessage {
    /// Reads a stored message.
    ///
    /// - Throws: ``UnreadableAlert`` for what no build has written.
    public init(json: JSONValue) throws {
        guard let id = json["message_id"]?.stringValue.flatMap(UUID.init(uuidString:)),
            let kind = json["kind"]?.stringValue.flatMap(AlertKind.init(rawValue:)),
            let level = json["level"]?.stringValue.flatMap(Alerts.Level.init(rawValue:)),
            let signature = json["signature"]?.stringValue, let title = json["title"]?.stringValue,
            let command = json["next"]?.stringValue, let raisedBy = json["raised_by"]?.stringValue
        else { throw UnreadableAlert(text: json.encodedText) }
        self.init(
            id: id,
            kind: kind,
            level: level,
            signature: signature,
            title: title,
            since: json["since"]?.stringValue.flatMap(Instant.parse),
            until: json["until"]?.stringValue.flatMap(Instant.parse),
            names: json["names"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            command: command,
            gameDate: try json["game_date"]?.stringValue.map { try GameDate($0) },
            runID: json["run_id"]?.stringValue.flatMap(UUID.init(uuidString:)),
            correlationID: json["correlation_id"]?.stringValue,
            suppressed: Int(json["suppressed"]?.intValue ?? 0),
            occurrences: Int(json["occurrences"]?.intValue ?? 1),
            raisedBy: raisedBy,
            entries: json["entries"]?.arrayValue?.compactMap(\.stringValue) ?? []
        )
    }
}

/// A stored message that is none.
public struct UnreadableAlert: Error, CustomStringConvertible {
    var text: String

    public var description: String { "a stored alert message cannot be read: \(text.prefix(200))" }
}

/// Instants as people in the league read them.
enum EasternText {
    /// `2024-01-15 09:03 ET`.
    static func short(_ instant: Date) -> String {
        LeagueClock.formatWallClock(instant).prefix(16).replacing("T", with: " ") + " ET"
    }
}
