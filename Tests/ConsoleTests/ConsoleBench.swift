import Access
import Basketball
import Foundation
import KafkaTestKit
import Logging
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Console
@testable import Pipeline

/// A console on a database of its own, reached over its socket as browsers and scripts reach it.
struct ConsoleBench: Sendable {
    static let password = "a long enough password"

    let database: TestDatabase
    /// Of the owner of the tables.
    let pool: PostgresPool
    let site: ConsoleSite
    let port: UInt16
    let runner: CommandRunner

    var address: String { "http://127.0.0.1:\(port)" }

    /// - Parameter environment: further settings of the commands, such as a broker.
    static func with<R: Sendable>(
        environment: [String: String] = [:],
        settings: ConsoleSettings = ConsoleSettings(),
        _ body: @Sendable (ConsoleBench) async throws -> R
    ) async throws -> R {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let template = try await TestCluster.template(named: "tipoff_console") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: logger)
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.with("tipoff_console", template: template) { database in
            let pool = database.pool(logger: logger)
            var restricted = database.configuration
            restricted.role = ConsoleRuntime.role
            let own = PostgresPool(configuration: restricted, maximumConnections: 4, logger: logger)
            let runner = CommandRunner(
                environment: [
                    "TIPOFF_DATABASE_URL": database.url, "TIPOFF_CLOCK": "2024-01-15T14:00:00Z",
                ].merging(environment) { $1 },
                clock: PipelineClock(start: Instant.parse("2024-01-15T14:00:00Z"))
            )
            let metrics = MetricsRegistry()
            let site = await ConsoleSite(
                runner: runner,
                pool: own,
                settings: settings,
                metrics: metrics,
                interval: .milliseconds(200),
                logger: logger
            )
            let server = HealthServer(
                identity: .init(service: "console"),
                progress: ProgressMonitor(),
                readiness: Readiness(),
                metrics: metrics,
                routes: site.routes,
                builtIn: ConsoleSite.openPaths,
                logger: logger
            )
            let port = try server.bind().port
            let result: Result<R, any Error>
            do {
                result = .success(
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await server.run() }
                        group.addTask { try await site.board.run() }
                        let bench = ConsoleBench(
                            database: database,
                            pool: pool,
                            site: site,
                            port: port,
                            runner: runner
                        )
                        defer { group.cancelAll() }
                        return try await body(bench)
                    }
                )
            } catch { result = .failure(error) }
            await own.close()
            await pool.close()
            return try result.get()
        }
    }

    // MARK: Users

    func add(_ name: String, _ role: ConsoleRole) async throws {
        let hash = await PasswordHash.make(Self.password, rounds: 1000)
        #expect(try await ConsoleUsers(pool: pool).add(name, role: role, password: hash, by: "test"))
    }

    /// A browser of somebody who has logged in through the form.
    func login(_ name: String, password: String = ConsoleBench.password) async throws -> Browser {
        var browser = Browser(bench: self)
        _ = await browser.get("/login")
        let answer = await browser.post("/login", ["name": name, "password": password, "next": "/"])
        #expect(answer.status == 303, "login of \(name): \(answer.status)")
        return browser
    }

    func operatorBrowser() async throws -> Browser {
        try await add("ann", .operator)
        return try await login("ann")
    }

    // MARK: What is looked at

    static let letter = """
        {"processor_name":"PlayerGameSummaryProcessor","phase":"phase_3_analytics","correlation_id":"trace-id",\
        "game_date":"2024-01-15","status":"success"}
        """

    func addLetter(
        _ payload: String = ConsoleBench.letter,
        offset: Int64,
        detail: String = "required field 17 is missing"
    )
        async throws -> Int64
    {
        try await pool.query(
            """
            INSERT INTO nba_orchestration.dead_letter
                (cluster, topic, partition, "offset", consumer, key, payload, reason, detail)
            VALUES ('default', \(Topic.phase3Trigger.rawValue), 0, \(offset), 'analytics', \(Array("2024-01-15".utf8)),
                    \(Array(payload.utf8)), 'missing_field', \(detail))
            RETURNING dead_letter_id
            """
        ).scalar()
    }

    func openRun() async throws -> String {
        let opener = RunOpener(registry: .standard, role: "scrapers")
        let request = RunRequest(
            kind: .full,
            gameDate: try GameDate("2024-01-15"),
            untilPhase: .publishing,
            planKey: "test:\(UUID())",
            openedBy: "test"
        )
        let run = try await pool.transaction { try await opener.open(request, now: Date(), in: $0).run }
        return run.runID.uuidString.lowercased()
    }

    func send(_ method: String, _ path: String, _ headers: [String: String] = [:], body: String = "") async -> Reply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" { head += "Content-Length: \(body.utf8.count)\r\n" }
        let reader = StreamReader(port, request: Array((head + "\r\n" + body).utf8), seconds: 60)
        return Reply(await reader.answer())
    }
}

/// What came back.
struct Reply: Sendable {
    var status = 0
    var headers: [String: String] = [:]
    var text = ""

    init(_ bytes: [UInt8]) {
        guard let split = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        let lines = String(decoding: bytes[..<split.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2 { headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces) }
        }
        text = String(decoding: bytes[split.upperBound...], as: UTF8.self)
    }

    /// The value of a hidden field, wherever it stands.
    func field(_ name: String) -> String? {
        let marker = "name=\"\(name)\" value=\""
        guard let start = text.range(of: marker)?.upperBound else { return nil }
        return String(text[start...].prefix { $0 != "\"" })
    }
}

/// Keeps cookies and sends back the token of the last form, as a browser does.
struct Browser: Sendable {
    let bench: ConsoleBench
    var cookies: [String: String] = [:]
    var formToken = ""

    init(bench: ConsoleBench) { self.bench = bench }

    var cookieHeader: [String: String] {
        cookies.isEmpty ? [:] : ["Cookie": cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")]
    }

    mutating func get(_ path: String) async -> Reply { keep(await bench.send("GET", path, cookieHeader)) }

    /// - Parameter fields: beside the token.
    mutating func post(
        _ path: String,
        _ fields: Fields,
        headers: [String: String] = [:]
    ) async -> Reply {
        let pairs = [("csrf", formToken)] + fields.pairs
        let body = pairs.map { "\($0.0)=\(AddressText.encoded($0.1))" }.joined(separator: "&")
        let own = cookieHeader.merging(["Content-Type": "application/x-www-form-urlencoded"]) { $1 }
        return keep(await bench.send("POST", path, own.merging(headers) { $1 }, body: body))
    }

    private mutating func keep(_ reply: Reply) -> Reply {
        if let pair = reply.headers["set-cookie"]?.split(separator: ";").first?.split(separator: "=", maxSplits: 1) {
            cookies[String(pair[0])] = pair.count > 1 ? String(pair[1]) : nil
        }
        if let token = reply.field("csrf") { formToken = token }
        return reply
    }
}

/// The fields of a form in their order.
struct Fields: Sendable, ExpressibleByDictionaryLiteral {
    var pairs: [(String, String)]

    init(dictionaryLiteral elements: (String, String)...) { pairs = elements }

    static func + (first: Fields, second: Fields) -> Fields {
        var sum = first
        sum.pairs += second.pairs
        return sum
    }
}
