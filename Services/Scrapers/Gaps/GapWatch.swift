import Basketball
import Foundation
import Logging
import Pipeline

/// What the planner's process does about expected outputs while it holds the lease: writes them ahead, looks what is
/// there, asks for what is overdue. Its failures hold up no plan.
struct GapWatch {
    private let context: ServiceContext
    private let settings: SourceSettings
    private let budget: SourceBudget
    private let outputs: ExpectedOutputs
    private let detector: GapDetector
    private var steppedAt: Date?
    private var askedAt: Date?

    /// How often dates are looked for that want a look, in seconds.
    static let interval: TimeInterval = 15

    init(context: ServiceContext, opener: RunOpener, settings: SourceSettings, budget: SourceBudget) {
        self.context = context
        self.settings = settings
        self.budget = budget
        outputs = ExpectedOutputs(
            pool: context.pool,
            registry: context.registry,
            deadline: context.configuration.predictionDeadline,
            logger: context.logger
        )
        detector = GapDetector(pool: context.pool, opener: opener, logger: context.logger)
    }

    /// One step of each that is due. Nothing is asked for before all of the season has been looked at.
    mutating func look() async {
        let now = context.clock.now
        do {
            guard isDue(steppedAt, every: Self.interval, now) else { return }
            guard try await !outputs.step(now: now) else { return }
            steppedAt = now
            guard isDue(askedAt, every: GapDetector.interval, now) else { return }
            let spent = try await budget.spentScrapers(on: LeagueClock.gameDate(of: now), settings, context.pool)
            context.relay.send(try await detector.pass(now: now, spentScrapers: spent))
            askedAt = now
        } catch {
            context.logger.warning("looking for gaps failed; trying again", metadata: ["error": "\(error)"])
        }
    }

    private func isDue(_ last: Date?, every interval: TimeInterval, _ now: Date) -> Bool {
        last.map { now.timeIntervalSince($0) >= interval } ?? true
    }
}
