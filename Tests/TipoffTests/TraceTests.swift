import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

@Suite struct TraceTests {
    static func at(_ seconds: Double) -> Date { StatusTests.at(6, 10).addingTimeInterval(seconds) }

    static func work(_ phase: Phase, _ name: String, _ start: Double, _ end: Double, changed: Int) -> TraceSnapshot.Hop
    {
        TraceSnapshot.Hop(
            kind: .work,
            service: phase.name,
            name: name,
            phase: phase,
            start: at(start),
            end: at(end),
            queueSeconds: 0.004,
            status: "success",
            rows: changed,
            entitiesChanged: changed,
            entitiesInScope: 11
        )
    }

    static var trace: TraceSnapshot {
        var trace = TraceSnapshot(
            correlationID: "run-cli:1\u{1B}",
            runs: [
                .init(
                    runID: "6f1d2c80-6a0e-5d55-9c56-3f0f6f0b1a10",
                    kind: .full,
                    gameDate: StatusTests.date,
                    state: "complete",
                    openedBy: "tipoff:ann",
                    openedAt: at(0),
                    finishedAt: at(9)
                )
            ],
            now: at(60)
        )
        trace.hops = [
            .init(
                kind: .message,
                service: "scrapers",
                name: "→ nba-phase1-trigger",
                start: at(0),
                end: at(0.002),
                status: "sent"
            ),
            work(.scrapers, "nbac_schedule_api", 0.01, 0.4, changed: 1),
            work(.raw, "nbac_team_boxscore", 0.5, 0.55, changed: 2),
            work(.raw, "nbac_team_boxscore", 0.45, 0.6, changed: 1),
            .init(
                kind: .phase,
                service: "phase2-to-phase3",
                name: "phase 2 closed",
                phase: .raw,
                start: at(0.7),
                end: at(0.7),
                status: "complete"
            ),
            work(.analytics, "player_game_summary", 6.2, 6.4, changed: 7),
            .init(
                kind: .document,
                service: "publishing",
                name: "predictions v3",
                phase: .publishing,
                start: at(9),
                end: at(9),
                status: "good",
                detail: "predictions/2024-01-15.json (current)"
            ),
        ]
        trace.dependencies = [
            .init(
                processor: "upcoming_player_game_context",
                table: "nba_raw.nbac_schedule",
                isCritical: true,
                verdict: "fresh",
                rowCount: 11,
                expectedRows: 1,
                ageSeconds: 4
            ),
            .init(
                processor: "upcoming_player_game_context",
                table: "nba_raw.nbac_injury_report",
                isCritical: false,
                verdict: "missing",
                rowCount: 0,
                expectedRows: 10
            ),
        ]
        return trace
    }

    @Test func waterfallShowsHopsUnitsAndGaps() throws {
        var trace = Self.trace
        trace.collapse()
        try expectGolden(TraceRenderer(trace: trace).lines, "trace-complete")
    }

    @Test func openTraceTellsTheSilenceUpToNow() throws {
        var trace = Self.trace
        trace.hops = Array(trace.hops.prefix(2))
        trace.runs[0].state = "open"
        trace.runs[0].finishedAt = nil
        trace.waiting = ["phase 2 is open, nothing of it has begun, for nbac_schedule"]
        trace.collapse()
        try expectGolden(TraceRenderer(trace: trace).lines, "trace-open")
    }

    @Test func everyKindOfIdLeadsToTheTrace() async throws {
        try await Database.with { database, pool in
            let runID = UUID()
            let messageID = UUID()
            let executionID = UUID()
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.run
                    (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id, plan_key, opened_by)
                VALUES (\(runID), 'full', '2024-01-15', 'live', 1, 6, 'the-correlation', 'k', 'tipoff:ann')
                """
            )
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.outbox (message_id, producer, topic, payload, run_id)
                VALUES (\(messageID), 'scrapers', 'nba-phase1-trigger', '{"correlation_id":"the-correlation"}', \(runID))
                """
            )
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.pipeline_execution_log
                    (execution_id, correlation_id, run_id, run_kind, lane, phase, processor_name, unit, event_type, game_date,
                     status, started_at, completed_at, duration_seconds, attempt, scope, processing_mode, instance, build_commit)
                VALUES (\(executionID), 'the-correlation', \(runID), 'full', 'live', 2, 'nbac_schedule', '*', 'complete',
                        '2024-01-15', 'success', now(), now(), 0, 1, 'full', 'full', 'raw@test', 'unknown')
                """
            )
            for id in ["the-correlation", runID.uuidString, messageID.uuidString.lowercased(), executionID.uuidString] {
                let json = try await tipoff("trace", id, "--json", environment: ["TIPOFF_DATABASE_URL": database.url])
                    .json()
                #expect(json["correlation_id"]?.stringValue == "the-correlation")
                #expect(json["hops"]?.arrayValue?.count == 2)
            }
            await tipoff("trace", "unknown", environment: ["TIPOFF_DATABASE_URL": database.url]).expect(1)
        }
    }
}
