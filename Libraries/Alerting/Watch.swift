import Foundation
import Logging
import Pipeline
import Postgres

/// Asks every monitor and brings the alerts up to date: raised once, renewed while it holds, resolved when it is over.
///
/// What a monitor could not find out is unknown, never fine: its own failure is an alert, and what it found before stands.
struct Watch: Sendable {
    let monitors: [Monitor]
    let role: String
    let metrics: AlertMetrics
    let logger: Logger
    /// Findings that have to last, by monitor: the longest time that something may look amiss and be none.
    private let graces: [String: Duration]
    private var firstSeen: [String: ContinuousClock.Instant] = [:]

    /// Longest time of one question.
    static let patience: Duration = .seconds(25)
    /// What only the watch raises and resolves.
    static let prefixes = ["service:", "watch:"]

    init(
        monitors: [Monitor],
        role: String,
        graces: [String: Duration] = [:],
        metrics: AlertMetrics,
        logger: Logger
    ) {
        self.monitors = monitors
        self.role = role
        self.graces = graces
        self.metrics = metrics
        self.logger = logger
    }

    /// One look.
    ///
    /// - Parameter beat: called before each question, so that a slow round is no hang.
    /// - Returns: the signatures that stand after it.
    @discardableResult
    mutating func round(_ context: WatchContext, beat: () -> Void = {}) async throws -> Set<String> {
        var found: [(monitor: String, finding: Finding)] = []
        var unknown: Set<String> = []
        for monitor in monitors {
            beat()
            do {
                let findings = try await withTimeLimit(Self.patience) { try await monitor.ask(context) }
                metrics.checked(monitor.name, findings: findings.count)
                found += lasting(findings, monitor.name).map { (monitor.name, $0) }
            } catch {
                // Nothing can be written either. A question that took too long is only that monitor's trouble.
                if let error = error as? PostgresError, error.isInfrastructure, !error.isQueryCanceled { throw error }
                metrics.checked(monitor.name, findings: nil)
                unknown.insert(monitor.name)
                logger.error("a monitor got no answer", metadata: ["monitor": "\(monitor.name)", "error": "\(error)"])
                found.append((monitor.name, Self.failure(of: monitor.name, error)))
            }
        }
        return try await settle(found, unknown, context)
    }

    /// Findings that have stood as long as their monitor asks for.
    private mutating func lasting(_ findings: [Finding], _ monitor: String) -> [Finding] {
        guard let grace = graces[monitor] else { return findings }
        let now = ContinuousClock.now
        let keys = Set(findings.map { "\(monitor) \($0.signature)" })
        firstSeen = firstSeen.filter { !$0.key.hasPrefix("\(monitor) ") || keys.contains($0.key) }
        return findings.filter { finding in
            let key = "\(monitor) \(finding.signature)"
            let since = firstSeen[key] ?? now
            firstSeen[key] = since
            return now - since >= grace
        }
    }

    static func failure(of monitor: String, _ error: any Error) -> Finding {
        Finding(
            signature: "watch:monitor:\(monitor)",
            level: .error,
            title: "the monitor \(monitor) gets no answer, so what it watches is unknown",
            names: [String("\(error)".prefix(300))],
            next: "tipoff doctor"
        )
    }

    private static func hasGrown(_ finding: Finding, since stored: JSONValue) -> Bool {
        guard let size = finding.size, let before = stored["size"]?.intValue else { return false }
        return size > Int(before)
    }

    private func settle(
        _ found: [(monitor: String, finding: Finding)],
        _ unknown: Set<String>,
        _ context: WatchContext
    ) async throws -> Set<String> {
        let groups = Dictionary(grouping: found, by: \.finding.signature)
        return try await context.pool.transaction { transaction in
            let open = try await transaction.query(
                """
                SELECT signature, detail FROM nba_orchestration.alert
                WHERE resolved_at IS NULL AND (starts_with(signature, 'service:') OR starts_with(signature, 'watch:'))
                """
            )
            var standing: Set<String> = []
            for (signature, group) in groups.sorted(by: { $0.key < $1.key }) {
                guard let (finding, detail) = Finding.joined(group) else { continue }
                standing.insert(signature)
                try await StandingAlert(
                    level: finding.level,
                    signature: signature,
                    title: finding.title,
                    detail: detail,
                    gameDate: finding.gameDate,
                    runID: finding.runID
                ).tell(by: role, in: transaction) { before, stored in
                    finding.level.severity > before.severity || Self.hasGrown(finding, since: stored)
                }
            }
            for row in open {
                let signature: String = try row.decode("signature")
                guard !standing.contains(signature) else { continue }
                let detail = try JSONValue(parsing: row.decode("detail", as: PostgresJSON.self).bytes)
                let monitors = detail["monitors"]?.arrayValue?.compactMap(\.stringValue) ?? []
                if !unknown.isDisjoint(with: monitors) {
                    standing.insert(signature)
                    continue
                }
                try await transaction.execute(Alerts.resolve(signature: signature))
            }
            return standing
        }
    }
}

/// A question took too long.
struct TimeLimitExceeded: Error, CustomStringConvertible {
    var limit: Duration

    var description: String { "no answer within \(limit)" }
}

/// Runs work with a time limit. The work must hear cancellation.
func withTimeLimit<R: Sendable>(
    _ limit: Duration,
    _ work: @escaping @Sendable () async throws -> R
) async throws -> R {
    try await withThrowingTaskGroup(of: R.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw TimeLimitExceeded(limit: limit)
        }
        defer { group.cancelAll() }
        guard let first = try await group.next() else { throw TimeLimitExceeded(limit: limit) }
        return first
    }
}
