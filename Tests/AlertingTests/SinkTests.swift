import FlyingFox
import FlyingSocks
import Foundation
import Pipeline
import Synchronization
import Testing

@testable import Alerting

/// The ways to people.
@Suite struct SinkTests {
    static let message = AlertMessage(
        kind: .first,
        level: .error,
        signature: "service:raw",
        title: "raw makes no progress; $(touch /tmp/never) \"quoted\"",
        names: ["nbac_schedule"],
        command: "restart raw",
        raisedBy: "publishing"
    )

    private static func script(_ text: String) throws -> (path: String, directory: URL) {
        let directory = FileManager.default.temporaryDirectory.appending(path: "tipoff-sink-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let file = directory.appending(path: "tell")
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
        return (file.path, directory)
    }

    @Test("A command gets the message as JSON on its standard input, its arguments as they are, and nothing else")
    func command() async throws {
        let (path, directory) = try Self.script("cat > \"$1\"; env >> \"$1.env\"")
        defer { try? FileManager.default.removeItem(at: directory) }
        let target = directory.appending(path: "a b;c")
        try await CommandAlertSink(command: [path, target.path], timeout: .seconds(20)).send(Self.message)
        let json = try JSONValue(parsing: Array(Data(contentsOf: target)))
        #expect(try AlertMessage(json: json) == Self.message)
        let environment = try String(contentsOf: target.appendingPathExtension("env"), encoding: .utf8)
        #expect(!environment.contains("HOME="))
    }

    @Test(arguments: ["exit 3", "kill -9 $$", "sleep 600"])
    func aCommandThatFailsOrHangsSaysSo(_ text: String) async throws {
        let (path, directory) = try Self.script(text)
        defer { try? FileManager.default.removeItem(at: directory) }
        let limit: Duration = text.hasPrefix("sleep") ? .milliseconds(300) : .seconds(20)
        await #expect(throws: AlertSinkError.self) {
            try await CommandAlertSink(command: [path], timeout: limit).send(Self.message)
        }
    }

    @Test func aCommandThatIsNotThereSaysSo() async {
        await #expect(throws: AlertSinkError.self) {
            try await CommandAlertSink(command: ["/nonexistent/tell"], timeout: .seconds(5)).send(Self.message)
        }
    }

    @Test("A command that does not read its input is none the worse for it")
    func unreadInput() async throws {
        let (path, directory) = try Self.script("exit 0")
        defer { try? FileManager.default.removeItem(at: directory) }
        var message = Self.message
        message.names = (0..<20_000).map { "processor number \($0)" }
        try await CommandAlertSink(command: [path], timeout: .seconds(20)).send(message)
    }

    @Test("A webhook gets the message with its id; a refusal is told from a failure, and nobody's token is")
    func webhook() async throws {
        let received = Mutex<[(body: [UInt8], token: String?, key: String?)]>([])
        let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: 0))
        await server.appendRoute("POST /take") { request in
            let body = try await Array(request.bodyData)
            received.withLock {
                $0.append((body, request.headers[.authorization], request.headers[HTTPHeader("Idempotency-Key")]))
            }
            return HTTPResponse(statusCode: .ok)
        }
        await server.appendRoute("POST /refuse") { _ in HTTPResponse(statusCode: .forbidden) }
        await server.appendRoute("POST /fail") { _ in HTTPResponse(statusCode: .internalServerError) }
        let task = Task { try await server.run() }
        defer { task.cancel() }
        try await server.waitUntilListening()
        guard case .ip4(_, let port) = await server.listeningAddress else {
            Issue.record("no address")
            return
        }
        func sink(_ path: String) -> WebhookAlertSink {
            WebhookAlertSink(
                url: "http://127.0.0.1:\(port)/\(path)?secret=s3cret",
                token: "t0ken",
                timeout: .seconds(10)
            )
        }
        try await sink("take").send(Self.message)
        let got = try #require(received.withLock { $0.first })
        #expect(try AlertMessage(json: JSONValue(parsing: got.body)) == Self.message)
        #expect(got.token == "Bearer t0ken")
        #expect(got.key == Self.message.id.uuidString.lowercased())
        for (path, isRefusal) in [("refuse", true), ("fail", false)] {
            do throws(AlertSinkError) {
                try await sink(path).send(Self.message)
                Issue.record("\(path) was taken")
            } catch {
                #expect(error.isRefusal == isRefusal)
                #expect(!error.reason.contains("s3cret"))
            }
        }
        do throws(AlertSinkError) {
            try await WebhookAlertSink(url: "http://127.0.0.1:1/?secret=s3cret", token: nil, timeout: .seconds(5))
                .send(Self.message)
            Issue.record("nobody listens there")
        } catch {
            #expect(!error.isRefusal)
            #expect(!error.reason.contains("s3cret"))
        }
    }

    @Test func everyMessageSaysWhatSinceWhenWhoAndWhatToType() {
        var message = Self.message
        message.since = Instant.parse("2024-01-15T14:03:00Z")
        message.correlationID = "run-cli:1"
        message.names = (1...25).map { "processor_\($0)" }
        let text = message.text
        #expect(text.hasPrefix("ERROR raw makes no progress"))
        for part in [
            "since 2024-01-15 09:03 ET", "processor_20, and 5 more", "trace: run-cli:1", "next: restart raw",
        ] { #expect(text.contains(part)) }
    }
}
