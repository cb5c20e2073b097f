import Foundation
import Logging
import Pipeline
import ServiceLifecycle

/// Works off the backfills that operators asked for. One replica holds the role at a time; what it did stands in the
/// rows of the jobs, so that a successor goes on where it ended.
struct BackfillRole: Service {
    let context: ServiceContext
    private let lease: RoleLease
    private let owner: BackfillOwner

    /// The role's name in `lease`.
    static let name = "backfill"
    /// A date of history takes a few hundred milliseconds.
    static let busyInterval: Duration = .milliseconds(25)
    static let idleInterval: Duration = .seconds(1)
    static let leaseDuration: Duration = .seconds(10)
    /// How often a running job says in the log how far it is.
    static let reportInterval: Duration = .seconds(10)

    init(context: ServiceContext) {
        self.context = context
        lease = RoleLease(
            pool: context.pool,
            role: Self.name,
            owner: context.instance,
            duration: Self.leaseDuration
        )
        let opener = RunOpener(
            registry: context.registry,
            role: context.service,
            phaseDeadline: context.work.phaseDeadline
        )
        owner = BackfillOwner(pool: context.pool, opener: opener, actor: context.service, logger: context.logger)
    }

    func run() async throws {
        let clock = ContinuousClock()
        var renewed: ContinuousClock.Instant?
        var reported: ContinuousClock.Instant?
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat(Self.name)
            var isBusy = false
            do {
                // The lease outlives many steps; asking for it before each would double their cost.
                if renewed.map({ clock.now - $0 > Self.leaseDuration / 4 }) ?? true {
                    let asked = clock.now
                    renewed = try await lease.acquire() == nil ? nil : asked
                }
                if renewed != nil {
                    let step = try await owner.step(now: context.clock.now)
                    context.relay.send(step.messages)
                    isBusy = step.isBusy
                    if isBusy, reported.map({ clock.now - $0 >= Self.reportInterval }) ?? true {
                        reported = clock.now
                        try await owner.report()
                    }
                }
            } catch {
                renewed = nil
                context.logger.warning("a backfill's step failed; trying again", metadata: ["error": "\(error)"])
            }
            await context.pause(isBusy ? Self.busyInterval : Self.idleInterval)
        }
    }
}
