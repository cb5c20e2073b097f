import Basketball
import Foundation
import HTTPFetch
import PipelineTestKit
import Postgres
import Testing

@testable import Pipeline
@testable import Scrapers

/// What a site is asked on one day has an end.
@Suite struct SourceBudgetTests {
    static let host = "127.0.0.1"

    private static func instant(_ day: String, hour: Int) throws -> Date {
        LeagueClock.instant(try GameDate(day), hour: hour, minute: 0)
    }

    @Test func aDaysBudgetIsOneForAllReplicasAndBeginsAnewAtMidnight() async throws {
        try await TaskHarness.with { harness in
            let pool = try #require(harness.servicePools[.scrapers])
            let evening = try Self.instant("2024-01-15", hour: 23)
            for replica in 0..<3 {
                let budget = SourceBudget(limits: [Self.host: 3, "other": 0])
                try await budget.take(Self.host, at: evening.addingTimeInterval(Double(replica)), from: pool)
            }
            let budget = SourceBudget(limits: [Self.host: 3, "other": 0])
            for host in [Self.host, "other"] {
                let error = await #expect(throws: TaskError.self) {
                    try await budget.take(host, at: evening, from: pool)
                }
                #expect(error?.type == "budget_spent" && error?.kind == .permanent)
            }
            let uses = try await budget.uses(on: try GameDate("2024-01-15"), pool)
            #expect(uses.map(\.host) == [Self.host, "other"])
            #expect(uses.map(\.spent) == [3, 0] && uses.map(\.refused) == [1, 1])
            // After midnight of the league's clock; a host without a budget is not counted.
            try await budget.take(Self.host, at: try Self.instant("2024-01-16", hour: 0), from: pool)
            try await budget.take("unlimited", at: evening, from: pool)
            let rows = try await harness.count("nba_orchestration.source_use WHERE host = 'unlimited'")
            #expect(rows == 0)
        }
    }

    @Test func aBackfillLeavesTheLastFifthOfADay() async throws {
        try await TaskHarness.with { harness in
            let pool = try #require(harness.servicePools[.scrapers])
            let noon = try Self.instant("2024-01-15", hour: 12)
            let budget = SourceBudget(limits: [Self.host: 5])
            for _ in 0..<4 { try await budget.take(Self.host, for: .backfill, at: noon, from: pool) }
            let error = await #expect(throws: TaskError.self) {
                try await budget.take(Self.host, for: .backfill, at: noon, from: pool)
            }
            #expect(error?.type == "budget_spent")
            try await budget.take(Self.host, for: .live, at: noon, from: pool)
        }
    }

    /// Asks as often as given and returns the ends of the tasks.
    private static func ask(
        _ harness: TaskHarness,
        _ source: ScriptedSource,
        _ url: String,
        budget: Int,
        answers: [ScriptedSource.Answer]
    ) async throws -> [TaskResult] {
        var settings = ScraperTests.settings(url)
        settings.budgets = SourceBudgets([.oddsAPI: budget])
        let processors = ScrapersService.processors(settings)
        var ends: [TaskResult] = []
        for answer in answers {
            source.answer(ScraperTests.oddsPath, answer)
            let run = try await harness.open(
                .manual,
                try GameDate("2024-01-15"),
                only: [("oddsa_player_props", ScraperTests.event, nil)]
            )
            ends += try await harness.work(run, .scrapers, processors)
        }
        return ends
    }

    private static func answer(cost: String? = nil) -> ScriptedSource.Answer {
        ScriptedSource.Answer(
            200,
            ScraperTests.odds(#"{"name":"Over","description":"Joel Embiid","price":-110,"point":33.5}"#),
            headers: cost.map { ["x-requests-last": $0] } ?? [:]
        )
    }

    private static func spent(_ harness: TaskHarness) async throws -> Int {
        try await harness.pool.query("SELECT spent::int8 AS spent FROM nba_orchestration.source_use").one()
            .decode("spent", as: Int.self)
    }

    @Test func whatIsBeyondTheBudgetIsNotAskedAndFailsWithItsName() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                let ends = try await Self.ask(
                    harness,
                    source,
                    url,
                    budget: 2,
                    answers: [Self.answer(), Self.answer(), Self.answer()]
                )
                #expect(ends.map(\.state) == ["success", "success", "failed"])
                #expect(ends.last?.error?.type == "budget_spent")
                #expect(source.count(ScraperTests.oddsPath) == 2)
                let recorded = try await harness.count(
                    "nba_orchestration.task WHERE phase = 1 AND state = 'failed' AND error_type = 'budget_spent'"
                )
                #expect(recorded == 1)
            }
        }
    }

    @Test func creditsCountAsTheAnswerSaysAndRetriesCountToo() async throws {
        try await TaskHarness.with { harness in
            try await ScriptedSource.with { source, url in
                _ = try await Self.ask(
                    harness,
                    source,
                    url,
                    budget: 100,
                    answers: [Self.answer(cost: "10"), Self.answer(cost: "0"), Self.answer(cost: "nonsense")]
                )
                // Ten, nothing, and one where the answer does not say.
                let first = try await Self.spent(harness)
                #expect(first == 11)
                _ = try await Self.ask(harness, source, url, budget: 100, answers: [ScriptedSource.Answer(503)])
                let then = try await Self.spent(harness)
                #expect(then == 11 + SourceClient.retries.maximumAttempts)
                #expect(source.count(ScraperTests.oddsPath) == 3 + SourceClient.retries.maximumAttempts)
            }
        }
    }

    @Test func fourFifthsOfADayAreToldUntilItIsOver() async throws {
        try await TaskHarness.with { harness in
            let pool = try #require(harness.servicePools[.scrapers])
            let budget = SourceBudget(limits: [Self.host: 5])
            func alerts(_ day: String, hour: Int) async throws -> [String] {
                try await SourceWatch(pool: pool, registry: harness.registry)
                    .check(now: try Self.instant(day, hour: hour), blockedHosts: [], budget: budget)
                return try await harness.pool.query(
                    "SELECT signature FROM nba_orchestration.alert WHERE resolved_at IS NULL ORDER BY signature"
                ).column("signature", as: String.self)
            }
            for _ in 0..<3 { try await budget.take(Self.host, at: try Self.instant("2024-01-15", hour: 9), from: pool) }
            let three = try await alerts("2024-01-15", hour: 9)
            #expect(three == [])
            try await budget.take(Self.host, at: try Self.instant("2024-01-15", hour: 10), from: pool)
            let four = try await alerts("2024-01-15", hour: 10)
            #expect(four == ["source:budget:\(Self.host)"])
            let next = try await alerts("2024-01-16", hour: 1)
            #expect(next == [])
        }
    }

    @Test func sitesAtOneAddressShareTheirBudgets() {
        var settings = SourceSettings.standIn("http://127.0.0.1:9")
        #expect(settings.dailyLimits == [:])
        settings.budgets = SourceBudgets([.stats: 3, .cdn: 4])
        #expect(settings.dailyLimits == [Self.host: 7])
        #expect(SourceSettings(budgets: .standard).dailyLimits.count == SourceHost.allCases.count)
    }

    @Test func aSettingChangesTheBudgetsItNames() {
        var reader = ConfigurationReader(environment: ["TIPOFF_SOURCE_BUDGETS": "odds_api=500, drive=none"])
        let budgets = SourceSettings(&reader).budgets
        #expect(budgets.daily[.oddsAPI] == 500 && budgets.daily[.drive] == nil)
        #expect(budgets.daily[.cdn] == SourceHost.cdn.dailyBudget && reader.problems.isEmpty)
        var standIn = ConfigurationReader(environment: ["TIPOFF_SOURCE_ALLOW_PRIVATE": "true"])
        #expect(SourceSettings(&standIn).budgets == SourceBudgets())
    }

    @Test(arguments: ["nobody=5", "cdn", "cdn=", "cdn=-1", "cdn=1,cdn=2", "cdn=1;stats=2", ""])
    func anUnknownSiteOrNumberIsRefused(text: String) {
        #expect(SourceBudgets(text, over: .standard) == nil)
    }
}
