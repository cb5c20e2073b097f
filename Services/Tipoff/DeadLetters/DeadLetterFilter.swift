import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// Which dead letters are meant.
struct DeadLetterFilter: Sendable, Hashable {
    var ids: [Int64] = []
    var topic: String?
    /// Why it was rejected, such as `missing_field`.
    var error: String?
    var fingerprint: String?
    var processor: String?
    var gameDate: GameDate?
    /// A run or correlation id.
    var run: String?
    /// Seen at or after this instant (UTC).
    var since: Date?

    /// Whether every letter is meant.
    var isEverything: Bool { self == DeadLetterFilter() }

    /// Letters that are alike have one: their topic and reason, and the detail without ids and numbers.
    static let fingerprintColumn: SQL = """
        left(md5(concat_ws('|', d.topic, d.reason, regexp_replace(regexp_replace(d.detail,
            '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', '<id>', 'gi'), '[0-9]+', '#', 'g'))), 8)
        """

    /// The condition on the table, which the query calls `d`.
    var condition: SQL {
        var parts: [SQL] = ["true"]
        if !ids.isEmpty { parts.append("d.dead_letter_id = ANY(\(ids))") }
        if let topic { parts.append("d.topic = \(topic)") }
        if let error { parts.append("d.reason = \(error)") }
        if let fingerprint { parts.append("\(sql: Self.fingerprintColumn) = \(fingerprint)") }
        if let processor { parts.append("d.processor = \(processor)") }
        if let gameDate { parts.append("d.game_date = \(gameDate.postgres)") }
        if let run {
            if let runID = UUID(uuidString: run) {
                parts.append("(d.run_id = \(runID) OR d.correlation_id = \(run))")
            } else {
                parts.append("d.correlation_id = \(run)")
            }
        }
        if let since { parts.append("d.last_seen_at >= \(since)") }
        return parts.joined(separator: " AND ")
    }
}

/// The filter as options.
struct DeadLetterOptions: ParsableArguments {
    @Option(name: .long, help: "A topic, without prefix.")
    var topic: String?

    @Option(name: .long, help: "Why they were rejected, for example missing_field, unknown_processor, not_json.")
    var error: String?

    @Option(name: .long, help: "Letters that are alike, see: tipoff dlq ls --by fingerprint")
    var fingerprint: String?

    @Option(name: .long, help: "The processor that they are about.")
    var processor: String?

    @Option(name: .long, help: "The game date that they are about: today, yesterday or YYYY-MM-DD.")
    var date: DayArgument?

    @Option(name: .long, help: "A run or correlation id.")
    var run: String?

    @Option(name: .long, help: "Seen since: an ISO 8601 instant, or 30m, 6h, 2d ago.")
    var since: SinceArgument?

    func filter(ids: [Int64] = [], session: Session) -> DeadLetterFilter {
        DeadLetterFilter(
            ids: ids,
            topic: topic,
            error: error,
            fingerprint: fingerprint,
            processor: processor,
            gameDate: date?.resolved(session.clock),
            run: run,
            since: since?.instant(before: Date())
        )
    }

    /// Whether anything narrows the choice.
    var isEmpty: Bool {
        topic == nil && error == nil && fingerprint == nil && processor == nil && date == nil && run == nil
            && since == nil
    }
}

/// A moment in the past, as an instant or by how long it is ago.
enum SinceArgument: Sendable, Hashable, ExpressibleByArgument {
    case instant(Date)
    case ago(seconds: Double)

    init?(argument: String) {
        if let instant = Instant.parse(argument) {
            self = .instant(instant)
            return
        }
        let units: [Character: Double] = ["m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let count = Double(argument.dropLast()), count > 0,
            count <= 100_000
        else { return nil }
        self = .ago(seconds: count * unit)
    }

    func instant(before now: Date) -> Date {
        switch self {
        case .instant(let instant): instant
        case .ago(let seconds): now.addingTimeInterval(-seconds)
        }
    }
}
