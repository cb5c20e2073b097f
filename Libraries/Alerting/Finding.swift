public import Basketball
public import Foundation
public import Pipeline

/// Something that a monitor found amiss. Findings of one signature are one incident, whichever monitors made them.
public struct Finding: Sendable, Hashable {
    public var signature: String
    public var level: Alerts.Level
    public var title: String
    public var since: Date?
    /// What is missing or affected, by name.
    public var names: [String]
    /// What to type.
    public var next: String
    public var gameDate: GameDate?
    public var runID: UUID?
    public var correlationID: String?
    /// How many there are; more of them count as seen again. nil where nothing is counted.
    public var size: Int?

    public init(
        signature: String,
        level: Alerts.Level,
        title: String,
        since: Date? = nil,
        names: [String] = [],
        next: String,
        gameDate: GameDate? = nil,
        runID: UUID? = nil,
        correlationID: String? = nil,
        size: Int? = nil
    ) {
        self.signature = signature
        self.level = level
        self.title = title
        self.since = since
        self.names = names
        self.next = next
        self.gameDate = gameDate
        self.runID = runID
        self.correlationID = correlationID
        self.size = size
    }

    /// Joins what several monitors found of one incident: the worst leads, the others are told beside it.
    static func joined(_ findings: [(monitor: String, finding: Finding)]) -> (finding: Finding, detail: JSONValue)? {
        let ordered = findings.enumerated().sorted { one, other in
            (-one.element.finding.level.severity, one.offset) < (-other.element.finding.level.severity, other.offset)
        }.map(\.element)
        guard var lead = ordered.first?.finding else { return nil }
        lead.since = ordered.compactMap(\.finding.since).min()
        var names: [String] = []
        for name in ordered.flatMap(\.finding.names) where !names.contains(name) { names.append(name) }
        lead.names = names
        var detail: [String: JSONValue] = [
            "names": .array(names.map { .string($0) }), "next": .string(lead.next),
            "monitors": .array(ordered.map { .string($0.monitor) }),
        ]
        detail["since"] = lead.since.map { .string(Instant.text($0)) }
        detail["size"] = lead.size.map { .int(Int64($0)) }
        detail["correlation_id"] = lead.correlationID.map { .string($0) }
        let others = ordered.dropFirst().map(\.finding.title)
        if !others.isEmpty { detail["also"] = .array(others.map { .string($0) }) }
        return (lead, .dictionary(detail))
    }
}
