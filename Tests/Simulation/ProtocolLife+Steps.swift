import Basketball
import Foundation
import Kafka
import Postgres

@testable import Barrier
@testable import Pipeline

extension ProtocolLife {
    private enum Step: CaseIterable {
        case deliver, fly, claim, wait, outlast, passDeadline, tend, correct, openRun, restart, renew, breakBroker
        case outsider, forget
    }

    private func weight(_ step: Step) -> Double {
        switch step {
        case .deliver: broker.count > 0 && !broker.isDown ? 6 : 0
        case .fly: flights.isEmpty ? 0 : 10
        case .claim: wakes.isEmpty ? 0 : 4
        case .wait: 0.6
        case .outlast: hostility.crash * 4
        case .passDeadline: hostility.deadline
        case .tend: 0.6
        case .correct: 0.7
        case .openRun: 0.5
        case .restart: hostility.crash * 2
        case .renew: flights.isEmpty ? 0 : 0.1
        case .breakBroker, .forget: hostility.brokerFault
        case .outsider: hostility.outsider
        }
    }

    /// One step, chosen at random.
    func step() async throws {
        let weights = Step.allCases.map(weight)
        var point = Double.random(in: 0..<weights.reduce(0, +), using: &random)
        var chosen = Step.wait
        for (step, weight) in zip(Step.allCases, weights) {
            if point < weight {
                chosen = step
                break
            }
            point -= weight
        }
        switch chosen {
        case .deliver: try await deliver(limit: Int.random(in: 1...3, using: &random))
        case .fly: try await fly(Int.random(in: flights.indices, using: &random))
        case .claim: try await claim(Int.random(in: wakes.indices, using: &random))
        case .wait: try await advance(seconds: Int.random(in: 1...15, using: &random))
        case .outlast: try await advance(seconds: Int.random(in: 61...90, using: &random))
        case .passDeadline: try await advance(seconds: 7201)
        case .tend: try await tend()
        case .correct: try await correct()
        case .openRun: try await openRun()
        case .restart: try await restart()
        case .renew: try await renew()
        case .breakBroker: breakBroker()
        case .forget: _ = broker.take(limit: 2, &random)
        case .outsider: try await outsider()
        }
    }

    func advance(seconds: Int) async throws { try await database.clock.advance(seconds: seconds, pool) }

    /// The sources say something else from now on; the next capture is newer than every earlier one.
    private func correct() async throws {
        try await advance(seconds: 1)
        sources.change(&random)
    }

    private func breakBroker() {
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            broker.wipe()
            count("broker wiped")
        default: broker.isDown.toggle()
        }
    }

    /// Gives one poll batch to whoever listens to its topic.
    func deliver(limit: Int) async throws {
        let batch = broker.take(limit: limit, &random)
        guard let first = batch.first, let topic = Topic(rawValue: first.topic) else { return }
        if random.chance(0.15) {
            broker.giveBack(batch)
            count("message delivered again")
        }
        for node in services where Self.wakesUp(node.phase) == topic { try await wake(node, batch) }
        for node in orchestrators where node.shell.definition.topics.contains(topic) {
            let envelopes = try await node.intake.read(batch).map(\.envelope)
            try await evaluate(node, parts(of: envelopes))
        }
    }

    private static func wakesUp(_ phase: Phase) -> Topic { Topic.trigger(of: phase) }

    private func wake(_ node: ServiceNode, _ batch: [KafkaIncoming]) async throws {
        let wakeUps = try await node.intake.read(batch)
        let selectors = Set(wakeUps.flatMap { node.phase.tasks(namedBy: $0, SimulatedLeague.registry) })
        guard !selectors.isEmpty else { return }
        wakes.append(
            Wake(
                id: nextID(),
                phase: node.phase,
                replica: Int.random(in: 0..<LifeSettings.replicas, using: &random),
                selectors: selectors,
                trigger: wakeUps.first?.envelope
            )
        )
    }

    /// Continues the loop of one wake-up.
    func claim(_ index: Int) async throws {
        let wake = wakes[index]
        guard !flights.contains(where: { $0.wake == wake.id }) else { return }
        let claimer = node(wake.phase).claimers[wake.replica]
        let tasks = try await claimer.claim(wake.selectors, limit: Int.random(in: 1...4, using: &random)).tasks
        guard !tasks.isEmpty else {
            wakes.remove(at: index)
            return
        }
        for task in tasks {
            flights.append(
                Flight(
                    id: nextID(),
                    wake: wake.id,
                    phase: wake.phase,
                    replica: wake.replica,
                    task: task,
                    trigger: wake.trigger
                )
            )
        }
    }

    func node(_ phase: Phase) -> ServiceNode { services[phase.rawValue - 1] }

    /// A replica dies with everything it has in memory, and a new one of its name picks up its claims.
    private func restart() async throws {
        let phase = services.randomElement(using: &random)?.phase ?? .scrapers
        let replica = Int.random(in: 0..<LifeSettings.replicas, using: &random)
        flights.removeAll { $0.phase == phase && $0.replica == replica }
        wakes.removeAll { $0.phase == phase && $0.replica == replica }
        let left = try await node(phase).claimers[replica].releaseOwnClaims()
        guard !left.isEmpty else { return }
        count("claims of an earlier life picked up")
        let selectors = Set(left.map { TaskSelector(runID: $0) })
        wakes.append(Wake(id: nextID(), phase: phase, replica: replica, selectors: selectors))
    }

    private func renew() async throws {
        let chosen = flights[Int.random(in: flights.indices, using: &random)]
        let own = flights.filter { $0.phase == chosen.phase && $0.replica == chosen.replica }
        _ = try await node(chosen.phase).claimers[chosen.replica].renew(Set(own.map(\.task.executionID)))
    }
}
