import ArgumentParser
import Foundation
import Pipeline
import Postgres

/// What failed, grouped by cause.
struct ErrorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "Groups what failed by its cause, failures apart from what is expected to be empty.",
        discussion: """
            Two failures are of one cause when processor, type and text are the same without ids, numbers and quoted values. \
            Exit 1 when there is a failure.

            Example: tipoff errors --hours 6
            """
    )

    @Option(name: .long, help: "How far to look back, 1 to 720.")
    var hours = 24

    @Option(name: .shortAndLong, help: "At most this many causes.")
    var number = 100

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (1...720).contains(hours) else { throw ValidationError("--hours is a number from 1 to 720") }
        guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
    }

    func run() async throws {
        let hasFailures = try await Session.with([.database]) { session in
            let causes = try await ErrorCause.list(
                since: session.clock.now.addingTimeInterval(-3600 * Double(hours)),
                limit: number,
                session.pool
            )
            if format.json {
                try session.output.json(.array(causes.map(\.json)))
            } else if causes.isEmpty {
                session.output.line("nothing failed within \(hours) h")
            } else {
                var table = TextTable(["KIND", "TIMES", "PROCESSOR", "TYPE", "LAST", "WHAT"])
                for cause in causes {
                    table.add([
                        cause.kind, String(cause.count), cause.processor, cause.type ?? "-",
                        EasternTime.short(cause.lastSeenAt, on: session.clock.leagueDay),
                        SafeText.cut(cause.fingerprint, to: 100),
                    ])
                }
                session.output.lines(table.lines)
                if let first = causes.first { session.output.line("next: tipoff trace \(first.runID)") }
            }
            return causes.contains { $0.kind == "failure" }
        }
        if hasFailures { throw CommandProblem.alreadyTold }
    }
}

/// Executions that failed for one cause.
struct ErrorCause: Sendable, Hashable {
    /// `failure`, or `expected` where the source had nothing and that was all right.
    var kind: String
    var phase: Phase
    var processor: String
    var type: String?
    var fingerprint: String
    var count: Int
    var dates: Int
    var firstSeenAt: Date
    var lastSeenAt: Date
    /// The newest run in which it happened.
    var runID: String

    /// - Parameter since: by the services' clock, which the log carries.
    static func list(since: Date, limit: Int, _ pool: PostgresPool) async throws -> [ErrorCause] {
        let rows = try await pool.query(
            """
            SELECT kind, phase, processor_name, error_type, fingerprint, count(*) AS times,
                   count(DISTINCT game_date) AS dates, min(completed_at) AS first_seen_at,
                   max(completed_at) AS last_seen_at, (array_agg(run_id ORDER BY completed_at DESC))[1] AS run_id
            FROM (SELECT CASE status WHEN 'no_data' THEN 'expected' ELSE 'failure' END AS kind, phase, processor_name,
                         error_type, game_date, completed_at, run_id,
                         regexp_replace(regexp_replace(regexp_replace(
                             COALESCE(error_message, skip_reason, ''),
                             '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', '<id>', 'gi'),
                             '"[^"]{0,200}"|''[^'']{0,200}''', '<value>', 'g'), '[0-9]+', '<n>', 'g') AS fingerprint
                  FROM nba_orchestration.pipeline_execution_log
                  WHERE status IN ('failed', 'no_data') AND completed_at >= \(since)) AS told
            GROUP BY 1, 2, 3, 4, 5 ORDER BY kind DESC, times DESC, last_seen_at DESC LIMIT \(Int64(limit))
            """
        )
        return try rows.map { row in
            ErrorCause(
                kind: try row.decode("kind"),
                phase: try row.phase("phase"),
                processor: try row.decode("processor_name"),
                type: try row.decode("error_type"),
                fingerprint: try row.decode("fingerprint"),
                count: Int(try row.decode("times", as: Int64.self)),
                dates: Int(try row.decode("dates", as: Int64.self)),
                firstSeenAt: try row.decode("first_seen_at"),
                lastSeenAt: try row.decode("last_seen_at"),
                runID: try row.decode("run_id", as: UUID.self).uuidString.lowercased()
            )
        }
    }

    var json: JSONValue {
        [
            "kind": .string(kind), "times": .int(Int64(count)), "phase": .int(Int64(phase.rawValue)),
            "processor": .string(processor), "error_type": type.map { .string($0) } ?? .null,
            "fingerprint": .string(fingerprint), "dates": .int(Int64(dates)),
            "first_seen_at": .string(Instant.text(firstSeenAt)), "last_seen_at": .string(Instant.text(lastSeenAt)),
            "run_id": .string(runID),
        ]
    }
}
