import Basketball
import Foundation
import Logging
import Postgres
import Testing

@testable import Pipeline
@testable import Warehouse

/// The monitors of columns on a real PostgreSQL: rows that an ordinary night would leave, and one column at a time spoilt.
@Suite("Monitors of columns")
struct QualityAuditTests {
    private static let rows = 240

    private static func day() throws -> GameDate { try GameDate("2024-01-15") }

    @Test(
        "Every monitor is silent on ordinary rows, fires on a spoilt column, and says nothing of one row",
        arguments: TableAudit.all.map(\.table.name)
    )
    func everyMonitorCanFire(name: String) async throws {
        let audit = try #require(TableAudit.all.first { $0.table.name == name })
        try await RoleBench.with { bench in
            let date = try Self.day()
            try await Self.fill(audit, date, bench.pool)
            let ordinary = try await Self.measure(audit, date, bench.pool)
            #expect(ordinary.fired == [])
            #expect(ordinary.judged.count == audit.monitors.count)
            #expect(ordinary.rows == Self.rows)
            for monitor in audit.monitors {
                let spoilt = try await Self.measure(audit, date, bench.pool, after: Self.spoiling(monitor, audit, date))
                let isFired = spoilt.fired.contains { $0.column == monitor.columnName && $0.monitor == monitor.name }
                #expect(isFired, "\(audit.table.name) \(monitor.columnName) \(monitor.name)")
            }
            let few = try await Self.measure(audit, date, bench.pool, after: Self.leavingOne(audit))
            #expect(few.fired == [] && few.rows == 1)
            #expect(few.judged == [])
        }
    }

    private struct Undo: Error {}

    /// Measures after a statement whose effect does not last.
    private static func measure(
        _ audit: TableAudit,
        _ date: GameDate,
        _ pool: PostgresPool,
        after statement: SQL? = nil
    ) async throws -> TableAudit.Report {
        let found = Found()
        do {
            try await pool.transaction { transaction in
                if let statement { try await transaction.execute(statement) }
                await found.set(try await audit.measure(date, in: transaction))
                throw Undo()
            }
        } catch is Undo {}
        return try #require(await found.report)
    }

    private actor Found {
        var report: TableAudit.Report?
        func set(_ report: TableAudit.Report) { self.report = report }
    }

    private static func table(_ audit: TableAudit) -> SQL {
        let parts = audit.table.name.split(separator: ".").map(String.init)
        return "\(identifier: parts[0]).\(identifier: parts[1])"
    }

    private static func leavingOne(_ audit: TableAudit) -> SQL {
        "DELETE FROM \(sql: table(audit)) WHERE ctid <> (SELECT min(ctid) FROM \(sql: table(audit)))"
    }

    /// A column as it is when nobody fills it, or when one value stands for all.
    private static func spoiling(_ monitor: ColumnMonitor, _ audit: TableAudit, _ date: GameDate) -> SQL {
        let isFlag = audit.table.columns[audit.table.index(of: monitor.column)].type == .boolean
        let value: SQL =
            switch monitor.kind {
            case .nullShare: "NULL"
            case .mean(let bounds):
                if isFlag {
                    "false"
                } else if bounds.lowerBound > 0 {
                    "\(bounds.lowerBound / 2)"
                } else {
                    "\(2 * bounds.upperBound - bounds.lowerBound + 2)"
                }
            case .deviation, .distinct: "1"
            }
        if let element = monitor.element {
            return """
                UPDATE \(sql: table(audit)) SET \(identifier: monitor.column) =
                    jsonb_set(\(identifier: monitor.column), ARRAY[\(String(element))],
                              COALESCE(to_jsonb(\(sql: value)::double precision), 'null'))
                """
        }
        return "UPDATE \(sql: table(audit)) SET \(identifier: monitor.column) = \(sql: value)"
    }

    /// Ordinary rows: monitored columns spread around the middle of what is expected of them.
    private static func fill(_ audit: TableAudit, _ date: GameDate, _ pool: PostgresPool) async throws {
        let required = Set(
            try await pool.query(
                """
                SELECT column_name::text AS name FROM information_schema.columns
                WHERE table_schema || '.' || table_name = \(audit.table.name) AND is_nullable = 'NO'
                    AND column_default IS NULL
                """
            ).column("name", as: String.self)
        )
        var names: [String] = []
        var generators: [(Int) -> JSONValue] = []
        for column in audit.table.columns {
            let monitors = audit.monitors.filter { $0.column == column.name }
            guard let generator = generator(column, monitors, audit, date, required.contains(column.name)) else {
                continue
            }
            names.append(column.name)
            generators.append(generator)
        }
        let objects = (0..<rows).map { row in
            JSONValue.object(JSONObject(zip(names, generators).map { ($0, $1(row)) }))
        }
        let columns = names.dropFirst().reduce("\(identifier: names[0])" as SQL) { "\(sql: $0), \(identifier: $1)" }
        try await pool.execute(
            """
            INSERT INTO \(sql: table(audit)) (\(sql: columns))
            SELECT \(sql: columns) FROM jsonb_populate_recordset(NULL::\(sql: table(audit)),
                                                                 \(PostgresJSON(JSONValue.array(objects).encodedText)))
            """
        )
    }

    private static func generator(
        _ column: Column,
        _ monitors: [ColumnMonitor],
        _ audit: TableAudit,
        _ date: GameDate,
        _ isRequired: Bool
    ) -> ((Int) -> JSONValue)? {
        if column.name == audit.table.dateColumn { return { _ in .string(date.description) } }
        var least: Double?
        for monitor in audit.monitors {
            switch monitor.condition {
            case .text(column.name, let text): return { _ in .string(text) }
            case .atLeast(column.name, let bound): least = max(least ?? bound, bound)
            case .isTrue(column.name): return { _ in .bool(true) }
            default: continue
            }
        }
        if let least, monitors.isEmpty {
            return { _ in column.type == .integer ? .int(Int64(least) + 1) : .double(least + 1) }
        }
        if column.type == .json {
            guard !monitors.isEmpty else { return isRequired ? { _ in .object([:]) } : nil }
            return { row in
                .array(
                    (0..<FeatureList.count).map { index in
                        .double(spread(monitors.filter { $0.element == index }, row, isWhole: false))
                    }
                )
            }
        }
        if !monitors.isEmpty {
            switch column.type {
            case .boolean: return { row in .bool(row % 2 == 0) }
            case .integer: return { row in .int(Int64(spread(monitors, row, isWhole: true).rounded())) }
            default: return { row in .double(spread(monitors, row, isWhole: false)) }
            }
        }
        guard isRequired || audit.table.key.contains(column.name) || column.name == audit.counted else { return nil }
        switch column.type {
        case .text:
            for rule in audit.table.rules where rule.columns == [column.name] {
                if case .member(let values) = rule.check { return { _ in .string(values.min() ?? "") } }
            }
            return { row in .string("\(column.name)\(row)") }
        case .integer: return { row in .int(Int64(row + 1)) }
        case .double: return { _ in .double(1) }
        case .boolean: return { row in .bool(row % 2 == 0) }
        case .date: return { _ in .string(date.adding(days: -1).description) }
        case .instant: return { _ in .string("2024-01-15T17:00:00Z") }
        case .json: return { _ in .object([:]) }
        }
    }

    /// Forty values in equal steps around the middle of what is expected, so that the mean is the middle.
    private static func spread(_ monitors: [ColumnMonitor], _ row: Int, isWhole: Bool) -> Double {
        var middle = 10.0
        var width = 0.5
        for monitor in monitors {
            switch monitor.kind {
            case .mean(let bounds): middle = (bounds.lowerBound + bounds.upperBound) / 2
            // Of a uniform spread the deviation is 0.29 of the width.
            case .deviation(let least): width = max(width, 5 * least)
            case .distinct(let least) where isWhole: width = max(width, 2 * Double(least))
            case .distinct, .nullShare: continue
            }
        }
        return middle + width * (Double(row % 40) - 19.5) / 40
    }

    @Test("An audit is recorded, an incident has one alert, and it ends when the column is right again")
    func anIncidentFromItsFirstDateToItsEnd() async throws {
        let audit = try #require(TableAudit.all.first { $0.table.name == PlayerGameSummary.table.name })
        try await RoleBench.with { bench in
            let date = try Self.day()
            try await Self.fill(audit, date, bench.pool)
            try await Self.close(date, phase: 3, bench.pool)
            try await bench.asRole("publishing") { pool in
                let quality = QualityAudit(pool: pool, role: "publishing", audits: [audit])
                let due = QualityAudit.Due(date: date, phase: .analytics)
                #expect(try await quality.due() == [due])
                #expect(try await quality.pass().isEmpty)
                #expect(try await quality.due() == [])
                #expect(try await Self.checks(bench.pool) == ["passed 240 -, 0 fired"])

                // Sixteen players a game of the schedule's twenty are missing some, and nobody's usage is there.
                try await bench.pool.execute(Self.schedule(games: 20, date))
                try await bench.pool.execute("UPDATE nba_analytics.player_game_summary SET usage_rate = NULL")
                try await Self.close(date, phase: 3, bench.pool)
                #expect(try await quality.due() == [due])
                let fired = try await quality.pass().flatMap(\.report.fired).map { "\($0.column) \($0.monitor)" }
                #expect(fired == ["* rows", "usage_rate null_share"])
                #expect(try await Self.checks(bench.pool) == ["fired 240 320, 2 fired"])
                _ = try await quality.check(due)
                let open = [
                    "quality:nba_analytics.player_game_summary:*:rows open 2",
                    "quality:nba_analytics.player_game_summary:usage_rate:null_share open 2",
                ]
                #expect(try await Self.alerts(bench.pool) == open)

                try await bench.pool.execute(
                    "UPDATE nba_analytics.player_game_summary SET usage_rate = 20 + length(player_lookup) % 3 * 4"
                )
                try await bench.pool.execute("DELETE FROM nba_raw.nbac_schedule WHERE nba_game_id > '0022300013'")
                _ = try await quality.check(due)
                let ended = open.map { $0.replacing("open", with: "resolved") }
                #expect(try await Self.alerts(bench.pool) == ended)
                let held = try await bench.pool.query(
                    "SELECT count(*) AS n FROM nba_orchestration.column_check WHERE resolved_at IS NULL"
                )
                #expect(try held.scalar(as: Int.self) == 0)
            }
        }
    }

    @Test("A date without games and rows is empty, and too few rows give no all-clear")
    func unknownIsNotPassed() async throws {
        let audit = try #require(TableAudit.all.first { $0.table.name == PlayerGameSummary.table.name })
        try await RoleBench.with { bench in
            let date = try Self.day()
            let quality = QualityAudit(pool: bench.pool, role: "publishing", audits: [audit])
            let due = QualityAudit.Due(date: date, phase: .analytics)
            _ = try await quality.check(due)
            #expect(try await Self.checks(bench.pool) == ["empty 0 -, 0 fired"])
            try await Self.fill(audit, date, bench.pool)
            try await bench.pool.execute("UPDATE nba_analytics.player_game_summary SET points = NULL")
            _ = try await quality.check(due)
            try await bench.pool.execute(Self.leavingOne(audit))
            _ = try await quality.check(due)
            let open = try await bench.pool.query(
                "SELECT column_name FROM nba_orchestration.column_check WHERE resolved_at IS NULL"
            ).column("column_name", as: String.self)
            #expect(open == ["points"])
        }
    }

    @Test("A team's first game of the season has no contexts to expect; with a game before, their absence is told")
    func contextsOfAnOpeningNight() async throws {
        let audit = try #require(TableAudit.all.first { $0.table.name == UpcomingPlayerGameContext.table.name })
        try await RoleBench.with { bench in
            let date = try Self.day()
            try await bench.pool.execute(Self.schedule(games: 2, date))
            #expect(try await Self.measure(audit, date, bench.pool).fired == [])
            let before: SQL = "UPDATE nba_raw.nbac_schedule SET game_date = game_date - 1 WHERE game_id = 'g1'"
            let later = try await Self.measure(audit, date, bench.pool, after: before)
            #expect(later.fired.map(\.monitor) == [TableAudit.rowsMonitor])
        }
    }

    private static func close(_ date: GameDate, phase: Int16, _ pool: PostgresPool) async throws {
        let runID = UUID()
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run (run_id, kind, game_date, lane, first_phase, until_phase, correlation_id,
                plan_key, opened_by)
            VALUES (\(runID), 'full', \(date.postgres), 'live', 1, 6, 'c', \("test:\(runID)"), 'test')
            """
        )
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.run_phase (run_id, phase, state, deadline_at, closed_at)
            VALUES (\(runID), \(phase), 'complete', now(), clock_timestamp())
            """
        )
    }

    private static func schedule(games: Int, _ date: GameDate) -> SQL {
        """
        INSERT INTO nba_raw.nbac_schedule (game_id, nba_game_id, season_year, season_type, game_date, game_status,
            is_postponed, home_team_tricode, away_team_tricode)
        SELECT 'g' || i, '00223000' || lpad(i::text, 2, '0'), 2023, 'regular', \(date.postgres), 3, false, 'PHI', 'HOU'
        FROM generate_series(1, \(Int32(games))) AS i
        """
    }

    private static func checks(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query(
            """
            SELECT verdict || ' ' || row_count || ' ' || COALESCE(NULLIF(expected_rows, 0)::text, '-') || ', ' || fired
                   || ' fired' AS text
            FROM nba_orchestration.quality_check ORDER BY table_name
            """
        ).column("text", as: String.self)
    }

    private static func alerts(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query(
            """
            SELECT signature || CASE WHEN resolved_at IS NULL THEN ' open ' ELSE ' resolved ' END || occurrences AS text
            FROM nba_orchestration.alert ORDER BY signature
            """
        ).column("text", as: String.self)
    }
}
