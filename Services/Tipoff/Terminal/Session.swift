import Alerting
import Foundation
import Kafka
import Logging
import Pipeline
import Postgres

/// The connections of one command, opened as far as it needs them.
struct Session: Sendable {
    enum Need: CaseIterable, Sendable { case database, broker, objects }

    let configuration: PipelineConfiguration
    let work: WorkSettings
    let alerts: AlertSettings
    /// How long work may stand still before it is called stuck.
    let stuckAfter: Duration
    let pool: PostgresPool
    let clock: PipelineClock
    let registry = Registry.standard
    let logger: Logger
    let output: Output
    let actor: String

    /// Reads the settings, runs the body and closes what it opened.
    ///
    /// - Parameters:
    ///   - statementTimeout: for commands that read whole tables.
    ///   - asLogin: stays what the login role is, because only the owner of the tables may do what the body does.
    static func with<Result: Sendable>(
        _ needs: Set<Need>,
        statementTimeout: Duration = .seconds(30),
        asLogin: Bool = false,
        _ body: (Session) async throws -> Result
    ) async throws -> Result {
        let session = try open(needs, statementTimeout: statementTimeout, asLogin: asLogin)
        do {
            let result = try await body(session)
            await session.pool.close()
            return result
        } catch {
            await session.pool.close()
            throw error
        }
    }

    private static func open(_ needs: Set<Need>, statementTimeout: Duration, asLogin: Bool) throws -> Session {
        let invocation = Invocation.current
        var environment = invocation.environment
        // A service needs all three; a command that does not use one must not ask for its address. The stand-ins are
        // never connected to.
        for (need, name, unused) in [
            (Need.database, "TIPOFF_DATABASE_URL", "postgres://unused@localhost/unused"),
            (.broker, "TIPOFF_KAFKA_BROKERS", "localhost:9"), (.objects, "TIPOFF_OBJECT_STORE", "/nonexistent"),
        ]
        where !needs.contains(need) && (environment[name] ?? "").isEmpty && (environment[name + "_FILE"] ?? "").isEmpty
        {
            environment[name] = unused
        }
        let loaded = try PipelineConfiguration.load(service: "tipoff", environment: environment) { reader in
            (
                work: WorkSettings(service: "tipoff", &reader), alerts: AlertSettings(&reader),
                stuckAfter: WatchSettings.stuckAfter(&reader)
            )
        }
        var logger = Logger(label: "tipoff") { StreamLogHandler.standardError(label: $0) }
        // Problems are told once, by the command itself.
        logger.logLevel = loaded.common.logLevel <= .debug ? loaded.common.logLevel : .critical
        var database = try PostgresConfiguration(url: loaded.common.databaseURL)
        database.applicationName = "tipoff"
        database.statementTimeout = statementTimeout
        if !asLogin { database.role = loaded.common.databaseRole }
        return Session(
            configuration: loaded.common,
            work: loaded.own.work,
            alerts: loaded.own.alerts,
            stuckAfter: loaded.own.stuckAfter,
            pool: PostgresPool(
                configuration: database,
                maximumConnections: loaded.common.databaseConnections,
                logger: logger,
                connectRetryWindow: .seconds(2)
            ),
            clock: PipelineClock(start: loaded.common.clockStart),
            logger: logger,
            output: invocation.output,
            actor: invocation.actor
        )
    }

    /// Sends outbox messages; what the broker does not take, the role that owns the row sends again.
    func relay(_ producer: KafkaProducer) -> OutboxRelay {
        OutboxRelay(
            pool: pool,
            producer: producer,
            role: "tipoff",
            topicPrefix: configuration.topicPrefix,
            resendBase: configuration.resendBase,
            logger: logger
        )
    }

    /// Checks that a broker answers, then lends one producer for the body.
    func withProducer<Result: Sendable>(_ body: (KafkaProducer) async throws -> Result) async throws -> Result {
        let kafka = configuration.kafka(clientID: "tipoff")
        let admin = try KafkaAdmin(configuration: kafka, logger: logger)
        defer { admin.close() }
        _ = try await admin.metadata(topics: [], timeout: .seconds(5))
        var settings = kafka
        settings.settings.merge(["message.timeout.ms": "10000"]) { own, _ in own }
        let producer = try KafkaProducer(configuration: settings, logger: logger)
        do {
            let result = try await body(producer)
            await producer.close(timeout: .seconds(5))
            return result
        } catch {
            await producer.close(timeout: .seconds(1))
            throw error
        }
    }
}
