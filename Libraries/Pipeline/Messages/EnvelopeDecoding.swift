import Basketball
import Foundation

/// Where a message came from: enough to give a hand-made message the same id at every reading.
public struct MessageOrigin: Sendable, Hashable {
    public var cluster: String
    public var topic: String
    public var partition: Int32
    public var offset: Int64
    public var timestampMilliseconds: Int64

    public init(cluster: String, topic: String, partition: Int32, offset: Int64, timestampMilliseconds: Int64) {
        self.cluster = cluster
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestampMilliseconds = timestampMilliseconds
    }
}

extension Envelope {
    /// The largest payload that is read, in bytes; larger ones are dead letters.
    public static let maximumBytes = 900_000

    /// Reads a message. A hand-made one needs `processor_name`, `phase`, `game_date` and `status`; the rest has
    /// defaults. Throws ``EnvelopeError`` for anything that cannot be accepted.
    public init(decoding payload: [UInt8], origin: MessageOrigin) throws(EnvelopeError) {
        guard payload.count <= Self.maximumBytes else {
            throw .tooLarge(bytes: payload.count, limit: Self.maximumBytes)
        }
        let value: JSONValue
        do { value = try JSONValue(parsing: payload) } catch { throw .notJSON(String(describing: error)) }
        guard let object = value.dictionaryValue else { throw .notJSON("the top level is not an object") }
        var fields = EnvelopeFields(object: object)

        let version = try fields.integer("schema_version") ?? Self.currentSchemaVersion
        guard version == Self.currentSchemaVersion else { throw .unsupportedVersion(version) }
        let processor = try fields.required("processor_name")
        let phaseName = try fields.required("phase")
        guard let phase = Phase(wireName: phaseName) else {
            throw .invalidField(
                "phase",
                found: phaseName,
                expected: Phase.allCases.map(\.wireName).joined(separator: " | ")
            )
        }
        let dateText = try fields.required("game_date")
        let gameDate: GameDate
        do { gameDate = try GameDate(dateText) } catch {
            throw .invalidField("game_date", found: dateText, expected: "a calendar day YYYY-MM-DD")
        }
        let status: CompletionStatus = try fields.required("status", as: CompletionStatus.self)
        let messageID = try fields.uuid("message_id") ?? .derived(from: payload, origin: origin)
        let isHandMade = object["message_id"] == nil
        let executionID = try fields.text("execution_id") ?? messageID.uuidString.lowercased()

        let isIncremental = try fields.boolean("is_incremental") ?? false
        self.init(
            messageID: messageID,
            runID: try fields.uuid("run_id"),
            processorName: processor,
            phase: phase,
            executionID: executionID,
            correlationID: try fields.text("correlation_id") ?? executionID,
            gameDate: gameDate,
            status: status,
            timestamp: try fields.instant("timestamp")
                ?? Date(timeIntervalSince1970: Double(origin.timestampMilliseconds) / 1000),
            triggerSource: try fields.choice("trigger_source") ?? (isHandMade ? .manual : .pubsub),
            lane: try fields.choice("lane") ?? .live,
            scope: try fields.choice("scope") ?? (isIncremental ? .incremental : .full)
        )
        outputDataset = try fields.text("output_dataset")
        outputTable = try fields.text("output_table")
        recordCount = try fields.count("record_count")
        recordsFailed = try fields.count("records_failed")
        durationSeconds = try fields.number("duration_seconds")
        parentProcessor = try fields.text("parent_processor")
        triggerMessageID = try fields.text("trigger_message_id")
        entitiesChanged = try fields.entities()
        entitiesTotal = try fields.integer("entities_total")
        skipDownstreamTrigger = try fields.boolean("skip_downstream_trigger") ?? false
        errorType = try fields.text("error_type")
        errorMessage = try fields.text("error_message")
        metadata = try fields.object("metadata") ?? [:]
        unknownFields = fields.rest
    }
}

/// Takes known fields out of a JSON object one by one; what is left is unknown and kept.
private struct EnvelopeFields {
    private(set) var rest: [String: JSONValue]

    init(object: [String: JSONValue]) { rest = object }

    private mutating func take(_ name: String) -> JSONValue? {
        guard let value = rest.removeValue(forKey: name), value != .null else { return nil }
        return value
    }

    mutating func text(_ name: String) throws(EnvelopeError) -> String? {
        guard let value = take(name) else { return nil }
        guard let text = value.stringValue else { throw invalid(name, value, "a string") }
        guard text.utf8.count <= 4096 else {
            throw .invalidField(name, found: "a long string", expected: "≤ 4096 bytes")
        }
        return text.isEmpty ? nil : text
    }

    mutating func required(_ name: String) throws(EnvelopeError) -> String {
        guard let value = try text(name) else { throw .missingField(name) }
        return value
    }

    mutating func choice<T: RawRepresentable<String> & CaseIterable>(_ name: String) throws(EnvelopeError) -> T? {
        guard let value = try text(name) else { return nil }
        guard let choice = T(rawValue: value) else {
            let names = T.allCases.map { $0.rawValue }.joined(separator: " | ")
            throw .invalidField(name, found: value, expected: names)
        }
        return choice
    }

    mutating func required<T: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        as: T.Type
    ) throws(EnvelopeError) -> T {
        let value: T? = try choice(name)
        guard let value else { throw .missingField(name) }
        return value
    }

    mutating func uuid(_ name: String) throws(EnvelopeError) -> UUID? {
        guard let value = try text(name) else { return nil }
        guard let uuid = UUID(uuidString: value) else { throw .invalidField(name, found: value, expected: "a UUID") }
        return uuid
    }

    mutating func instant(_ name: String) throws(EnvelopeError) -> Date? {
        guard let value = try text(name) else { return nil }
        guard let instant = Instant.parse(value) else {
            throw .invalidField(name, found: value, expected: "an ISO 8601 instant")
        }
        return instant
    }

    mutating func integer(_ name: String) throws(EnvelopeError) -> Int? {
        guard let value = take(name) else { return nil }
        guard let integer = value.intValue, let integer = Int(exactly: integer) else {
            throw invalid(name, value, "an integer")
        }
        return integer
    }

    mutating func count(_ name: String) throws(EnvelopeError) -> Int {
        let value = try integer(name) ?? 0
        guard (0...Int(Int32.max)).contains(value) else {
            throw .invalidField(name, found: String(value), expected: "0 … \(Int32.max)")
        }
        return value
    }

    mutating func number(_ name: String) throws(EnvelopeError) -> Double? {
        guard let value = take(name) else { return nil }
        guard let number = value.doubleValue else { throw invalid(name, value, "a number") }
        return number
    }

    mutating func boolean(_ name: String) throws(EnvelopeError) -> Bool? {
        guard let value = take(name) else { return nil }
        guard let boolean = value.boolValue else { throw invalid(name, value, "a boolean") }
        return boolean
    }

    mutating func object(_ name: String) throws(EnvelopeError) -> [String: JSONValue]? {
        guard let value = take(name) else { return nil }
        guard let object = value.dictionaryValue else { throw invalid(name, value, "an object") }
        return object
    }

    /// `entities_changed`, or its older alias `affected_entities`.
    mutating func entities() throws(EnvelopeError) -> EntityChanges {
        let alias = try object("affected_entities")
        guard let object = try object("entities_changed") ?? alias else { return EntityChanges() }
        func list(_ kind: String) throws(EnvelopeError) -> [String] {
            guard let value = object[kind], value != .null else { return [] }
            guard let list = value.arrayValue else { throw invalid("entities_changed.\(kind)", value, "a list") }
            var identifiers: [String] = []
            for item in list {
                guard let identifier = item.stringValue else {
                    throw invalid("entities_changed.\(kind)", item, "a string")
                }
                identifiers.append(identifier)
            }
            return identifiers
        }
        return EntityChanges(players: try list("players"), teams: try list("teams"), games: try list("games"))
    }

    private func invalid(_ name: String, _ value: JSONValue, _ expected: String) -> EnvelopeError {
        .invalidField(name, found: String(value.encodedText.prefix(80)), expected: expected)
    }
}
