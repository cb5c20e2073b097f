import Foundation
import FoundationNetworking
import Pipeline
import Postgres
import PostgresTestKit
import Testing

/// A stack that has just published a slate, with a short history, and goes on running. Nothing changes it.
struct MonitoredSlate: Sendable {
    static let date = "2023-10-30"
    /// Every date of the season before: Phase 4 waits for what is missing.
    static let history = Undisturbed.history

    var stack: Stack
    var run: RunRecord
    /// A game of the slate.
    var game: String

    /// Started once in a test process; ends with it.
    static var shared: MonitoredSlate {
        get async throws { try await made.value }
    }

    private static let made = Task<MonitoredSlate, any Error> {
        let stack = try await Stack.start(
            own: ["publishing": ["TIPOFF_MONITOR_INTERVAL": "1s"]],
            // The slate's own morning, after its deadline.
            settings: ["TIPOFF_CLOCK": "\(date)T15:00:00Z"]
        )
        ChildProcesses.removeAtExit(stack.directory)
        for day in history {
            let run = try await stack.open(.full, day, until: .precompute)
            guard try await stack.wait(run) == "complete" else { throw StackError(description: "history failed") }
        }
        let run = try await stack.open(.full, date, key: "test:monitored")
        guard try await stack.wait(run) == "complete" else { throw StackError(description: "the slate failed") }
        let game: String = try await stack.pool.query(
            "SELECT min(game_id) FROM nba_predictions.shown_prediction WHERE game_date = \(run.gameDate.sqlDay)"
        ).scalar()
        return MonitoredSlate(stack: stack, run: run, game: game)
    }

    static let queries = Stack.root.appending(path: "deploy/queries")

    /// Fetches what a service answers to a path.
    func text(of service: String, _ path: String) async throws -> String {
        let address = try String(contentsOf: stack.directory.appending(path: "\(service).address"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard let url = URL(string: "http://\(address)\(path)") else {
            throw StackError(description: "\(address) is no address")
        }
        return String(decoding: try await URLSession.shared.data(from: url).0, as: UTF8.self)
    }

    /// Every query's file name without its extension.
    static func queryNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: queries.path).filter { $0.hasSuffix(".sql") }
            .map { String($0.dropLast(4)) }.sorted()
    }

    /// The rows of a query of `deploy/queries`, asked by psql with the role that may only read.
    ///
    /// - Parameter after: what a superuser changes before, in a transaction that is rolled back.
    func rows(_ query: String, _ variables: [String: String] = [:], after change: String = "") async throws
        -> [[String: String]]
    {
        let file = Self.queries.appending(path: "\(query).sql").path
        return try await rows(
            ofScript: "BEGIN;\n\(change)\nSET LOCAL ROLE tipoff_readonly;\n\\i \(file)\nROLLBACK;",
            variables,
            name: query
        )
    }

    /// The rows of the last statement of a script.
    func rows(ofScript script: String, _ variables: [String: String] = [:], name: String) async throws
        -> [[String: String]]
    {
        let place = stack.directory.appending(path: "psql-\(UUID()).sql")
        try script.write(to: place, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["psql", stack.database.url, "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1"]
            + variables.sorted { $0.key < $1.key }.flatMap { ["-v", "\($0.key)=\($0.value)"] } + ["-f", place.path]
        let answer = try await Self.output(of: process, at: place)
        guard answer.code == 0 else { throw StackError(description: "\(name): \(answer.errors)") }
        return Self.table(answer.output)
    }

    /// Runs a program to its end.
    static func output(of process: Process, at place: URL) async throws -> (code: Int32, output: String, errors: String)
    {
        var files: [URL] = []
        for kind in ["out", "err"] {
            let file = place.appendingPathExtension(kind)
            try Data().write(to: file)
            files.append(file)
        }
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.standardInput = FileHandle.nullDevice
        try process.run()
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        return (process.terminationStatus, texts[0], texts[1])
    }

    /// Comma-separated text with a heading as rows by column.
    static func table(_ text: String) -> [[String: String]] {
        var lines: [[String]] = []
        var fields: [String] = []
        var field = ""
        var isQuoted = false
        for character in text {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: (fields, field) = (fields + [field], "")
            case "\n" where !isQuoted:
                lines.append(fields + [field])
                (fields, field) = ([], "")
            default: field.append(character)
            }
        }
        guard let heading = lines.first else { return [] }
        return lines.dropFirst().map { line in
            Dictionary(zip(heading, line)) { first, _ in first }
        }
    }
}
