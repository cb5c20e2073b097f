import Basketball
import Foundation
import Kafka
import Postgres

@testable import Barrier
@testable import Pipeline

/// What the protocol of a life is set to.
enum LifeSettings {
    static let lease = Duration.seconds(60)
    static let maximumAttempts = 2
    static let resendBase = Duration.seconds(10)
    static let phaseDeadline = Duration.seconds(7200)
    static let debounce = Duration.seconds(2)
    static let replicas = 2
}

/// A phase service without its loop: two replicas, each with its own claims.
struct ServiceNode: Sendable {
    let phase: Phase
    let claimers: [TaskClaimer]
    let finisher: TaskFinisher
    let relay: OutboxRelay
    let intake: Intake

    init(_ phase: Phase, _ database: SimulatedDatabase, _ broker: SimulatedBroker) {
        let registry = SimulatedLeague.registry
        self.phase = phase
        claimers = (0..<LifeSettings.replicas).map { replica in
            TaskClaimer(
                pool: database.pool,
                phase: phase,
                processors: registry.enabled(in: phase).map(\.name),
                owner: "\(phase.name)-\(replica)",
                lease: LifeSettings.lease,
                maximumAttempts: LifeSettings.maximumAttempts
            )
        }
        finisher = TaskFinisher(
            pool: database.pool,
            registry: registry,
            service: phase.name,
            instance: phase.name,
            clock: database.clock.pipeline,
            onTerminal: nil
        )
        relay = OutboxRelay(simulated: phase.name, database, broker)
        intake = Intake(simulated: phase.name, database, broker, relay)
    }
}

/// An orchestrator without its loop.
struct OrchestratorNode: Sendable {
    let shell: BarrierShell
    let relay: OutboxRelay
    let intake: Intake

    init(_ definition: OrchestratorDefinition, _ database: SimulatedDatabase, _ broker: SimulatedBroker) {
        shell = BarrierShell(
            definition: definition,
            registry: SimulatedLeague.registry,
            pool: database.pool,
            clock: database.clock.pipeline,
            phaseDeadline: LifeSettings.phaseDeadline,
            deltaWait: DeltaWait(LifeSettings.debounce),
            logger: SimulatedDatabase.quiet
        )
        relay = OutboxRelay(simulated: definition.name, database, broker)
        intake = Intake(simulated: definition.name, database, broker, relay)
    }
}

extension OutboxRelay {
    init(simulated role: String, _ database: SimulatedDatabase, _ broker: SimulatedBroker) {
        self.init(
            pool: database.pool,
            producer: broker,
            role: role,
            topicPrefix: "",
            resendBase: LifeSettings.resendBase,
            logger: SimulatedDatabase.quiet
        )
    }
}

extension Intake {
    init(simulated role: String, _ database: SimulatedDatabase, _ broker: SimulatedBroker, _ relay: OutboxRelay) {
        self.init(
            pool: database.pool,
            registry: SimulatedLeague.registry,
            deadLetters: DeadLetters(pool: database.pool, cluster: "simulated", consumer: role, topicPrefix: ""),
            manualRuns: ManualRuns(
                registry: SimulatedLeague.registry,
                role: role,
                phaseDeadline: LifeSettings.phaseDeadline
            ),
            relay: relay,
            producer: broker,
            cluster: "simulated",
            topicPrefix: "",
            clock: database.clock.pipeline
        )
    }
}

/// The loop of one wake-up: it claims until nothing that it names is ready any more.
struct Wake {
    var id: Int
    var phase: Phase
    var replica: Int
    var selectors: Set<TaskSelector>
    var trigger: Envelope?
}

/// One execution between its claim and its message.
struct Flight {
    enum Stage {
        case claimed
        case worked(Result<Outcome, TaskError>)
        case planned(Result<Outcome, TaskError>, TaskResult.Ending)
        case finished([OutboxMessage])
    }

    var id: Int
    var wake: Int
    var phase: Phase
    var replica: Int
    var task: ClaimedTask
    var trigger: Envelope?
    var stage = Stage.claimed
}

/// An invariant that did not hold.
struct BrokenPromise: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
