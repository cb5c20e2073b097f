import Basketball
import Foundation
import Logging
import Pipeline
import Postgres

/// Asks again for what is overdue, a few dates at a time, and gives up after three attempts. It alone counts them.
///
/// It repairs what the plan has missed: dates that the planner has worked on and whose windows are over, and outputs that can
/// be had after their date. What lies further back is a backfill, which a person asks for; it stays overdue all the
/// same. Its runs are of the backfill lane, so that live work goes first and sources keep a part of their day for tonight.
struct GapDetector: Sendable {
    let pool: PostgresPool
    let opener: RunOpener
    let logger: Logger

    /// How often it looks, in seconds.
    static let interval: TimeInterval = 300
    /// The most requests of one look.
    static let requestsPerPass = 50
    /// The most of its runs that are open at the same time.
    static let window = 4
    /// How often an output is asked for before somebody is told.
    static let attemptLimit = 3
    /// After an attempt, in seconds; twice as long after each further one.
    static let coolDown: TimeInterval = 2 * 3600

    static func signature(_ date: GameDate) -> String { "gap:\(date)" }

    /// One look: gives up what was asked for in vain, then asks.
    ///
    /// - Parameter spentScrapers: those whose site has used the part of its day that is open to repairs.
    /// - Returns: the messages to be sent.
    func pass(now: Date, spentScrapers: Set<String>) async throws -> [OutboxMessage] {
        try await giveUp(now: now)
        let open: Int = try await pool.query(
            """
            SELECT count(*) FROM nba_orchestration.gap_request AS q JOIN nba_orchestration.run AS r USING (run_id)
            WHERE r.state = 'open'
            """
        ).scalar()
        let room = min(Self.requestsPerPass, Self.window - open)
        guard room > 0 else { return [] }
        var messages: [OutboxMessage] = []
        for request in try await requests(now: now, spentScrapers: spentScrapers).prefix(room) {
            messages += try await ask(request, now: now)
        }
        return messages
    }

    // MARK: - Asking

    /// The requests that are due, the longest overdue date first, one a date: later phases of a date are asked for once its
    /// earlier ones are there.
    func requests(now: Date, spentScrapers: Set<String>) async throws -> [GapRequest] {
        let rows = try await pool.query(
            """
            WITH span AS (SELECT min(game_date) AS first FROM nba_orchestration.planner_decision WHERE verdict = 'run')
            SELECT g.game_date, g.phase, g.processor, s.nba_game_id
            FROM span CROSS JOIN LATERAL nba_orchestration.output_grid(
                span.first, \(LeagueClock.gameDate(of: now).postgres), \(now)) AS g
            LEFT JOIN nba_raw.nbac_schedule AS s
                ON s.game_date = g.game_date AND s.game_id = g.game_id AND s.removed_at IS NULL
            WHERE g.is_overdue AND g.is_repairable AND NOT g.is_running AND g.attempts < \(Int16(Self.attemptLimit))
                AND (g.next_ask_at IS NULL OR g.next_ask_at <= \(now))
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS r
                                WHERE r.game_date = g.game_date AND r.state = 'open')
                AND NOT EXISTS (SELECT 1 FROM nba_orchestration.backfill_date AS d
                                JOIN nba_orchestration.backfill_job AS j USING (job_id)
                                WHERE d.game_date = g.game_date AND d.state IN ('waiting', 'open')
                                    AND j.state = 'running')
            ORDER BY g.game_date, g.phase, g.level, g.processor, g.game_id
            """
        )
        var requests: [GapRequest] = []
        for row in rows {
            let date = try row.gameDate("game_date")
            guard now >= PlannerRules.windowsEnd(of: date) else { continue }
            let phase = try row.phase("phase")
            let missing = GapRequest.Missing(
                phase: phase,
                processor: try row.decode("processor"),
                nbaGameID: try row.decode("nba_game_id", as: String?.self)
            )
            if requests.last?.date != date { requests.append(GapRequest(date: date, firstPhase: phase)) }
            guard requests[requests.count - 1].takes(phase) else { continue }
            requests[requests.count - 1].missing.append(missing)
        }
        return requests.compactMap { $0.without(spentScrapers, opener.registry) }
    }

    /// Opens the run of a request and counts the attempt, or does nothing when another detector was first.
    func ask(_ request: GapRequest, now: Date) async throws -> [OutboxMessage] {
        let opener = opener
        let date = request.date.postgres
        let result = try await pool.transaction { transaction -> RunOpener.Result? in
            // Whoever comes second waits here for the first, and then finds the attempts counted.
            try await transaction.execute(
                "SELECT 1 FROM nba_orchestration.planned_day WHERE game_date = \(date) FOR UPDATE"
            )
            let missing = request.missing
            let games = missing.map { $0.nbaGameID ?? UnitKind.wholeDate }
            let counted = try await transaction.execute(
                """
                UPDATE nba_orchestration.expected_output AS e SET attempts = e.attempts + 1, asked_at = \(now),
                    next_ask_at = \(now) + \(Self.coolDown) * power(2, e.attempts) * interval '1 second'
                FROM unnest(\(missing.map { Int16($0.phase.rawValue) })::int2[], \(missing.map(\.processor))::text[],
                            \(games)::text[]) AS m (phase, processor, nba_game_id)
                LEFT JOIN nba_raw.nbac_schedule AS s ON s.nba_game_id = m.nba_game_id
                WHERE e.game_date = \(date) AND e.phase = m.phase AND e.processor = m.processor
                    AND e.game_id = COALESCE(s.game_id, '*') AND e.attempts < \(Int16(Self.attemptLimit))
                    AND e.accepted_at IS NULL AND (e.next_ask_at IS NULL OR e.next_ask_at <= \(now))
                """
            )
            guard counted > 0 else { return nil }
            let number: Int = try await transaction.query(
                """
                SELECT COALESCE(max(request_no), 0)::bigint + 1 FROM nba_orchestration.gap_request
                WHERE game_date = \(date) AND first_phase = \(Int16(request.firstPhase.rawValue))
                """
            ).scalar()
            let opened = try await request.open(number, by: opener, now: now, in: transaction)
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.gap_request
                    (game_date, first_phase, request_no, run_id, processors, outputs, asked_at)
                VALUES (\(date), \(Int16(request.firstPhase.rawValue)), \(Int32(number)), \(opened.run.runID),
                        \(request.processors), \(Int32(counted)), \(now))
                """
            )
            return opened
        }
        guard let result else { return [] }
        logger.notice(
            "asked for what is missing",
            metadata: [
                "game_date": "\(request.date)", "phase": "\(request.firstPhase.rawValue)",
                "processors": "\(request.processors.joined(separator: ","))", "outputs": "\(request.missing.count)",
                "run_id": "\(result.run.runID.uuidString.lowercased())",
            ]
        )
        return result.messages
    }

    // MARK: - Giving up

    /// Marks what three attempts have not brought and tells it, one alert a date; resolves those of dates that are whole.
    private func giveUp(now: Date) async throws {
        let told = try await pool.transaction { transaction -> [String] in
            let rows = try await transaction.query(
                """
                UPDATE nba_orchestration.expected_output AS e SET gave_up_at = \(now)
                FROM nba_orchestration.planned_day AS d
                WHERE d.game_date = e.game_date AND e.attempts >= \(Int16(Self.attemptLimit)) AND e.gave_up_at IS NULL
                    AND e.next_ask_at <= \(now) AND d.observed_at IS NOT NULL AND EXISTS (
                        SELECT 1 FROM nba_orchestration.output_grid(e.game_date, e.game_date, \(now)) AS g
                        WHERE g.phase = e.phase AND g.processor = e.processor AND g.game_id = e.game_id AND g.is_overdue)
                RETURNING e.game_date, e.processor, e.requirement
                """
            )
            var lost: [GameDate: Set<String>] = [:]
            var needed: Set<GameDate> = []
            for row in rows {
                let date = try row.gameDate("game_date")
                lost[date, default: []].insert(try row.decode("processor"))
                if try row.enumeration("requirement", as: Requirement.self) != .optional { needed.insert(date) }
            }
            var titles: [String] = []
            for (date, processors) in lost.sorted(by: { $0.key < $1.key }) {
                let names = processors.sorted()
                let title =
                    "\(date) lacks \(names.joined(separator: ", ")) after \(Self.attemptLimit) attempts; "
                    + "tipoff grid \(date)"
                titles.append(title)
                try await transaction.execute(
                    Alerts.raise(
                        needed.contains(date) ? .error : .warning,
                        signature: Self.signature(date),
                        title: title,
                        detail: ["processors": .array(names.map { .string($0) })],
                        gameDate: date,
                        runID: nil,
                        by: "scrapers"
                    )
                )
            }
            try await resolve(now: now, in: transaction)
            return titles
        }
        for title in told { logger.error("alert", metadata: ["title": "\(title)"]) }
    }

    private func resolve(now: Date, in transaction: PostgresTransaction) async throws {
        try await transaction.execute(
            """
            UPDATE nba_orchestration.alert AS a SET resolved_at = now()
            WHERE starts_with(a.signature, 'gap:') AND a.resolved_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM nba_orchestration.output_grid(a.game_date, a.game_date, \(now)) AS g
                WHERE g.state = 'failed' AND g.attempts >= \(Int16(Self.attemptLimit)))
            """
        )
    }
}
