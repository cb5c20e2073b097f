import Basketball
import Foundation
import FoundationNetworking
import KafkaTestKit
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
    let environment: [String: String]
    /// Settings of one service beside those of all.
    private let ownSettings: Mutex<[String: [String: String]]>
    private let isSupervising = Atomic<Bool>(true)
    private let restarts = Mutex<[String]>([])
    private let liveness = Mutex<Task<Void, Never>?>(nil)
    /// The topics on a given broker; nil with the embedded one, which is this stack's own.
    let topics: TestTopics?
    private let startedAt = ContinuousClock.now

    /// Where the executables of this build lie: beside the test bundle.
    static let binaries = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// A simulated source that all stacks of a test run share; its answers depend on nothing but its seed.
    private static let source = Task<String, any Error> { try await launchSource("source") }

    /// Starts a simulated source with the seed of the shared one. A test that teaches it other answers needs its own.
    static func launchSource(_ name: String) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(name)-\(getpid())")
        let process = try launch(
            "sourcesim",
            ["--seed", "11", "--seasons", "1", "--last-season", "2023", "--address-file", file.path],
            environment: [:],
            log: FileManager.default.temporaryDirectory.appending(path: "tipoff-\(name)-\(getpid()).log")
        )
        ChildProcesses.endAtExit(process)
        let address = try await waitForFile(file)
        return address.hasPrefix("http") ? address : "http://\(address)"
    }

    /// Whether the environment names the broker: then it is nobody's to kill.
    static let usesGivenBroker = !(ProcessInfo.processInfo.environment["TIPOFF_KAFKA_BROKERS"] ?? "").isEmpty

    private init(
        database: TestDatabase,
        directory: URL,
        environment: [String: String],
        ownSettings: [String: [String: String]],
        topics: TestTopics?
    ) {
        self.database = database
        pool = database.pool(maximumConnections: 4)
        self.directory = directory
        self.environment = environment
        self.ownSettings = Mutex(ownSettings)
        self.topics = topics
    }

    /// Starts a broker and the services.
    ///
    /// - Parameters:
    ///   - faults: a service's `FAULT_POINT`, for its first life.
    ///   - poisons: a service's `FAULT_POISON`, until ``cure(_:)``.
    ///   - own: other settings of one service, until ``cure(_:)``.
    ///   - settings: settings of all services.
    ///   - base: a database to copy.
    ///   - databasePort: where the services reach the database, if not at its own port.
    static func start(
        faults: [String: String] = [:],
        poisons: [String: String] = [:],
        own: [String: [String: String]] = [:],
        settings: [String: String] = [:],
        base: String? = nil,
        databasePort: UInt16? = nil
    ) async throws -> Stack {
        let empty = try await TestCluster.template(named: "warehouse") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: Logger(label: "test"))
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        let database = try await TestDatabase.create("stack", template: base ?? empty)
        let directory = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(database.name)")
        try FileManager.default.createDirectory(
            at: directory.appending(path: "objects"),
            withIntermediateDirectories: true
        )
        let source = try await source.value
        let topics = usesGivenBroker ? try TestTopics(reserving: try topicNames()) : nil
        var url = database.url
        if let databasePort {
            url = database.configuration.with(host: "127.0.0.1", port: Int(databasePort)).connectionURL
        }
        var environment = [
            "TIPOFF_DATABASE_URL": url, "TIPOFF_OBJECT_STORE": directory.appending(path: "objects").path,
            "TIPOFF_SOURCE_URL": source, "TIPOFF_ODDS_API_KEY": "test", "TIPOFF_BETTINGPROS_API_KEY": "test",
            "TIPOFF_BALLDONTLIE_API_KEY": "test", "TIPOFF_DRIVE_TOKEN": "test",
            "TIPOFF_SOURCE_ALLOW_PRIVATE": "true",
            // What a copied database holds was captured before.
            "TIPOFF_CLOCK": base == nil ? "2024-01-15T13:00:00Z" : "2024-01-15T13:30:00Z",
            "TIPOFF_TOPIC_PREFIX": topics?.prefix ?? "", "TIPOFF_PLANNER": "false",
            // The tests open their runs themselves.
            "TIPOFF_PREDICTION_CLOCKS": "off", "TIPOFF_LEASE": "5s",
            "TIPOFF_RESEND_BASE": "1s", "TIPOFF_LOG_LEVEL": "info",
            // The embedded broker cannot tell who consumes.
            "TIPOFF_WATCH_CONSUMERS": "\(usesGivenBroker)",
        ]
        environment.merge(settings) { $1 }
        let stack = Stack(
            database: database,
            directory: directory,
            environment: environment,
            ownSettings: poisons.mapValues { ["FAULT_POISON": $0] }.merging(own) { $0.merging($1) { $1 } },
            topics: topics
        )
        if topics == nil { try await stack.startBroker() } else { try await stack.applyTopics() }
        for service in services { try stack.launchService(service, fault: faults[service]) }
        for service in services {
            _ = try await Self.waitForFile(stack.directory.appending(path: "\(service).address"))
        }
        return stack
    }

    /// Every name of topics.yaml, dead-letter topics included.
    private static func topicNames() throws -> [String] {
        try TopicsFile(path: root.appending(path: "topics.yaml").path).allTopics.map(\.name)
    }

    /// Makes the topics of this stack on the given broker, as an operator does.
    private func applyTopics() async throws {
        guard let topics else { return }
        guard try await topics.broker.canCreateTopics else {
            return try await topics.broker.createTopics(topics.names)
        }
        let list = Self.root.appending(path: "topics.yaml").path
        // One replica: the given cluster may have one broker only.
        let applied = try await tipoff("topics", "apply", "--file", list, "--replication", "1")
        guard applied.code == 0 else { throw StackError(description: "topics apply failed: \(applied.output)") }
    }

    /// Starts the embedded broker.
    func startBroker() async throws {
        let file = directory.appending(path: "broker.address")
        if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        let list = Self.root.appending(path: "topics.yaml").path
        let process = try Self.launch(
            "devbroker",
            ["--topics", list, "--partitions", "1", "--address-file", file.path],
            environment: environment,
            log: directory.appending(path: "devbroker.log")
        )
        processes.withLock { $0["devbroker"] = process }
        _ = try await Self.waitForFile(file)
    }

    var broker: String {
        get throws {
            if let topics { return topics.broker.brokers }
            let text = try String(contentsOf: directory.appending(path: "broker.address"), encoding: .utf8)
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// Starts a service and starts it again when it dies of a signal, as an orchestrator of containers would.
    func launchService(_ service: String, as name: String? = nil, fault: String? = nil) throws {
        let name = name ?? service
        var environment = environment
        environment["TIPOFF_KAFKA_BROKERS"] = try broker
        if !Self.usesGivenBroker { environment["TIPOFF_KAFKA_SETTINGS"] = "fetch.wait.max.ms=20" }
        environment["TIPOFF_ADDRESS_FILE"] = directory.appending(path: "\(name).address").path
        environment["TIPOFF_INSTANCE"] = name
        // Time goes on while a service is dead: what it captures afterwards must not look older than what is stored.
        let lived = startedAt.duration(to: .now)
        environment["TIPOFF_CLOCK"] = environment["TIPOFF_CLOCK"].flatMap(Instant.parse).map {
            Instant.text($0.addingTimeInterval(Double(lived.components.seconds)))
        }
        environment["TIPOFF_DATABASE_ROLE"] = "tipoff_" + service.replacing("-", with: "_")
        environment["FAULT_POINT"] = fault
        environment.merge(ownSettings.withLock { $0[service] ?? [:] }) { $1 }
        let process = try Self.launch(
            service,
            [],
            environment: environment,
            log: directory.appending(path: "\(name).log")
        ) { [weak self] process in
            guard let self, isSupervising.load(ordering: .acquiring), process.terminationReason == .uncaughtSignal,
                !ChildProcesses.isExiting.load(ordering: .acquiring)
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

    /// Where a service listens, once it does.
    func address(of service: String) async throws -> String {
        try await Self.waitForFile(directory.appending(path: "\(service).address"))
    }

    func processID(of service: String) -> Int32? { processes.withLock { $0[service]?.processIdentifier } }

    func signal(_ service: String, _ number: Int32) {
        if let processID = processID(of: service) { kill(processID, number) }
    }

    /// Starts a service anew without its poison.
    func cure(_ service: String) async throws {
        ownSettings.withLock { $0[service] = nil }
        try await killNow(service)
    }

    /// Kills the services whose `/healthz` says that they are stuck, as a liveness probe would.
    func watchLiveness(_ services: [String]) {
        liveness.withLock { current in
            current = Task { [weak self] in
                while !Task.isCancelled {
                    for service in services {
                        guard let self else { return }
                        if await isStuck(service) { signal(service, SIGKILL) }
                    }
                    do { try await Task.sleep(for: .milliseconds(250)) } catch { return }
                }
            }
        }
    }

    private func isStuck(_ service: String) async -> Bool {
        do {
            let address = try String(contentsOf: directory.appending(path: "\(service).address"), encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            guard let url = URL(string: "http://\(address)/healthz") else { return false }
            let answer = try await URLSession.shared.data(from: url).1
            return (answer as? HTTPURLResponse)?.statusCode == 503
        } catch {
            // Just dead or not listening yet: its restart is somebody else's business.
            return false
        }
    }

    /// What a service has logged so far.
    func log(of service: String) throws -> String {
        try String(contentsOf: directory.appending(path: "\(service).log"), encoding: .utf8)
    }

    /// Waits until a service has logged something.
    func untilLogged(_ text: String, by service: String, seconds: Double = 30) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try !log(of: service).contains(text) {
            guard ContinuousClock.now < deadline else {
                throw StackError(description: "\(service) never logged: \(text)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Runs the operator's command line and returns its exit code and what it printed.
    func tipoff(_ arguments: String...) async throws -> (code: Int32, output: String) { try await tipoff(arguments) }

    func tipoff(_ arguments: [String]) async throws -> (code: Int32, output: String) {
        let log = directory.appending(path: "tipoff-\(UUID()).log")
        var environment = environment
        environment["TIPOFF_KAFKA_BROKERS"] = try broker
        environment["USER"] = "test"
        let process = try Self.launch("tipoff", arguments, environment: environment, log: log)
        while process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        return (process.terminationStatus, try String(contentsOf: log, encoding: .utf8))
    }

    /// Opens a run; the scrapers service sends its trigger.
    ///
    /// - Parameter only: the scrapers with which it begins, and what they are told; nil for all of its kind.
    func open(
        _ kind: RunKind = .full,
        _ date: String,
        until: Phase = .publishing,
        key: String? = nil,
        only: [(scraper: String, unit: String, input: JSONValue?)]? = nil
    ) async throws -> RunRecord {
        let opener = RunOpener(registry: .standard, role: "scrapers")
        let request = RunRequest(
            kind: kind,
            gameDate: try GameDate(date),
            untilPhase: until,
            planKey: key ?? "test:\(UUID())",
            openedBy: "test"
        )
        return try await pool.transaction { transaction in
            try await opener.open(request, only: only, now: Date(), in: transaction).run
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
    func digests() async throws -> [String: String] { try await Self.digests(on: pool) }

    static func digests(on pool: PostgresPool) async throws -> [String: String] {
        let tables = WarehouseTables.all.map { table in
            guard table.name == BettingProsPlayerProp.table.name else { return table }
            // The moment of our own look, which no two runs share; everything else must be equal.
            let look: Set<String> = ["snapshot_timestamp", "minutes_before_tipoff"]
            var table = table
            table.columns.removeAll { look.contains($0.name) }
            table.key = table.columns.filter(\.isBusiness).map(\.name)
            return table
        }
        let digests = try await TableDigest.compute(tables, on: pool)
        return Dictionary(uniqueKeysWithValues: digests.map { ($0.table, $0.sha256) })
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

    /// Ends every process and drops the database. Says how long the stack was there.
    func stop() async throws {
        await end()
        let seconds = (ContinuousClock.now - startedAt) / .seconds(1)
        print("  a stack lived \(String(format: "%.1f", seconds)) s")
        try await topics?.remove()
        try await database.drop()
        try FileManager.default.removeItem(at: directory)
    }

    /// Ends every process; the database stays, to be copied.
    func end() async {
        isSupervising.store(false, ordering: .releasing)
        liveness.withLock { $0?.cancel() }
        let all = processes.withLock { Array($0.values) }
        if ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"] != nil {
            // A killed process leaves no counts of what it has run.
            for process in all where process.isRunning { kill(process.processIdentifier, SIGTERM) }
            let deadline = ContinuousClock.now + .seconds(15)
            while all.contains(where: \.isRunning), ContinuousClock.now < deadline {
                await Task.yield(); usleep(20_000)
            }
        }
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

    /// Ends the services, does something, and starts them again; the broker goes on.
    func restarted(_ body: () async throws -> Void) async throws {
        isSupervising.store(false, ordering: .releasing)
        for name in Self.services { try await killNow(name) }
        try await body()
        isSupervising.store(true, ordering: .releasing)
        for service in Self.services { try launchService(service) }
    }

    /// The port of the database when a proxy on this machine can stand before it: a loopback address without TLS.
    static var databasePort: UInt16? {
        get async throws {
            let configuration = try await TestCluster.shared().configuration()
            guard ["127.0.0.1", "localhost"].contains(configuration.host) else { return nil }
            return UInt16(configuration.port)
        }
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
    private static let directories = Mutex<[URL]>([])
    /// Whoever dies now is not started again.
    static let isExiting = Atomic<Bool>(false)
    private static let registered: Void = {
        atexit {
            ChildProcesses.isExiting.store(true, ordering: .releasing)
            ChildProcesses.children.withLock { $0 }.forEach { kill($0, SIGKILL) }
            for directory in ChildProcesses.directories.withLock({ $0 }) {
                do { try FileManager.default.removeItem(at: directory) } catch {
                    print("\(directory.path) stays: \(error)")
                }
            }
        }
    }()

    /// For a stack that lives as long as the test process.
    static func removeAtExit(_ directory: URL) {
        _ = registered
        directories.withLock { $0.append(directory) }
    }

    static func endAtExit(_ process: Process) {
        _ = registered
        children.withLock { $0.append(process.processIdentifier) }
    }
}
