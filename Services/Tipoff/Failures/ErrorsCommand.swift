import ArgumentParser
import Foundation
import Monitoring
import Pipeline
import Postgres

/// What failed, grouped by cause.
struct ErrorsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "errors",
        abstract: "Groups what failed by its cause, and what had nothing apart from it.",
        discussion: """
            Two failures are of one cause when processor, type and text are the same without ids, numbers and quoted texts \
            (deploy/queries/recent-failures.sql). One that was tried again with success is "retried". Exit 1 when something was \
            given up.

            Example: tipoff errors --hours 6
            """
    )

    @Option(name: .long, help: "Runs that were opened within so many hours, 1 to 720.")
    var hours = 24

    @Option(name: .shortAndLong, help: "At most this many causes of each kind.")
    var number = 100

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (1...720).contains(hours) else { throw ValidationError("--hours is a number from 1 to 720") }
        guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
    }

    func run() async throws {
        let hasFailures = try await Session.with([.database]) { session in
            let failures = try await ErrorCause.failures(hours: hours, session.pool)
            let causes =
                failures.prefix(number) + (try await ErrorCause.expected(hours: hours, limit: number, session.pool))
            if format.json {
                try session.output.json(.array(causes.map(\.json)))
            } else if causes.isEmpty {
                session.output.line("nothing failed in the runs of \(hours) h")
            } else {
                var table = TextTable(["KIND", "TIMES", "PROCESSOR", "TYPE", "LAST", "WHAT"])
                for cause in causes {
                    table.add([
                        cause.kind.rawValue, String(cause.times), cause.processor, cause.type ?? "-",
                        EasternTime.short(cause.lastSeenAt, on: session.clock.leagueDay),
                        SafeText.cut(cause.message, to: 100),
                    ])
                }
                session.output.lines(table.lines)
                if let first = causes.first { session.output.line("next: tipoff trace \(first.runID)") }
            }
            return failures.contains { $0.kind == .failure }
        }
        if hasFailures { throw CommandProblem.alreadyTold }
    }
}

/// Executions that ended badly, or with nothing, for one cause.
struct ErrorCause: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        /// Given up at least once.
        case failure
        /// Every one of them was tried again.
        case retried
        /// The source had nothing.
        case expected
    }

    var kind: Kind
    var phase: Phase
    var processor: String
    var type: String?
    /// Nil where nothing failed.
    var fingerprint: String?
    /// Of the newest.
    var message: String
    var times: Int
    var dates: Int
    var firstSeenAt: Date
    var lastSeenAt: Date
    /// The newest run in which it happened, in lower case.
    var runID: String

    /// The newest first.
    static func failures(hours: Int, _ pool: PostgresPool) async throws -> [ErrorCause] {
        let statement = try MonitoringQueries.recentFailures.statement(["hours": String(hours), "processor": ""])
        return try await pool.query(statement).map { row in
            ErrorCause(
                kind: try row.decode("ended", as: Int64.self) > 0 ? .failure : .retried,
                phase: try row.phase("phase"),
                processor: try row.decode("processor"),
                type: try row.decode("error_type"),
                fingerprint: try row.decode("fingerprint"),
                message: try row.decode("sample_message", as: String?.self) ?? "",
                times: Int(try row.decode("attempts", as: Int64.self)),
                dates: Int(try row.decode("game_dates", as: Int64.self)),
                firstSeenAt: try row.decode("first_seen"),
                lastSeenAt: try row.decode("last_seen"),
                runID: try row.decode("sample_run", as: UUID.self).uuidString.lowercased()
            )
        }
    }

    /// What had nothing although nothing failed, the most frequent first.
    static func expected(hours: Int, limit: Int, _ pool: PostgresPool) async throws -> [ErrorCause] {
        try await pool.query(
            """
            SELECT l.phase, l.processor_name, COALESCE(l.skip_reason, '') AS reason, count(*) AS times,
                   count(DISTINCT l.game_date) AS dates, min(l.completed_at) AS first_seen, max(l.completed_at) AS last_seen,
                   (array_agg(l.run_id ORDER BY l.completed_at DESC))[1] AS sample_run
            FROM nba_orchestration.pipeline_execution_log AS l
            JOIN nba_orchestration.run AS r ON r.run_id = l.run_id AND r.game_date = l.game_date
            WHERE l.status = 'no_data' AND l.error_type IS NULL AND r.opened_at >= now() - \(hours) * interval '1 hour'
            GROUP BY 1, 2, 3 ORDER BY times DESC, last_seen DESC LIMIT \(Int64(limit))
            """
        ).map { row in
            ErrorCause(
                kind: .expected,
                phase: try row.phase("phase"),
                processor: try row.decode("processor_name"),
                message: try row.decode("reason"),
                times: Int(try row.decode("times", as: Int64.self)),
                dates: Int(try row.decode("dates", as: Int64.self)),
                firstSeenAt: try row.decode("first_seen"),
                lastSeenAt: try row.decode("last_seen"),
                runID: try row.decode("sample_run", as: UUID.self).uuidString.lowercased()
            )
        }
    }

    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "times": .int(Int64(times)), "phase": .int(Int64(phase.rawValue)),
            "processor": .string(processor), "error_type": type.map { .string($0) } ?? .null,
            "fingerprint": fingerprint.map { .string($0) } ?? .null, "message": .string(message),
            "dates": .int(Int64(dates)), "first_seen_at": .string(Instant.text(firstSeenAt)),
            "last_seen_at": .string(Instant.text(lastSeenAt)), "run_id": .string(runID),
        ]
    }
}
