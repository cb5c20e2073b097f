import ArgumentParser
import Foundation
import Pipeline

/// The services' logs, readable.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Shows the last log lines of a service, or all lines of one correlation id.",
        discussion: """
            Reads the files <service>.jsonl in TIPOFF_LOG_DIR (default .run/log). Times are Eastern.

            Example: tipoff logs publishing -n 20
            Example: tipoff logs --correlation run-cli:6f1d… -n 200
            """
    )

    @Argument(help: "A service, such as raw or phase2-to-phase3; without it all of them.")
    var service: String?

    @Option(name: .long, help: "Only lines with this correlation id.")
    var correlation: String?

    @Option(name: .shortAndLong, help: "At most this many of the last lines.")
    var number = 50

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on.")
    var follow = false

    @OptionGroup var format: FormatOptions

    func validate() throws {
        guard (0...1_000_000).contains(number) else { throw ValidationError("-n is a number from 0 to 1000000") }
        if service == nil, correlation == nil { throw ValidationError("name a service or give --correlation ID") }
        if let service, service.wholeMatch(of: /[a-z0-9\-]{1,60}/) == nil {
            throw ValidationError("\(service) is not a service's name")
        }
    }

    func run() async throws {
        let invocation = Invocation.current
        let directory = invocation.environment["TIPOFF_LOG_DIR"].flatMap { $0.isEmpty ? nil : $0 } ?? ".run/log"
        let files = try LogFiles(directory: directory).files(service: service)
        guard !files.isEmpty else {
            throw CommandProblem.problem(
                "no log of \(service ?? "any service") in \(directory)",
                next: "start the stack (make up), source .run/env, or set TIPOFF_LOG_DIR"
            )
        }
        var merged: [LogFiles.Line] = []
        for file in files { merged += try LogFiles.lastLines(of: file, correlation: correlation, limit: number) }
        // Lines of one file keep their order: the sort is stable by position where instants are equal.
        let ordered = merged.enumerated().sorted { ($0.element.instant, $0.offset) < ($1.element.instant, $1.offset) }
        for (_, line) in ordered.suffix(number) { show(line.text, on: invocation.output) }
        if follow { try await tail(files, on: invocation.output) }
    }

    private func show(_ line: String, on output: Output) {
        output.line(format.json ? line : LogLine.readable(line, color: output.isTerminal))
    }

    /// Looks at the files for what was appended; a rotated file begins anew.
    private func tail(_ files: [LogFiles.File], on output: Output) async throws {
        var tails = files.map { LogTail(path: $0.current, correlation: correlation) }
        for index in tails.indices { try tails[index].skipToEnd() }
        while true {
            for index in tails.indices {
                for line in try tails[index].next() { show(line, on: output) }
            }
            // Files tell nobody that they grew.
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

/// The log files of a directory: `raw.jsonl` and its rotated predecessors `raw.jsonl.1`, `.2`, ….
struct LogFiles: Sendable {
    struct File: Sendable, Hashable {
        var service: String
        var current: String
        /// Oldest first, the current one last.
        var parts: [String]
    }

    struct Line: Sendable, Hashable {
        /// As written; ISO 8601 in UTC, so that text order is time order.
        var instant: String
        var text: String
    }

    let directory: String

    func files(service: String?) throws -> [File] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            return []
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
        return names.filter { $0.hasSuffix(".jsonl") && (service == nil || $0 == "\(service ?? "").jsonl") }.map {
            name in
            let older = names.compactMap { other -> (Int, String)? in
                guard other.hasPrefix(name + "."), let number = Int(other.dropFirst(name.count + 1)) else { return nil }
                return (number, other)
            }.sorted { $0.0 > $1.0 }.map(\.1)
            return File(
                service: String(name.dropLast(".jsonl".count)),
                current: "\(directory)/\(name)",
                parts: (older + [name]).map { "\(directory)/\($0)" }
            )
        }
    }

    /// The last lines of a log, its rotated parts included.
    static func lastLines(of file: File, correlation: String?, limit: Int) throws -> [Line] {
        guard limit > 0 else { return [] }
        var lines: [Line] = []
        for part in file.parts.reversed() {
            let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: part)), as: UTF8.self)
            let wanted = text.split(separator: "\n").filter { matches($0, correlation) }.suffix(limit - lines.count)
            lines = wanted.map { Line(instant: instant(of: $0), text: String($0)) } + lines
            if lines.count >= limit { break }
        }
        return lines
    }

    /// Whether a line belongs to a correlation id (or has it as its run, message or execution id).
    static func matches(_ line: some StringProtocol, _ correlation: String?) -> Bool {
        guard let correlation else { return true }
        guard line.contains(correlation) else { return false }
        guard
            case .success(let value) = Result(catching: { () throws(JSONError) in try JSONValue(parsing: String(line)) }
            )
        else { return false }
        return [LogKeys.correlationID, LogKeys.runID, LogKeys.messageID, LogKeys.executionID]
            .contains { value[$0]?.stringValue == correlation }
    }

    private static func instant(of line: Substring) -> String {
        guard let start = line.range(of: "\"ts\":\"")?.upperBound else { return "" }
        return String(line[start...].prefix { $0 != "\"" })
    }
}

/// Reads what is appended to one file.
struct LogTail: Sendable {
    let path: String
    let correlation: String?
    private var offset: UInt64 = 0
    private var rest: [UInt8] = []

    init(path: String, correlation: String?) {
        self.path = path
        self.correlation = correlation
    }

    mutating func skipToEnd() throws { offset = try size() }

    /// The complete lines since the last call.
    mutating func next() throws -> [String] {
        let end = try size()
        if end < offset {
            offset = 0
            rest = []
        }
        guard end > offset else { return [] }
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { handle.closeFile() }
        try handle.seek(toOffset: offset)
        let bytes = try handle.readToEnd() ?? Data()
        offset += UInt64(bytes.count)
        rest += bytes
        guard let last = rest.lastIndex(of: 0x0A) else { return [] }
        let text = String(decoding: rest[..<last], as: UTF8.self)
        rest.removeSubrange(...last)
        return text.split(separator: "\n").filter { LogFiles.matches($0, correlation) }.map(String.init)
    }

    /// Its length; 0 in the moment in which a rotation has moved it away.
    private func size() throws -> UInt64 {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        return try FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64 ?? 0
    }
}
