import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// Whether the sources answer.
struct SourcesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources",
        abstract: "Says of each scraper when it last succeeded, what it met since, and what budgets are left.",
        discussion: """
            The state is failing when the last attempt failed, empty when the source had nothing, ok otherwise. Asks the \
            database only; tipoff doctor --sources asks the sites. Exit 1 when a scraper is failing.

            Example: tipoff sources --days 7
            """
    )

    @Option(name: .long, help: "How far to look back, 1 to 90.")
    var days = 7

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (1...90).contains(days) else { throw ValidationError("--days is a number from 1 to 90") }
    }

    func run() async throws {
        let isFailing = try await Session.with([.database]) { session in
            let now = session.clock.now
            let health = try await ScraperReport.read(
                since: now.addingTimeInterval(-86_400 * Double(days)),
                today: session.clock.leagueDay.description,
                session.pool
            )
            if format.json {
                try session.output.json(health.json)
            } else if health.scrapers.isEmpty {
                session.output.line("no scraper has run within \(days) days")
            } else {
                var table = TextTable(["SCRAPER", "STATE", "LAST SUCCESS", "TRIES", "FAILED", "EMPTY", "LAST ERROR"])
                for scraper in health.scrapers {
                    table.add([
                        scraper.name, scraper.state,
                        scraper.lastSuccessAt.map { EasternTime.short($0, on: session.clock.leagueDay) } ?? "never",
                        String(scraper.attempts), String(scraper.failed), String(scraper.empty),
                        SafeText.cut(scraper.lastError ?? "", to: 80),
                    ])
                }
                session.output.lines(table.lines)
                for use in health.budgets {
                    session.output.line("\(use.host): \(use.spent) asked today, \(use.refused) refused by the budget")
                }
            }
            return health.scrapers.contains { $0.state == "failing" }
        }
        if isFailing { throw CommandProblem.alreadyTold }
    }
}

/// What the log of executions and the budgets' table say of the sources.
struct ScraperReport: Sendable, Hashable {
    struct Scraper: Sendable, Hashable {
        var name: String
        var attempts: Int
        var failed: Int
        var empty: Int
        var lastStatus: String
        var lastAttemptAt: Date
        var lastSuccessAt: Date?
        var lastError: String?

        var state: String {
            switch lastStatus {
            case "failed": "failing"
            case "no_data": "empty"
            default: "ok"
            }
        }
    }

    struct Budget: Sendable, Hashable {
        var host: String
        var spent: Int64
        var refused: Int64
    }

    var scrapers: [Scraper]
    var budgets: [Budget]

    /// - Parameters:
    ///   - since: by the services' clock, which the log carries.
    ///   - today: the league's day, as in 2024-01-15.
    static func read(since: Date, today: String, _ pool: PostgresPool) async throws -> ScraperReport {
        let rows = try await pool.query(
            """
            SELECT processor_name, count(*) AS attempts, count(*) FILTER (WHERE status = 'failed') AS failed,
                   count(*) FILTER (WHERE status = 'no_data') AS empty, max(completed_at) AS last_attempt_at,
                   max(completed_at) FILTER (WHERE status IN ('success', 'partial')) AS last_success_at,
                   (array_agg(status ORDER BY completed_at DESC))[1] AS last_status,
                   (array_agg(COALESCE(error_type || ': ', '') || error_message ORDER BY completed_at DESC)
                       FILTER (WHERE error_message IS NOT NULL))[1] AS last_error
            FROM nba_orchestration.pipeline_execution_log WHERE phase = 1 AND completed_at >= \(since)
            GROUP BY processor_name ORDER BY processor_name
            """
        )
        let uses = try await pool.query(
            "SELECT host, spent, refused FROM nba_orchestration.source_use WHERE day = \(today)::date ORDER BY host"
        )
        return ScraperReport(
            scrapers: try rows.map { row in
                Scraper(
                    name: try row.decode("processor_name"),
                    attempts: Int(try row.decode("attempts", as: Int64.self)),
                    failed: Int(try row.decode("failed", as: Int64.self)),
                    empty: Int(try row.decode("empty", as: Int64.self)),
                    lastStatus: try row.decode("last_status"),
                    lastAttemptAt: try row.decode("last_attempt_at"),
                    lastSuccessAt: try row.decode("last_success_at"),
                    lastError: try row.decode("last_error")
                )
            },
            budgets: try uses.map { row in
                Budget(
                    host: try row.decode("host"),
                    spent: try row.decode("spent"),
                    refused: try row.decode("refused")
                )
            }
        )
    }

    var json: JSONValue {
        [
            "scrapers": .array(
                scrapers.map { scraper in
                    [
                        "scraper": .string(scraper.name), "state": .string(scraper.state),
                        "last_success_at": scraper.lastSuccessAt.map { .string(Instant.text($0)) } ?? .null,
                        "last_attempt_at": .string(Instant.text(scraper.lastAttemptAt)),
                        "attempts": .int(Int64(scraper.attempts)), "failed": .int(Int64(scraper.failed)),
                        "empty": .int(Int64(scraper.empty)),
                        "last_error": scraper.lastError.map { .string($0) } ?? .null,
                    ]
                }
            ),
            "budgets_today": .array(
                budgets.map {
                    ["host": .string($0.host), "spent": .int($0.spent), "refused": .int($0.refused)]
                }
            ),
        ]
    }
}
