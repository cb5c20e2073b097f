import Basketball
import Foundation
import Logging
import Pipeline
import Postgres

/// Keeps `expected_output`: writes the season's outputs ahead from plan and schedule, and brings up to date what is there
/// of them. Whoever holds the planner's lease owns both; a step is bounded, so that planning never waits for a season.
struct ExpectedOutputs: Sendable {
    let pool: PostgresPool
    let registry: Registry
    let deadline: PredictionDeadline
    let logger: Logger
    let rules: OutputRules
    private let rulesHash: String

    /// Days ahead.
    static let horizon = 14
    /// Dates of one step.
    static let datesPerStep = 14
    /// How often a date is looked at while something of it may come, in seconds.
    static let patience = 60.0
    /// Days around today that are looked at whether or not a run tells of them.
    static let liveDays = -2...1

    init(pool: PostgresPool, registry: Registry, deadline: PredictionDeadline, logger: Logger) {
        self.pool = pool
        self.registry = registry
        self.deadline = deadline
        self.logger = logger
        rules = OutputRules(registry)
        // Times and numbers of the plan are part of the rules.
        let numbers = "\(OutputPlan.allowances.sorted { $0.key < $1.key }) \(OutputPlan.longAfterGames) \(deadline)"
        rulesHash = SHA256.hash("\(rules.all) \(numbers)").hex
    }

    /// Plans and looks at some dates.
    ///
    /// - Parameter patience: seconds after which a date that is in motion is looked at again.
    /// - Returns: whether more dates wait.
    func step(now: Date, patience: Double = Self.patience) async throws -> Bool {
        let planned = try await plan(now: now)
        let observed = try await observe(now: now, patience: patience)
        return planned || observed
    }

    // MARK: - Planning

    private struct Day {
        var date: GameDate
        var state: PlannerRules.DayState
        var games: [OutputPlan.Game] = []
    }

    /// Writes the outputs of the dates whose games or rules have changed since they were planned.
    func plan(now: Date) async throws -> Bool {
        let today = LeagueClock.gameDate(of: now)
        let known = try await read(today)
        let plan = OutputPlan(rules: rules, deadline: deadline, firstPlanned: known.firstPlanned)
        let season = Season(containing: today)
        let changed = known.days.filter { known.fingerprints[$0.date] != fingerprint($0, plan) }
        for day in changed.prefix(Self.datesPerStep) {
            let outputs = plan.outputs(of: day.date, games: day.games, state: day.state)
            try await write(outputs, of: day, season: season, fingerprint: fingerprint(day, plan))
        }
        if !changed.isEmpty {
            logger.info(
                "outputs planned",
                metadata: [
                    "dates": "\(min(changed.count, Self.datesPerStep))",
                    "left": "\(max(changed.count - Self.datesPerStep, 0))",
                ]
            )
        }
        return changed.count > Self.datesPerStep
    }

    private func fingerprint(_ day: Day, _ plan: OutputPlan) -> String {
        let isBefore = plan.firstPlanned.map { day.date < $0 } ?? false
        let games = day.games.map { game in
            let tip = game.tipoff.map { String($0.timeIntervalSince1970) } ?? "-"
            return "\(game.nbaID) \(game.id) \(tip) \(game.isPostponed) \(game.hasHistory)"
        }
        let text = "\(rulesHash) \(day.state.rawValue) \(isBefore) \(games.joined(separator: ";"))"
        return SHA256.hash(text).hex
    }

    private struct Known {
        var days: [Day] = []
        var fingerprints: [GameDate: String] = [:]
        var firstPlanned: GameDate?
    }

    private func read(_ today: GameDate) async throws -> Known {
        let season = Season(containing: today)
        let until = today.adding(days: Self.horizon)
        let results = try await pool.withConnection { connection in
            try await connection.execute(batch: [
                """
                SELECT game_id, nba_game_id, game_date, tipoff_at, is_postponed, season_type, home_team_tricode,
                       away_team_tricode
                FROM nba_raw.nbac_schedule
                WHERE season_year = \(Int64(season.startYear)) AND removed_at IS NULL
                    AND season_type NOT IN ('preseason', 'all_star') AND game_date <= \(until.postgres)
                ORDER BY game_date, nba_game_id
                """,
                """
                SELECT DISTINCT game_date FROM nba_raw.nbac_schedule
                WHERE removed_at IS NULL AND NOT is_postponed AND season_type NOT IN ('preseason', 'all_star')
                ORDER BY game_date
                """,
                "SELECT game_date, fingerprint FROM nba_orchestration.planned_day",
                "SELECT min(game_date) AS first_planned FROM nba_orchestration.planner_decision WHERE verdict = 'run'",
            ])
        }
        var known = Known()
        for row in results[2] { known.fingerprints[try row.gameDate("game_date")] = try row.decode("fingerprint") }
        known.firstPlanned = try results[3].first?.optionalGameDate("first_planned")
        var games: [GameDate: [OutputPlan.Game]] = [:]
        var appeared: [String: GameDate] = [:]
        for row in results[0] {
            let date = try row.gameDate("game_date")
            let isPostponed: Bool = try row.decode("is_postponed")
            let nbaID = try NBAGameID(try row.decode("nba_game_id", as: String.self))
            let teams = [
                try row.decode("home_team_tricode", as: String.self),
                try row.decode("away_team_tricode", as: String.self),
            ]
            games[date, default: []].append(
                OutputPlan.Game(
                    id: try GameID(try row.decode("game_id", as: String.self)),
                    nbaID: nbaID,
                    tipoff: try row.decode("tipoff_at"),
                    isPostponed: isPostponed,
                    hasHistory: teams.allSatisfy { team in appeared[team].map { $0 < date } ?? false }
                )
            )
            guard !isPostponed, nbaID.seasonType != .cupFinal else { continue }
            for team in teams where appeared[team] == nil { appeared[team] = date }
        }
        let gameDates = try results[1].map { try $0.gameDate("game_date") }
        let first = games.keys.min().map { min($0, today) } ?? today
        // The last date before and the first date from each day on, found by going along with it.
        var next = gameDates.startIndex
        for offset in 0...(until - first) {
            let date = first.adding(days: offset)
            while next < gameDates.endIndex, gameDates[next] < date { next += 1 }
            let state = PlannerRules.state(
                of: date,
                last: next > gameDates.startIndex ? gameDates[next - 1] : nil,
                next: next < gameDates.endIndex ? gameDates[next] : nil
            )
            known.days.append(Day(date: date, state: state, games: games[date] ?? []))
        }
        // What is near is wanted first.
        known.days.sort { abs($0.date - today) < abs($1.date - today) }
        return known
    }

    private func write(
        _ outputs: [OutputPlan.Output],
        of day: Day,
        season: Season,
        fingerprint: String
    ) async throws {
        let rows = PostgresJSON(
            JSONValue.array(outputs.map { $0.json(day.date, season: season.startYear) }).encodedText
        )
        let date = day.date.postgres
        try await pool.transaction { transaction in
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.expected_output AS e
                    (game_date, phase, processor, game_id, season_year, level, requirement, begins_at, due_at, rows_min,
                     rows_max, excused, is_repairable)
                SELECT game_date, phase, processor, game_id, season_year, level, requirement, begins_at, due_at, rows_min,
                       rows_max, excused, is_repairable
                FROM jsonb_populate_recordset(NULL::nba_orchestration.expected_output, \(rows))
                ON CONFLICT (game_date, phase, processor, game_id) DO UPDATE SET
                    level = excluded.level, requirement = excluded.requirement, begins_at = excluded.begins_at,
                    due_at = excluded.due_at, rows_min = excluded.rows_min, rows_max = excluded.rows_max,
                    excused = excluded.excused, is_repairable = excluded.is_repairable, planned_at = now()
                WHERE (e.level, e.requirement, e.begins_at, e.due_at, e.rows_min, e.rows_max, e.excused, e.is_repairable)
                    IS DISTINCT FROM (excluded.level, excluded.requirement, excluded.begins_at, excluded.due_at,
                                      excluded.rows_min, excluded.rows_max, excluded.excused, excluded.is_repairable)
                """
            )
            // A row stays when its game leaves the date; nothing is expected of it any more.
            try await transaction.execute(
                """
                UPDATE nba_orchestration.expected_output AS e
                SET excused = \(OutputPlan.notOnSchedule), planned_at = now()
                WHERE e.game_date = \(date) AND e.excused IS NULL AND NOT EXISTS (
                    SELECT 1 FROM jsonb_populate_recordset(NULL::nba_orchestration.expected_output, \(rows)) AS p
                    WHERE p.phase = e.phase AND p.processor = e.processor AND p.game_id = e.game_id)
                """
            )
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.planned_day AS d (game_date, season_year, day_state, games, fingerprint)
                VALUES (\(date), \(Int64(season.startYear)), \(day.state.rawValue),
                        \(Int16(day.games.filter { !$0.isPostponed }.count)), \(fingerprint))
                ON CONFLICT (game_date) DO UPDATE SET season_year = excluded.season_year,
                    day_state = excluded.day_state, games = excluded.games, fingerprint = excluded.fingerprint,
                    planned_at = now(), observed_at = NULL
                """
            )
        }
    }
}
