import Basketball
import FlyingSocks
import Foundation
import Logging
import Synchronization
import Testing

@testable import SourceSim

/// The real data beside the checkout, when it is there.
enum ReferenceData {
    /// `../shared/data` beside the package, or where `TIPOFF_TEST_DATA` says; nil, with a notice, when absent.
    static let folder: URL? = {
        let beside = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "../shared/data").standardizedFileURL
        let folder = ProcessInfo.processInfo.environment["TIPOFF_TEST_DATA"].map { URL(fileURLWithPath: $0) } ?? beside
        if FileManager.default.fileExists(atPath: folder.appending(path: "schedules").path) { return folder }
        print("notice: tests of the real league skipped, no ../shared/data")
        return nil
    }()
}

extension Simulator {
    /// The status and the decoded body of a GET.
    func get(_ target: String, headers: [String: String] = [:]) throws -> (status: Int, json: JSONView) {
        let reply = reply(to: SimRequest(method: "GET", target: target, headers: headers))
        return (reply.status, try JSONView(reply.body))
    }

    func send(_ method: String, _ path: String, _ body: String = "") throws -> (status: Int, json: JSONView) {
        let reply = reply(to: SimRequest(method: method, target: path, body: Array(body.utf8)))
        return (reply.status, try JSONView(reply.body))
    }
}

/// Decoded JSON with checked access.
struct JSONView: Sendable, Equatable {
    private indirect enum Value: Sendable, Equatable {
        case null, bool(Bool), number(Double), string(String), array([JSONView]), object([String: JSONView])
    }

    private let value: Value

    init(_ bytes: [UInt8]) throws {
        try self.init(object: JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed))
    }

    private init(object: Any) throws {
        switch object {
        case let text as String: value = .string(text)
        case let items as [Any]: value = .array(try items.map(JSONView.init(object:)))
        case let members as [String: Any]: value = .object(try members.mapValues(JSONView.init(object:)))
        case let number as NSNumber:
            // Foundation keeps booleans as numbers of the type char.
            value = String(cString: number.objCType) == "c" ? .bool(number.boolValue) : .number(number.doubleValue)
        case is NSNull: value = .null
        default: throw Missing(key: "\(object)")
        }
    }

    subscript(_ key: String) -> JSONView {
        get throws {
            guard case .object(let members) = value else { throw Missing(key: key) }
            return try #require(members[key], "no member \(key)")
        }
    }

    struct Missing: Error { let key: String }

    var keys: Set<String> { if case .object(let members) = value { Set(members.keys) } else { [] } }
    var array: [JSONView] { if case .array(let items) = value { items } else { [] } }
    var string: String? { if case .string(let text) = value { text } else { nil } }
    var number: Double? { if case .number(let number) = value { number } else { nil } }
    var bool: Bool? { if case .bool(let flag) = value { flag } else { nil } }
    var int: Int? { number.flatMap { Int(exactly: $0) } }
    var isNull: Bool { value == .null }
}

/// Generated leagues that are played once for all tests.
struct SharedLeague: LeagueSource {
    let base: GeneratedLeague
    var kind: String { base.kind }
    var seasons: [Season] { base.seasons }

    private struct Key: Hashable {
        let seed: UInt64
        let season: Season
    }
    private static let games = Synchronization.Mutex<[Key: [Game]]>([:])
    private static let rows = Synchronization.Mutex<[Key: [NBAGameID: [PlayerRow]]]>([:])

    init(seed: UInt64 = 11, seasons: Int = 1) {
        base = GeneratedLeague(seed: seed, seasons: seasons, last: Season(startYear: 2023))
    }

    func games(of season: Season) throws -> [Game] {
        try Self.games.withLock { cache in
            let key = Key(seed: base.seed, season: season)
            if let games = cache[key] { return games }
            let games = try base.games(of: season)
            cache[key] = games
            return games
        }
    }

    func playerRows(of season: Season, games: [Game]) throws -> [NBAGameID: [PlayerRow]] {
        try Self.rows.withLock { cache in
            let key = Key(seed: base.seed, season: season)
            if let rows = cache[key] { return rows }
            let rows = try base.playerRows(of: season, games: games)
            cache[key] = rows
            return rows
        }
    }

    func gameLines(of season: Season, book: SeasonBook) throws -> [NBAGameID: GameLine] {
        try base.gameLines(of: season, book: book)
    }

    func eventIDs(of season: Season, book: SeasonBook) throws -> [NBAGameID: String] { [:] }

    func absentees(game: Game, season: Season) throws -> [Absentee] {
        try base.absentees(game: game, season: season)
    }
}

/// The rows of a game log by header.
func logRows(_ json: JSONView) throws -> [[String: JSONView]] {
    let set = try #require(try json["resultSets"].array.first)
    let headers = try set["headers"].array.compactMap(\.string)
    return try set["rowSet"].array.map { row in
        #expect(row.array.count == headers.count)
        return Dictionary(uniqueKeysWithValues: zip(headers, row.array))
    }
}

let oneDay = "LeagueID=00&Season=2023-24&SeasonType=Regular%20Season&Sorter=DATE"

/// Starts a server on a free port, runs the body with its port, and stops it.
func withServer(
    _ simulator: Simulator,
    _ body: @Sendable @escaping (UInt16) async throws -> Void
) async throws {
    let server = try await SimServer(
        host: "127.0.0.1",
        port: 0,
        simulator: simulator,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    let port = try #require(server.address.split(separator: ":").last.flatMap { UInt16($0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        try await body(port)
        group.cancelAll()
        try await group.waitForAll()
    }
}

/// A client that sees every byte.
struct RawClient {
    let socket: AsyncSocket

    init(port: UInt16) async throws {
        let address: sockaddr_in = try .inet(ip4: "127.0.0.1", port: port)
        socket = try await AsyncSocket.connected(to: address, timeout: 60)
    }

    func send(_ text: String) async throws { try await socket.write(Data(text.utf8)) }

    func get(_ target: String, extra: String = "") async throws {
        try await send("GET \(target) HTTP/1.1\r\nHost: sim\r\n\(extra)\r\n")
    }

    /// Everything until the server closes.
    func readToEnd() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            while true { bytes += try await socket.read(atMost: 4_096) }
        } catch SocketError.disconnected {
            return bytes
        }
    }

    /// One response that keeps to its Content-Length.
    func readResponse() async throws -> RawResponse {
        var bytes: [UInt8] = []
        while true {
            if let response = RawResponse(bytes), response.body.count >= response.announcedLength { return response }
            bytes += try await socket.read(atMost: 4_096)
        }
    }

    func close() throws { try socket.close() }
}

/// A response as it came over the wire.
struct RawResponse {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]
    var announcedLength: Int { headers["content-length"].flatMap { Int($0) } ?? 0 }

    init?(_ bytes: [UInt8]) {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let parts = lines[0].split(separator: " ")
        guard parts.count >= 2, let status = Int(parts[1]) else { return nil }
        self.status = status
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let sides = line.split(separator: ":", maxSplits: 1)
            if sides.count == 2 { headers[sides[0].lowercased()] = sides[1].trimmingCharacters(in: .whitespaces) }
        }
        self.headers = headers
        body = Array(bytes[end.upperBound...])
    }
}
