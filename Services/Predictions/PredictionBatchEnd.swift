import Basketball
import Foundation
import Pipeline
import Postgres
import Warehouse

/// Ends Phase 5: the worker that finishes the last open player of a batch closes the phase and opens the next one in
/// its own transaction. The batch row is locked first and the open tasks are counted after that, so of two workers that
/// finish at once the second one sees what the first one did.
struct PredictionBatchEnd: Sendable {
    var registry: Registry
    var role: String
    var clock: PipelineClock
    var phaseDeadline: Duration

    /// A smaller share (0 … 1) of the expected players with a prediction is named on the page.
    static let coverageGoal = 0.9

    func callAsFunction(_ tasks: [ClaimedTask], in transaction: PostgresTransaction) async throws -> [OutboxMessage] {
        var runs: [UUID: RunRecord] = [:]
        for task in tasks { runs[task.run.runID] = task.run }
        var messages: [OutboxMessage] = []
        for run in runs.values.sorted(by: { $0.runID.uuidString < $1.runID.uuidString }) {
            messages += try await advance(run, in: transaction)
        }
        return messages
    }

    /// Ends the phase because an operator said so: cancelled, or without the players that are still open. Those stay
    /// tasks, and what they bring opens a delta.
    func callAsFunction(
        _ run: RunRecord,
        as request: OperatorRequest,
        in transaction: PostgresTransaction
    ) async throws -> OperatorOutcome {
        if request.action == .cancelRun {
            return try await PhaseOpener(registry: registry, role: role, deadline: phaseDeadline)
                .cancel(request, of: run, in: transaction)
        }
        let batches = try await transaction.query(
            "SELECT 1 AS known FROM nba_predictions.prediction_batch WHERE run_id = \(run.runID)"
        )
        if batches.isEmpty, try await hasCoordinator(run, in: transaction) {
            return .init(.refused, "the coordinator has not said yet who is predicted; tipoff run cancel ends the run")
        }
        switch try await GivenUp.mark(request, in: transaction) {
        case .othersOpen(let names):
            return .init(.refused, "still open beside the ones given up: \(names.joined(separator: ", "))")
        case .tasks(let names):
            let reason = GivenUp.reason(request, without: names)
            let messages = try await advance(run, forced: reason, in: transaction)
            for message in messages { try await transaction.execute(message.insertStatement(producer: role)) }
            return .init(.done, reason, messages: messages)
        }
    }

    private func advance(
        _ run: RunRecord,
        forced: String? = nil,
        in transaction: PostgresTransaction
    ) async throws -> [OutboxMessage] {
        let found = try await transaction.query(
            """
            SELECT batch_id, state, expected_count, readiness FROM nba_predictions.prediction_batch
            WHERE run_id = \(run.runID) FOR UPDATE
            """
        )
        guard let row = found.first else {
            guard try await hasCoordinator(run, in: transaction) else {
                return try await endGrading(of: run, forced: forced, in: transaction)
            }
            try await fail(run, reason: "the prediction coordinator failed", in: transaction)
            return []
        }
        let batch = try Batch(row: row)
        if batch.state == "not_started" {
            let reason = "predictions not started: \(batch.reasons.joined(separator: "; "))"
            // So are the first days of every season: a walk through seasons names them and goes on.
            if run.lane == .backfill, batch.expected > 0 {
                return try await endUnpredicted(run, reason: reason, in: transaction)
            }
            try await fail(run, reason: reason, in: transaction)
            return []
        }
        let tasks = try await transaction.query(
            """
            SELECT count(*) FILTER (WHERE NOT is_terminal AND late_at IS NULL) AS open,
                   count(*) FILTER (WHERE state = 'success') AS predicted,
                   count(*) FILTER (WHERE state = 'failed') AS failed,
                   count(*) FILTER (WHERE error_type = \(Outcome.quarantineType)) AS quarantined
            FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND phase = 5 AND processor = \(PlayerPredictions.name)
            """
        ).one()
        let open: Int = try tasks.decode("open")
        let predicted: Int = try tasks.decode("predicted")
        try await transaction.execute(
            """
            UPDATE nba_predictions.prediction_batch SET open_count = \(Int32(open)), predicted_count = \(Int32(predicted))
            WHERE run_id = \(run.runID)
            """
        )
        guard open == 0 else { return [] }
        return try await complete(
            batch,
            run,
            predicted: predicted,
            failed: try tasks.decode("failed"),
            quarantined: try tasks.decode("quarantined"),
            forced: forced,
            in: transaction
        )
    }

    private func complete(
        _ batch: Batch,
        _ run: RunRecord,
        predicted: Int,
        failed: Int,
        quarantined: Int,
        forced: String?,
        in transaction: PostgresTransaction
    ) async throws -> [OutboxMessage] {
        let skipped = try await skips(of: run, in: transaction)
        let slate = try await SlateCounts(run.gameDate, in: transaction)
        let skippedJSON = JSONValue.object(JSONObject(skipped.map { ($0.reason, .int(Int64($0.count))) }))
        try await transaction.execute(
            """
            UPDATE nba_predictions.prediction_batch SET
                state = CASE WHEN state = 'open' THEN 'complete' ELSE state END, completed_at = COALESCE(completed_at, now()),
                skipped = \(PostgresJSON(try skippedJSON.text(.canonical))), line_count = \(Int32(slate.withLine))
            WHERE run_id = \(run.runID)
            """
        )
        // A batch ends once; the grading that may follow brings this here again.
        if batch.state != "complete" {
            try await PredictionBatchChecks(of: run.gameDate, in: transaction).tell(of: run, by: role, in: transaction)
            try await SlateVerdict.follow(run.gameDate, by: role, in: transaction)
            try await transaction.execute(Alerts.resolve(signature: SlateWatch.forecastSignature(run.gameDate)))
        }
        // The phase may have been expired or cancelled meanwhile; then nothing follows from it.
        guard let upstream = try await openPhase(run, in: transaction) else { return [] }
        let grading = try await gradingStep(of: run, isForced: forced != nil, in: transaction)
        guard case .ended(let gradingReasons) = grading else { return grading.messages }

        var own = batch.reasons + gradingReasons
        if let forced { own.append(forced) }
        if failed > 0 { own.append("\(failed) of \(batch.players) predictions failed") }
        if quarantined > 0 { own.append("\(quarantined) of \(batch.players) predictions in quarantine") }
        if batch.expected > 0, Double(slate.predicted) < Self.coverageGoal * Double(batch.expected) {
            own.append("predictions for \(slate.predicted) of \(batch.expected) expected players")
        }
        let reasons = upstream + own.filter { !upstream.contains($0) }
        var report = PhaseReport()
        report.recordCount = predicted
        report.recordsFailed = failed + quarantined
        report.output = PlayerPropPrediction.table.name
        report.metadata = [
            "batch_id": .string(batch.batchID.uuidString.lowercased()), "expected": .int(Int64(batch.players)),
            "predicted": .int(Int64(predicted)), "failed": .int(Int64(failed)), "skipped": skippedJSON,
            "slate_expected": .int(Int64(batch.expected)), "slate_predicted": .int(Int64(slate.predicted)),
            "coverage": Self.share(slate.predicted, of: batch.expected),
            "line_coverage": Self.share(slate.withLine, of: slate.predicted),
            "synthetic_lines": .int(Int64(slate.withSyntheticLine)),
        ]
        let opener = PhaseOpener(registry: registry, role: role, deadline: phaseDeadline)
        try await opener.close(
            .predictions,
            of: run,
            state: batch.players == 0 && batch.state == "open" ? "unchanged" : "complete",
            degraded: !own.isEmpty,
            reasons: own.filter { !upstream.contains($0) },
            gateReport: .object(JSONObject(report.metadata.sorted { $0.key < $1.key }.map { ($0, $1) })),
            in: transaction
        )
        let result = try await opener.openNext(
            after: .predictions,
            of: run,
            degraded: !reasons.isEmpty,
            reasons: reasons,
            report: report,
            now: clock.now,
            in: transaction
        )
        if result.opened == .publishing { return result.messages }
        return [completion(run, reasons: reasons, report: report)]
    }

    /// The phase's completion where no later phase follows; otherwise the message that opens Phase 6 is it.
    private func completion(_ run: RunRecord, reasons: [String], report: PhaseReport) -> OutboxMessage {
        var envelope = Envelope(
            run: run,
            from: role,
            completed: .predictions,
            status: reasons.isEmpty ? .success : .partial,
            source: .orchestrator,
            at: clock.now
        )
        report.fill(&envelope)
        envelope.skipDownstreamTrigger = true
        if !reasons.isEmpty { envelope.metadata["degraded_reasons"] = .array(reasons.map { .string($0) }) }
        return OutboxMessage(topic: .phase5PredictionsComplete, envelope: envelope)
    }

    /// The degraded reasons that the open phase came with; nil when it is not open any more.
    func openPhase(_ run: RunRecord, in transaction: PostgresTransaction) async throws -> [String]? {
        let rows = try await transaction.query(
            """
            SELECT degraded_reasons FROM nba_orchestration.run_phase
            WHERE run_id = \(run.runID) AND phase = 5 AND state = 'open' FOR UPDATE
            """
        )
        return try rows.first?.decode("degraded_reasons", as: [String].self)
    }

    private func fail(_ run: RunRecord, reason: String, in transaction: PostgresTransaction) async throws {
        guard try await openPhase(run, in: transaction) != nil else { return }
        let opener = PhaseOpener(registry: registry, role: role, deadline: phaseDeadline)
        try await opener.close(
            .predictions,
            of: run,
            state: "failed",
            degraded: true,
            reasons: [reason],
            in: transaction
        )
        try await opener.failRun(run, state: "failed", reason: reason, in: transaction)
        // Results of the date are judged against the predictions that stand.
        try await leaveGrading(of: run, in: transaction)
        try await transaction.execute(
            Alerts.raise(
                .error,
                signature: "predictions:failed:\(run.runID.uuidString.lowercased())",
                title: "predictions of \(run.gameDate): \(reason)",
                gameDate: run.gameDate,
                runID: run.runID,
                by: role
            )
        )
    }

    /// Ends the phase of a backfilled date for which too few features are there, without predictions and degraded.
    private func endUnpredicted(
        _ run: RunRecord,
        reason: String,
        in transaction: PostgresTransaction
    ) async throws -> [OutboxMessage] {
        guard let upstream = try await openPhase(run, in: transaction) else { return [] }
        let opener = PhaseOpener(registry: registry, role: role, deadline: phaseDeadline)
        try await opener.close(
            .predictions,
            of: run,
            state: "complete",
            degraded: true,
            reasons: [reason],
            in: transaction
        )
        try await leaveGrading(of: run, in: transaction)
        return try await opener.openNext(
            after: .predictions,
            of: run,
            degraded: true,
            reasons: upstream + [reason],
            now: clock.now,
            in: transaction
        ).messages
    }

    private func skips(
        of run: RunRecord,
        in transaction: PostgresTransaction
    ) async throws -> [(reason: String, count: Int)] {
        let rows = try await transaction.query(
            """
            SELECT skip_reason, count(*) AS players FROM nba_orchestration.pipeline_execution_log
            WHERE run_id = \(run.runID) AND game_date = \(run.gameDate.postgresDate) AND phase = 5
                AND processor_name = \(PlayerPredictions.name) AND status = 'no_data' AND skip_reason IS NOT NULL
            GROUP BY skip_reason ORDER BY skip_reason
            """
        )
        return try rows.map { (try $0.decode("skip_reason"), try $0.decode("players")) }
    }

    private static func share(_ part: Int, of whole: Int) -> JSONValue {
        whole == 0 ? .null : .double(Double(part) / Double(whole))
    }
}

/// A row of `prediction_batch`.
private struct Batch: Sendable {
    var batchID: UUID
    var state: String
    /// Tasks of the batch.
    var players: Int
    /// Players of the date who should have a prediction.
    var expected: Int
    var reasons: [String]

    init(row: PostgresRow) throws {
        batchID = try row.decode("batch_id")
        state = try row.decode("state")
        players = Int(try row.decode("expected_count", as: Int32.self))
        let readiness = try JSONValue(parsing: row.decode("readiness", as: PostgresJSON.self).bytes)
        expected = Int(readiness["expected"]?.intValue ?? 0)
        reasons = (readiness["reasons"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}

/// The predictions of a date as they stand.
private struct SlateCounts: Sendable {
    var predicted: Int
    var withLine: Int
    var withSyntheticLine: Int

    init(_ date: GameDate, in transaction: PostgresTransaction) async throws {
        let row = try await transaction.query(
            """
            SELECT count(*) AS predicted, count(*) FILTER (WHERE has_prop_line) AS with_line,
                   count(*) FILTER (WHERE is_line_synthetic) AS with_synthetic_line
            FROM nba_predictions.shown_prediction WHERE game_date = \(date.postgresDate)
            """
        ).one()
        predicted = try row.decode("predicted")
        withLine = try row.decode("with_line")
        withSyntheticLine = try row.decode("with_synthetic_line")
    }
}
