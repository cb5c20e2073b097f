import Foundation
import Pipeline
import Postgres

extension ChangeHistory {
    /// What is kept of a run.
    func run(_ id: UUID, in transaction: PostgresTransaction) async throws -> RecordedRun {
        let rows = try await transaction.query(
            """
            SELECT kind, game_date, plan_key, opened_by, opened_at, state FROM nba_orchestration.run WHERE run_id = \(id)
            """
        )
        let plan = try rows.first.map { row in
            RecordedRun.Plan(
                kind: try row.enumeration("kind"),
                gameDate: try row.gameDate("game_date"),
                key: try row.decode("plan_key"),
                openedBy: try row.decode("opened_by"),
                openedAt: try row.decode("opened_at"),
                state: try row.decode("state")
            )
        }
        return RecordedRun(runID: id, plan: plan)
    }

    /// What is kept of an execution, its run and the message that started it.
    func execution(_ id: UUID, of run: UUID, in transaction: PostgresTransaction) async throws -> RecordedExecution {
        let rows = try await transaction.query(
            """
            SELECT l.processor_name, l.phase, l.unit, l.attempt, l.status, l.trigger_source, l.trigger_message_id,
                   t.input->>'object_path' AS object_path
            FROM nba_orchestration.pipeline_execution_log AS l
            LEFT JOIN nba_orchestration.task AS t ON t.run_id = l.run_id AND t.execution_id = l.execution_id
            WHERE l.run_id = \(run) AND l.execution_id = \(id) LIMIT 1
            """
        )
        let attempt = try rows.first.map { row in
            RecordedExecution.Attempt(
                processor: try row.decode("processor_name"),
                phase: try row.phase("phase"),
                unit: try row.decode("unit"),
                number: Int(try row.decode("attempt", as: Int16.self)),
                status: try row.decode("status"),
                triggerSource: try row.decode("trigger_source"),
                triggerMessageID: try row.decode("trigger_message_id"),
                objectPath: try row.decode("object_path")
            )
        }
        return RecordedExecution(
            executionID: id,
            run: try await self.run(run, in: transaction),
            attempt: attempt,
            message: try await message(attempt?.triggerMessageID, in: transaction)
        )
    }

    private func message(_ id: String?, in transaction: PostgresTransaction) async throws -> RecordedExecution.Message?
    {
        guard let id = id.flatMap(UUID.init(uuidString:)) else { return nil }
        let rows = try await transaction.query(
            "SELECT topic, producer FROM nba_orchestration.outbox WHERE message_id = \(id)"
        )
        return try rows.first.map { row in
            RecordedExecution.Message(topic: try row.decode("topic"), producer: try row.decode("producer"))
        }
    }
}
