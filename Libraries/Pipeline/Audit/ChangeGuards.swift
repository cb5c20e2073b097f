public import Basketball
import Foundation
public import Logging
public import Postgres

/// The guards against a change detection that always finds nothing or always everything.
///
/// Once a league day each guard leaves one row in `nba_orchestration.guard_check`, whatever it saw. What fires is an alert,
/// and full markers once: a date that is computed again and fires again is left to people.
public struct ChangeGuards: Sendable {
    public var pool: PostgresPool
    public var registry: Registry
    public var clock: PipelineClock
    /// The league's hour from which they look.
    public var hour: Int
    public var role: String
    public var owner: String
    public var logger: Logger

    public init(
        pool: PostgresPool,
        registry: Registry,
        clock: PipelineClock,
        hour: Int,
        role: String,
        owner: String,
        logger: Logger
    ) {
        self.pool = pool
        self.registry = registry
        self.clock = clock
        self.hour = hour
        self.role = role
        self.owner = owner
        self.logger = logger
    }

    public static let interval: Duration = .seconds(60)
    /// Rows from which one hash for all, or a change of all, is no chance.
    static let fewestRows: Int64 = 50
    /// The share of what changed that the sources must have reported, 0…1.
    static let leastSourceShare = 0.1
    static let keptDays: Int32 = 90

    enum Guard: String, Sendable, Hashable, CaseIterable {
        /// A source that changes daily reported nothing on two dates with games in a row.
        case silentSource = "silent_source"
        /// Rows of the last day all have the same hash.
        case oneHash = "one_hash"
        /// An execution changed all rows of its date while the sources had reported few changes.
        case everythingChanged = "everything_changed"
    }

    struct Finding: Sendable, Hashable {
        /// The processor whose figures these are.
        var processor: String
        var date: GameDate
        var figures: [String: Int64]
        /// What is computed again: the processor, or for a source whoever reads its table.
        var recomputed: [ProcessorDefinition]
    }

    struct Check: Sendable {
        var lookedAt = 0
        var findings: [Finding] = []
    }

    private var lease: RoleLease {
        RoleLease(pool: pool, role: "change-guards", owner: owner, duration: .seconds(600))
    }

    /// Looks when it is time and today's rows are not there. Returns the guards that fired; nil when there was nothing to do.
    @discardableResult
    public func round() async throws -> Int? {
        let day = clock.leagueDay
        guard clock.now >= LeagueClock.instant(day, hour: hour, minute: 0), try await lease.acquire() != nil else {
            return nil
        }
        let done = try await pool.query(
            "SELECT guard FROM nba_orchestration.guard_check WHERE league_day = \(day.postgres)"
        ).column("guard", as: String.self)
        var fired: Int?
        for guardian in Guard.allCases where !done.contains(guardian.rawValue) {
            let check: Check =
                switch guardian {
                case .silentSource: try await silentSources(day)
                case .oneHash: try await oneHash()
                case .everythingChanged: try await everythingChanged()
                }
            try await record(guardian, check, day)
            fired = (fired ?? 0) + (check.findings.isEmpty ? 0 : 1)
        }
        return fired
    }

    /// For each source: the changed rows of its tasks on the two latest dates with games that a run of the kind has ended
    /// for, in all runs of the date; a poll that came first has reported for it. A date whose tasks failed is no silence.
    func silentSources(_ day: GameDate) async throws -> Check {
        var check = Check()
        for (kind, sources) in Registry.dailySources.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            let rows = try await pool.query(
                """
                SELECT d.processor, d.game_date, d.changed, d.failed
                FROM (
                    SELECT t.processor, t.game_date, sum(COALESCE(t.entities_changed, 0)) AS changed,
                           count(*) FILTER (WHERE t.state NOT IN ('success', 'partial', 'no_data')) AS failed,
                           row_number() OVER (PARTITION BY t.processor ORDER BY t.game_date DESC) AS place
                    FROM nba_orchestration.task AS t
                    WHERE t.phase = 2 AND t.processor = ANY(\(sources)) AND t.is_terminal
                        AND t.game_date BETWEEN \(day.adding(days: -14).postgres) AND \(day.postgres)
                        AND EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                                    WHERE r.game_date = t.game_date AND r.kind = \(kind.rawValue) AND r.lane = 'live'
                                        AND r.state <> 'open')
                        AND EXISTS (SELECT 1 FROM nba_raw.nbac_schedule AS s
                                    WHERE s.game_date = t.game_date AND s.removed_at IS NULL AND NOT s.is_postponed
                                        AND s.season_type IN ('regular', 'playoffs', 'play_in')
                                        AND (\(kind == .pregame) OR s.game_status = 3))
                    GROUP BY t.processor, t.game_date
                ) AS d
                WHERE d.place <= 2 ORDER BY d.processor, d.game_date
                """
            )
            var byProcessor: [String: [PostgresRow]] = [:]
            for row in rows { byProcessor[try row.decode("processor"), default: []].append(row) }
            for (processor, dates) in byProcessor.sorted(by: { $0.key < $1.key }) where dates.count == 2 {
                check.lookedAt += 1
                let changed = try dates.reduce(Int64(0)) { try $0 + $1.decode("changed", as: Int64.self) }
                let failed = try dates.reduce(Int64(0)) { try $0 + $1.decode("failed", as: Int64.self) }
                guard changed == 0, failed == 0, let definition = registry.processor(processor, in: .raw) else {
                    continue
                }
                check.findings.append(
                    Finding(
                        processor: processor,
                        date: try dates[1].gameDate("game_date"),
                        figures: ["dates": 2, "changed": 0],
                        recomputed: readers(of: definition)
                    )
                )
            }
        }
        return check
    }

    /// The rows of each table that were written in the last day.
    func oneHash() async throws -> Check {
        var check = Check()
        for definition in registry.processors where (2...4).contains(definition.phase.rawValue) && definition.isEnabled
        {
            guard let output = definition.output else { continue }
            let row = try await pool.query(
                """
                SELECT count(*) AS rows, count(DISTINCT data_hash) AS hashes,
                       (SELECT max(game_date) FROM nba_orchestration.task
                        WHERE processor = \(definition.name) AND phase = \(Int16(definition.phase.rawValue))
                            AND finished_at > now() - interval '1 day') AS game_date
                FROM \(sql: .table(output))
                WHERE updated_at > now() - interval '1 day' AND removed_at IS NULL
                """
            ).one()
            let rows: Int64 = try row.decode("rows")
            guard rows >= Self.fewestRows else { continue }
            check.lookedAt += 1
            guard try row.decode("hashes", as: Int64.self) <= 1, let date = try row.optionalGameDate("game_date") else {
                continue
            }
            let recomputed = definition.phase == .raw ? readers(of: definition) : [definition]
            check.findings.append(
                Finding(
                    processor: definition.name,
                    date: date,
                    figures: ["rows": rows, "hashes": try row.decode("hashes")],
                    recomputed: recomputed
                )
            )
        }
        return check
    }

    /// The executions of the last day: rows that were there and changed, of all rows of the date, against what the raw
    /// tables reported since the processor last looked at the date.
    func everythingChanged() async throws -> Check {
        var check = Check()
        for definition in registry.processors where [.analytics, .precompute].contains(definition.phase) {
            guard definition.isEnabled, let output = definition.output else { continue }
            let rows = try await pool.query(
                """
                SELECT t.game_date, c.updated, h.row_count AS rows, s.reported
                FROM nba_orchestration.task AS t
                CROSS JOIN LATERAL (
                    SELECT count(*) AS updated FROM nba_orchestration.row_change AS c
                    WHERE c.execution_id = t.execution_id AND c.table_name = \(output) AND c.kind = 'updated'
                ) AS c
                JOIN nba_orchestration.snapshot_head AS h
                    ON h.table_name = \(output) AND split_part(h.scope, '=', 2) = t.game_date::text
                CROSS JOIN LATERAL (
                    SELECT COALESCE(sum(r.entities_changed), 0) AS reported FROM nba_orchestration.task AS r
                    WHERE r.phase = 2 AND r.finished_at <= t.finished_at AND r.finished_at > COALESCE(
                        (SELECT max(b.finished_at) FROM nba_orchestration.task AS b
                         WHERE b.phase = t.phase AND b.processor = t.processor AND b.game_date = t.game_date
                             AND b.finished_at < t.finished_at), t.finished_at - interval '30 days')
                ) AS s
                WHERE t.processor = \(definition.name) AND t.phase = \(Int16(definition.phase.rawValue))
                    AND t.finished_at > now() - interval '1 day' AND h.row_count >= \(Self.fewestRows)
                ORDER BY t.game_date, t.finished_at
                """
            )
            for row in rows {
                check.lookedAt += 1
                let updated: Int64 = try row.decode("updated")
                let all: Int64 = try row.decode("rows")
                let reported: Int64 = try row.decode("reported")
                let date = try row.gameDate("game_date")
                guard updated >= all, Double(reported) < Self.leastSourceShare * Double(updated),
                    !check.findings.contains(where: { $0.processor == definition.name && $0.date == date })
                else { continue }
                check.findings.append(
                    Finding(
                        processor: definition.name,
                        date: date,
                        figures: ["updated": updated, "rows": all, "reported": reported],
                        recomputed: [definition]
                    )
                )
            }
        }
        return check
    }

    private func readers(of source: ProcessorDefinition) -> [ProcessorDefinition] {
        guard let output = source.output else { return [] }
        let names = Set(registry.readers(of: output).map(\.reader.name))
        return registry.processors.filter {
            names.contains($0.name) && [.analytics, .precompute].contains($0.phase) && $0.isEnabled
        }
    }
}
