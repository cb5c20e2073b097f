import Basketball
public import Foundation
import Postgres
import Synchronization

/// What a processor expects of a table that it reads for its own date.
public struct Dependency: Sendable, Hashable {
    public var isCritical: Bool
    /// Rows of a usual date.
    public var expectedRows: Int
    /// Time since the table's processor last ended well, after which the rows count as late and as stale.
    public var lateAfter: Duration
    public var staleAfter: Duration
    public var dateColumn: String

    /// - Parameters:
    ///   - lateAfter: hours.
    ///   - staleAfter: hours.
    public init(
        isCritical: Bool,
        rows: Int,
        lateAfter: Double = 24,
        staleAfter: Double = 72,
        dateColumn: String = "game_date"
    ) {
        self.isCritical = isCritical
        expectedRows = rows
        self.lateAfter = .seconds(lateAfter * 3600)
        self.staleAfter = .seconds(staleAfter * 3600)
        self.dateColumn = dateColumn
    }
}

/// What an execution found of a dependency.
public struct DependencyVerdict: Sendable, Hashable {
    /// From good to bad.
    public enum Verdict: String, Sendable, Hashable, CaseIterable, Comparable {
        case fresh
        /// Fewer rows than a usual date has.
        case thin
        case late
        case stale
        case missing

        public static func < (left: Verdict, right: Verdict) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    public var table: String
    public var isCritical: Bool
    public var rowCount: Int
    public var expectedRows: Int
    /// When the table's processor last ended well for the date.
    public var lastUpdated: Date?
    public var age: Duration?
    public var verdict: Verdict

    /// Judges what was found. The age of what was said about a day that is over does not matter: a backfill reads it
    /// years later.
    init(
        _ dependency: Dependency,
        table: String,
        rowCount: Int,
        lastUpdated: Date?,
        age: Duration?,
        isPast: Bool
    ) {
        self.table = table
        self.rowCount = rowCount
        self.lastUpdated = lastUpdated
        self.age = age
        isCritical = dependency.isCritical
        expectedRows = dependency.expectedRows
        let counted = isPast ? .zero : age ?? .zero
        verdict =
            switch counted {
            case _ where rowCount == 0: .missing
            case _ where counted > dependency.staleAfter: .stale
            case _ where counted > dependency.lateAfter: .late
            case _ where rowCount < dependency.expectedRows: .thin
            default: .fresh
            }
    }
}

/// What one execution found of its dependencies.
final class DependencyRecord: Sendable {
    private let verdicts = Mutex<[DependencyVerdict]>([])

    func set(_ found: [DependencyVerdict]) { verdicts.withLock { $0 = found } }
    var all: [DependencyVerdict] { verdicts.withLock { $0 } }
}

extension SnapshotReader {
    /// Looks at what a processor depends on, in the snapshot that it reads.
    func check(_ definition: ProcessorDefinition, _ registry: Registry, today: GameDate) async throws
        -> [DependencyVerdict]
    {
        let dependencies = definition.dependencies
        let parts = dependencies.map { table, dependency -> SQL in
            let writers = registry.processors.filter { $0.output == table }.map(\.name)
            let name = table.split(separator: ".").map(String.init)
            return """
                SELECT \(table) AS source_table,
                       (SELECT count(*) FROM \(identifier: name[0]).\(identifier: name[1])
                        WHERE \(identifier: dependency.dateColumn) = \(gameDate.postgres) AND removed_at IS NULL) AS row_count,
                       (SELECT max(finished_at) FROM nba_orchestration.task
                        WHERE game_date = \(gameDate.postgres) AND processor = ANY(\(writers))
                            AND state IN ('success', 'partial', 'no_data')) AS last_updated
                """
        }
        var statement: SQL = "SELECT *, extract(epoch FROM now() - last_updated)::float8 AS age FROM ("
        for (index, part) in parts.enumerated() {
            statement = index == 0 ? "\(sql: statement)\(sql: part)" : "\(sql: statement) UNION ALL \(sql: part)"
        }
        let rows = try await query("\(sql: statement)) AS d")
        let byTable = Dictionary(dependencies.map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
        return try rows.compactMap { row in
            let table: String = try row.decode("source_table")
            guard let dependency = byTable[table] else { return nil }
            return DependencyVerdict(
                dependency,
                table: table,
                rowCount: try row.decode("row_count", as: Int.self),
                lastUpdated: try row.decode("last_updated"),
                age: try row.decode("age", as: Double?.self).map { .seconds($0) },
                isPast: gameDate < today
            )
        }
    }
}

extension Processor {
    /// Does the work of one task and notes what it found of its dependencies.
    package func outcome(of execution: Execution) async throws -> Outcome {
        var outcome = try await execute(execution)
        outcome.dependencies = execution.dependencies.all
        return outcome
    }
}

extension TaskFinisher {
    /// The verdicts of the results, as rows; nil without any.
    func dependencyRows(_ results: [TaskResult]) -> SQL? {
        let found = results.flatMap { result in (result.outcome?.dependencies ?? []).map { (result.task, $0) } }
        guard !found.isEmpty else { return nil }
        return """
            INSERT INTO nba_orchestration.dependency_check
                (execution_id, source_table, run_id, processor, game_date, is_critical, verdict, row_count,
                 expected_rows, last_updated, age_seconds)
            SELECT * FROM unnest(\(found.map(\.0.executionID))::uuid[], \(found.map(\.1.table))::text[],
                \(found.map(\.0.run.runID))::uuid[], \(found.map(\.0.processor))::text[],
                \(found.map(\.0.gameDate.postgres))::date[], \(found.map(\.1.isCritical))::boolean[],
                \(found.map(\.1.verdict.rawValue))::text[], \(found.map { Int64($0.1.rowCount) })::bigint[],
                \(found.map { Int64($0.1.expectedRows) })::bigint[], \(found.map(\.1.lastUpdated))::timestamptz[],
                \(found.map { $0.1.age?.seconds })::double precision[])
            """
    }
}
