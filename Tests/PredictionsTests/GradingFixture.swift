import Barrier
import Basketball
import Foundation
import Logging
import Postgres
import Testing
import Warehouse

@testable import Pipeline
@testable import Predictions

/// A date whose games are over, on top of a slate.
struct GradingFixture: Sendable {
    static let date = SlateFixture.date
    let harness: PhaseHarness
    var slate = SlateFixture(games: 2)

    /// The slate with its predictions, made by a run that ended; `lane` and the time are what the worker would say.
    func predicted(lane: Lane = .live, announcing statuses: [String: InjuryStatus] = [:]) async throws {
        try await slate.write(harness.pool)
        for (player, status) in statuses { try await announce(status, of: player) }
        let run = try await harness.open(
            Self.date,
            from: .predictions,
            marking: ["prediction_coordinator"]
        )
        await harness.work(run, PredictionsService.definition(harness.context))
        try await harness.pool.execute(
            """
            UPDATE nba_predictions.player_prop_predictions SET lane = \(lane.rawValue),
                predicted_at = \(LeagueClock.instant(Self.date, hour: 10, minute: 0))
            """
        )
        try await harness.pool.execute(
            "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE state = 'open'"
        )
    }

    func announce(_ status: InjuryStatus, of player: String) async throws {
        try await harness.pool.execute(
            """
            UPDATE nba_analytics.upcoming_player_game_context SET player_status = \(status.rawValue)
            WHERE player_lookup = \(player)
            """
        )
    }

    /// The first game's end, or every game's.
    func end(games count: Int? = nil) async throws {
        for game in 0..<(count ?? slate.games) {
            try await harness.pool.execute(
                "UPDATE nba_raw.nbac_schedule SET game_status = 3 WHERE game_id = \(slate.gameID(game))"
            )
        }
    }

    /// A box score in which every player has played; `points` overrides, nil means that the player has no row.
    func summary(games count: Int? = nil, points: [String: Int?] = [:]) -> [PlayerGameSummary] {
        let ended = Set((0..<(count ?? slate.games)).map(slate.gameID))
        return slate.players.enumerated().compactMap { index, player in
            guard ended.contains(player.gameID) else { return nil }
            let scored = points[player.lookup] ?? .some(10 + index % 13)
            guard let scored else { return nil }
            return PlayerGameSummary(
                playerLookup: player.lookup,
                nbaPlayerID: index + 1,
                playerFullName: player.lookup,
                gameID: player.gameID,
                nbaGameID: "0022300001",
                gameDate: Self.date,
                seasonYear: 2023,
                seasonType: "regular",
                teamAbbr: player.team,
                opponentTeamAbbr: player.opponent,
                homeGame: player.isHome,
                playerStatus: "active",
                points: scored,
                minutesPlayed: 24,
                primarySourceUsed: "test",
                dataQualityTier: "gold"
            )
        }
    }

    /// Stands for the analytics processor: writes the rows as Phase 3 does, with its markers.
    private struct Summaries: Processor {
        static let name = "player_game_summary"
        var rows: [PlayerGameSummary]

        func execute(_ execution: Execution) async throws -> Outcome {
            Outcome(.success, writes: [TableWrite(rows, scope: .date(execution.gameDate))])
        }
    }

    /// A run that brings a box score and goes as far as `until`; Phase 3 is closed by its owner.
    @discardableResult
    func results(
        _ rows: [PlayerGameSummary],
        kind: RunKind = .postgame,
        until: Phase = .analytics
    ) async throws -> RunRecord {
        let run = try await harness.open(
            Self.date,
            from: .analytics,
            kind: kind,
            until: until,
            marking: ["player_game_summary"]
        )
        var context = harness.context
        context.pool = harness.pool
        let definition = PhaseServiceDefinition(
            phase: .analytics,
            service: "analytics",
            topics: [],
            processors: [Summaries(rows: rows)]
        )
        await TaskWorker(definition: definition, context: context).work([TaskSelector(runID: run.runID)], trigger: nil)
        _ = try await shell(.phase3ToPhase4).evaluate([run.runID])
        return run
    }

    func shell(_ definition: OrchestratorDefinition) -> BarrierShell {
        BarrierShell(
            definition: definition,
            registry: .standard,
            pool: harness.pool,
            clock: PipelineClock(),
            logger: Logger(label: "test")
        )
    }

    /// Lets the timer open deltas until it finds none, and works on each; returns their runs, without those in which
    /// publishing tells what was graded.
    func deltas(today: GameDate, rounds: Int = 4) async throws -> [RunRecord] {
        var opened: [RunRecord] = []
        for _ in 0..<rounds {
            for message in try await shell(.phase4ToPhase5).openDeltas(today: today) {
                let runID = try #require(message.envelope.runID)
                let runs = try await harness.pool.transaction { try await RunRecord.load([runID], in: $0) }
                let run = try #require(runs[runID])
                if message.topic == .phase5PredictionsComplete {
                    try await tell(run)
                    continue
                }
                opened.append(run)
                await harness.work(run, PredictionsService.definition(harness.context))
            }
        }
        return opened
    }

    /// Ends a run of Phase 6 as publishing would.
    private func tell(_ run: RunRecord) async throws {
        try await harness.pool.execute(
            """
            DELETE FROM nba_orchestration.change_marker
            WHERE processor = 'results_document' AND game_date = \(run.gameDate.postgresDate)
            """
        )
        try await harness.pool.execute(
            "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)"
        )
    }

    func phase5Tasks(_ run: RunRecord) async throws -> [String] {
        try await harness.pool.query(
            """
            SELECT DISTINCT processor || ' ' || state AS line FROM nba_orchestration.task
            WHERE run_id = \(run.runID) AND phase = 5 ORDER BY line
            """
        ).column("line")
    }
}
