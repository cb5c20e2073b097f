import Dispatch
import Foundation
import Logging
import Synchronization
import Testing

@testable import Pipeline

@Suite("Logging")
struct LoggingTests {
    /// Keeps what it is given; blocks while `gate` is closed.
    final class MemoryDestination: LogDestination {
        let name = "memory"
        let lines = Mutex<[[UInt8]]>([])
        let entered = DispatchSemaphore(value: 0)
        let gate: DispatchSemaphore?
        let fails = Atomic<Bool>(false)

        init(gate: DispatchSemaphore? = nil) { self.gate = gate }

        func write(_ lines: [[UInt8]]) -> Int {
            entered.signal()
            gate?.wait()
            if fails.load(ordering: .relaxed) { return lines.count }
            self.lines.withLock { $0 += lines }
            return 0
        }

        var texts: [String] { lines.withLock { $0.map { String(decoding: $0, as: UTF8.self) } } }
    }

    static func record(
        secrets: [String] = [],
        label: String = "kafka.consumer",
        _ body: (Logger) -> Void
    ) throws -> [JSONObject] {
        let destination = MemoryDestination()
        let options = TipoffLogging.Options(service: "raw", level: .trace, secrets: secrets)
        let logging = TipoffLogging(options, destinations: [destination])
        body(logging.logger(label: label))
        try #require(logging.flush(timeout: .seconds(20)))
        return try destination.texts.map { text in
            #expect(text.hasSuffix("\n") && !text.dropLast().utf8.contains { $0 < 0x20 || $0 == 0x7F })
            return try #require(JSONValue(parsing: text).objectValue)
        }
    }

    @Test("A line has instant, level, service, logger, message and flat metadata")
    func lineFields() throws {
        struct Broken: Error {}
        let lines = try Self.record { logger in
            var logger = logger
            logger[metadataKey: LogKeys.runID] = "r1"
            logger.warning(
                "task failed",
                error: Broken(),
                metadata: [
                    LogKeys.processor: "nbac_boxscore", "nested": ["a": "1", "b": ["c": "2"]], "list": ["x", "y"],
                    "message": "collides", "ts": "collides too",
                ]
            )
        }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        let stamp = try #require(line["ts"]?.stringValue)
        #expect(stamp.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
        #expect(abs(try #require(InstantText.parse(stamp)).timeIntervalSinceNow) < 3600)
        #expect(line["level"] == "warning" && line["service"] == "raw" && line["logger"] == "kafka.consumer")
        #expect(line["message"] == "task failed" && line["run_id"] == "r1" && line["processor"] == "nbac_boxscore")
        #expect(line["nested.a"] == "1" && line["nested.b.c"] == "2" && line["list"] == ["x", "y"])
        #expect(line["meta_message"] == "collides" && line["meta_ts"] == "collides too")
        #expect(line["error"] == "Broken()" && line["error_type"]?.stringValue?.hasSuffix("Broken") == true)
    }

    @Test(
        "Instants are written as the calendar has them",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400.9996, "2000-02-29T00:00:00.999Z"),
            (1_705_327_402.123, "2024-01-15T14:03:22.123Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399, "2100-02-28T23:59:59.000Z"), (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ]
    )
    func instants(seconds: Double, text: String) {
        var output: [UInt8] = []
        LogInstant.appendUTC(Date(timeIntervalSince1970: seconds), to: &output)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }

    @Test("Control characters, terminal sequences and broken UTF-8 cannot leave their field")
    func hostileText() throws {
        let hostile =
            "a\n{\"level\":\"error\"}\u{1B}[31m\u{9B}2J\u{0}\u{7F}\u{2028}\"\\"
            + String(decoding: [0xFF, 0xC3], as: UTF8.self)
        let lines = try Self.record(label: "l\u{1B}") { $0.info("\(hostile)", metadata: ["k\u{1B}\n": "\(hostile)"]) }
        #expect(lines.count == 1)
    }

    @Test("Planted secrets never appear, in messages, keys, nested values or errors, in any usual spelling")
    func secrets() throws {
        struct Leak: Error, CustomStringConvertible {
            var description: String { "connect postgres://u:pa%24%24w0rd@db failed" }
        }
        let destination = MemoryDestination()
        let options = TipoffLogging.Options(service: "raw", secrets: ["pa$$w0rd", "pa$$w0rd-longer", "k\"e\\y\n"])
        let logging = TipoffLogging(options, destinations: [destination])
        logging.logger(label: "x").error(
            "got pa$$w0rd and pa$$w0rd-longer",
            error: Leak(),
            metadata: [
                "pa$$w0rd": "k\"e\\y\n", "list": ["xpa$$w0rdx"],
                "base64": "\(Data("pa$$w0rd".utf8).base64EncodedString())",
                "cut": "\(String(repeating: "x", count: 16_380))pa$$w0rd",
            ]
        )
        try #require(logging.flush(timeout: .seconds(20)))
        let text = try #require(destination.texts.first)
        for trace in ["w0rd", "k\\\"e", "longer", "%24%24", Data("pa$$w0rd".utf8).base64EncodedString()] {
            #expect(!text.contains(trace))
        }
        #expect(text.contains("got *** and ***\""))
    }

    @Test("Lines are bounded: long values are cut and say so, fields beyond the cap are left out")
    func boundedLines() throws {
        let many = Dictionary(uniqueKeysWithValues: (0..<500).map { ("k\($0)", Logger.MetadataValue.string("v")) })
        let lines = try Self.record { logger in
            logger.info("\(String(repeating: "é", count: 100_000))")
            logger.info("x", metadata: many)
        }
        let message = try #require(lines[0]["message"]?.stringValue)
        #expect(message.utf8.count < 17_000 && message.hasSuffix("bytes cut]"))
        #expect(lines[1].count <= 100)
    }

    @Test("A blocked destination costs lines, not time, and the loss is counted and logged")
    func blockedDestination() throws {
        let gate = DispatchSemaphore(value: 0)
        let destination = MemoryDestination(gate: gate)
        let logging = TipoffLogging(
            TipoffLogging.Options(service: "raw"),
            destinations: [destination],
            maximumQueuedBytes: 10_000
        )
        let logger = logging.logger(label: "x")
        logger.info("first")
        try #require(destination.entered.wait(timeout: .now() + 20) == .success)
        // The writer hangs now; none of these may wait for it.
        for _ in 0..<1000 { logger.info("more") }
        let dropped = try #require(logging.droppedLines["memory"])
        #expect(dropped > 800 && dropped < 1000)
        #expect(!logging.flush(timeout: .zero))
        for _ in 0..<10 { gate.signal() }
        try #require(logging.flush(timeout: .seconds(20)))
        let notices = try destination.texts.map { try JSONValue(parsing: $0) }.filter { $0["dropped"] != nil }
        #expect(notices.map { $0["dropped"] } == [.string("\(dropped)")])
        #expect(notices.first?["level"] == "warning" && notices.first?["sink"] == "memory")
        #expect(destination.texts.count == 1001 - dropped + 1)
    }

    @Test("A failing destination is counted and told once it works again")
    func failingDestination() throws {
        let destination = MemoryDestination()
        let logging = TipoffLogging(TipoffLogging.Options(service: "raw"), destinations: [destination])
        let logger = logging.logger(label: "x")
        destination.fails.store(true, ordering: .relaxed)
        logger.info("lost")
        try #require(logging.flush(timeout: .seconds(20)))
        destination.fails.store(false, ordering: .relaxed)
        logger.info("kept")
        try #require(logging.flush(timeout: .seconds(20)))
        #expect(logging.droppedLines == ["memory": 1])
        #expect(destination.texts.count == 2 && destination.texts.last?.contains("\"dropped\":\"1\"") == true)
    }

    @Test("The log file rotates by size, keeps so many files, and no line is lost, split or doubled")
    func rotation() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("raw.log")
        let file = RotatingLogFile(path: path, maximumBytes: 1000, files: 3)
        let lines = (0..<100).map { Array("line \($0) \(String(repeating: "x", count: 40))\n".utf8) }
        for start in stride(from: 0, to: 100, by: 7) {
            #expect(file.write(Array(lines[start..<min(start + 7, 100)])) == 0)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.root).sorted() == [
                "raw.log", "raw.log.1", "raw.log.2",
            ]
        )
        let kept = try ["raw.log.2", "raw.log.1", "raw.log"].flatMap { name in
            let content = try [UInt8](Data(contentsOf: URL(filePath: directory.path(name))))
            #expect(content.count <= 1000)
            return content.split(separator: 0x0A).map { Array($0) + [0x0A] }
        }
        #expect(kept == Array(lines.suffix(kept.count)))
        #expect(kept.count > 40)
    }

    @Test("A log file that was moved away is opened anew, and an existing one is continued")
    func movedFile() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("raw.log")
        try Data("old\n".utf8).write(to: URL(filePath: path))
        let file = RotatingLogFile(path: path, maximumBytes: 1000, files: 3)
        #expect(file.write([Array("one\n".utf8)]) == 0)
        try FileManager.default.moveItem(atPath: path, toPath: directory.path("moved"))
        #expect(file.write([Array("two\n".utf8)]) == 0)
        #expect(try String(contentsOfFile: directory.path("moved"), encoding: .utf8) == "old\none\n")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "two\n")
    }

    @Test("A file that cannot be written loses lines, nothing else")
    func unwritableFile() throws {
        let directory = try TemporaryDirectory()
        let file = RotatingLogFile(path: directory.path("absent/raw.log"), maximumBytes: 1000, files: 3)
        #expect(file.write([Array("a\n".utf8), Array("b\n".utf8)]) == 2)
        #expect(RotatingLogFile(path: "/dev/full", maximumBytes: 1000, files: 1).write([Array("a\n".utf8)]) == 1)
    }

    @Test("A reader of stderr that went away costs lines, not the process")
    func brokenPipe() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let logging = TipoffLogging(
            TipoffLogging.Options(service: "raw"),
            destinations: [DescriptorDestination(name: "stderr", descriptor: ends[1])]
        )
        logging.logger(label: "x").info("nobody reads")
        try #require(logging.flush(timeout: .seconds(20)))
        #expect(logging.droppedLines["stderr"] == 1)
    }

    @Test("A readable line tells Eastern time, level, service, message and fields")
    func readable() {
        let line =
            #"{"ts":"2024-07-15T14:03:22.123Z","level":"warning","service":"raw","logger":"worker","#
            + #""message":"task failed","run_id":"r1","reason":"no data","list":["a","b"],"n":3}"#
        #expect(
            LogLine.readable(line, color: false)
                == #"2024-07-15 10:03:22.123 ET WARN     raw  task failed  run_id=r1  reason="no data"  list=[a,b]  n=3  [worker]"#
        )
        let colored = LogLine.readable(line, color: true)
        #expect(colored.contains("\u{1B}[33mWARN    \u{1B}[0m"))
        #expect(
            LogLine.readable(line.replacing("07-15", with: "01-15"), color: false).hasPrefix(
                "2024-01-15 09:03:22.123 ET"
            )
        )
    }

    @Test(
        "A readable line never passes control characters on",
        arguments: [
            #"{"ts":"x\u001b[2J","level":"er\u001b","service":"\u0007","logger":"\u009b","message":"a\u001b]0;t\u0007\nb\u202e","k\u001b":"\r"}"#,
            "not json \u{1B}[31m\u{7}", "{\"broken\": \u{1B}",
        ]
    )
    func readableIsSafe(line: String) {
        let text = LogLine.readable(line, color: false)
        #expect(
            !text.unicodeScalars.contains { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) || $0.value == 0x202E }
        )
        #expect(text.contains("\\u{1b}"))
    }

    @Test("The redactor replaces whole secrets and leaves short ones alone")
    func redactor() {
        let redactor = SecretRedactor(["abcd", "abcdef", "ab", ""])
        #expect(redactor.redact("abcdef abcd abc abcdabcd") == "*** *** abc ******")
        #expect(redactor.redact("") == "")
        #expect(SecretRedactor([]).redact("abcd") == "abcd")
    }
}
