import Foundation
import Kafka
import KafkaTestKit
import Logging
import Pipeline
import Postgres
import PostgresTestKit
import Synchronization
import Testing
import Warehouse

@testable import TipoffCommands

/// What a command wrote and how it ended.
struct CommandResult: Sendable {
    var code: Int32
    var output: String
    var errors: String

    func json() throws -> JSONValue { try JSONValue(parsing: output) }
}

/// Runs a command line in this process, with an environment of its own.
func tipoff(_ arguments: String..., environment: [String: String] = [:]) async -> CommandResult {
    await tipoff(arguments, environment: environment)
}

func tipoff(_ arguments: [String], environment: [String: String] = [:]) async -> CommandResult {
    final class Collected: Sendable {
        let bytes = Mutex<[UInt8]>([])
        let errors = Mutex("")
    }
    let collected = Collected()
    let output = Output(
        write: { bytes in collected.bytes.withLock { $0 += bytes } },
        writeError: { text in collected.errors.withLock { $0 += text } }
    )
    let code = await TipoffCommandLine.run(arguments, environment: environment, output: output)
    return CommandResult(
        code: code,
        output: String(decoding: collected.bytes.withLock { $0 }, as: UTF8.self),
        errors: collected.errors.withLock { $0 }
    )
}

/// A migrated database of its own for each test.
enum Database {
    static func with<Result: Sendable>(_ body: (TestDatabase, PostgresPool) async throws -> Result) async throws
        -> Result
    {
        let template = try await TestCluster.template(named: "tipoff_cli") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: .quiet)
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        return try await TestDatabase.with("tipoff_cli", template: template) { database in
            let pool = database.pool(logger: .quiet)
            do {
                let result = try await body(database, pool)
                await pool.close()
                return result
            } catch {
                await pool.close()
                throw error
            }
        }
    }
}

/// A broker with the pipeline's topics under a prefix of their own.
struct Broker: Sendable {
    let brokers: String
    let prefix: String

    init() async throws {
        let topics = try await TestTopics(Topic.allCases.flatMap { [$0.rawValue, $0.deadLetterName] })
        prefix = topics.prefix
        brokers = topics.broker.brokers
    }

    var environment: [String: String] { ["TIPOFF_KAFKA_BROKERS": brokers, "TIPOFF_TOPIC_PREFIX": prefix] }

    /// Reads messages of a topic from its beginning.
    func read(_ topic: Topic, count: Int) async throws -> [KafkaIncoming] {
        let consumer = try KafkaConsumer(
            configuration: .init(brokers: brokers, clientID: "test"),
            group: prefix + "reader",
            topics: [prefix + topic.rawValue],
            logger: .quiet
        )
        let messages = try await consumer.collect(count)
        await consumer.close(timeout: .seconds(5))
        return messages
    }
}

extension CommandResult {
    func expect(_ code: Int32, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.code == code, "output: \(output)\nerrors: \(errors)", sourceLocation: sourceLocation)
    }
}

/// Compares with a golden file; `TIPOFF_WRITE_GOLDEN=1` writes it anew.
func expectGolden(
    _ lines: [String],
    _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/\(name).txt")
    let text = lines.joined(separator: "\n") + "\n"
    if ProcessInfo.processInfo.environment["TIPOFF_WRITE_GOLDEN"] != nil {
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, sourceLocation: sourceLocation)
}
