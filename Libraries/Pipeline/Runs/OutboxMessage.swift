import Basketball
public import Foundation
public import Postgres

/// A message that becomes real when its transaction commits.
public struct OutboxMessage: Sendable, Hashable {
    public var topic: Topic
    public var key: String
    public var envelope: Envelope
    /// The tasks that the message starts; it is sent again until they are terminal.
    public var starts: Starts?
    /// Headers beside the ones that every message has, such as `replay_of`.
    public var extraHeaders: [String: String] = [:]

    /// Tasks of one phase of the envelope's run.
    public struct Starts: Sendable, Hashable {
        public var phase: Phase
        public var level: Int?
        public var unit: String?

        public init(phase: Phase, level: Int? = nil, unit: String? = nil) {
            self.phase = phase
            self.level = level
            self.unit = unit
        }
    }

    public init(topic: Topic, key: String? = nil, envelope: Envelope, starts: Starts? = nil) {
        self.topic = topic
        self.key = key ?? envelope.gameDate.description
        self.envelope = envelope
        self.starts = starts
    }

    /// The insert; a message id that is already there is the same message.
    public func insertStatement(producer: String) -> SQL { Self.insertStatement([self], producer: producer) }

    /// One insert of all messages, in their order.
    public static func insertStatement(_ messages: [OutboxMessage], producer: String) -> SQL {
        """
        INSERT INTO nba_orchestration.outbox
            (message_id, producer, topic, key, headers, payload, run_id, starts_phase, starts_level, starts_unit)
        SELECT m.message_id, \(producer), m.topic, m.key, m.headers::jsonb, m.payload::jsonb, m.run_id, m.starts_phase,
               m.starts_level, m.starts_unit
        FROM unnest(\(messages.map(\.envelope.messageID))::uuid[], \(messages.map(\.topic.rawValue))::text[],
                    \(messages.map(\.key))::text[], \(messages.map(\.headerText))::text[],
                    \(messages.map(\.envelope.json.encodedText))::text[], \(messages.map(\.envelope.runID))::uuid[],
                    \(messages.map { $0.starts.map { Int16($0.phase.rawValue) } })::int2[],
                    \(messages.map { $0.starts?.level.map { Int16($0) } })::int2[],
                    \(messages.map { $0.starts?.unit })::text[])
            WITH ORDINALITY AS m(message_id, topic, key, headers, payload, run_id, starts_phase, starts_level, starts_unit,
                                 place)
        ORDER BY m.place
        ON CONFLICT (message_id) DO NOTHING
        """
    }

    private var headerText: String { JSONValue.dictionary(headers.mapValues { JSONValue.string($0) }).encodedText }

    /// What tools need without reading the payload.
    public var headers: [String: String] {
        var headers = [
            "schema_version": String(envelope.schemaVersion), "correlation_id": envelope.correlationID,
            "message_id": envelope.messageID.uuidString.lowercased(), "build_commit": BuildInfo.commit,
        ]
        if let runID = envelope.runID { headers["run_id"] = runID.uuidString.lowercased() }
        return headers.merging(extraHeaders) { own, _ in own }
    }
}

extension Envelope {
    /// A message of a run by an orchestrating role.
    public init(
        run: RunRecord,
        from role: String,
        completed phase: Phase,
        status: CompletionStatus = .success,
        source: TriggerSource,
        at instant: Date,
        messageID: UUID = UUID()
    ) {
        self.init(
            messageID: messageID,
            runID: run.runID,
            processorName: role,
            phase: phase,
            executionID: messageID.uuidString.lowercased(),
            correlationID: run.correlationID,
            gameDate: run.gameDate,
            status: status,
            timestamp: instant,
            triggerSource: source,
            lane: run.lane
        )
    }
}
