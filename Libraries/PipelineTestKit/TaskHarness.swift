package import Basketball
package import Foundation
package import Logging
package import Pipeline
package import Postgres
import PostgresTestKit
import Warehouse

/// Runs tasks as a service does, step by step and without a broker: claim, execute, compare, finish.
package struct TaskHarness: Sendable {
    package let pool: PostgresPool
    /// What the services of Phases 1 and 2 connect with: their own roles.
    package let servicePools: [Phase: PostgresPool]
    package let objects: DirectoryObjectStore
    package let clock: PipelineClock
    package let registry = Registry.standard
    private let cache = DayCache()
    package let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Gives the body a database of its own with every table, and an empty object store.
    package static func with<R: Sendable>(
        clock: PipelineClock = PipelineClock(),
        _ body: @Sendable (TaskHarness) async throws -> R
    ) async throws -> R {
        let template = try await TestCluster.template(named: "warehouse") { configuration in
            let pool = PostgresPool(
                configuration: configuration,
                maximumConnections: 1,
                logger: Logger(label: "test")
            )
            do {
                try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            } catch {
                await pool.close()
                throw error
            }
            await pool.close()
        }
        return try await TestDatabase.with("ingest", template: template) { database in
            let root = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID().uuidString)")
            defer { Self.remove(root) }
            let pool = database.pool()
            let servicePools = Dictionary(
                uniqueKeysWithValues: [Phase.scrapers, .raw].map { phase in
                    var restricted = database.configuration
                    restricted.role = "tipoff_\(phase.name)"
                    return (
                        phase,
                        PostgresPool(configuration: restricted, maximumConnections: 2, logger: Logger(label: "test"))
                    )
                }
            )
            let harness = TaskHarness(
                pool: pool,
                servicePools: servicePools,
                objects: try DirectoryObjectStore(root: root.path),
                clock: clock
            )
            let result: Result<R, any Error>
            do { result = .success(try await body(harness)) } catch { result = .failure(error) }
            for servicePool in servicePools.values { await servicePool.close() }
            await pool.close()
            return try result.get()
        }
    }

    /// Opens a run; `only` restricts its scrapers.
    package func open(
        _ kind: RunKind,
        _ date: GameDate,
        only: [(scraper: String, unit: String, input: JSONValue?)]? = nil
    ) async throws -> RunRecord {
        try await pool.transaction { transaction in
            try await RunOpener(registry: registry, role: "test").open(
                RunRequest(kind: kind, gameDate: date, planKey: "test:\(UUID())", openedBy: "test"),
                only: only,
                now: clock.now,
                in: transaction
            ).run
        }
    }

    /// Works on the ready tasks of a run's phase until none is left, and returns how each ended.
    @discardableResult
    package func work(_ run: RunRecord, _ phase: Phase, _ processors: [any Processor]) async throws -> [TaskResult] {
        let byName = Dictionary(uniqueKeysWithValues: processors.map { (type(of: $0).name, $0) })
        let claimer = TaskClaimer(
            pool: try pool(of: phase),
            phase: phase,
            processors: byName.keys.sorted(),
            owner: "test",
            lease: .seconds(60),
            maximumAttempts: 5
        )
        var results: [TaskResult] = []
        while true {
            let tasks = try await claimer.claim([TaskSelector(runID: run.runID)], limit: 64).tasks
            guard !tasks.isEmpty else { return results }
            for task in tasks {
                let processor = try known(byName[task.processor], task.processor)
                let record = ExecutionRecord()
                results.append(try await finish(task, ending: try await execute(task, processor, record), record))
            }
        }
    }

    private func execute(
        _ task: ClaimedTask,
        _ processor: any Processor,
        _ record: ExecutionRecord
    ) async throws -> TaskResult.Ending {
        let definition = try known(registry.processor(task.processor, in: task.phase), task.processor)
        let pool = try pool(of: task.phase)
        do {
            let outcome = try await processor.outcome(
                of: Execution(
                    task: task,
                    definition: definition,
                    registry: registry,
                    pool: pool,
                    objects: objects,
                    clock: clock,
                    logger: logger,
                    record: record,
                    cache: cache
                )
            )
            let plans = try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
                var plans: [ChangePlan] = []
                for write in outcome.writes {
                    let detector = ChangeDetector(comparesValues: task.run.isReplay)
                    plans.append(try await detector.plan(write, reader: transaction))
                }
                return plans
            }
            return .judging(outcome, plans)
        } catch let error as TaskError {
            return error.kind == .transient ? .retry(error, after: .seconds(3600)) : .failed(error)
        }
    }

    private func finish(
        _ task: ClaimedTask,
        ending: TaskResult.Ending,
        _ record: ExecutionRecord
    ) async throws -> TaskResult {
        let definition = try known(registry.processor(task.processor, in: task.phase), task.processor)
        let result = TaskResult(
            task: task,
            definition: definition,
            ending: ending,
            startedAt: clock.now,
            duration: .zero,
            triggerMessageID: nil,
            triggerSource: nil,
            record: record
        )
        let finisher = TaskFinisher(
            pool: try pool(of: task.phase),
            registry: registry,
            service: "test",
            instance: "test",
            clock: clock,
            onTerminal: nil
        )
        _ = try await finisher.finish([result])
        return result
    }

    /// Stores a payload and hands it to the raw tasks of a scraper, as its scrape does.
    package func handOver(
        _ bytes: [UInt8],
        at path: String,
        scraper: String,
        unit: String = UnitKind.wholeDate,
        run: RunRecord,
        capturedAt: Date,
        sha256: String? = nil,
        status: String = "success"
    ) async throws {
        try await objects.put(try ObjectPath(validating: path), bytes: bytes)
        try await handOver(
            [
                "status": .string(status), "object_path": .string(path),
                "sha256": .string(sha256 ?? SHA256.hash(bytes).hex), "captured_at": .string(Instant.text(capturedAt)),
            ],
            scraper: scraper,
            unit: unit,
            run: run
        )
    }

    /// Hands any input to the raw tasks of a scraper.
    package func handOver(
        _ input: JSONValue,
        scraper: String,
        unit: String = UnitKind.wholeDate,
        run: RunRecord
    ) async throws {
        let readers = registry.rawProcessors(of: scraper)
        try await pool.transaction { transaction in
            try await transaction.execute(
                TaskStatements.insert(readers.map { TaskSeed(definition: $0, unit: unit, input: input) }, run: run)
            )
        }
    }

    /// The number of rows that a query's condition finds.
    package func count(_ from: SQL) async throws -> Int {
        let rows = try await pool.query("SELECT count(*) AS n FROM \(sql: from)")
        return try rows.scalar(as: Int.self)
    }

    /// A name that neither the registry nor the test brought along.
    package struct UnknownName: Error { package var name: String }

    private func known<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw UnknownName(name: name) }
        return value
    }

    private func pool(of phase: Phase) throws -> PostgresPool { try known(servicePools[phase], phase.name) }

    private static func remove(_ folder: URL) {
        do { try FileManager.default.removeItem(at: folder) } catch {
            FileHandle.standardError.write(Data("notice: \(folder.path) is left behind: \(error)\n".utf8))
        }
    }
}
