public import Basketball
import Foundation
import Kafka
import Logging
public import Pipeline
import Postgres
public import ServiceLifecycle

/// The process of an orchestrator: completions wake it, and once a second it looks at what is open by itself.
public struct OrchestratorService: Service {
    let definition: OrchestratorDefinition
    let context: ServiceContext
    let shell: BarrierShell

    public init(_ definition: OrchestratorDefinition, context: ServiceContext) {
        self.definition = definition
        self.context = context
        shell = BarrierShell(
            definition: definition,
            registry: context.registry,
            pool: context.pool,
            clock: context.clock,
            phaseDeadline: context.work.phaseDeadline,
            deltaWait: DeltaWait(
                context.configuration.deltaDebounce,
                deadline: context.configuration.predictionDeadline
            ),
            logger: context.logger
        )
    }

    public func run() async throws {
        let consumer = try context.makeConsumer(group: definition.name, topics: definition.topics)
        await context.relaying {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await consume(consumer) }
                group.addTask { await keepTime() }
                if definition.opensDeltas {
                    group.addTask { await retain() }
                    group.addTask { await watchChanges() }
                }
                await group.waitForAll()
            }
        }
        await consumer.close(timeout: .seconds(10))
    }

    private func consume(_ consumer: KafkaConsumer) async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("consumer")
            context.setReady("kafka_assigned", consumer.isAssigned)
            do {
                let batch = try await cancelWhenGracefulShutdown {
                    try await consumer.nextBatch(maximum: 1000, maxWait: .milliseconds(500))
                }
                guard !batch.isEmpty else { continue }
                await accept(batch, consumer)
            } catch is CancellationError {
                return
            } catch {
                context.logger.error("reading from the broker failed", metadata: ["error": "\(error)"])
                await context.pause(.milliseconds(500))
            }
        }
    }

    private func accept(_ batch: [KafkaIncoming], _ consumer: KafkaConsumer) async {
        var attempt = 0
        while !Task.isCancelled {
            do {
                let wakeUps = try await context.intake.read(batch)
                let messages = try await shell.process(wakeUps.map(\.envelope))
                FaultPoint.hit("barrier-after-commit")
                consumer.markDone(
                    batch.map { KafkaPosition(topic: $0.topic, partition: $0.partition, offset: $0.offset) }
                )
                context.relay.send(messages)
                return
            } catch {
                attempt += 1
                context.logger.warning(
                    "completions not taken yet",
                    metadata: ["error": "\(error)", "attempt": "\(attempt)"]
                )
                context.setReady("database", false)
                await context.pause(.milliseconds(min(20 << min(attempt, 8), 5000)))
                if Task.isShuttingDownGracefully { return }
            }
        }
    }

    /// Removes what is old, every hour; of several replicas the one that holds the role.
    private func retain() async {
        let retention = Retention(pool: context.pool, owner: context.instance, logger: context.logger)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            var pause = Retention.interval
            do { _ = try await retention.pass() } catch {
                context.logger.warning("retention failed; trying again", metadata: ["error": "\(error)"])
                pause = .seconds(60)
            }
            await context.pause(pause)
        }
    }

    /// Looks once a day whether the detection of changes is stuck at nothing or everything; of several replicas the one
    /// that holds the role.
    private func watchChanges() async {
        let guards = ChangeGuards(
            pool: context.pool,
            registry: context.registry,
            clock: context.clock,
            hour: context.work.audit.hour,
            role: definition.name,
            owner: context.instance,
            logger: context.logger
        )
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do { try await guards.round() } catch {
                context.logger.warning("change guards failed; trying again", metadata: ["error": "\(error)"])
            }
            await context.pause(ChangeGuards.interval)
        }
    }

    /// Every tenth of a second it looks at what waits for earlier dates or siblings; once a second at everything.
    private func keepTime() async {
        var tick = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("timer")
            do {
                let isFullRound = tick % 10 == 0
                if tick % 3 == 0 { _ = try await context.relay.resendDue() }
                let due = isFullRound ? try await shell.dueRuns() : try await shell.waitingRuns()
                context.relay.send(try await shell.evaluate(due))
                if tick % 3 == 0 { context.relay.send(try await shell.operatorDesk.executePending()) }
                if definition.opensDeltas, isFullRound {
                    context.relay.send(try await shell.remainderDesk().executePending())
                    context.relay.send(try await shell.openDeltas(today: context.clock.leagueDay))
                    try await shell.expireLaterPhases()
                }
                context.setReady("database", true)
            } catch {
                context.setReady("database", false)
                context.logger.warning("timer round failed", metadata: ["error": "\(error)"])
            }
            tick += 1
            await context.pause(.milliseconds(100))
        }
    }
}
