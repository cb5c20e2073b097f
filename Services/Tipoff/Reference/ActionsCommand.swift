import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres

/// What operators did.
struct ActionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "actions",
        abstract: "Lists what operators did, the newest first: who, when, what, why.",
        discussion: """
            Forced phases, cancelled runs, retries, replays, runs opened by hand, decisions about dead letters, overrides, \
            backfills, what was published or taken back, names and models.

            Example: tipoff actions --since 24h --actor tipoff:ann
            """
    )

    @Option(name: .long, help: "Since an ISO 8601 instant, or 30m, 6h, 2d ago.")
    var since: SinceArgument?

    @Option(name: .long, help: "Who, such as tipoff:ann or console:ann.")
    var actor: String?

    @Option(name: .long, help: "The game date that it is about: today, yesterday or YYYY-MM-DD.")
    var date: DayArgument?

    @Option(name: .shortAndLong, help: "At most this many.")
    var number = 50

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (1...10_000).contains(number) else { throw ValidationError("-n is a number from 1 to 10000") }
    }

    func run() async throws {
        try await Session.with([.database]) { session in
            let rows = try await session.pool.query(
                """
                SELECT acted_at, actor, action, subject, reason, result, correlation_id, run_id, game_date
                FROM nba_orchestration.operator_action
                WHERE (\(since?.instant(before: Date()))::timestamptz IS NULL
                       OR acted_at >= \(since?.instant(before: Date())))
                    AND (\(actor)::text IS NULL OR actor = \(actor))
                    AND (\(date?.resolved(session.clock).sqlDate)::date IS NULL
                         OR game_date = \(date?.resolved(session.clock).sqlDate))
                ORDER BY acted_at DESC LIMIT \(Int64(number))
                """
            )
            let actions = try rows.map(OperatorAction.init)
            if format.json {
                try session.output.json(.array(actions.map(\.json)))
            } else if actions.isEmpty {
                session.output.line("nobody did anything")
            } else {
                var table = TextTable(["WHEN", "WHO", "WHAT", "TO", "DATE", "CAME OF IT", "WHY"])
                for action in actions {
                    table.add([
                        EasternTime.short(action.actedAt, on: LeagueClock.gameDate(of: .now)), action.actor,
                        action.action, SafeText.cut(action.subject, to: 50), action.gameDate?.description ?? "-",
                        SafeText.cut(action.result ?? "-", to: 30), SafeText.cut(action.reason, to: 60),
                    ])
                }
                session.output.lines(table.lines)
                if let id = actions.compactMap(\.correlationID).first {
                    session.output.line("next: tipoff trace \(id)")
                }
            }
        }
    }
}

/// One act of an operator.
private struct OperatorAction: Sendable {
    var actedAt: Date
    var actor: String
    var action: String
    var subject: String
    var reason: String
    var result: String?
    var correlationID: String?
    var runID: UUID?
    var gameDate: GameDate?

    init(row: PostgresRow) throws {
        actedAt = try row.decode("acted_at")
        actor = try row.decode("actor")
        action = try row.decode("action")
        subject = try row.decode("subject")
        reason = try row.decode("reason")
        result = try row.decode("result")
        correlationID = try row.decode("correlation_id")
        runID = try row.decode("run_id")
        gameDate = try row.optionalGameDate("game_date")
    }

    var json: JSONValue {
        [
            "acted_at": .string(Instant.text(actedAt)), "actor": .string(actor), "action": .string(action),
            "subject": .string(subject), "reason": .string(reason), "result": result.map { .string($0) } ?? .null,
            "correlation_id": correlationID.map { .string($0) } ?? .null,
            "run_id": runID.map { .string($0.uuidString.lowercased()) } ?? .null,
            "game_date": gameDate.map { .string($0.description) } ?? .null,
        ]
    }
}
