import Basketball
import Foundation
import KafkaTestKit
import Pipeline
import Postgres
import PostgresTestKit
import Scrapers
import Synchronization
import Testing

@testable import TipoffCommands

@Suite struct BackfillTests {
    /// All of them at once, as a source tells them.
    static func schedule(_ dates: [(date: String, type: String)], in pool: PostgresPool) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_raw.nbac_schedule
                (game_id, nba_game_id, season_year, season_type, game_date, game_status, is_postponed,
                 home_team_tricode, away_team_tricode)
            SELECT 'g' || n - 1, '00223000' || n - 1, 2023, type, date::date, 3, false, 'BOS', 'TOR'
            FROM unnest(\(dates.map(\.date))::text[], \(dates.map(\.type))::text[]) WITH ORDINALITY AS d(date, type, n)
            """
        )
    }

    static let season: [(date: String, type: String)] = [
        ("2024-01-02", "regular"), ("2024-01-03", "regular"), ("2024-01-03", "regular"), ("2024-01-05", "regular"),
        ("2024-01-06", "all_star"), ("2024-01-07", "playoffs"), ("2024-01-09", "regular"),
    ]

    static func arguments(_ more: String...) -> [String] {
        ["backfill", "run", "--from", "2024-01-01", "--to", "2024-01-08", "--job", "j"] + more
    }

    static func planKeys(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query("SELECT plan_key FROM nba_orchestration.run ORDER BY opened_at, game_date")
            .column("plan_key")
    }

    static func owner(_ pool: PostgresPool) -> BackfillOwner {
        BackfillOwner(
            pool: pool,
            opener: RunOpener(registry: .standard, role: "scrapers"),
            actor: "scrapers",
            logger: .quiet
        )
    }

    /// Runs the body while owners work off the jobs and services end the runs.
    static func working<R: Sendable>(
        _ services: FakeServices,
        owners: Int = 1,
        seen: @escaping @Sendable ([GameDate]) async -> Void = { _ in },
        _ body: @Sendable () async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // What a cancelled statement throws is nobody's failure.
                do { try await services.run(seen) } catch { if !Task.isCancelled { throw error } }
            }
            for _ in 0..<owners {
                group.addTask {
                    while !Task.isCancelled {
                        do {
                            _ = try await owner(services.pool).step(now: Date())
                            try await Task.sleep(for: .milliseconds(3))
                        } catch {
                            if !Task.isCancelled, !"\(error)".contains("another replica") { throw error }
                        }
                    }
                }
            }
            let result = try await body()
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
    }

    static let days = ["2024-01-02", "2024-01-03", "2024-01-05", "2024-01-07"]

    /// Two replicas at once, as after a lease that was lost without notice, open every date once too; their requests
    /// may then reach the log in another order.
    @Test(arguments: [1, 2])
    func datesWithGamesAreOpenedOnceAndInOrderWithinTheWindow(owners: Int) async throws {
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            final class Seen: Sendable { let mostOpen = Mutex(0) }
            let seen = Seen()
            let file = FileManager.default.temporaryDirectory.appending(path: "tipoff-\(UUID()).progress")
            let result = try await Self.working(
                FakeServices(pool: pool),
                owners: owners,
                seen: { open in seen.mostOpen.withLock { $0 = max($0, open.count) } }
            ) {
                await tipoff(
                    Self.arguments("--window", "2", "--wait", "--json", "--progress-file", file.path),
                    environment: environment
                )
            }
            result.expect(0)
            let keys = try await Self.planKeys(pool)
            #expect((owners == 1 ? keys : keys.sorted()) == Self.days.map { "backfill:j:\($0)" })
            #expect(seen.mostOpen.withLock { $0 } <= 2)
            let json = try result.json()
            #expect(json["complete"]?.intValue == 4)
            #expect(json["digest"]?.stringValue?.count == 64)
            #expect(try String(contentsOf: file, encoding: .utf8).contains("dates"))
            try FileManager.default.removeItem(at: file)
            let lanes = try await pool.query(
                "SELECT DISTINCT lane || kind || until_phase AS what FROM nba_orchestration.run"
            )
            #expect(try lanes.column("what", as: String.self) == ["backfillfull4"])
            let suppressed: Int64 = try await pool.query(
                "SELECT count(*) FROM nba_orchestration.run_phase WHERE phase = 5 AND state = 'suppressed'"
            ).scalar()
            #expect(suppressed == 4)

            // The same job has nothing left to do, and is no other job.
            await tipoff(Self.arguments("--wait", "--json"), environment: environment).expect(0)
            #expect(try await Self.planKeys(pool).count == 4)
            await tipoff(Self.arguments("--until-phase", "3"), environment: environment).expect(2)
        }
    }

    @Test func failedDatesAreNamedAndTriedAgainAlone() async throws {
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            var broken = FakeServices(pool: pool) { $0.description == "2024-01-05" ? "failed" : "complete" }
            broken.isDegraded = { $0.description == "2024-01-07" }
            let first = try await Self.working(broken) {
                await tipoff(Self.arguments("--wait"), environment: environment)
            }
            first.expect(1)
            #expect(first.errors.contains("2024-01-05 failed: by the test"))
            #expect(first.errors.contains("2024-01-07 degraded: lines were late"))
            #expect(first.errors.contains("tipoff backfill resume --job j"), "says how to go on")
            let resume = ["backfill", "resume", "--job", "j", "--reason", "again"]
            await tipoff(resume, environment: environment).expect(0)
            try await Self.working(FakeServices(pool: pool)) {
                await tipoff("backfill", "status", "--job", "j", "--follow", environment: environment).expect(0)
            }
            #expect(try await Self.planKeys(pool).filter { $0.hasSuffix(":2") } == ["backfill:j:2024-01-05:2"])
            // A degraded date is none that failed: somebody takes it as it is, or has it tried again by name.
            let accept = ["backfill", "accept", "--job", "j", "--reason", "no such game", "--date"]
            await tipoff(accept + ["2024-01-05"], environment: environment).expect(1)
            await tipoff(accept + ["2024-01-07"], environment: environment).expect(0)
            let log = await tipoff("backfill", "status", "--job", "j", "--date", "2024-01-05", environment: environment)
            log.expect(0)
            #expect(log.output.contains("nbac_schedule"))
            let events = try await pool.query("SELECT event FROM nba_orchestration.backfill_event ORDER BY event_id")
            #expect(
                try events.column("event", as: String.self) == ["asked", "ended", "resumed", "ended", "accepted"]
            )
        }
    }

    @Test func firstDateBringsTheScheduleThatTellsTheOthers() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let result = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // The raw service brings the schedule with the first run.
                    while try await pool.query("SELECT 1 AS one FROM nba_orchestration.run").isEmpty {
                        try await Task.sleep(for: .milliseconds(5))
                    }
                    try await Self.schedule(Self.season, in: pool)
                    try await pool.execute(
                        """
                        UPDATE nba_orchestration.task SET state = 'success', finished_at = now()
                        WHERE processor = 'nbac_schedule'
                        """
                    )
                }
                return try await Self.working(FakeServices(pool: pool)) {
                    await tipoff(Self.arguments("--wait"), environment: environment)
                }
            }
            result.expect(0)
            #expect(
                try await Self.planKeys(pool).sorted() == (["2024-01-01"] + Self.days).map { "backfill:j:\($0)" }
            )
        }
    }

    @Test func aPausedJobOpensNothingAndACancelledOneEndsItsRuns() async throws {
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            // Nobody ends the runs: the window stays full.
            await tipoff(Self.arguments("--window", "2"), environment: environment).expect(0)
            let owner = Self.owner(pool)
            _ = try await owner.step(now: Date())
            #expect(try await Self.planKeys(pool).count == 2)
            await tipoff("backfill", "pause", "--reason", "games tonight", environment: environment).expect(0)
            await tipoff("backfill", "pause", "--reason", "again", "--job", "j", environment: environment).expect(1)
            try await pool.execute(
                "UPDATE nba_orchestration.run SET state = 'complete', finished_at = now() WHERE state = 'open'"
            )
            for _ in 0..<3 { _ = try await owner.step(now: Date()) }
            #expect(try await Self.planKeys(pool).count == 2)
            #expect(try await !owner.step(now: Date()).isBusy, "a paused job without open dates needs nobody")

            await tipoff("backfill", "resume", "--reason", "night", environment: environment).expect(0)
            _ = try await owner.step(now: Date())
            #expect(try await Self.planKeys(pool).count == 4)
            await tipoff("backfill", "cancel", "--reason", "wrong season", environment: environment).expect(0)
            let asked = try await pool.query(
                "SELECT action || ' ' || phase AS what FROM nba_orchestration.operator_request"
            )
            #expect(try asked.column("what", as: String.self) == ["cancel_run 2", "cancel_run 2"])
        }
    }

    @Test func fiveFailedDatesAreEnough() async throws {
        try await Database.with { database, pool in
            try await Self.schedule((10...25).map { ("2024-01-\($0)", "regular") }, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let result = try await Self.working(FakeServices(pool: pool) { _ in "failed" }) {
                await tipoff(
                    ["backfill", "run", "--from", "2024-01-10", "--to", "2024-01-25", "--window", "1", "--wait"],
                    environment: environment
                )
            }
            result.expect(1)
            #expect(result.errors.contains("gave up after 5 failed dates; 11 wait"))
            #expect(try await Self.planKeys(pool).count == 5)
        }
    }

    @Test func aRangeWithoutGamesIsAProblemWithHints() async throws {
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            for command in ["run", "plan"] {
                let result = await tipoff(
                    ["backfill", command, "--from", "2024-03-01", "--to", "2024-03-02"],
                    environment: environment
                )
                result.expect(1)
                #expect(result.errors.contains("no date from 2024-03-01 to 2024-03-02 has games"))
                #expect(result.errors.contains("nbac_schedule_api"))
            }
            #expect(try await pool.query("SELECT 1 AS one FROM nba_orchestration.backfill_job").isEmpty)
        }
    }

    @Test func planShowsWhatIsThereAndWhatIsInTheWay() async throws {
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let plan = ["backfill", "plan", "--from", "2024-01-01", "--to", "2024-01-08", "--dates"]
            let nobody = await tipoff(plan, environment: environment)
            nobody.expect(1)
            #expect(nobody.errors.contains("no scrapers service"))
            try await pool.execute(
                """
                INSERT INTO nba_orchestration.lease (role, owner, epoch, seen_at, expires_at)
                VALUES ('backfill', 'test', 1, now(), now() + interval '1 hour')
                """
            )
            let result = await tipoff(plan, environment: environment)
            result.expect(0)
            #expect(result.output.contains("2024-01-03  1      2      2      0%"))
            await tipoff(Self.arguments(), environment: environment).expect(0)
            let second = await tipoff(plan, environment: environment)
            second.expect(1)
            #expect(second.errors.contains("job j is running and has some of these dates"))
            let other = ["backfill", "run", "--from", "2024-01-07", "--to", "2024-01-09", "--job", "k"]
            await tipoff(other, environment: environment).expect(1)
        }
    }

    @Test func verifyNamesEveryGameThatLacksRowsUntilItIsAccepted() async throws {
        try await Database.with { database, pool in
            try await Self.schedule([("2024-01-02", "regular")], in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let run = ["backfill", "run", "--from", "2024-01-02", "--to", "2024-01-02", "--job", "j", "--wait"]
            var services = FakeServices(pool: pool)
            services.isDegraded = { _ in true }
            try await Self.working(services) { await tipoff(run, environment: environment).expect(0) }
            let verify = ["backfill", "verify", "--job", "j"]
            let gaps = await tipoff(verify, environment: environment)
            gaps.expect(1)
            #expect(gaps.output.contains("player boxes: g0"))
            #expect(gaps.output.contains("team contexts: g0"))
            #expect(!gaps.output.contains("features"), "nobody looks back on a team's first game")
            let accept = ["backfill", "accept", "--job", "j", "--date", "2024-01-02", "--reason", "lost"]
            await tipoff(accept, environment: environment).expect(0)
            let taken = await tipoff(verify, environment: environment)
            taken.expect(0)
            #expect(taken.output.contains("accepted: tipoff:"))
        }
    }

    @Test(arguments: [(false, BackfillFollower.End.detached, "running"), (true, .paused, "paused")])
    func anInterruptionPausesOrDetaches(pauses: Bool, end: BackfillFollower.End, state: String) async throws {
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            await tipoff(Self.arguments(), environment: environment).expect(0)
            let output = Output(isTerminal: true, write: { _ in }, writeError: { _ in })
            let found = try await Invocation.$current.withValue(Invocation(environment: environment, output: output)) {
                try await Session.with([.database]) { session in
                    let flag = StopFlag()
                    flag.raise()
                    return try await BackfillFollower(
                        store: BackfillStore(session: session),
                        printsProgress: true,
                        ask: { pauses ? .pause : .detach },
                        interrupted: flag
                    ).follow("j")
                }
            }
            #expect(found == end)
            let now: String = try await pool.query("SELECT state FROM nba_orchestration.backfill_job").scalar()
            #expect(now == state)
        }
    }

    @Test func rangesFallIntoSeasons() throws {
        let spans = BackfillJob.spans(from: try GameDate("2023-04-01"), to: try GameDate("2024-11-02"))
        #expect(spans.map(\.season.startYear) == [2022, 2023, 2024])
        #expect(spans.map(\.first.description)[0] == "2023-04-01")
        #expect(spans.last?.last.description == "2024-11-02")
        for (before, after) in zip(spans, spans.dropFirst()) { #expect(before.last.adding(days: 1) == after.first) }
    }

    @Test(arguments: [("1-4", 1, 4), ("3-4", 3, 4), ("4", 4, 4), ("1-5", 1, 5), ("5", 5, 5)])
    func phasesAreReadAsARange(text: String, first: Int, last: Int) {
        let range = PhaseRange(argument: text)?.range
        #expect(range?.lowerBound.rawValue == first)
        #expect(range?.upperBound.rawValue == last)
    }

    @Test(arguments: ["", "4-1", "0-3", "1-7", "a-b", "1-", "-4", "1-2-3"])
    func otherPhasesAreRefused(text: String) {
        #expect(PhaseRange(argument: text) == nil)
    }
}
