import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Synchronization
import Testing

@testable import TipoffCommands

@Suite struct BackfillTests {
    static func schedule(_ dates: [(date: String, type: String)], in pool: PostgresPool) async throws {
        for (index, game) in dates.enumerated() {
            try await pool.execute(
                """
                INSERT INTO nba_raw.nbac_schedule
                    (game_id, nba_game_id, season_year, season_type, game_date, game_status, is_postponed,
                     home_team_tricode, away_team_tricode)
                VALUES (\("g\(index)"), \("00223000\(index)"), 2023, \(game.type), \(game.date)::text::date, 3, false,
                        'BOS', 'TOR')
                """
            )
        }
    }

    static let season: [(date: String, type: String)] = [
        ("2024-01-02", "regular"), ("2024-01-03", "regular"), ("2024-01-03", "regular"), ("2024-01-05", "regular"),
        ("2024-01-06", "all_star"), ("2024-01-07", "playoffs"), ("2024-01-09", "regular"),
    ]

    static func arguments(_ more: String...) -> [String] {
        ["backfill", "run", "--from", "2024-01-01", "--to", "2024-01-08"] + more
    }

    static func planKeys(_ pool: PostgresPool) async throws -> [String] {
        try await pool.query("SELECT plan_key FROM nba_orchestration.run ORDER BY opened_at").column("plan_key")
    }

    @Test func datesWithGamesAreOpenedInOrderWithinTheWindow() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = broker.environment.merging(["TIPOFF_DATABASE_URL": database.url]) { $1 }
            final class Seen: Sendable { let mostOpen = Mutex(0) }
            let seen = Seen()
            let services = FakeServices(pool: pool)
            let work = Task {
                try await services.run { open in seen.mostOpen.withLock { $0 = max($0, open.count) } }
            }
            let result = await tipoff(
                Self.arguments("--window", "2", "--job", "j", "--wait", "--json"),
                environment: environment
            )
            work.cancel()
            _ = await work.result
            result.expect(0)
            let days = ["2024-01-02", "2024-01-03", "2024-01-05", "2024-01-07"]
            let keys = try await Self.planKeys(pool)
            #expect(keys == days.map { "backfill:j:\($0)" })
            #expect(seen.mostOpen.withLock { $0 } <= 2)
            #expect(try result.json()["complete"]?.intValue == 4)
            let lanes = try await pool.query(
                "SELECT DISTINCT lane || kind || until_phase AS what FROM nba_orchestration.run"
            )
            #expect(try lanes.column("what", as: String.self) == ["backfillfull4"])

            // The same job has nothing left to do.
            let again = await tipoff(Self.arguments("--job", "j", "--wait", "--json"), environment: environment)
            again.expect(0)
            #expect(try again.json()["complete_before"]?.intValue == 4)
            #expect(try await Self.planKeys(pool).count == 4)
            await tipoff(Self.arguments("--job", "j", "--until-phase", "3"), environment: environment).expect(2)
        }
    }

    @Test func failedDatesAreNamedAndTriedAgainByTheNextCall() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = broker.environment.merging(["TIPOFF_DATABASE_URL": database.url]) { $1 }
            let broken = FakeServices(pool: pool) { $0.description == "2024-01-05" ? "failed" : "complete" }
            let first = try await broken.during {
                await tipoff(Self.arguments("--job", "j", "--wait"), environment: environment)
            }
            first.expect(1)
            #expect(first.errors.contains("failed: 2024-01-05 (by the test)"))
            #expect(first.errors.contains("--job j"), "says how to go on")
            let second = try await FakeServices(pool: pool).during {
                await tipoff(Self.arguments("--job", "j", "--wait"), environment: environment)
            }
            second.expect(0)
            #expect(try await Self.planKeys(pool).last == "backfill:j:2024-01-05:2")
        }
    }

    @Test func firstDateBringsTheScheduleThatTellsTheOthers() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            let environment = broker.environment.merging(["TIPOFF_DATABASE_URL": database.url]) { $1 }
            let services = Task {
                // The raw service brings the schedule with the first run.
                while try await pool.query("SELECT 1 AS one FROM nba_orchestration.run").isEmpty {
                    try await Task.sleep(for: .milliseconds(5))
                }
                try await Self.schedule(Self.season, in: pool)
                try await FakeServices(pool: pool).run()
            }
            let result = await tipoff(Self.arguments("--job", "j", "--wait"), environment: environment)
            services.cancel()
            _ = await services.result
            result.expect(0)
            let days = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-05", "2024-01-07"]
            let keys = try await Self.planKeys(pool)
            #expect(keys == days.map { "backfill:j:\($0)" })
        }
    }

    @Test func raisedFlagOpensNoMoreDates() async throws {
        let broker = try await Broker()
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = broker.environment.merging([
                "TIPOFF_DATABASE_URL": database.url, "TIPOFF_OBJECT_STORE": "/nonexistent",
            ]) { $1 }
            let report = try await Invocation.$current.withValue(
                Invocation(environment: environment, output: Output(write: { _ in }, writeError: { _ in }))
            ) {
                try await Session.with([.database, .broker]) { session in
                    try await session.withProducer { producer in
                        let stop = StopFlag()
                        let plan = BackfillPlan(
                            job: "j",
                            from: try GameDate("2024-01-01"),
                            to: try GameDate("2024-01-08"),
                            untilPhase: .precompute,
                            window: 2,
                            reason: "test",
                            waits: true
                        )
                        let watcher = Task {
                            while try await pool.query("SELECT 1 AS one FROM nba_orchestration.run").count < 2 {
                                try await Task.sleep(for: .milliseconds(2))
                            }
                            stop.raise()
                        }
                        let report = try await Backfill(session: session, producer: producer, plan: plan, stop: stop)
                            .run(printsProgress: false)
                        try await watcher.value
                        return report
                    }
                }
            }
            #expect(report.wasStopped)
            #expect(report.stillOpen == 2)
            #expect(report.left == 2)
            let state: String = try await pool.query("SELECT state FROM nba_orchestration.backfill_job").scalar()
            #expect(state == "cancelled")
        }
    }

    @Test func queueStopsAfterTooManyFailures() throws {
        var queue = BackfillQueue(window: 64)
        let first = try GameDate("2024-01-01")
        queue.append((0..<20).map { first.adding(days: $0) })
        var open: [UUID] = []
        while open.count < 6, let date = queue.next() {
            let runID = UUID()
            queue.opened(date, runID)
            open.append(runID)
        }
        for runID in open.prefix(5) { queue.ended(runID, failure: "no") }
        #expect(queue.next() == nil)
        #expect(queue.givesUp)
        #expect(queue.total == 20)
        queue.ended(open[0], failure: nil)
        #expect(queue.complete == 0, "a run ends once")
    }

    @Test func rangesAreCutBySeason() throws {
        let spans = Backfill.seasons(from: try GameDate("2023-04-01"), to: try GameDate("2024-11-02"))
        #expect(spans.map(\.season.startYear) == [2022, 2023, 2024])
        #expect(spans.first?.first.description == "2023-04-01")
        #expect(spans.last?.last.description == "2024-11-02")
        #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.last.adding(days: 1) == $1.first })
    }
}
