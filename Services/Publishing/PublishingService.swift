public import Pipeline

/// Phase 6 as a service.
public enum PublishingService {
    public static func definition(_ context: ServiceContext, signal: ProjectionSignal) -> PhaseServiceDefinition {
        let histories = SlateHistories()
        let end = PublishingEnd(registry: context.registry, role: Phase.publishing.name)
        return PhaseServiceDefinition(
            phase: .publishing,
            service: Phase.publishing.name,
            topics: [.phase5PredictionsComplete],
            processors: [
                TonightDocument(histories: histories, deadline: context.configuration.predictionDeadline),
                CalendarDocument(), ResultsDocument(histories: histories),
            ],
            workers: 2,
            onTerminal: { tasks, transaction in try await end(tasks, in: transaction) },
            afterCommit: { _ in signal.send() },
            operatorDesk: OperatorDesk(
                pool: context.pool,
                registry: context.registry,
                role: Phase.publishing.name,
                phases: [.publishing],
                clock: context.clock,
                phaseDeadline: context.work.phaseDeadline,
                logger: context.logger,
                endPhase: { request, run, transaction in try await end(run, as: request, in: transaction) }
            )
        )
    }
}
