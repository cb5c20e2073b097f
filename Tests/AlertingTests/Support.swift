import Basketball
import Foundation
import Logging
import Pipeline
import PipelineTestKit
import Postgres
import PostgresTestKit
import Synchronization
import Warehouse

@testable import Alerting

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A sink that keeps what it gets, and fails as often as it is told to.
final class CollectingSink: AlertSink {
    let name: AlertSinkName
    private let state = Mutex<(messages: [AlertMessage], failures: Int, isRefusal: Bool)>(([], 0, false))

    init(_ name: AlertSinkName = .webhook) { self.name = name }

    var messages: [AlertMessage] { state.withLock { $0.messages } }

    func fail(times: Int, isRefusal: Bool = false) {
        state.withLock { ($0.failures, $0.isRefusal) = (times, isRefusal) }
    }

    func send(_ message: AlertMessage) async throws(AlertSinkError) {
        let error = state.withLock { state -> AlertSinkError? in
            guard state.failures == 0 else {
                state.failures -= 1
                return AlertSinkError(reason: "down", isRefusal: state.isRefusal)
            }
            state.messages.append(message)
            return nil
        }
        if let error { throw error }
    }
}

extension TaskHarness {
    /// A desk as a service has one; `owner` tells replicas apart.
    func desk(
        _ sinks: [AlertSinkName] = [.log, .webhook],
        owner: String = "a",
        _ settings: AlertSettings = AlertSettings()
    ) -> AlertDesk {
        AlertDesk(pool: pool, owner: owner, settings: settings, sinks: sinks)
    }

    func sender(_ sinks: [any AlertSink]) -> AlertSender {
        AlertSender(
            pool: pool,
            sinks: sinks,
            owner: "test",
            claim: .seconds(30),
            metrics: AlertMetrics(MetricsRegistry()),
            logger: quiet
        )
    }

    func raise(
        _ signature: String,
        _ level: Alerts.Level = .error,
        detail: JSONValue = .object([:]),
        run: RunRecord? = nil
    ) async throws {
        try await pool.execute(
            Alerts.raise(
                level,
                signature: signature,
                title: "\(signature) is amiss",
                detail: detail,
                gameDate: run?.gameDate,
                runID: run?.runID,
                by: "test"
            )
        )
    }

    func resolve(_ signature: String) async throws { try await pool.execute(Alerts.resolve(signature: signature)) }

    /// What was decided so far, as `signature kind`, in order.
    func decided() async throws -> [String] {
        try await pool.query(
            "SELECT signature || ' ' || kind AS line FROM nba_orchestration.alert_message ORDER BY created_at, window_key"
        ).column("line", as: String.self)
    }

    func openAlerts() async throws -> [String] {
        try await pool.query(
            "SELECT signature FROM nba_orchestration.alert WHERE resolved_at IS NULL ORDER BY signature"
        ).column("signature", as: String.self)
    }

    func watchContext(
        now: Date = .now,
        _ settings: WatchSettings = WatchSettings(stuckAfter: .seconds(240)),
        restart: String? = "restart {service}"
    ) -> WatchContext {
        WatchContext(
            pool: pool,
            now: now,
            settings: settings,
            alerts: AlertSettings(restart: restart),
            admin: nil,
            topicPrefix: ""
        )
    }
}

/// A database that is used as one service may use it.
enum Roles {
    static func with(_ service: String, _ body: @Sendable (PostgresPool) async throws -> Void) async throws {
        let template = try await TestCluster.template(named: "warehouse") { configuration in
            let pool = PostgresPool(configuration: configuration, maximumConnections: 1, logger: quiet)
            _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
            await pool.close()
        }
        try await TestDatabase.with("alerting", template: template) { database in
            var configuration = database.configuration
            configuration.role = "tipoff_\(service)"
            let pool = PostgresPool(configuration: configuration, maximumConnections: 2, logger: quiet)
            do { try await body(pool) } catch {
                await pool.close()
                throw error
            }
            await pool.close()
        }
    }
}
