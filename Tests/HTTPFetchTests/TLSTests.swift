import Foundation
import Testing

@testable import HTTPFetch

private let openssl = "/usr/bin/openssl"

/// Runs against OpenSSL's own test server with a certificate made for `localhost` alone.
@Suite(
    .timeLimit(.minutes(1)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: openssl), "needs the openssl command")
)
struct TLSTests {
    @Test
    func onlyACertificateThatProvesTheHostIsAccepted() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer {
            do {
                try FileManager.default.removeItem(at: directory)
            } catch {
                Issue.record("the scratch directory stays: \(error)")
            }
        }
        let certificate = directory.appendingPathComponent("certificate.pem").path
        let key = directory.appendingPathComponent("key.pem").path
        let making = Process()
        making.executableURL = URL(fileURLWithPath: openssl)
        making.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
            "-out",
            certificate, "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=DNS:localhost",
        ]
        making.standardError = FileHandle.nullDevice
        try making.run()
        making.waitUntilExit()
        try #require(making.terminationStatus == 0)

        let server = Process()
        let output = Pipe()
        server.executableURL = URL(fileURLWithPath: openssl)
        server.arguments = ["s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www"]
        server.standardInput = FileHandle.nullDevice
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer {
            // Not terminate(): a child of a dispatch thread inherits its signal mask, in which SIGTERM is blocked.
            kill(server.processIdentifier, SIGKILL)
            server.waitUntilExit()
        }
        var said = ""
        while !said.contains(/ACCEPT [0-9.]+:[0-9]+\n/) {
            let bytes = output.fileHandleForReading.availableData
            try #require(!bytes.isEmpty, "the server ended")
            said += String(decoding: bytes, as: UTF8.self)
        }
        let port = try #require(said.firstMatch(of: /ACCEPT [0-9.]+:([0-9]+)/)?.1)

        let trusting = HTTPClient(limits: loopbackLimits(), certificateAuthorityFile: certificate)
        let answer = try await trusting.fetch(HTTPRequest(url: "https://localhost:\(port)/"))
        #expect(answer.status == 200)
        let wrongHost = await failure(trusting, HTTPRequest(url: "https://127.0.0.1:\(port)/"))
        #expect(wrongHost?.code == .tls)
        #expect(wrongHost?.isTransient == false)
        let unknownIssuer = await failure(
            HTTPClient(limits: loopbackLimits()),
            HTTPRequest(url: "https://localhost:\(port)/")
        )
        #expect(unknownIssuer?.code == .tls)
    }
}
