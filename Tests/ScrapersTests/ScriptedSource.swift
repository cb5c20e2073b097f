import FlyingFox
import FlyingSocks
import Foundation
import Synchronization

/// A source whose answers a test lays out in advance, on a port of its own.
final class ScriptedSource: Sendable {
    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body: [UInt8] = []

        init(_ status: Int = 200, _ text: String = "", headers: [String: String] = [:]) {
            self.init(status, Array(text.utf8), headers: headers)
        }

        init(_ status: Int = 200, _ body: [UInt8], headers: [String: String] = [:]) {
            self.status = status
            self.body = body
            self.headers = headers
        }
    }

    struct Seen: Sendable {
        var path: String
        var query: [String: String]
        var headers: [String: String]
    }

    private struct State {
        var answers: [String: [Answer]] = [:]
        var seen: [Seen] = []
    }

    private let state = Mutex(State())

    /// The answers to a path in order; the last one is given again and again.
    func answer(_ path: String, _ answers: Answer...) { state.withLock { $0.answers[path] = answers } }

    var seen: [Seen] { state.withLock { $0.seen } }

    func count(_ path: String) -> Int { seen.count { $0.path == path } }

    fileprivate func reply(_ request: HTTPRequest) -> HTTPResponse {
        let seen = Seen(
            path: request.path,
            query: Dictionary(request.query.map { ($0.name, $0.value) }) { first, _ in first },
            headers: Dictionary(request.headers.map { ($0.key.rawValue.lowercased(), $0.value) }) { first, _ in first }
        )
        let answer = state.withLock { state -> Answer in
            state.seen.append(seen)
            guard let answers = state.answers[seen.path], let first = answers.first else {
                return Answer(404, "no script")
            }
            if answers.count > 1 { state.answers[seen.path]?.removeFirst() }
            return first
        }
        return HTTPResponse(
            statusCode: HTTPStatusCode(answer.status, phrase: "Scripted"),
            headers: HTTPHeaders(
                Dictionary(uniqueKeysWithValues: answer.headers.map { (HTTPHeader($0.key), $0.value) })
            ),
            body: Data(answer.body)
        )
    }

    /// Serves while the body runs; gives it the base URL.
    static func with<R: Sendable>(_ body: @Sendable (ScriptedSource, String) async throws -> R) async throws -> R {
        let source = ScriptedSource()
        let server = HTTPServer(address: try .inet(ip4: "127.0.0.1", port: 0), logger: .disabled)
        await server.appendRoute("*") { request in source.reply(request) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            defer { group.cancelAll() }
            try await server.waitUntilListening()
            guard case .ip4(_, let port) = await server.listeningAddress else { throw SocketError.unsupportedAddress }
            return try await body(source, "http://127.0.0.1:\(port)")
        }
    }
}
