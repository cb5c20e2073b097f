import Logging
import Pipeline
import Serving
import ServiceLifecycle

/// Asks for the predictions of the day when the chain of events has not, says before the deadline that they will miss it, and at
/// the deadline how they stand. One replica at a time; what a clock decided stands in the database, so that a handover
/// decides nothing twice.
struct PredictionClocks: Service {
    let context: ServiceContext
    private let watch: SlateWatch

    /// Shorter than any silence after which a service counts as stuck.
    static let interval: Duration = .seconds(2)
    static let leaseDuration: Duration = .seconds(30)

    init(context: ServiceContext, settings: PredictionSettings) {
        self.context = context
        watch = SlateWatch(context: context, clocks: settings.clocks)
    }

    func run() async throws {
        let lease = RoleLease(
            pool: context.pool,
            role: "prediction-clocks",
            owner: context.instance,
            duration: Self.leaseDuration
        )
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("prediction_clocks")
            let now = context.clock.now
            // A part that fails holds up neither of the others, and is done again at the next look.
            let holdsLease = await attempt("lease") { try await lease.acquire() != nil } ?? false
            if holdsLease {
                if let messages = await attempt("clocks", { try await watch.askForPredictions(at: now) }) {
                    context.relay.send(messages)
                }
                _ = await attempt("forecast") { try await watch.forecast(at: now) }
                _ = await attempt("verdict") { try await watch.judge(at: now) }
            }
            await context.pause(Self.interval)
        }
    }

    private func attempt<Result>(_ what: String, _ body: () async throws -> Result) async -> Result? {
        do { return try await body() } catch {
            context.logger.warning(
                "prediction clocks failed; trying again",
                metadata: ["part": "\(what)", "error": "\(error)"]
            )
            return nil
        }
    }
}
