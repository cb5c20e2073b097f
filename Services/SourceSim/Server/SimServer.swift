import FlyingFox
import FlyingSocks
import Foundation
import Logging
import ServiceLifecycle

/// A small HTTP/1.1 server with the bytes in its own hands, because faults are part of its job.
final class SimServer: Service, Sendable {
    /// `http://host:port`; connections queue from the moment the server exists.
    let address: String
    private let simulator: Simulator
    private let listener: Socket
    private let pool: any AsyncSocketPool
    private let logger: Logger

    /// Binds and listens. Throws `SocketError` when the address is taken or not an IPv4 address.
    init(host: String, port: UInt16, simulator: Simulator, logger: Logger) async throws {
        self.simulator = simulator
        self.logger = logger
        let endpoint: sockaddr_in = try .inet(ip4: host == "localhost" ? "127.0.0.1" : host, port: port)
        listener = try Socket(domain: AF_INET)
        try listener.setValue(true, for: .localAddressReuse)
        try listener.bind(to: endpoint)
        try listener.listen()
        guard case .ip4(let boundHost, let boundPort) = try listener.sockname() else {
            throw SocketError.unsupportedAddress
        }
        address = "http://\(boundHost):\(boundPort)"
        let pool = HTTPServer.defaultPool()
        try await pool.prepare()
        self.pool = pool
    }

    /// Serves until the task is cancelled or the service group shuts down.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await self.serve(pool: self.pool)
            } catch {
                // Stopping closes the sockets under the accept loop, which may report that instead of the cancellation.
                guard Task.isCancelled else { throw error }
                self.logger.debug("stopped", metadata: ["reason": "\(error)"])
            }
        }
    }

    private func serve(pool: some AsyncSocketPool) async throws {
        let listening = try AsyncSocket(socket: listener, pool: pool)
        defer { close(listening) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pool.run() }
            group.addTask {
                try await withThrowingDiscardingTaskGroup { connections in
                    while true {
                        let socket = try await listening.accept()
                        connections.addTask { await self.converse(socket) }
                    }
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func converse(_ socket: AsyncSocket) async {
        defer { close(socket) }
        var parser = RequestParser()
        do {
            while true {
                while let request = try parser.next() {
                    let reply = await simulator.reply(to: request)
                    if try await !SimConnection(socket: socket).send(reply, keepAlive: request.keepsAlive) { return }
                }
                parser.append(try await socket.read(atMost: 4_096))
            }
        } catch let failure as RequestParser.Failure {
            await refuse(failure, on: socket)
        } catch {
            // The client is gone or the server stops: there is nobody to answer.
            logger.debug("connection ended", metadata: ["reason": "\(error)"])
        }
    }

    private func refuse(_ failure: RequestParser.Failure, on socket: AsyncSocket) async {
        let status =
            switch failure {
            case .malformed: 400
            case .headTooLarge: 431
            case .bodyTooLarge: 413
            }
        do {
            _ = try await SimConnection(socket: socket).send(.refusal(status, "\(failure)"), keepAlive: false)
        } catch {
            logger.debug("connection ended", metadata: ["reason": "\(error)"])
        }
    }

    private func close(_ socket: AsyncSocket) {
        do {
            try socket.close()
        } catch {
            logger.debug("close failed", metadata: ["reason": "\(error)"])
        }
    }
}

/// Writes replies, spoilt or not.
struct SimConnection {
    let socket: AsyncSocket

    /// Sends the reply; false when the connection must be closed afterwards.
    func send(_ reply: SimReply, keepAlive: Bool) async throws -> Bool {
        switch reply.misbehaviour?.kind {
        case .hang:
            try await waitForClientToLeave()
            return false
        case .truncated:
            try await write(reply.head(announcedLength: reply.body.count, keepAlive: false))
            try await write(Array(reply.body.prefix(reply.body.count / 2)))
            return false
        case .wrongLength:
            // Fewer bytes announced than sent: a client that trusts the length sees a cut document.
            try await write(reply.head(announcedLength: max(0, reply.body.count - 17), keepAlive: false) + reply.body)
            return false
        case .slow:
            try await sendSlowly(reply, over: reply.misbehaviour?.seconds ?? 5)
            return false
        default:
            try await write(reply.head(announcedLength: reply.body.count, keepAlive: keepAlive) + reply.body)
            return keepAlive
        }
    }

    private func write(_ bytes: [UInt8]) async throws {
        if !bytes.isEmpty { try await socket.write(Data(bytes)) }
    }

    /// The body in twenty pieces; the pauses are the fault that was asked for.
    private func sendSlowly(_ reply: SimReply, over seconds: Double) async throws {
        try await write(reply.head(announcedLength: reply.body.count, keepAlive: false))
        let pieces = 20
        let size = max(1, (reply.body.count + pieces - 1) / pieces)
        for start in stride(from: 0, to: reply.body.count, by: size) {
            try await Task.sleep(for: .seconds(max(0, seconds) / Double(pieces)))
            try await write(Array(reply.body[start..<min(start + size, reply.body.count)]))
        }
    }

    /// Says nothing until the client closes (or the server is stopped).
    private func waitForClientToLeave() async throws {
        while true { _ = try await socket.read(atMost: 4_096) }
    }
}
