import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import TipoffCommands

@Suite struct SetupTests {
    static let topicsFile = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("topics.yaml").path

    @Test func migrateTellsWhatItAppliedAndThenNothing() async throws {
        try await TestDatabase.with("tipoff_migrate") { database in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            let early = await tipoff("status", "2024-01-15", environment: environment)
            early.expect(1)
            #expect(early.errors.contains("next: tipoff migrate"))
            let first = await tipoff("migrate", environment: environment)
            first.expect(0)
            for migration in WarehouseMigrations.all {
                #expect(first.output.contains("applied \(migration.version) \(migration.name)"))
            }
            let second = try await tipoff("migrate", "--json", environment: environment).json()
            #expect(second["applied"] == .array([]))
            let pool = database.pool(maximumConnections: 1)
            let home = try await pool.query(
                """
                SELECT count(*) AS teams, count(a.team_abbr) AS arenas,
                       max(a.elevation_meters) FILTER (WHERE t.nickname = 'Nuggets') > 1500 AS is_denver_high
                FROM nba_reference.team AS t LEFT JOIN nba_reference.arena AS a ON a.team_abbr = t.tricode
                """
            )
            await pool.close()
            #expect(try home.column("teams", as: Int.self) == [30] && home.column("arenas", as: Int.self) == [30])
            #expect(try home.column("is_denver_high", as: Bool.self) == [true])
        }
    }

    @Test func comparisonNamesMissingAndNarrowTopics() throws {
        let file = try TopicsFile(path: Self.topicsFile)
        var found = Dictionary(uniqueKeysWithValues: file.allTopics.map { ("p." + $0.name, $0.partitions) })
        #expect(TopicComparison(expected: file.allTopics, found: found, prefix: "p.").isGood)
        found["p.nba-phase1-trigger"] = 1
        found["p.nba-phase3-trigger-dlq"] = nil
        found["p.nba-phase3-trigger"] = 60
        let comparison = TopicComparison(expected: file.allTopics, found: found, prefix: "p.")
        #expect(comparison.missing == ["p.nba-phase3-trigger-dlq"])
        #expect(comparison.short == [.init(name: "p.nba-phase1-trigger", found: 1, expected: 6)])
        #expect(comparison.lines.last == "20 of 22 topics as listed")
    }

    @Test func checkFailsOnABrokerWithNarrowTopics() async throws {
        let broker = try await Broker()
        let result = await tipoff(
            "topics",
            "check",
            "--file",
            Self.topicsFile,
            "--json",
            environment: broker.environment
        )
        result.expect(1)
        #expect(try result.json()["missing"] == .array([]))
        #expect(try result.json()["short"]?.arrayValue?.count == 11, "dead letters need one partition")
        await tipoff("topics", "check", "--file", "/nonexistent.yaml", environment: broker.environment).expect(1)
    }

    @Test func alertsAreListedWithTheirNames() async throws {
        try await Database.with { database, pool in
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            await tipoff("alerts", environment: environment).expect(0)
            try await pool.execute(
                Alerts.raise(
                    .error,
                    signature: "s",
                    title: "deadline passed",
                    detail: ["missing": ["nbac_schedule\u{1B}"]],
                    gameDate: nil,
                    runID: nil,
                    by: "phase2-to-phase3"
                )
            )
            let result = await tipoff("alerts", environment: environment)
            result.expect(1)
            #expect(result.output.contains("deadline passed: nbac_schedule\\u{1b}"))
            await tipoff("alerts", "--all", "--json", environment: environment).expect(0)
        }
    }
}
