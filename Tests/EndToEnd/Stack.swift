import Basketball
import Foundation
import Logging
import Pipeline
import Postgres
import PostgresTestKit
import Synchronization
import Warehouse

/// The real executables of this build as processes: broker, source simulator and the nine services on a database of
/// their own.
final class Stack: Sendable {
    static let services = [
        "scrapers", "raw", "phase2-to-phase3", "analytics", "phase3-to-phase4", "precompute", "phase4-to-phase5",
        "predictions", "publishing",
    ]

    let database: TestDatabase
    let pool: PostgresPool
    let directory: URL
    private let processes = Mutex<[String: Process]>([:])
    private let environment: [String: String]
    private let isSupervising = Atomic<Bool>(true)
    private let restarts = Mutex<[String]>([])

    /// Where the executables of this build lie: beside the test bundle.
    static let binaries = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// A simulated source that all stacks of a test run share; its answers depend on nothing but its seed.
    private static let source = Task<String, any Error> {
        let file = FileManager.default.temporaryDirectory.appending(path: "tipoff-source-\(getpid())")
        let process = try launch(
            "sourcesim",
            ["--seed", "11", "--seasons", "1", "--last-season", "2023", "--address-file", file.path],
            environment: [:],
            log: FileManager.default.temporaryDirectory.appending(path: "tipoff-source-\(getpid()).log")
        )
        ChildProcesses.endAtExit(process)
        let address = try await waitForFile(file)
        return address.hasPrefix("http") ? address : "http://\(address)"
    }

    private init(database: TestDatabase, directory: URL, environment: [String: String]) {
        self.database = database
        pool = database.pool(maximumConnections: 4)
        self.directory = directory
        self.environment = environment
    }

    /// Starts a broker and the services. `faults` gives a service's `FAULT_POINT`; `base` is a database to copy.
    static func start(
        faults: [String: String] = [:],
        settings: [String: String] = [:],
        base: String? = nil
    ) async throws -> Stack {
        let empty = try await TestCluster.template(named: "warehouse") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        let database = try await TestDatabase.create("stack", template: base ?? empty)
        let directory = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(database.name)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let source = try await source.value
        var environment = [
            "TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": directory.appending(path: "objects").path,
            "TIPOFF_SOURCE_STATS_URL": source, "TIPOFF_SOURCE_ODDS_URL": source, "TIPOFF_ODDS_API_KEY": "test",
            "TIPOFF_SOURCE_ALLOW_PRIVATE": "true", "TIPOFF_CLOCK": "2024-01-15T13:00:00Z",
            "TIPOFF_TOPIC_PREFIX": "", "TIPOFF_PLANNER": "false", "TIPOFF_LEASE": "5s", "TIPOFF_RESEND_BASE": "1s",
            "TIPOFF_LOG_LEVEL": "info",
        ]
        environment.merge(settings) { $1 }
        let stack = Stack(database: database, directory: directory, environment: environment)
        try FileManager.default.createDirectory(
            at: directory.appending(path: "objects"),
            withIntermediateDirectories: true
        )
        try await stack.startBroker()
        for service in services { try stack.launchService(service, fault: faults[service]) }
        for service in services {
            _ = try await Self.waitForFile(stack.directory.appending(path: "\(service).address"))
        }
        return stack
    }

    /// Starts an embedded broker, or uses the one that the environment names with topics of its own.
    func startBroker() async throws {
        let file = directory.appending(path: "broker.address")
        if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        let topics = Self.root.appending(path: "topics.yaml").path
        let process = try Self.launch(
            "devbroker",
            ["--topics", topics, "--partitions", "1", "--address-file", file.path],
            environment: environment,
            log: directory.appending(path: "devbroker.log")
        )
        processes.withLock { $0["devbroker"] = process }
        _ = try await Self.waitForFile(file)
    }

    private var broker: String {
        get throws {
            let text = try String(contentsOf: directory.appending(path: "broker.address"), encoding: .utf8)
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// Starts a service and starts it again when it dies of a signal, as an orchestrator of containers would.
    func launchService(_ service: String, as name: String? = nil, fault: String? = nil) throws {
        let name = name ?? service
        var environment = environment
        environment["TIPOFF_KAFKA_BROKERS"] = try broker
        environment["TIPOFF_ADDRESS_FILE"] = directory.appending(path: "\(name).address").path
        environment["TIPOFF_INSTANCE"] = name
        environment["TIPOFF_DATABASE_ROLE"] = "tipoff_" + name.replacing("-", with: "_")
        environment["FAULT_POINT"] = fault
        let process = try Self.launch(
            service,
            [],
            environment: environment,
            log: directory.appending(path: "\(name).log")
        ) { [weak self] process in
            guard let self, isSupervising.load(ordering: .acquiring), process.terminationReason == .uncaughtSignal
            else {
                return
            }
            restarts.withLock { $0.append(name) }
            do { try launchService(service, as: name) } catch { print("\(name) did not start again: \(error)") }
        }
        processes.withLock { $0[name] = process }
    }

    /// The services that died of a signal and were started again.
    var restarted: [String] { restarts.withLock { $0 } }

    func processID(of service: String) -> Int32? { processes.withLock { $0[service]?.processIdentifier } }

    func signal(_ service: String, _ number: Int32) {
        if let processID = processID(of: service) { kill(processID, number) }
    }

    /// Opens a run; the scrapers service sends its trigger.
    func open(_ kind: RunKind = .full, _ date: String, until: Phase = .publishing, key: String? = nil) async throws
        -> RunRecord
    {
        let opener = RunOpener(registry: .standard, role: "scrapers")
        let request = RunRequest(
            kind: kind,
            gameDate: try GameDate(date),
            untilPhase: until,
            planKey: key ?? "test:\(UUID())",
            openedBy: "test"
        )
        return try await pool.transaction { transaction in
            try await opener.open(request, now: Date(), in: transaction).run
        }
    }

    /// Waits for the run's end and returns its state; fails after `seconds` with what is still open.
    func wait(_ run: RunRecord, seconds: Double = 90) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            let state = try await pool.query(
                "SELECT state FROM nba_orchestration.run WHERE run_id = \(run.runID)"
            ).one().decode("state", as: String.self)
            if state != "open" {
                if state == "failed" { print(try await failures(of: run)) }
                return state
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        let open = try await pool.query(
            """
            SELECT COALESCE(string_agg(processor || '/' || unit || ' ' || state || COALESCE(' ' || error_message, ''), ', '), '') AS open
            FROM nba_orchestration.task WHERE run_id = \(run.runID) AND NOT is_terminal
            """
        ).one().decode("open", as: String.self)
        throw StackError(description: "run \(run.runID) did not end; open: \(open)")
    }

    /// Why a run failed, for the test's output.
    private func failures(of run: RunRecord) async throws -> String {
        let rows = try await pool.query(
            """
            SELECT COALESCE(reason, '') AS line FROM nba_orchestration.run WHERE run_id = \(run.runID)
            UNION ALL SELECT processor || '/' || unit || ': ' || COALESCE(error_type, '') || ' ' || COALESCE(error_message, '')
            FROM nba_orchestration.task WHERE run_id = \(run.runID) AND state = 'failed' LIMIT 5
            """
        )
        return try rows.column("line", as: String.self).joined(separator: "\n")
    }

    /// One digest a table over business columns by natural key.
    func digests() async throws -> [String: String] {
        var digests: [String: String] = [:]
        for table in WarehouseTables.all {
            digests[table.name] = try await TableDigest.compute(table, pool: pool)
        }
        return digests
    }

    /// Waits until a count is above zero.
    func until(_ sql: SQL, seconds: Double = 30) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try await count(sql) == 0 {
            guard ContinuousClock.now < deadline else { throw StackError(description: "never happened: \(sql.text)") }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func count(_ sql: SQL) async throws -> Int64 { try await pool.query(sql).one().decode(at: 0, as: Int64.self) }

    /// Ends every process and drops the database.
    func stop() async throws {
        await end()
        try await database.drop()
        try FileManager.default.removeItem(at: directory)
    }

    /// Ends every process; the database stays, to be copied.
    func end() async {
        isSupervising.store(false, ordering: .releasing)
        let all = processes.withLock { Array($0.values) }
        for process in all where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        await pool.close()
    }

    /// Kills a process and waits until it is gone.
    func killNow(_ name: String) async throws {
        guard let process = processes.withLock({ $0[name] }) else { return }
        kill(process.processIdentifier, SIGKILL)
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// The broker loses everything that it held, as its memory does when it is started anew; the services get the
    /// new one's address.
    func replaceBroker() async throws {
        isSupervising.store(false, ordering: .releasing)
        for name in Self.services + ["devbroker"] { try await killNow(name) }
        isSupervising.store(true, ordering: .releasing)
        try await startBroker()
        for service in Self.services { try launchService(service) }
    }

    /// The package's root, found from this file.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func launch(
        _ name: String,
        _ arguments: [String],
        environment: [String: String],
        log: URL,
        onEnd: (@Sendable (Process) -> Void)? = nil
    ) throws -> Process {
        let process = Process()
        process.executableURL = binaries.appending(path: name)
        process.arguments = arguments
        var merged = ProcessInfo.processInfo.environment
        for key in merged.keys where key.hasPrefix("TIPOFF_") { merged[key] = nil }
        merged.merge(environment) { $1 }
        process.environment = merged
        if !FileManager.default.fileExists(atPath: log.path) {
            FileManager.default.createFile(atPath: log.path, contents: nil)
        }
        let handle = try FileHandle(forWritingTo: log)
        try handle.seekToEnd()
        process.standardError = handle
        process.standardOutput = handle
        process.standardInput = FileHandle.nullDevice
        if let onEnd { process.terminationHandler = onEnd }
        try process.run()
        ChildProcesses.endAtExit(process)
        return process
    }

    private static func waitForFile(_ file: URL, seconds: Double = 30) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if FileManager.default.fileExists(atPath: file.path) {
                let text = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
                if !text.isEmpty { return text }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw StackError(description: "\(file.lastPathComponent) was not written")
    }
}

struct StackError: Error, CustomStringConvertible {
    var description: String
}

/// Children that must not outlive the test process.
enum ChildProcesses {
    private static let children = Mutex<[Int32]>([])
    private static let registered: Void = {
        atexit { ChildProcesses.children.withLock { $0 }.forEach { kill($0, SIGKILL) } }
    }()

    static func endAtExit(_ process: Process) {
        _ = registered
        children.withLock { $0.append(process.processIdentifier) }
    }
}
