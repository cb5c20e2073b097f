import Foundation
import FoundationNetworking
import Pipeline

/// A Prometheus of its own that scrapes a stack with the repository's rules.
final class PrometheusServer: Sendable {
    private let process: ProcessHandle
    private let address: String

    /// `@unchecked`: Foundation's process object is only signalled here, after it was started.
    private struct ProcessHandle: @unchecked Sendable { var process: Process }

    private init(process: Process, address: String) {
        self.process = ProcessHandle(process: process)
        self.address = address
    }

    static func start(for slate: MonitoredSlate) async throws -> PrometheusServer {
        let directory = slate.stack.directory.appending(path: "prometheus")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let rules = Stack.root.appending(path: "deploy/prometheus/rules").path
        var configuration = """
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: ['\(rules)/*.yml']
            scrape_configs:
              - job_name: tipoff
                static_configs:

            """
        for service in Stack.services {
            let file = slate.stack.directory.appending(path: "\(service).address")
            let target = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
            configuration += "      - { targets: ['\(target)'], labels: { service: \(service) } }\n"
        }
        let file = directory.appending(path: "prometheus.yml")
        try configuration.write(to: file, atomically: true, encoding: .utf8)
        // Its log names the port that the system has given it.
        let log = directory.appending(path: "log")
        try Data().write(to: log)
        let process = Process()
        process.executableURL = URL(filePath: DashboardTests.prometheus)
        process.arguments = [
            "--config.file=\(file.path)", "--storage.tsdb.path=\(directory.appending(path: "data").path)",
            "--web.listen-address=127.0.0.1:0", "--log.format=json",
        ]
        let handle = try FileHandle(forWritingTo: log)
        (process.standardOutput, process.standardError) = (handle, handle)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        ChildProcesses.endAtExit(process)
        let server = PrometheusServer(process: process, address: try await address(in: log))
        return server
    }

    private static func address(in log: URL) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let text = try String(contentsOf: log, encoding: .utf8)
            if let match = text.firstMatch(of: /"address":"?(127\.0\.0\.1:[1-9][0-9]*)/) { return String(match.1) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw StackError(description: "prometheus does not listen: \(try String(contentsOf: log, encoding: .utf8))")
    }

    func stop() {
        kill(process.process.processIdentifier, SIGTERM)
        process.process.waitUntilExit()
    }

    func ask(_ path: String, _ query: [String: String]) async throws -> JSONValue {
        var components = URLComponents(string: "http://\(address)\(path)")
        components?.queryItems = query.map { URLQueryItem(name: $0.key, value: $0.value) }
        // A plus sign would be read as a blank.
        let encoded = components?.percentEncodedQuery?.replacing("+", with: "%2B")
        components?.percentEncodedQuery = encoded
        guard let url = components?.url else { throw StackError(description: "\(path) is no path") }
        return try JSONValue(parsing: Array(try await URLSession.shared.data(from: url).0))
    }

    /// How many values an expression has now. Throws what Prometheus says against it.
    func count(_ expression: String, for place: String) async throws -> Int {
        let answer = try await ask("/api/v1/query", ["query": expression])
        guard answer["status"]?.stringValue == "success" else {
            throw StackError(description: "\(place): \(answer["error"]?.stringValue ?? "no answer")")
        }
        return answer["data"]?["result"]?.arrayValue?.count ?? 0
    }

    /// Waits until an expression has a value.
    func until(_ expression: String, seconds: Double = 60) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while try await count(expression, for: "wait") == 0 {
            guard ContinuousClock.now < deadline else { throw StackError(description: "never true: \(expression)") }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
