import Basketball
import Foundation
import Postgres
import Testing

@testable import Pipeline
@testable import Publishing

/// What operators ask for, executed by the owner of Phase 6.
@Suite("Operators' requests to publishing")
struct OperatorTests {
    private static let documents = ["calendar_document", "tonight_document"]

    private func definition(_ harness: PhaseHarness) -> PhaseServiceDefinition {
        PublishingService.definition(harness.context, signal: ProjectionSignal())
    }

    private func opened(_ harness: PhaseHarness) async throws -> RunRecord {
        let slate = try PublishedSlate("2024-01-15")
        try await slate.write(harness.pool)
        return try await harness.open(slate.date, from: .publishing, kind: .full, marking: Self.documents)
    }

    private func work(_ harness: PhaseHarness, _ run: RunRecord, only processor: String) async {
        await TaskWorker(definition: definition(harness), context: harness.context)
            .work([TaskSelector(runID: run.runID, processor: processor)], trigger: nil)
    }

    @Test func forcingEndsTheRunDegradedWithoutTheOpenDocument() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let run = try await opened(harness)
            await work(harness, run, only: "calendar_document")
            let request = try await harness.file("force_phase", run, phase: 6, processor: "tonight_document")
            #expect(try await definition(harness).operatorDesk?.executePending() == [])
            #expect(try await harness.answer(request).result == "done")
            #expect(try await harness.runState(run) == "complete")
            #expect(try await harness.phaseState(run, .publishing) == "complete")
            let row = try await harness.pool.query(
                "SELECT degraded, reason FROM nba_orchestration.run WHERE run_id = \(run.runID)"
            ).one()
            #expect(try row.decode("degraded", as: Bool.self))
            #expect(
                try row.decode("reason", as: String.self)
                    == "forced by ann without 1 tasks (tonight_document): because"
            )
        }
    }

    @Test func givingUpOneDocumentWhileAnotherIsOpenIsRefused() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let run = try await opened(harness)
            let request = try await harness.file("force_phase", run, phase: 6, processor: "tonight_document")
            _ = try await definition(harness).operatorDesk?.executePending()
            #expect(try await harness.answer(request).result == "refused")
            #expect(
                try await harness.answer(request).outcome
                    == "still open beside the ones given up: calendar_document"
            )
            #expect(try await harness.phaseState(run, .publishing) == "open")
        }
    }

    @Test func cancellingEndsTheRunAndNothingIsPublished() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let run = try await opened(harness)
            let request = try await harness.file("cancel_run", run, phase: 6)
            _ = try await definition(harness).operatorDesk?.executePending()
            await harness.work(run, definition(harness))
            #expect(try await harness.answer(request).result == "done")
            #expect(try await harness.runState(run) == "cancelled")
            #expect(try await harness.count("SELECT count(*) FROM nba_publishing.document") == 0)
            let late = try await harness.file("force_phase", run, phase: 6)
            _ = try await definition(harness).operatorDesk?.executePending()
            #expect(try await harness.answer(late).outcome == "the run is over")
        }
    }

    @Test func aFailedDocumentIsPublishedByARunThatTheAnswerNames() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let run = try await opened(harness)
            try await harness.pool.execute(
                """
                UPDATE nba_orchestration.task SET state = 'failed', finished_at = now()
                WHERE run_id = \(run.runID) AND processor = 'tonight_document'
                """
            )
            await harness.work(run, definition(harness))
            #expect(try await harness.runState(run) == "failed")
            let request = try await harness.file(
                "retry_task",
                run,
                phase: 6,
                processor: "tonight_document",
                unit: "*"
            )
            #expect(
                try await definition(harness).operatorDesk?.executePending().map(\.topic)
                    == [.phase5PredictionsComplete]
            )
            let again = try #require(try await harness.answer(request).openedRunID)
            let records = try await harness.pool.transaction { try await RunRecord.load([again], in: $0) }
            await harness.work(try #require(records[again]), definition(harness))
            #expect(
                try await harness.count("SELECT count(*) FROM nba_publishing.document_pointer WHERE kind = 'tonight'")
                    > 0
            )
        }
    }
}
