import Alerting
import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

extension AlertsCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists open alerts, the most severe first; exit 1 when there are any.",
            discussion: "Example: tipoff alerts ls --all -n 50"
        )

        @Flag(name: .long, help: "Also resolved ones; then the exit code is 0.")
        var all = false

        @Option(name: .shortAndLong, help: "At most this many.")
        var number = 100

        @OptionGroup var format: FormatOptions

        func validate() throws {
            guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
        }

        func run() async throws {
            let isQuiet = try await Session.with([.database]) { session in
                let alerts = try await session.pool.query(
                    """
                    SELECT a.alert_id, a.signature, a.level, a.title, a.detail, a.game_date, a.run_id, a.occurrences,
                           a.raised_by, a.raised_at, a.last_seen_at, a.resolved_at, s.kind AS silence,
                           s.actor AS silenced_by, s.until AS silent_until, s.reason AS silence_reason
                    FROM nba_orchestration.alert AS a
                    LEFT JOIN LATERAL (
                        SELECT kind, actor, until, reason FROM nba_orchestration.alert_silence AS s
                        WHERE a.resolved_at IS NULL AND s.ended_at IS NULL AND (s.until IS NULL OR s.until > now())
                            AND (s.kind = 'ack' AND s.alert_id = a.alert_id
                                 OR s.kind = 'mute' AND (s.signature = a.signature
                                     OR right(s.signature, 1) = '*'
                                        AND starts_with(a.signature, left(s.signature, -1))))
                        ORDER BY kind DESC, silence_id LIMIT 1
                    ) AS s ON true
                    WHERE \(all) OR a.resolved_at IS NULL
                    ORDER BY a.resolved_at IS NOT NULL,
                        array_position(ARRAY['critical', 'error', 'warning', 'info'], a.level), a.last_seen_at DESC
                    LIMIT \(Int64(number))
                    """
                ).map { try ListedAlert($0) }
                if format.json {
                    try session.output.json(.array(alerts.map(\.json)))
                    return all || alerts.isEmpty
                }
                guard !alerts.isEmpty else {
                    session.output.line(all ? "no alerts" : "no open alerts")
                    return true
                }
                var table = TextTable(["ID", "LEVEL", "STATE", "DATE", "SINCE", "TIMES", "BY", "WHAT"])
                for alert in alerts { table.add(alert.columns(on: session.clock.leagueDay)) }
                session.output.lines(table.lines)
                if let next = alerts.first(where: { $0.resolvedAt == nil })?.next {
                    session.output.line("next: \(SafeText.escaped(next))")
                }
                return all
            }
            if !isQuiet { throw CommandProblem.alreadyTold }
        }
    }
}

/// An alert as it is listed.
struct ListedAlert: Sendable {
    struct Silence: Sendable {
        var kind: String
        var actor: String
        var until: Date?
        var reason: String
    }

    var id: Int64
    var signature: String
    var level: String
    var title: String
    var detail: JSONValue
    var date: GameDate?
    var runID: UUID?
    var occurrences: Int
    var raisedBy: String
    var raisedAt: Date
    var lastSeenAt: Date
    var resolvedAt: Date?
    var silence: Silence?

    init(_ row: PostgresRow) throws {
        id = try row.decode("alert_id")
        signature = try row.decode("signature")
        level = try row.decode("level")
        title = try row.decode("title")
        detail = try JSONValue(parsing: row.decode("detail", as: PostgresJSON.self).bytes)
        date = try row.optionalGameDate("game_date")
        runID = try row.decode("run_id")
        occurrences = Int(try row.decode("occurrences", as: Int32.self))
        raisedBy = try row.decode("raised_by")
        raisedAt = try row.decode("raised_at")
        lastSeenAt = try row.decode("last_seen_at")
        resolvedAt = try row.decode("resolved_at")
        silence = try row.decode("silence", as: String?.self).map { kind in
            Silence(
                kind: kind,
                actor: try row.decode("silenced_by"),
                until: try row.decode("silent_until"),
                reason: try row.decode("silence_reason")
            )
        }
    }

    var names: [String] { (detail["names"] ?? detail["missing"])?.arrayValue?.compactMap(\.stringValue) ?? [] }

    /// What to type.
    var next: String {
        AlertGuide.command(
            signature,
            detail: detail,
            date: date?.description,
            run: runID?.uuidString.lowercased()
        )
    }

    var state: String {
        if resolvedAt != nil { return "over" }
        return switch silence?.kind {
        case "ack": "ack"
        case "mute": "muted"
        default: "open"
        }
    }

    func columns(on day: GameDate) -> [String] {
        // A title may name the first of them itself.
        let names = names.filter { !title.contains($0) }.joined(separator: ", ")
        return [
            String(id), level, state, date?.description ?? "-", EasternTime.short(raisedAt, on: day),
            String(occurrences), raisedBy, names.isEmpty ? title : "\(title): \(SafeText.cut(names, to: 120))",
        ]
    }

    var json: JSONValue {
        [
            "alert_id": .int(id), "signature": .string(signature), "level": .string(level), "state": .string(state),
            "title": .string(title), "detail": detail,
            "date": date.map { .string($0.description) } ?? .null,
            "run_id": runID.map { .string($0.uuidString.lowercased()) } ?? .null,
            "occurrences": .int(Int64(occurrences)), "raised_by": .string(raisedBy),
            "raised_at": .string(Instant.text(raisedAt)), "last_seen_at": .string(Instant.text(lastSeenAt)),
            "resolved_at": resolvedAt.map { .string(Instant.text($0)) } ?? .null, "next": .string(next),
            "silence": silence.map { silence in
                [
                    "kind": .string(silence.kind), "by": .string(silence.actor), "reason": .string(silence.reason),
                    "until": silence.until.map { .string(Instant.text($0)) } ?? .null,
                ]
            } ?? .null,
        ]
    }
}
