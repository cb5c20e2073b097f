import Foundation
import Pipeline

/// A browser by the W3C's WebDriver protocol: Debian's `chromium-driver`, plain HTTP on loopback.
final class WebDriver: Sendable {
    static let path = "/usr/bin/chromedriver"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    struct Refused: Error, CustomStringConvertible { var description: String }

    private let port: UInt16
    private let session: String

    /// Starts a driver of its own and a browser, runs the body and ends both.
    static func with<R: Sendable>(_ body: @Sendable (WebDriver) async throws -> R) async throws -> R {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["--port=0"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // It outlives a polite signal, which the test process has blocked.
        defer { kill(process.processIdentifier, SIGKILL) }
        var said = ""
        while said.firstMatch(of: /successfully on port [0-9]+[^0-9]/) == nil {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Refused(description: "chromedriver ended: \(said)") }
            said += String(decoding: more, as: UTF8.self)
        }
        guard let port = said.firstMatch(of: /successfully on port ([0-9]+)/).flatMap({ UInt16($0.1) }) else {
            throw Refused(description: said)
        }
        let answer = try await call(
            port,
            "POST",
            "/session",
            [
                "capabilities": [
                    "alwaysMatch": [
                        "goog:chromeOptions": [
                            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
                        ],
                        "goog:loggingPrefs": ["browser": "ALL"],
                    ]
                ]
            ]
        )
        guard let session = answer["sessionId"]?.stringValue else { throw Refused(description: "no session") }
        let driver = WebDriver(port: port, session: session)
        let result: Result<R, any Error>
        do { result = .success(try await body(driver)) } catch { result = .failure(error) }
        _ = try await call(port, "DELETE", "/session/\(session)", nil)
        return try result.get()
    }

    private init(port: UInt16, session: String) {
        self.port = port
        self.session = session
    }

    func open(_ address: String) async throws {
        try await post("url", ["url": .string(address)])
    }

    /// What a script's `return` gives.
    @discardableResult
    func run(_ script: String) async throws -> JSONValue {
        try await post("execute/sync", ["script": .string(script), "args": []])
    }

    /// Asks until the script says true; false after the time.
    func wait(_ script: String, for limit: Duration = .seconds(10)) async throws -> Bool {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while clock.now < end {
            if try await run(script).boolValue == true { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// Clicks as a reader does: what is covered or out of sight is an error.
    func click(_ selector: String) async throws {
        try await post("element/\(element(selector))/click", [:])
    }

    func type(_ text: String, into selector: String) async throws {
        try await post("element/\(element(selector))/value", ["text": .string(text)])
    }

    /// Presses keys wherever the focus is.
    func press(_ key: String) async throws {
        try await post(
            "actions",
            [
                "actions": [
                    [
                        "type": "key", "id": "keys",
                        "actions": [
                            ["type": "keyDown", "value": .string(key)], ["type": "keyUp", "value": .string(key)],
                        ],
                    ]
                ]
            ]
        )
    }

    /// Errors and warnings of the page's console since the last call.
    func complaints() async throws -> [String] {
        let entries = try await post("se/log", ["type": "browser"]).arrayValue ?? []
        return entries.filter { ["SEVERE", "WARNING"].contains($0["level"]?.stringValue) }
            .compactMap { $0["message"]?.stringValue }
    }

    func show(width: Int, height: Int, scheme: String) async throws {
        try await command(
            "Emulation.setDeviceMetricsOverride",
            [
                "width": .int(Int64(width)), "height": .int(Int64(height)), "deviceScaleFactor": 1,
                "mobile": .bool(width < 600),
            ]
        )
        try await command(
            "Emulation.setEmulatedMedia",
            ["features": [["name": "prefers-color-scheme", "value": .string(scheme)]]]
        )
    }

    func screenshot() async throws -> Data {
        let text = try await Self.call(port, "GET", "/session/\(session)/screenshot", nil).stringValue ?? ""
        return Data(base64Encoded: text) ?? Data()
    }

    private func command(_ name: String, _ parameters: JSONValue) async throws {
        try await post("goog/cdp/execute", ["cmd": .string(name), "params": parameters])
    }

    private func element(_ selector: String) async throws -> String {
        let found = try await post("element", ["using": "css selector", "value": .string(selector)])
        guard let id = found.objectValue?.values.first?.stringValue else { throw Refused(description: selector) }
        return id
    }

    @discardableResult
    private func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try await Self.call(port, "POST", "/session/\(session)/\(path)", body)
    }

    private static func call(_ port: UInt16, _ method: String, _ path: String, _ body: JSONValue?) async throws
        -> JSONValue
    {
        let bytes = try body?.utf8() ?? []
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(bytes.count)\r\nConnection: close\r\n\r\n"
        let answer = await StreamReader(port, request: Array(head.utf8) + bytes, seconds: 60).answer()
        guard let split = answer.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw Refused(description: "no answer to \(path)")
        }
        let value = try JSONValue(parsing: Array(answer[split.upperBound...]))["value"] ?? .null
        if let error = value["error"]?.stringValue {
            throw Refused(description: "\(path): \(error): \(value["message"]?.stringValue ?? "")")
        }
        return value
    }
}
