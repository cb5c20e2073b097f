import Basketball
import Foundation
import Logging
import Pipeline
import Postgres
import ServiceLifecycle

/// Opens the day's runs. One replica holds the role at a time; the plan keys make a handover harmless.
struct PlannerRole: Service {
    let context: ServiceContext
    let settings: SourceSettings
    let pace: HostPace
    let budget: SourceBudget
    private let lease: RoleLease
    private let opener: RunOpener

    static let interval: Duration = .seconds(3)
    static let leaseDuration: Duration = .seconds(15)

    init(context: ServiceContext, settings: SourceSettings, pace: HostPace, budget: SourceBudget) {
        self.context = context
        self.settings = settings
        self.pace = pace
        self.budget = budget
        lease = RoleLease(
            pool: context.pool,
            role: "planner",
            owner: context.instance,
            duration: Self.leaseDuration
        )
        opener = RunOpener(
            registry: context.registry,
            role: context.service,
            phaseDeadline: context.work.phaseDeadline
        )
    }

    func run() async throws {
        var planner = Planner(pool: context.pool, opener: opener, logger: context.logger)
        let watch = SourceWatch(pool: context.pool, registry: context.registry)
        var gaps = GapWatch(context: context, opener: opener, settings: settings, budget: budget)
        var lookedAt: Date?
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("planner")
            do {
                if try await lease.acquire() != nil {
                    let messages = try await planner.plan(now: context.clock.now)
                    context.relay.send(messages)
                    let now = context.clock.now
                    if lookedAt.map({ now.timeIntervalSince($0) >= SourceWatch.interval }) ?? true {
                        try await watch.check(now: now, blockedHosts: await pace.blockedHosts, budget: budget)
                        lookedAt = now
                    }
                    await gaps.look()
                }
            } catch {
                context.logger.warning("planning failed; trying again", metadata: ["error": "\(error)"])
            }
            await context.pause(Self.interval)
        }
    }
}

/// One planner. What it decided stands in `planner_decision`, one row a window, so that a successor decides nothing twice.
struct Planner: Sendable {
    let pool: PostgresPool
    let opener: RunOpener
    let logger: Logger
    private var lastState: PlannerRules.DayState?

    init(pool: PostgresPool, opener: RunOpener, logger: Logger) {
        self.pool = pool
        self.opener = opener
        self.logger = logger
    }

    /// Days back whose windows may still be open.
    static let lookBack = PlannerRules.recoveryDays + 1

    /// Decides about everything that is due and returns the messages to be sent.
    mutating func plan(now: Date) async throws -> [OutboxMessage] {
        let today = LeagueClock.gameDate(of: now)
        let known = try await read(around: today)
        let state = PlannerRules.state(of: today, last: known.last, next: known.next)
        if state != lastState {
            logger.notice("day state", metadata: ["state": "\(state.rawValue)", "day": "\(today)"])
            lastState = state
        }
        let scrapers = Set(opener.registry.enabled(in: .scrapers).map(\.name))
        var windows = (-Self.lookBack...1).flatMap { offset in
            PlannerRules.windows(of: today.adding(days: offset), games: known.games, scrapers: scrapers)
        }
        if state == .breakDay || state == .offSeason { windows.append(PlannerRules.lookup(on: today)) }
        var messages: [OutboxMessage] = []
        for window in windows where window.dueAt <= now && !known.decided.contains(window.key) {
            messages += try await decide(window, state: state, now: now)
        }
        return messages
    }

    /// Opens the window's run, or says why not; either way one row.
    private func decide(_ window: PlannerRules.Window, state: PlannerRules.DayState, now: Date) async throws
        -> [OutboxMessage]
    {
        let verdict = PlannerRules.verdict(on: window, now: now)
        let opener = opener
        let result = try await pool.transaction { transaction -> RunOpener.Result? in
            var opened: RunOpener.Result?
            if verdict == .run {
                opened = try await opener.open(
                    Self.request(window),
                    only: Self.restriction(window),
                    now: now,
                    in: transaction
                )
            }
            try await transaction.execute(
                """
                INSERT INTO nba_orchestration.planner_decision
                    (window_key, game_date, day_state, verdict, reason, due_at, decided_at, run_id)
                VALUES (\(window.key), \(window.gameDate.postgres), \(state.rawValue), \(Self.word(verdict)),
                        \(Self.reason(verdict, window)), \(window.dueAt), \(now), \(opened?.run.runID))
                ON CONFLICT (window_key) DO NOTHING
                """
            )
            return opened
        }
        logger.notice(
            "planned",
            metadata: [
                "window": "\(window.key)", "verdict": "\(Self.word(verdict))", "kind": "\(window.kind.rawValue)",
                "game_date": "\(window.gameDate)", "reason": "\(Self.reason(verdict, window))",
                "run_id": "\(result?.run.runID.uuidString.lowercased() ?? "-")",
            ]
        )
        return result?.messages ?? []
    }

    private static func word(_ verdict: PlannerRules.Verdict) -> String {
        switch verdict {
        case .run: "run"
        case .skip: "skip"
        case .missed: "missed"
        }
    }

    private static func reason(_ verdict: PlannerRules.Verdict, _ window: PlannerRules.Window) -> String {
        switch verdict {
        case .run: window.reason
        case .skip(let reason): reason
        case .missed: "nobody planned while it was of use; it was for: \(window.reason)"
        }
    }

    private static func request(_ window: PlannerRules.Window) -> RunRequest {
        RunRequest(
            kind: window.kind,
            gameDate: window.gameDate,
            planKey: window.key,
            openedBy: "planner",
            reason: window.reason,
            triggerSource: .scheduler
        )
    }

    /// A delta asks its own scrapers; a poll also fetches what they find, the look at the schedule does not.
    private static func restriction(
        _ window: PlannerRules.Window
    ) -> [(scraper: String, unit: String, input: JSONValue?)]? {
        guard window.kind == .delta else { return nil }
        return window.scrapers.map { scraper in
            (scraper, UnitKind.wholeDate, scraper == NbacScheduleAPI.name ? nil : ["discover": true])
        }
    }

    private struct Known: Sendable {
        var games: [PlannerRules.Game] = []
        var decided: Set<String> = []
        var last: GameDate?
        var next: GameDate?
    }

    private func read(around today: GameDate) async throws -> Known {
        let first = today.adding(days: -Self.lookBack)
        let results = try await pool.withConnection { connection in
            try await connection.execute(batch: [
                """
                SELECT s.game_date, s.tipoff_at, s.is_postponed, EXISTS (
                           SELECT 1 FROM nba_raw.nbac_player_boxscores AS b
                           WHERE b.game_date = s.game_date AND b.nba_game_id = s.nba_game_id AND b.removed_at IS NULL
                       ) AND NOT EXISTS (
                           -- A gamebook with names and no figures was read too early.
                           SELECT 1 FROM nba_raw.nbac_gamebook_player_stats AS g
                           WHERE g.game_date = s.game_date AND g.game_id = s.game_id AND g.removed_at IS NULL
                           HAVING count(*) > 0 AND count(*) FILTER (WHERE g.player_status = 'active') = 0
                       ) AS is_complete
                FROM nba_raw.nbac_schedule AS s
                WHERE s.removed_at IS NULL AND s.season_type <> 'preseason' AND s.season_type <> 'all_star'
                    AND s.game_date BETWEEN \(first.postgres) AND \(today.adding(days: 1).postgres)
                """,
                """
                SELECT max(game_date) FILTER (WHERE game_date < \(today.postgres)) AS last_date,
                       min(game_date) FILTER (WHERE game_date >= \(today.postgres)) AS next_date
                FROM nba_raw.nbac_schedule
                WHERE removed_at IS NULL AND NOT is_postponed AND season_type <> 'preseason' AND season_type <> 'all_star'
                """,
                "SELECT window_key FROM nba_orchestration.planner_decision WHERE game_date >= \(first.postgres)",
            ])
        }
        var known = Known()
        for row in results[0] {
            known.games.append(
                PlannerRules.Game(
                    date: try row.gameDate("game_date"),
                    tipoff: try row.decode("tipoff_at"),
                    isPostponed: try row.decode("is_postponed"),
                    isComplete: try row.decode("is_complete")
                )
            )
        }
        known.last = try results[1].first?.optionalGameDate("last_date")
        known.next = try results[1].first?.optionalGameDate("next_date")
        known.decided = Set(try results[2].column("window_key", as: String.self))
        return known
    }
}
