import Basketball
import Foundation
import Postgres

extension SnapshotReader {
    /// Looks at what a processor depends on, in the snapshot that it reads.
    func check(
        _ definition: ProcessorDefinition,
        _ registry: Registry,
        agesMatter: Bool,
        into record: ExecutionRecord
    ) async throws {
        let facts = try await facts(definition, registry, agesMatter: agesMatter)
        record.set(facts, DependencyJudgement(definition, facts, registry, agesMatter: agesMatter))
    }
}

extension Processor {
    /// Does the work of one task and judges what it depended on. Throws where a critical dependency does not hold what
    /// it must.
    package func outcome(of execution: Execution) async throws -> Outcome {
        var outcome = try await execute(execution)
        // Nothing was pending: nothing was made of what is there.
        guard !outcome.writes.isEmpty, let judgement = execution.record.value?.judgement else { return outcome }
        if let refusal = judgement.refusal { throw refusal }
        outcome.degradedReasons += judgement.degradedReasons
        return outcome
    }
}

extension TaskFinisher {
    /// The verdicts of the results, as rows; nil without any.
    func dependencyRows(_ results: [TaskResult]) -> SQL? {
        let found = results.flatMap { result in (result.record?.verdicts ?? []).map { (result.task, $0) } }
        guard !found.isEmpty else { return nil }
        return """
            INSERT INTO nba_orchestration.dependency_check
                (execution_id, source_table, run_id, processor, game_date, is_critical, verdict, row_count,
                 expected_rows, last_updated, age_seconds, source_prefix, completeness_pct)
            SELECT * FROM unnest(\(found.map(\.0.executionID))::uuid[], \(found.map(\.1.table))::text[],
                \(found.map(\.0.run.runID))::uuid[], \(found.map(\.0.processor))::text[],
                \(found.map(\.0.gameDate.postgres))::date[], \(found.map(\.1.isCritical))::boolean[],
                \(found.map(\.1.verdict.rawValue))::text[], \(found.map { Int64($0.1.rowCount) })::bigint[],
                \(found.map { Int64($0.1.expectedRows) })::bigint[], \(found.map(\.1.lastUpdated))::timestamptz[],
                \(found.map { $0.1.age?.seconds })::double precision[],
                \(found.map(\.1.dependency.prefix))::text[], \(found.map(\.1.completenessPercent))::double precision[])
            """
    }
}
