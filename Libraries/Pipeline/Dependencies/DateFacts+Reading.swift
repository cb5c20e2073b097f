import Basketball
import Foundation
import Postgres

extension SnapshotReader {
    /// Reads the facts by which a processor's dependencies and rows are judged, in one statement.
    ///
    /// - Parameter agesMatter: false for a day that is over: nobody asks how old what is said about it is.
    func facts(_ definition: ProcessorDefinition, _ registry: Registry, agesMatter: Bool) async throws -> DateFacts {
        let parts = FactStatements(definition, registry, gameDate, agesMatter: agesMatter).parts
        let rows = try await query(
            """
            WITH slate AS MATERIALIZED (
                SELECT home_team_tricode, away_team_tricode, game_status = 3 AS is_final, is_postponed, season_year
                FROM nba_raw.nbac_schedule
                WHERE game_date = \(gameDate.postgres) AND removed_at IS NULL
                    AND season_type IN ('regular', 'playoffs', 'play_in')
            )
            \(sql: parts.joined(separator: " UNION ALL "))
            """
        )
        var facts = DateFacts()
        for row in rows { try facts.add(row) }
        return facts
    }
}

/// The statement behind ``DateFacts``, a part a kind of fact.
private struct FactStatements {
    var parts: [SQL] = []

    init(_ definition: ProcessorDefinition, _ registry: Registry, _ date: GameDate, agesMatter: Bool) {
        let day = date.postgres
        let first = date.adding(days: -ExpectedRows.historyDays).postgres
        let dependencies = definition.dependencies
        let expected = dependencies.map(\.dependency.expected) + (definition.minimumRows.map { [$0.expected] } ?? [])
        parts.append(
            """
            SELECT 'game' AS kind, home_team_tricode AS name, away_team_tricode AS unit, 0::int8 AS row_count,
                   0::int8 AS other_count, NULL::timestamptz AS at, NULL::float8 AS age, is_final AS flag,
                   is_postponed AS other_flag
            FROM slate
            """
        )
        if expected.contains(where: { $0.measure == .season }) {
            parts.append(
                """
                SELECT 'season', '', '', count(*), 0, NULL, NULL, false, false FROM (
                    SELECT 1 FROM nba_raw.nbac_schedule
                    WHERE season_year = \(Season(containing: date).startYear) AND removed_at IS NULL LIMIT 1) AS s
                """
            )
        }
        if expected.contains(where: { [.seasonedTeams, .history].contains($0.measure) }) {
            parts.append(
                """
                SELECT 'past', t.team, '', count(*), 0, NULL, NULL, false, false FROM nba_raw.nbac_schedule AS g
                CROSS JOIN LATERAL (VALUES (g.home_team_tricode), (g.away_team_tricode)) AS t (team)
                WHERE g.game_date >= \(first) AND g.game_date < \(day) AND g.game_status = 3 AND g.removed_at IS NULL
                    AND g.season_year = (SELECT min(season_year) FROM slate)
                    AND g.season_type IN ('regular', 'playoffs', 'play_in')
                GROUP BY t.team
                """
            )
        }
        if expected.contains(where: { if case .players = $0.measure { true } else { false } }) {
            parts.append(
                """
                SELECT 'players', team_abbr, '', count(*), count(*) FILTER (WHERE history_games > 0), NULL, NULL,
                       false, false
                FROM nba_analytics.upcoming_player_game_context
                WHERE game_date = \(day) AND removed_at IS NULL GROUP BY team_abbr
                """
            )
        }
        for (table, dependency) in dependencies { parts.append(Self.found(table, dependency.expected, day, first)) }
        let names = Set(dependencies.flatMap { registry.writers(of: $0.table).map(\.name) }).sorted()
        guard !names.isEmpty else { return }
        parts.append(
            """
            SELECT 'writer', t.processor, '', 0, 0, max(t.finished_at) FILTER (WHERE t.state IN \(sql: Self.good)),
                   extract(epoch FROM now() - max(t.finished_at) FILTER (WHERE t.state IN \(sql: Self.good)))::float8,
                   bool_or(NOT t.is_terminal AND r.state = 'open'), false
            FROM nba_orchestration.task AS t JOIN nba_orchestration.run AS r USING (run_id)
            WHERE t.game_date = \(day) AND t.processor = ANY(\(names)) AND t.phase > 1 GROUP BY t.processor
            """
        )
        let derived = Set(
            dependencies.flatMap { registry.writers(of: $0.table).filter { $0.phase > .raw }.map(\.name) }
        ).sorted()
        guard agesMatter, !derived.isEmpty else { return }
        // What a processor has looked at and could not finish does not wait for it any more.
        parts.append(
            """
            SELECT 'waiting', m.processor, '', count(*), 0, NULL,
                   extract(epoch FROM now() - min(m.marked_at))::float8, false, false
            FROM nba_orchestration.change_marker AS m
            LEFT JOIN (SELECT processor, max(claimed_at) AS looked_at FROM nba_orchestration.task
                       WHERE game_date = \(day) AND processor = ANY(\(derived)) AND state IN \(sql: Self.good)
                       GROUP BY processor) AS t USING (processor)
            WHERE m.game_date = \(day) AND m.processor = ANY(\(derived))
                AND (t.looked_at IS NULL OR m.marked_at > t.looked_at)
            GROUP BY m.processor
            """
        )
    }

    private static let good: SQL = "('success', 'partial', 'no_data')"

    private static func found(
        _ table: String,
        _ expected: ExpectedRows,
        _ day: PostgresDate,
        _ first: PostgresDate
    ) -> SQL {
        let name = table.split(separator: ".").map(String.init)
        let unit: SQL = expected.column.map { "COALESCE(\(identifier: $0), '')" } ?? "\(DateFacts.all)"
        let dates: SQL =
            expected.measure == .history
            ? "\(identifier: expected.dateColumn) >= \(first) AND \(identifier: expected.dateColumn) < \(day)"
            : "\(identifier: expected.dateColumn) = \(day)"
        let filter: SQL = expected.filter.map { " AND \(identifier: $0.column) = \($0.value)" } ?? ""
        return """
            SELECT 'found', \(table), \(sql: unit), count(*), 0, max(updated_at), NULL, false, false
            FROM \(identifier: name[0]).\(identifier: name[1])
            WHERE \(sql: dates) AND removed_at IS NULL\(sql: filter) GROUP BY 3
            """
    }
}

extension DateFacts {
    fileprivate mutating func add(_ row: PostgresRow) throws {
        let kind: String = try row.decode("kind")
        let name: String = try row.decode("name")
        let unit: String = try row.decode("unit")
        let count: Int = try row.decode("row_count")
        let age = try row.decode("age", as: Double?.self).map { Duration.seconds($0) }
        switch kind {
        case "game":
            games.append(
                Game(
                    home: name,
                    away: unit,
                    isFinal: try row.decode("flag"),
                    isPostponed: try row.decode("other_flag")
                )
            )
        case "season": hasSeason = count > 0
        case "past": pastGames[name] = count
        case "players":
            players[name] = count
            seasonedPlayers[name] = try row.decode("other_count")
        case "found":
            let changed: Date? = try row.decode("at")
            var table = found[name] ?? Found()
            table.rows[unit] = count
            table.changedAt = [table.changedAt, changed].compactMap { $0 }.max()
            found[name] = table
        case "writer":
            writers[name] = Writer(lastGood: try row.decode("at"), age: age, isComing: try row.decode("flag"))
        case "waiting": waiting[name] = age
        default: throw UnknownStoredValue(column: "kind", value: kind)
        }
    }
}
