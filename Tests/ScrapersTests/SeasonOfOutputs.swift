import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing

@testable import Scrapers

/// A few dates of a season with their expected outputs, as the planner's process keeps them.
struct SeasonOfOutputs: Sendable {
    let harness: TaskHarness
    let pool: PostgresPool
    let outputs: ExpectedOutputs
    let detector: GapDetector

    init(_ harness: TaskHarness) throws {
        self.harness = harness
        // What the service may do, it does with its own role.
        pool = try #require(harness.servicePools[.scrapers])
        outputs = ExpectedOutputs(
            pool: pool,
            registry: harness.registry,
            deadline: .standard,
            logger: harness.logger
        )
        detector = GapDetector(
            pool: pool,
            opener: RunOpener(registry: harness.registry, role: "scrapers"),
            logger: harness.logger
        )
    }

    static func with(_ body: @Sendable (SeasonOfOutputs) async throws -> Void) async throws {
        try await TaskHarness.with { try await body(SeasonOfOutputs($0)) }
    }

    /// Adds a game at eight in the evening, Eastern.
    func game(
        _ gameID: String,
        _ nbaGameID: String,
        status: Int = 3,
        isPostponed: Bool = false
    ) async throws {
        let id = try GameID(gameID)
        let tip = LeagueClock.instant(id.date, hour: 20, minute: 0)
        try await harness.pool.execute(
            """
            INSERT INTO nba_raw.nbac_schedule
                (game_id, nba_game_id, season_year, season_type, game_date, game_status, is_postponed, home_team_tricode,
                 away_team_tricode, tipoff_at)
            VALUES (\(gameID), \(nbaGameID), \(Int64(Season(containing: id.date).startYear)), 'regular',
                    \(id.date.postgres), \(Int64(status)), \(isPostponed), \(id.home.tricode), \(id.away.tricode), \(tip))
            """
        )
    }

    /// Adds rows to any table: what is not named is filled with anything that the column takes.
    func rows(_ table: String, _ rows: [[String: JSONValue]]) async throws {
        let name = table.split(separator: ".").map(String.init)
        let given = JSONValue.array(rows.map { .dictionary($0) })
        try await harness.pool.execute(
            """
            INSERT INTO \(identifier: name[0]).\(identifier: name[1])
            SELECT (jsonb_populate_record(NULL::\(identifier: name[0]).\(identifier: name[1]), d.defaults || r.given)).*
            FROM jsonb_array_elements(\(PostgresJSON(given.encodedText))) AS r(given), (
                SELECT jsonb_object_agg(column_name, CASE data_type WHEN 'text' THEN to_jsonb('x'::text)
                           WHEN 'boolean' THEN 'false'::jsonb WHEN 'date' THEN '"2024-01-15"'::jsonb
                           WHEN 'ARRAY' THEN '[]'::jsonb WHEN 'uuid' THEN to_jsonb(gen_random_uuid())
                           WHEN 'jsonb' THEN '{}'::jsonb
                           WHEN 'timestamp with time zone' THEN to_jsonb(now()) ELSE '0'::jsonb END) AS defaults
                FROM information_schema.columns
                WHERE table_schema = \(name[0]) AND table_name = \(name[1]) AND is_nullable = 'NO') AS d
            """
        )
    }

    /// Both teams' totals of a game.
    func teamBoxes(_ gameID: String, _ nbaGameID: String, of teams: [String]? = nil) async throws {
        let id = try GameID(gameID)
        try await rows(
            "nba_raw.nbac_team_boxscore",
            (teams ?? [id.home.tricode, id.away.tricode]).map { team in
                [
                    "game_id": .string(gameID), "nba_game_id": .string(nbaGameID),
                    "game_date": .string(id.date.description), "team_abbr": .string(team),
                ]
            }
        )
    }

    /// The predictions of some players of each team.
    func predictions(_ gameID: String, ofEach players: Int) async throws {
        let id = try GameID(gameID)
        try await rows(
            "nba_predictions.player_prop_predictions",
            [id.home.tricode, id.away.tricode].flatMap { team in
                (0..<players).map { number in
                    [
                        "game_id": .string(gameID), "game_date": .string(id.date.description),
                        "team_abbr": .string(team), "player_lookup": .string("\(team.lowercased())\(number)"),
                        "system_id": "moving_average", "recommendation": "NO_LINE",
                    ]
                }
            }
        )
    }

    /// Plans and looks at everything there is.
    func settle(_ now: Date) async throws {
        while try await outputs.step(now: now, patience: 0) {}
    }

    struct Output: Sendable, Hashable {
        var state: String
        var isOverdue: Bool
        var rowsFound: Int?
        var shortTeams: [String]
        var attempts: Int
        var excused: String?
    }

    /// An output as it stands; nil when none is expected.
    func output(_ date: String, _ processor: String, _ game: String = "*", phase: Int = 2, at now: Date) async throws
        -> Output?
    {
        let day = try GameDate(date).postgres
        let rows = try await pool.query(
            """
            SELECT state, is_overdue, rows_found, short_teams, attempts, excused
            FROM nba_orchestration.output_grid(\(day), \(day), \(now))
            WHERE processor = \(processor) AND game_id = \(game) AND phase = \(Int16(phase))
            """
        )
        return try rows.first.map { row in
            Output(
                state: try row.decode("state"),
                isOverdue: try row.decode("is_overdue"),
                rowsFound: try row.decode("rows_found", as: Int32?.self).map(Int.init),
                shortTeams: try row.decode("short_teams"),
                attempts: Int(try row.decode("attempts", as: Int16.self)),
                excused: try row.decode("excused")
            )
        }
    }

    func state(_ date: String, _ processor: String, _ game: String = "*", phase: Int = 2, at now: Date) async throws
        -> String?
    {
        try await output(date, processor, game, phase: phase, at: now)?.state
    }

    /// Says that the planner worked on a date.
    func planned(_ date: String) async throws {
        try await harness.pool.execute(
            """
            INSERT INTO nba_orchestration.planner_decision
                (window_key, game_date, day_state, verdict, reason, due_at, decided_at)
            VALUES (\("test:\(date)"), \(try GameDate(date).postgres), 'game_day', 'run', 'test', now(), now())
            """
        )
    }

    /// Ends a task of a processor; the moment is the services' clock's.
    func task(
        _ date: String,
        _ processor: String,
        _ state: String,
        phase: Int,
        unit: String = "*",
        isExpectedEmpty: Bool = false,
        error: String? = nil,
        at moment: Date,
        now: Date
    ) async throws {
        let run = try await harness.open(.manual, try GameDate(date), only: [])
        try await harness.pool.execute(
            """
            INSERT INTO nba_orchestration.task (run_id, processor, unit, game_date, phase, requirement, state,
                expected_empty, error_message, finished_at)
            VALUES (\(run.runID), \(processor), \(unit), \(try GameDate(date).postgres), \(Int16(phase)), 'optional',
                    \(state), \(isExpectedEmpty), \(error),
                    now() + \(moment.timeIntervalSince(now)) * interval '1 second')
            """
        )
        try await harness.pool.execute(
            "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE run_id = \(run.runID)"
        )
    }
}
