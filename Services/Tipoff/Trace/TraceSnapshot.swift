import Basketball
import Foundation
import Pipeline

/// All that happened under one correlation id, in the order of time.
struct TraceSnapshot: Sendable, Hashable {
    /// One step of the waterfall.
    struct Hop: Sendable, Hashable {
        enum Kind: String, Sendable { case message, work, phase, document }

        var kind: Kind
        var service: String
        /// A topic, a processor, a phase's end or a document.
        var name: String
        var phase: Phase?
        /// How many units or messages of this name were taken together.
        var count = 1
        var start: Date
        var end: Date
        /// From the moment the work could begin until it began; nil where nothing waits.
        var queueSeconds: Double?
        var status: String
        var rows: Int?
        var entitiesChanged: Int?
        var entitiesInScope: Int?
        var detail: String?

        var runSeconds: Double { end.timeIntervalSince(start) }
    }

    struct Run: Sendable, Hashable {
        var runID: String
        var kind: RunKind
        var gameDate: GameDate
        var state: String
        var reason: String?
        var openedBy: String
        var openedAt: Date
        var finishedAt: Date?
    }

    struct Dependency: Sendable, Hashable {
        var processor: String
        var table: String
        var isCritical: Bool
        var verdict: String
        var rowCount: Int
        var expectedRows: Int
        var ageSeconds: Double?
    }

    var correlationID: String
    var runs: [Run] = []
    /// Ordered by start.
    var hops: [Hop] = []
    /// What processors found of the tables that they depend on.
    var dependencies: [Dependency] = []
    /// What is open and has begun nothing: each becomes a line.
    var waiting: [String] = []
    var now: Date

    /// The first instant of the trace.
    var start: Date? { (hops.map(\.start) + runs.map(\.openedAt)).min() }
    var end: Date? { (hops.map(\.end) + runs.compactMap(\.finishedAt)).max() }
}

extension TraceSnapshot {
    /// Takes the units of one processor, and messages of one topic, that belong together into one hop each.
    mutating func collapse() {
        struct Key: Hashable {
            var kind: Hop.Kind
            var service: String
            var name: String
            var status: String
            var phase: Phase?
        }
        var order: [Key] = []
        var groups: [Key: [Hop]] = [:]
        for hop in hops {
            let key = Key(kind: hop.kind, service: hop.service, name: hop.name, status: hop.status, phase: hop.phase)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(hop)
        }
        hops = order.compactMap { key -> Hop? in
            guard let group = groups[key], var first = group.first else { return nil }
            func sum(_ value: (Hop) -> Int?) -> Int? {
                let values = group.compactMap(value)
                return values.isEmpty ? nil : values.reduce(0, +)
            }
            first.count = group.reduce(0) { $0 + $1.count }
            first.start = group.map(\.start).min() ?? first.start
            first.end = group.map(\.end).max() ?? first.end
            first.queueSeconds = group.compactMap(\.queueSeconds).max()
            first.rows = sum(\.rows)
            first.entitiesChanged = sum(\.entitiesChanged)
            first.entitiesInScope = sum(\.entitiesInScope)
            first.detail = group.compactMap(\.detail).first
            return first
        }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    }

    var json: JSONValue {
        [
            "correlation_id": .string(correlationID),
            "runs": .array(
                runs.map { run in
                    [
                        "run_id": .string(run.runID), "kind": .string(run.kind.rawValue),
                        "date": .string(run.gameDate.description), "state": .string(run.state),
                        "reason": run.reason.map { .string($0) } ?? .null, "opened_by": .string(run.openedBy),
                        "opened_at": .string(Instant.text(run.openedAt)),
                        "finished_at": run.finishedAt.map { .string(Instant.text($0)) } ?? .null,
                    ]
                }
            ),
            "hops": .array(
                hops.map { hop in
                    [
                        "kind": .string(hop.kind.rawValue), "service": .string(hop.service), "name": .string(hop.name),
                        "phase": hop.phase.map { .int(Int64($0.rawValue)) } ?? .null, "count": .int(Int64(hop.count)),
                        "start": .string(Instant.text(hop.start)), "end": .string(Instant.text(hop.end)),
                        "queue_seconds": hop.queueSeconds.map { .double($0) } ?? .null,
                        "run_seconds": .double(hop.runSeconds), "status": .string(hop.status),
                        "rows": hop.rows.map { .int(Int64($0)) } ?? .null,
                        "entities_changed": hop.entitiesChanged.map { .int(Int64($0)) } ?? .null,
                        "entities_in_scope": hop.entitiesInScope.map { .int(Int64($0)) } ?? .null,
                        "detail": hop.detail.map { .string($0) } ?? .null,
                    ]
                }
            ),
            "dependencies": .array(
                dependencies.map { dependency in
                    [
                        "processor": .string(dependency.processor), "table": .string(dependency.table),
                        "is_critical": .bool(dependency.isCritical), "verdict": .string(dependency.verdict),
                        "rows": .int(Int64(dependency.rowCount)),
                        "expected_rows": .int(Int64(dependency.expectedRows)),
                        "age_seconds": dependency.ageSeconds.map { .double($0) } ?? .null,
                    ]
                }
            ),
            "waiting": .array(waiting.map { .string($0) }),
        ]
    }
}
