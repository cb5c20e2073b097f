import Basketball
import Foundation
import Postgres

extension TaskResult {
    var isTerminal: Bool { if case .retry = ending { false } else { true } }

    var error: TaskError? {
        switch ending {
        case .finished(let outcome, _): outcome.quarantine
        case .retry(let error, _), .failed(let error): error
        }
    }

    /// The task's state in the database.
    package var state: String {
        switch ending {
        case .retry: "pending"
        case .failed: "failed"
        case .finished(let outcome, let plans):
            plans.contains { $0.rejection == .superseded } ? "superseded" : outcome.status.rawValue
        }
    }

    var completionStatus: CompletionStatus {
        switch ending {
        case .retry, .failed: .failed
        case .finished(let outcome, _): outcome.status
        }
    }

    var retryDelay: Double { if case .retry(_, let delay) = ending { delay.seconds } else { 0 } }

    package var outcome: Outcome? { if case .finished(let outcome, _) = ending { outcome } else { nil } }

    var plans: [ChangePlan] { if case .finished(_, let plans) = ending { plans } else { [] } }

    package var isExpectedEmpty: Bool { outcome?.isExpectedEmpty ?? false }
    var inScope: Int { outcome?.entitiesInScope ?? 0 }
    var processed: Int { outcome?.entitiesProcessed ?? 0 }
    /// Why the task is worth less than it could be; nil when it is not.
    var degradedReason: String? {
        guard let reasons = outcome?.degradedReasons, !reasons.isEmpty else { return nil }
        return reasons.joined(separator: "; ")
    }
    package var recordCount: Int { outcome?.recordCount ?? 0 }
    var recordsFailed: Int { outcome?.recordsFailed ?? 0 }
    package var changed: Int { plans.reduce(0) { $0 + $1.changedCount } }

    /// Rows that were kept back.
    var quarantined: Int { plans.reduce(0) { $0 + $1.quarantined.count } }

    var messageScope: MessageScope {
        if !plans.isEmpty, changed == 0 { return .unchanged }
        guard let scope = outcome?.scope else { return .full }
        return scope.isFull ? .full : scope.isEmpty ? .unchanged : .incremental
    }

    /// The changed identifiers for people; more than the limit of a kind means an empty list and scope `full`.
    var entityChanges: EntityChanges {
        var names: [EntityKind: Set<String>] = [:]
        for plan in plans {
            for change in plan.changes {
                for (kind, entity) in change.entities { names[kind, default: []].insert(entity) }
            }
        }
        func list(_ kind: EntityKind) -> [String] {
            let all = names[kind] ?? []
            return all.count > EntityChanges.limit ? [] : all.sorted()
        }
        return EntityChanges(players: list(.player), teams: list(.team), games: list(.game))
    }
}

extension TaskFinisher {
    /// The completion event of a task.
    func completion(_ result: TaskResult, now: Date) -> Envelope {
        let task = result.task
        var envelope = Envelope(
            messageID: UUID(),
            runID: task.run.runID,
            processorName: task.processor,
            phase: task.phase,
            executionID: task.executionID.uuidString.lowercased(),
            correlationID: task.run.correlationID,
            gameDate: task.gameDate,
            status: result.completionStatus,
            timestamp: now,
            triggerSource: result.triggerSource ?? .pubsub,
            lane: task.run.lane,
            scope: result.messageScope
        )
        envelope.outputDataset = result.definition.outputDataset
        envelope.outputTable = result.definition.outputTable
        envelope.recordCount = result.recordCount
        envelope.recordsFailed = result.recordsFailed
        envelope.durationSeconds = result.duration.seconds
        envelope.triggerMessageID = result.triggerMessageID
        envelope.entitiesChanged = result.entityChanges
        envelope.entitiesTotal = result.inScope
        envelope.skipDownstreamTrigger = task.run.untilPhase <= task.phase
        envelope.errorType = result.error?.type
        envelope.errorMessage = result.error.map { String($0.message.prefix(1000)) }
        envelope.metadata = result.outcome?.metadata ?? [:]
        envelope.metadata["unit"] = .string(task.unit)
        if let reasons = result.outcome?.degradedReasons, !reasons.isEmpty {
            envelope.metadata["degraded_reasons"] = .array(reasons.map { .string($0) })
        }
        if let path = result.outcome?.rawInput?.objectValue?["object_path"] { envelope.metadata["object_path"] = path }
        return envelope
    }

    /// A task that cannot succeed leaves a dead letter with a message that would start it again.
    func deadLetter(_ result: TaskResult, _ error: TaskError) -> SQL {
        let task = result.task
        var metadata: [String: JSONValue] = ["unit": .string(task.unit)]
        if let input = task.input?.dictionaryValue { metadata.merge(input) { first, _ in first } }
        // What starts a raw task is its scrape's outcome; a message about the raw processor would report it done.
        let scraper = task.phase == .raw ? result.definition.scraper : nil
        let payload = JSONValue.object([
            "processor_name": .string(scraper ?? task.processor),
            "phase": .string((scraper == nil ? task.phase : .scrapers).wireName),
            "game_date": .string(task.gameDate.description),
            "status": scraper.flatMap { _ in metadata["status"] } ?? .string("success"),
            "metadata": .dictionary(metadata),
        ])
        // A run that a replay opened brings the letter itself back when the same task fails; what else fails in it is new.
        return """
            WITH origin AS (
                SELECT d.dead_letter_id, e.batch_id, e.message_id, e.payload_sha256,
                       d.partition = -1 AND d.processor = \(task.processor) AND d.unit = \(task.unit) AS is_same
                FROM nba_orchestration.run AS r
                JOIN nba_orchestration.dead_letter_event AS e ON e.event = 'replayed' AND e.message_id =
                    CASE WHEN starts_with(r.plan_key, 'msg:') THEN substr(r.plan_key, 5)::uuid END
                JOIN nba_orchestration.dead_letter AS d USING (dead_letter_id)
                WHERE r.run_id = \(task.run.runID)
            ), returned AS (
                UPDATE nba_orchestration.dead_letter AS d
                SET state = 'new', state_by = NULL, state_reason = NULL, last_seen_at = now(),
                    attempts = least(d.attempts + \(Int32(task.attempt)), 32767)::smallint, reason = \(error.type),
                    detail = \(String(error.message.prefix(4000))), is_transient = \(error.kind == .transient),
                    run_id = \(task.run.runID)
                FROM origin AS o
                WHERE d.dead_letter_id = o.dead_letter_id AND o.is_same AND d.state = 'replayed'
                    AND d.replay_message_id = o.message_id
                RETURNING d.dead_letter_id
            ), noted AS (
                INSERT INTO nba_orchestration.dead_letter_event
                    (dead_letter_id, event, batch_id, actor, reason, message_id, payload_sha256)
                SELECT o.dead_letter_id, 'returned', o.batch_id, \(service), \(error.type), o.message_id, o.payload_sha256
                FROM origin AS o JOIN returned USING (dead_letter_id)
            )
            INSERT INTO nba_orchestration.dead_letter
                (cluster, topic, partition, "offset", consumer, payload, reason, detail, is_transient, attempts, run_id,
                 processor, unit, game_date, correlation_id, replay_of)
            SELECT \("task:\(task.run.runID.uuidString.lowercased())/\(task.processor)/\(task.unit)"),
                   \(Topic.trigger(of: task.phase).rawValue), -1, \(Int64(task.attempt)), \(service),
                   \(payload.encoded), \(error.type), \(String(error.message.prefix(4000))),
                   \(error.kind == .transient), \(Int16(task.attempt)), \(task.run.runID), \(task.processor),
                   \(task.unit), \(task.gameDate.postgres), \(task.run.correlationID),
                   (SELECT dead_letter_id FROM origin)
            WHERE NOT EXISTS (SELECT 1 FROM returned)
            ON CONFLICT (topic, partition, "offset", cluster) DO UPDATE SET last_seen_at = now()
            """
    }

    /// The log rows of an attempt each, written as one statement.
    func log(_ results: [TaskResult]) -> SQL {
        let rows = JSONValue.array(results.map(logRow))
        return """
            INSERT INTO nba_orchestration.pipeline_execution_log
            SELECT * FROM jsonb_populate_recordset(NULL::nba_orchestration.pipeline_execution_log,
                                                   \(PostgresJSON(rows.encodedText)))
            """
    }

    private func logRow(_ result: TaskResult) -> JSONValue {
        let task = result.task
        let scanned = result.inScope
        let end = result.startedAt.addingTimeInterval(result.duration.seconds)
        var row: [String: JSONValue] = [
            "execution_id": .string(task.executionID.uuidString.lowercased()),
            "correlation_id": .string(task.run.correlationID),
            "run_id": .string(task.run.runID.uuidString.lowercased()),
            "run_kind": .string(task.run.kind.rawValue), "lane": .string(task.run.lane.rawValue),
            "phase": .int(Int64(task.phase.rawValue)), "processor_name": .string(task.processor),
            "unit": .string(task.unit), "event_type": .string("attempt"),
            "game_date": .string(task.gameDate.description),
            "status": .string(result.isTerminal ? result.state : "retry"),
            "started_at": .string(Instant.text(result.startedAt)), "completed_at": .string(Instant.text(end)),
            "duration_seconds": .double(result.duration.seconds), "queued_seconds": .double(task.queuedSeconds),
            "attempt": .int(Int64(task.attempt)), "scope": .string(result.messageScope.rawValue),
            "processing_mode": .string(result.messageScope == .incremental ? "entity_level" : "date_level"),
            "affected_entities": entities(result.entityChanges), "entities_in_scope": .int(Int64(scanned)),
            "entities_processed": .int(Int64(result.processed)), "entities_changed": .int(Int64(result.changed)),
            "records_processed": .int(Int64(result.recordCount)), "records_changed": .int(Int64(result.changed)),
            "records_failed": .int(Int64(result.recordsFailed)),
            "missing_dependencies": .array((result.outcome?.missingDependencies ?? []).map { .string($0) }),
            "instance": .string(instance), "build_commit": .string(BuildInfo.commit),
        ]
        // Only what was compared with stored rows can have been in vain.
        if result.processed > 0, !result.plans.isEmpty {
            let unchanged = max(result.processed - result.changed, 0)
            row["waste_pct"] = .double(100 * Double(unchanged) / Double(result.processed))
        }
        func set(_ name: String, _ value: String?) { if let value { row[name] = .string(value) } }
        set("trigger_source", result.triggerSource?.rawValue)
        set("trigger_message_id", result.triggerMessageID)
        set("skip_reason", result.outcome?.skipReason)
        set("error_type", result.error?.type)
        set("error_category", result.error?.kind.rawValue)
        set("error_message", result.error.map { String($0.message.prefix(4000)) })
        set("output_table", result.definition.output)
        set("dependency_check_result", result.record?.verdicts.map(\.verdict).max()?.rawValue)
        if var metadata = result.outcome?.metadata {
            if let path = result.outcome?.rawInput?.objectValue?["object_path"] { metadata["object_path"] = path }
            if !metadata.isEmpty { row["metadata"] = .dictionary(metadata) }
        }
        return .dictionary(row)
    }

    private func entities(_ changes: EntityChanges) -> JSONValue {
        .object([
            "players": .array(changes.players.map { .string($0) }),
            "teams": .array(changes.teams.map { .string($0) }),
            "games": .array(changes.games.map { .string($0) }),
        ])
    }
}
