import Basketball
import Logging
import Models
public import Pipeline
import Postgres
import Serving
public import ServiceLifecycle

/// Phase 5 as a service.
public enum PredictionsService {
    /// The service's parts, once the model that serves today has shown that it is whole.
    ///
    /// - Throws: `ServedModelError` for a model that is refused: the service does not start with another one instead.
    public static func parts(_ context: ServiceContext, _ settings: PredictionSettings) async throws -> [any Service] {
        let (history, models) = (PointsHistory(), ServedModels())
        try await check(models, context)
        return [
            PhaseService(definition(context, history: history, models: models), context: context),
            HistoryWarmUp(history: history, context: context),
            PredictionClocks(context: context, settings: settings),
        ]
    }

    static func definition(
        _ context: ServiceContext,
        history: PointsHistory = PointsHistory(),
        models: ServedModels = ServedModels()
    ) -> PhaseServiceDefinition {
        let end = PredictionBatchEnd(
            registry: context.registry,
            role: Phase.predictions.name,
            clock: context.clock,
            phaseDeadline: context.work.phaseDeadline
        )
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

    static func check(_ models: ServedModels, _ context: ServiceContext) async throws {
        do {
            let today = context.clock.leagueDay
            let model = try await context.pool.transaction(readOnly: true) {
                try await ModelRegistry.model(serving: today, in: $0)
            }
            _ = try await models.predictor(model, from: context.objects)
            context.logger.notice("model loaded", metadata: ["model": "\(model?.modelID ?? "none: rules alone")"])
        } catch let error as ServedModelError {
            throw error
        } catch {
            // The database or the store is away. The first batch asks again, and fails for what it is refused.
            context.logger.warning("model not checked at start", metadata: ["error": "\(error)"])
        }
    }
}

/// Reads the league's history once at start, so that the first slate does not wait for it.
struct HistoryWarmUp: Service {
    let history: PointsHistory
    let context: ServiceContext

    func run() async throws {
        let start = ContinuousClock.now
        do {
            let today = context.clock.leagueDay
            let past = try await context.pool.transaction(.repeatableRead, readOnly: true) {
                try await history.past(before: today, in: $0)
            }
            context.logger.info(
                "history read",
                metadata: [
                    "through": "\(past.state.lastDate.map { "\($0)" } ?? "nothing")",
                    "seconds": "\((ContinuousClock.now - start) / .seconds(1))",
                ]
            )
        } catch {
            context.logger.warning("history not read at start", metadata: ["error": "\(error)"])
        }
        try await gracefulShutdown()
    }
}

extension GameDate {
    /// The day as a parameter of a statement.
    var postgresDate: PostgresDate { PostgresDate(daysSince1970: daysSince1970) }
}
