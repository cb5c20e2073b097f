import Basketball
import Foundation
import Logging
import Pipeline
import ServiceLifecycle

/// Tells every listening reader what has been published, by one look at the table for all of them.
///
/// An event's id is its number in `nba_publishing.change_event`, the same on every replica and after every restart, so that
/// a reader may come back anywhere with the last id that it saw.
public actor ChangeStream {
    /// A move of a pointer.
    struct Event: Sendable, Hashable {
        var seq: Int64
        var kind: String
        var key: String
        var version: Int
        var slateDate: String
        var at: Date
    }

    private struct Reader {
        var stream: WebStream
        var topics: Set<ChangeTopic>
        /// The last event that the reader has or does not want.
        var cursor: Int64
    }

    static let lookInterval: Duration = .milliseconds(250)
    static let pingInterval: Duration = .seconds(15)
    /// A reader who missed more than this many events fetches its documents anew.
    static let replayLimit = 1000
    private static let batch = 500

    /// Everything up to here has been handed to the readers; nil before the first look.
    private var last: Int64?
    private var readers: [Reader] = []
    /// Readers who are being given what they missed.
    private var joining = 0

    public init() {}

    /// Looks and hands on until shutdown.
    func follow(_ log: ChangeLog, logger: Logger) async {
        let clock = ContinuousClock()
        var nextPing = clock.now + Self.pingInterval
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                if !readers.isEmpty { try await look(log) }
            } catch {
                logger.warning("changes not read; trying again", metadata: ["error": "\(error)"])
            }
            if clock.now >= nextPing {
                nextPing = clock.now + Self.pingInterval
                for reader in readers { reader.stream.send(Array(": ping\n\n".utf8)) }
                readers.removeAll { !$0.stream.isOpen }
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.lookInterval) }
        }
        for reader in readers { reader.stream.finish() }
        readers = []
    }

    /// Number of readers who listen.
    var readerCount: Int { readers.count }

    /// Hands on what is new.
    func look(_ log: ChangeLog) async throws {
        guard let from = last else {
            last = try await log.newest()
            return
        }
        let events = try await log.events(after: from, limit: Self.batch)
        guard let newest = events.last?.seq, newest > last ?? 0 else { return }
        last = newest
        for index in readers.indices { deliver(events, to: &readers[index]) }
        readers.removeAll { !$0.stream.isOpen }
    }

    private func deliver(_ events: [Event], to reader: inout Reader) {
        for event in events where event.seq > reader.cursor {
            if reader.topics.contains(where: { $0.matches(event) }) { reader.stream.send(Self.message(event)) }
            reader.cursor = event.seq
        }
    }

    /// Adds a reader, or returns false when as many as may are there. With `lastID` it first gets what it missed, or
    /// `resync` when that is not known any more.
    ///
    /// The reader joins in the same step in which it has caught up with `last`, without waiting in between: what is handed
    /// on later has a higher number, so that nothing is missed and nothing comes twice.
    @discardableResult
    func add(
        _ stream: WebStream,
        topics: Set<ChangeTopic>,
        lastID: Int64?,
        _ log: ChangeLog,
        maximumReaders: Int = .max
    ) async throws -> Bool {
        if readers.count + joining >= maximumReaders { readers.removeAll { !$0.stream.isOpen } }
        guard readers.count + joining < maximumReaders else { return false }
        joining += 1
        defer { joining -= 1 }
        if readers.isEmpty {
            // Nobody looked while nobody listened.
            let newest = try await log.newest()
            if readers.isEmpty { last = max(last ?? 0, newest) }
        }
        var reader = Reader(stream: stream, topics: topics, cursor: last ?? 0)
        if let lastID {
            if try await log.canReplay(after: lastID) {
                reader.cursor = lastID
                while let target = last, reader.cursor < target {
                    let missed = try await log.events(after: reader.cursor, limit: Self.batch)
                    guard !missed.isEmpty else { break }
                    deliver(missed, to: &reader)
                }
            } else {
                reader.cursor = last ?? 0
                stream.send(Self.message("resync", id: reader.cursor, data: ["reason": "too much was missed"]))
            }
        } else {
            // The id to come back with, should nothing happen before the connection is cut.
            stream.send(Self.message("hello", id: reader.cursor, data: [:]))
        }
        readers.append(reader)
        return true
    }

    // MARK: The wire

    static func message(_ event: Event) -> [UInt8] {
        message(
            event.kind == TonightDocument.kind ? "slate.updated" : "document.updated",
            id: event.seq,
            data: [
                "kind": .string(event.kind), "key": .string(event.key), "version": .count(event.version),
                "slate_date": .string(event.slateDate), "at": .maybe(event.at),
            ]
        )
    }

    /// One event of the stream; JSON has no line breaks, so that the data is one line.
    static func message(_ name: String, id: Int64, data: JSONValue) -> [UInt8] {
        let text = data.encodedText
        return Array("id: \(id)\nevent: \(name)\ndata: \(text)\n\n".utf8)
    }
}

/// What a reader of the stream wants to hear of: `slate:{date}`, or `slate:current` for the one that readers follow.
struct ChangeTopic: Sendable, Hashable {
    var name: String

    static let maximumCount = 8

    /// - Returns: nil for a name that is no topic.
    init?(_ name: String) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "slate", parts[1] == "current" || (try? GameDate(String(parts[1]))) != nil
        else { return nil }
        self.name = String(parts[1])
    }

    /// Topics separated by commas; nil when one of them is none, and for too many or none at all.
    static func set(_ text: String) -> Set<ChangeTopic>? {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let topics = names.compactMap(ChangeTopic.init)
        guard topics.count == names.count, names.count <= maximumCount else { return nil }
        return Set(topics)
    }

    func matches(_ event: ChangeStream.Event) -> Bool {
        // A halt concerns every slate.
        if event.kind == "halt" { return true }
        return name == "current"
            ? event.kind == TonightDocument.kind && event.key == TonightDocument.currentKey
            : event.slateDate == name && event.key != TonightDocument.currentKey
    }
}
