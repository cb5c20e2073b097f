import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// Open alerts.
struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Lists open alerts, the most severe first; exit 1 when there are any.",
        discussion: "Example: tipoff alerts --all -n 50"
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
            let rows = try await session.pool.query(
                """
                SELECT alert_id, level, title, detail, game_date, run_id, occurrences, raised_by, raised_at, last_seen_at,
                       resolved_at
                FROM nba_orchestration.alert WHERE \(all) OR resolved_at IS NULL
                ORDER BY resolved_at IS NOT NULL, array_position(ARRAY['critical', 'error', 'warning', 'info'], level),
                    last_seen_at DESC
                LIMIT \(Int64(number))
                """
            )
            if format.json {
                try session.output.json(.array(try rows.map(Self.json)))
                return all || rows.isEmpty
            }
            guard !rows.isEmpty else {
                session.output.line(all ? "no alerts" : "no open alerts")
                return true
            }
            var table = TextTable(["ID", "LEVEL", "DATE", "SINCE", "TIMES", "BY", "WHAT"])
            for row in rows {
                let detail = try JSONValue(parsing: row.decode("detail", as: PostgresJSON.self).bytes)
                let names = detail["missing"]?.arrayValue?.compactMap(\.stringValue).joined(separator: ", ") ?? ""
                let title: String = try row.decode("title")
                table.add([
                    String(try row.decode("alert_id", as: Int64.self)), try row.decode("level"),
                    try row.optionalGameDate("game_date")?.description ?? "-",
                    EasternTime.short(try row.decode("raised_at"), on: session.clock.leagueDay),
                    String(try row.decode("occurrences", as: Int32.self)), try row.decode("raised_by"),
                    names.isEmpty ? title : "\(title): \(SafeText.cut(names, to: 120))",
                ])
            }
            session.output.lines(table.lines)
            return all
        }
        if !isQuiet { throw CommandProblem.alreadyTold }
    }

    private static func json(_ row: PostgresRow) throws -> JSONValue {
        [
            "alert_id": .int(try row.decode("alert_id")), "level": .string(try row.decode("level")),
            "title": .string(try row.decode("title")),
            "detail": try JSONValue(parsing: row.decode("detail", as: PostgresJSON.self).bytes),
            "date": try row.optionalGameDate("game_date").map { .string($0.description) } ?? .null,
            "run_id": try row.decode("run_id", as: UUID?.self).map { .string($0.uuidString.lowercased()) } ?? .null,
            "occurrences": .int(Int64(try row.decode("occurrences", as: Int32.self))),
            "raised_by": .string(try row.decode("raised_by")),
            "raised_at": .string(Instant.text(try row.decode("raised_at"))),
            "last_seen_at": .string(Instant.text(try row.decode("last_seen_at"))),
            "resolved_at": try row.decode("resolved_at", as: Date?.self).map { .string(Instant.text($0)) } ?? .null,
        ]
    }
}
