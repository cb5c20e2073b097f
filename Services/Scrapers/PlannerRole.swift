import Basketball
import Foundation
import Logging
import Pipeline
import Postgres
import ServiceLifecycle

/// Opens the day's runs. One replica holds the role at a time; the plan keys make a handover harmless.
struct PlannerRole: Service {
    let context: ServiceContext
    private let lease: RoleLease
    private let opener: RunOpener

    static let interval: Duration = .seconds(3)
    static let leaseDuration: Duration = .seconds(15)

    init(context: ServiceContext) {
        self.context = context
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
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            context.progress.beat("planner")
            do {
                if try await lease.acquire() != nil {
                    let messages = try await planner.plan(now: context.clock.now)
                    context.relay.send(messages)
                }
            } catch {
                context.logger.warning("planning failed; trying again", metadata: ["error": "\(error)"])
            }
            await context.pause(Self.interval)
        }
    }
}

/// One planner: what it decided already, so that every decision is made and logged once.
struct Planner: Sendable {
    let pool: PostgresPool
    let opener: RunOpener
    let logger: Logger
    private var decided: Set<String> = []
    private var saidEmpty = false

    init(pool: PostgresPool, opener: RunOpener, logger: Logger) {
        self.pool = pool
        self.opener = opener
        self.logger = logger
    }

    /// Opens what is due and returns the messages to be sent. A run that is there already is left alone.
    mutating func plan(now: Date) async throws -> [OutboxMessage] {
        let (games, last) = try await schedule(around: LeagueClock.gameDate(of: now))
        guard last != nil else {
            if !saidEmpty {
                logger.notice("the schedule is empty: nothing is planned until a run has loaded it")
                saidEmpty = true
            }
            return []
        }
        saidEmpty = false
        let due = PlannerRules.due(games: games, lastGame: last, now: now)
        var messages: [OutboxMessage] = []
        for request in due where !decided.contains(request.planKey) {
            let opener = opener
            let result = try await pool.transaction { transaction in
                try await opener.open(request, only: Self.only(request), now: now, in: transaction)
            }
            decided.insert(request.planKey)
            messages += result.messages
            if result.isNew {
                logger.notice(
                    "run planned",
                    metadata: [
                        "plan_key": "\(request.planKey)", "kind": "\(request.kind.rawValue)",
                        "game_date": "\(request.gameDate)", "run_id": "\(result.run.runID.uuidString.lowercased())",
                        "reason": "\(request.reason ?? "")",
                    ]
                )
            }
        }
        decided.formIntersection(due.map(\.planKey))
        return messages
    }

    /// A delta of the planner is the schedule alone; the other kinds begin with what the registry says.
    private static func only(_ request: RunRequest) -> [(scraper: String, unit: String, input: JSONValue?)]? {
        request.kind == .delta ? [(NbacScheduleAPI.name, UnitKind.wholeDate, nil)] : nil
    }

    private func schedule(around today: GameDate) async throws -> (games: [PlannerRules.Game], last: GameDate?) {
        let rows = try await pool.query(
            """
            SELECT game_date, tipoff_at, is_postponed FROM nba_raw.nbac_schedule
            WHERE removed_at IS NULL AND game_date BETWEEN \(today.adding(days: -1).postgres) AND \(today.postgres)
            """
        )
        var games: [PlannerRules.Game] = []
        for row in rows {
            games.append(
                PlannerRules.Game(
                    date: try row.gameDate("game_date"),
                    tipoff: try row.decode("tipoff_at"),
                    isPostponed: try row.decode("is_postponed")
                )
            )
        }
        let last = try await pool.query(
            "SELECT max(game_date) AS last_date FROM nba_raw.nbac_schedule WHERE removed_at IS NULL"
        )
        return (games, try last.first?.optionalGameDate("last_date"))
    }
}
