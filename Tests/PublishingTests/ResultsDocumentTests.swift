import Basketball
import Foundation
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// What is told of dates that are over.
@Suite("Results, systems, streaks and calendar on a real PostgreSQL")
struct ResultsDocumentTests {
    private struct Grade {
        var member: Int
        var actual: Int?
        var line: Double?
        var recommendation: String
        var outcome: String?
        var isCorrect: Bool?
    }

    /// A side that won, one that lost, one returned, one of who did not play, a pass and one without a line.
    private static let grades = [
        Grade(member: 1, actual: 20, line: 11.5, recommendation: "OVER", outcome: "OVER", isCorrect: true),
        Grade(member: 2, actual: 10, line: 12.5, recommendation: "OVER", outcome: "UNDER", isCorrect: false),
        Grade(member: 3, actual: 14, line: 14, recommendation: "OVER", outcome: "PUSH", isCorrect: nil),
        Grade(member: 4, actual: nil, line: 14.5, recommendation: "OVER", outcome: nil, isCorrect: nil),
        Grade(member: 5, actual: 16, line: 15.5, recommendation: "PASS", outcome: "OVER", isCorrect: nil),
        Grade(member: 0, actual: 8, line: nil, recommendation: "NO_LINE", outcome: nil, isCorrect: nil),
    ]

    func write(_ slate: PublishedSlate, _ pool: PostgresPool, lane: String? = "live") async throws {
        try await slate.write(pool)
        for grade in Self.grades {
            let member = slate.members[grade.member]
            let error = grade.actual.map { abs(15 - Double($0)) }
            let tipoff = LeagueClock.instant(slate.date, hour: 19, minute: 0)
            try await pool.execute(
                """
                INSERT INTO nba_predictions.prediction_accuracy
                    (game_date, player_lookup, game_id, system_id, model_version, team_abbr, opponent_team_abbr,
                     predicted_points, actual_points, minutes_played, absolute_error, signed_error, has_prop_line,
                     points_line, recommendation, line_outcome, is_correct, confidence_score, confidence_decile,
                     season_average_tier, is_voided, void_reason, lane, predicted_at, tipoff_at, was_made_before_tipoff)
                VALUES (\(slate.date.postgresDate), \(member.lookup), \(member.gameID), \(PublishedSlate.system), '1.0',
                        \(member.team), \(member.opponent), 15, \(grade.actual.map(Int64.init)),
                        \(grade.actual == nil ? nil : 30.0), \(error), \(grade.actual.map { 15 - Double($0) }),
                        \(grade.line != nil), \(grade.line), \(grade.recommendation), \(grade.outcome),
                        \(grade.isCorrect), 0.75, 8, 'starter', \(grade.actual == nil),
                        \(grade.actual == nil ? "dnp_unknown" : nil), \(lane), \(tipoff.addingTimeInterval(-3600)),
                        \(tipoff), \(lane == "live"))
                """
            )
        }
    }

    @discardableResult
    func publish(_ harness: PhaseHarness, _ date: GameDate, _ processor: String) async throws -> RunRecord {
        let run = try await harness.open(date, from: .publishing, kind: .full, marking: [processor])
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
        return run
    }

    private func shown(_ harness: PhaseHarness, _ kind: String, _ key: String) async throws -> JSONValue? {
        let rows = try await harness.pool.query(
            """
            SELECT d.payload::text AS payload FROM nba_publishing.document_pointer AS p
            JOIN nba_publishing.document AS d USING (document_id) WHERE p.kind = \(kind) AND p.key = \(key)
            """
        )
        return try rows.first.map { try JSONValue(parsing: $0.decode("payload", as: String.self)) }
    }

    @Test func pushesAndWhoDidNotPlayAreInNoRate() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await write(slate, harness.pool)
            let run = try await publish(harness, slate.date, "results_document")
            #expect(try await harness.runState(run) == "complete")
            for key in ["2024-01-15", "latest"] {
                let document = try #require(try await shown(harness, "results", key))
                #expect(try JSONSchema.published("results").problems(document) == [])
                let summary = try #require(document["data"]?["summary"])
                #expect(summary["graded"] == 5 && summary["voided"] == 1 && summary["decided"] == 2)
                #expect(summary["wins"] == 1 && summary["losses"] == 1 && summary["pushes"] == 1)
                #expect(summary["win_rate_percent"]?.doubleValue == 50)
                #expect(document["data"]?["passes"] == 1 && document["data"]?["without_line"] == 1)
                // 5, 5, 1, 1 and 7 points off.
                #expect(summary["mean_absolute_error"]?.doubleValue == 3.8)
                #expect(document["data"]?["made_before_tipoff"]?["graded"] == 5)
                let words = (document["data"]?["results"]?.arrayValue ?? []).compactMap { $0["result"]?.stringValue }
                #expect(words.sorted() == ["LOSS", "NO_LINE", "PASS", "PUSH", "VOID", "WIN"])
            }
            let systems = try #require(try await shown(harness, "systems", "performance"))
            #expect(try JSONSchema.published("systems").problems(systems) == [])
            let week = systems["data"]?["systems"]?[0]?["made_before_tipoff"]?["last_7_days"]
            #expect(week?["decided"] == 2 && week?["pushes"] == 1 && week?["voided"] == 1)
        }
    }

    @Test func whatWasPredictedAfterTheFactIsNoForesight() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await write(slate, harness.pool, lane: "backfill")
            _ = try await publish(harness, slate.date, "results_document")
            let document = try #require(try await shown(harness, "results", "latest"))
            #expect(document["data"]?["summary"]?["graded"] == 5)
            #expect(document["data"]?["made_before_tipoff"]?["graded"] == 0)
            #expect(document["data"]?["made_before_tipoff"]?["win_rate_percent"] == .null)
            let systems = try #require(try await shown(harness, "systems", "performance"))
            #expect(systems["data"]?["systems"]?[0]?["made_before_tipoff"]?["season"]?["graded"] == 0)
            #expect(systems["data"]?["systems"]?[0]?["made_afterwards"]?["season"]?["graded"] == 5)
        }
    }

    @Test func anEarlierDateThatIsGradedAgainMovesItsOwnDocumentOnly() async throws {
        try await PhaseHarness.with("publishing") { harness in
            for day in ["2024-01-15", "2024-01-14"] {
                let slate = try PublishedSlate(day)
                try await write(slate, harness.pool)
                _ = try await publish(harness, slate.date, "results_document")
            }
            #expect(try await shown(harness, "results", "2024-01-14") != nil)
            #expect(try await shown(harness, "results", "latest")?["slate_date"] == "2024-01-15")
            let systems = try #require(try await shown(harness, "systems", "performance"))
            // The season's figures know the earlier date, and still end with the newest.
            #expect(systems["data"]?["until"] == "2024-01-15")
            #expect(systems["data"]?["systems"]?[0]?["made_before_tipoff"]?["season"]?["graded"] == 10)
        }
    }

    @Test func nothingGradedIsNoDocument() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            let run = try await publish(harness, slate.date, "results_document")
            #expect(try await harness.runState(run) == "complete")
            #expect(try await harness.count("SELECT count(*) FROM nba_publishing.document") == 0)
        }
    }

    @Test func aQueryThatFailsIsNoEmptyDocument() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await write(slate, harness.pool)
            _ = try await publish(harness, slate.date, "results_document")
            let before = try await shown(harness, "results", "latest")
            try await harness.pool.execute("DROP VIEW nba_predictions.shown_prediction CASCADE")
            let run = try await publish(harness, slate.date, "results_document")
            #expect(
                try await harness.scalar(
                    "SELECT state FROM nba_orchestration.task WHERE run_id = \(run.runID)",
                    as: String.self
                ) != "success"
            )
            #expect(try await shown(harness, "results", "latest") == before)
        }
    }

    @Test func theCalendarCountsTheGamesThatArePlayed() async throws {
        try await PhaseHarness.with("publishing") { harness in
            for (day, games) in [("2024-01-14", 1), ("2024-01-15", 3)] {
                try await PublishedSlate(day, games: games).writeSchedule(harness.pool)
            }
            try await harness.pool.execute(
                "UPDATE nba_raw.nbac_schedule SET is_postponed = true WHERE game_id LIKE '20240115_BOS%'"
            )
            _ = try await publish(harness, try GameDate("2024-01-15"), "calendar_document")
            let document = try #require(try await shown(harness, "calendar", "2023"))
            #expect(try JSONSchema.published("calendar").problems(document) == [])
            #expect(document["data"]?["total_games"] == 3)
            #expect(document["data"]?["dates"]?[1]?["games"] == 2 && document["data"]?["dates"]?[1]?["postponed"] == 1)
        }
    }

    @Test func streaksEndWithTheNewestGame() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await write(slate, harness.pool)
            try await slate.writeHistory(
                slate.members[1],
                points: [5, 30, 30, nil, 30, 30, 30],
                line: 20.5,
                harness.pool
            )
            _ = try await publish(harness, slate.date, "results_document")
            let document = try #require(try await shown(harness, "streaks", "current"))
            #expect(try JSONSchema.published("streaks").problems(document) == [])
            #expect(document["data"]?["over"]?.arrayValue?.count == 1)
            #expect(document["data"]?["over"]?[0]?["length"] == 5)
            #expect(document["data"]?["over"]?[0]?["mean_margin"]?.doubleValue == 9.5)
            #expect(document["data"]?["under"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test(arguments: [
        ([30, 30, 30, 30], 4 as Int?, "OVER"), ([30, 30, 30, 10], nil, ""), ([20, 30, 30, 30, 30], 4, "OVER"),
        ([10, 10, 20, 10, 10, 30], 4, "UNDER"), ([30, 30, 20, 30], nil, ""), ([], nil, ""), ([20, 20], nil, ""),
    ])
    func aPushNeitherEndsNorLengthensAStreak(points: [Int], length: Int?, side: String) throws {
        let date = try GameDate("2024-01-15")
        let streak = StreaksDocument.Streak(points.map { .init(date: date, points: $0, line: 20) })
        #expect(streak?.games.count == length)
        #expect((streak?.side ?? "") == side)
    }
}
