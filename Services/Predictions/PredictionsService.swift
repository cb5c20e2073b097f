import Basketball
public import Pipeline
import Postgres
import Serving

/// Phase 5 as a service.
public enum PredictionsService {
    public static func definition(_ context: ServiceContext) -> PhaseServiceDefinition {
        let end = PredictionBatchEnd(
            registry: context.registry,
            role: Phase.predictions.name,
            clock: context.clock,
            phaseDeadline: context.work.phaseDeadline
        )
        let (history, models) = (PointsHistory(), ServedModels())
        // The finishes of one date queue behind each other, so more than two workers would only wait.
        return PhaseServiceDefinition(
            phase: .predictions,
            service: Phase.predictions.name,
            topics: [.phase4PrecomputeComplete, .phase5PredictionRequest],
            processors: [
                PredictionCoordinator(models: models), PlayerPredictions(history: history, models: models),
                PredictionGrading(),
            ],
            workers: 2,
            onTerminal: { tasks, transaction in try await end(tasks, in: transaction) },
            operatorDesk: OperatorDesk(
                pool: context.pool,
                registry: context.registry,
                role: Phase.predictions.name,
                phases: [.predictions],
                clock: context.clock,
                phaseDeadline: context.work.phaseDeadline,
                logger: context.logger,
                endPhase: { request, run, transaction in try await end(run, as: request, in: transaction) }
            )
        )
    }
}

extension GameDate {
    /// The day as a parameter of a statement.
    var postgresDate: PostgresDate { PostgresDate(daysSince1970: daysSince1970) }
}
