import Basketball
import Foundation
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// Picks that readers were shown stay, and say what has become of them.
@Suite("Best bets on a real PostgreSQL")
struct BestBetsTests {
    /// Two in the afternoon, Eastern time; the games begin at half past nine and half past ten.
    private static let afternoon = "2024-01-15T19:00:00Z"
    private static let evening = "2024-01-16T04:00:00Z"

    @discardableResult
    private func publish(
        _ harness: PhaseHarness,
        _ date: GameDate,
        _ processor: String = TonightDocument.name,
        lane: Lane = .live
    ) async throws -> RunRecord {
        let run = try await harness.open(date, from: .publishing, kind: .full, lane: lane, marking: [processor])
        await harness.work(run, PublishingService.definition(harness.context, signal: ProjectionSignal()))
        return run
    }

    private func shown(_ harness: PhaseHarness, _ key: String, kind: String = BestBetsDocument.kind) async throws
        -> JSONValue
    {
        let text = try await harness.scalar(
            """
            SELECT d.payload::text FROM nba_publishing.document_pointer AS p
            JOIN nba_publishing.document AS d USING (document_id) WHERE p.kind = \(kind) AND p.key = \(key)
            """,
            as: String.self
        )
        let document = try JSONValue(parsing: text)
        #expect(try JSONSchema.published(kind).problems(document) == [])
        return document
    }

    private func picks(_ harness: PhaseHarness, _ date: GameDate) async throws -> [JSONValue] {
        try await shown(harness, date.description)["data"]?["picks"]?.arrayValue ?? []
    }

    private func events(_ harness: PhaseHarness) async throws -> [String] {
        try await harness.pool.query(
            """
            SELECT concat_ws(' ', player_lookup, side, event, reason, points_line) AS line
            FROM nba_publishing.pick_event ORDER BY event_id
            """
        ).column("line", as: String.self)
    }

    /// A slate at two in the afternoon with one pick: the first member with a line, over 11.5 at −115.
    private func withPick(
        _ body: @Sendable (PhaseHarness, PublishedSlate, PublishedSlate.Member) async throws -> Void
    ) async throws {
        try await PhaseHarness.with("publishing", clock: Self.afternoon) { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            let star = slate.members[1]
            try await slate.writeEvaluation(star, harness.pool)
            try await publish(harness, slate.date)
            try await body(harness, slate, star)
        }
    }

    private func expectAsItWasShown(_ harness: PhaseHarness, _ slate: PublishedSlate) async throws -> JSONValue {
        let picks = try await picks(harness, slate.date)
        #expect(picks.count == 1)
        let pick = try #require(picks.first)
        #expect(pick["player_lookup"]?.stringValue == slate.members[1].lookup)
        #expect(pick["side"] == "OVER" && pick["line"]?.doubleValue == 11.5 && pick["price"] == -115)
        #expect(pick["bookmaker"] == "draftkings" && pick["win_probability"]?.doubleValue == 0.75)
        #expect(pick["shown_at"]?.stringValue?.hasPrefix("2024-01-15T19:00:") == true)
        return pick
    }

    @Test func aPickThatWasShownAtTwoIsThereAtElevenWhateverHappened() async throws {
        try await withPick { harness, slate, star in
            let first = try await expectAsItWasShown(harness, slate)
            #expect(first["state"] == "active" && first["rank"] == 1)
            #expect(first["break_even_probability"]?.doubleValue == 0.535)

            // A read fails.
            try await harness.pool.execute("ALTER TABLE nba_predictions.prediction_line_evaluation RENAME TO elsewhere")
            try await slate.writePrediction(slate.members[2], harness.pool, points: 33)
            let failing = try await publish(harness, slate.date)
            #expect(try await harness.runState(failing) != "complete")
            _ = try await expectAsItWasShown(harness, slate)
            try await harness.pool.execute("ALTER TABLE nba_predictions.elsewhere RENAME TO prediction_line_evaluation")

            // The line moves.
            try await slate.moveLine(star, to: 14.5, hour: 16, harness.pool)
            try await publish(harness, slate.date)
            let moved = try await expectAsItWasShown(harness, slate)
            #expect(moved["latest"]?["line"]?.doubleValue == 14.5 && moved["latest"]?["price"] == -120)

            // The model that made it serves him no more, and the service is started anew.
            try await slate.disableSystem(of: star, harness.pool)
            try await harness.restarted("publishing", clock: Self.evening) { later in
                let run = try await publish(later, slate.date)
                let written = try await later.pool.query(
                    "SELECT DISTINCT state FROM nba_publishing.document WHERE run_id = \(run.runID)"
                ).column("state", as: String.self)
                #expect(written == ["good"])
                let last = try await expectAsItWasShown(later, slate)
                #expect(last["state"] == "active" && last["latest"]?["win_probability"] == .null)
                #expect(try await events(later) == ["\(star.lookup) OVER shown 11.5"])
            }
        }
    }

    @Test func aPickOfWhoIsOutIsTakenBackInSightAndStandsAgainWhenHePlays() async throws {
        try await withPick { harness, slate, star in
            try await slate.writeStatus(star, "out", "left ankle", harness.pool)
            try await publish(harness, slate.date)
            let gone = try await expectAsItWasShown(harness, slate)
            #expect(gone["state"] == "retracted" && gone["rank"] == .null)
            #expect(gone["retraction"]?["reason"] == "player_out" && gone["retraction"]?["detail"] == "left ankle")
            #expect(try await shown(harness, "2024-01-15")["data"]?["retracted"] == 1)

            try await slate.writeStatus(star, "available", nil, harness.pool)
            try await publish(harness, slate.date)
            let again = try await expectAsItWasShown(harness, slate)
            #expect(again["state"] == "active" && again["retraction"] == .null)
            #expect(
                try await events(harness) == [
                    "\(star.lookup) OVER shown 11.5", "\(star.lookup) OVER retracted player_out",
                    "\(star.lookup) OVER reinstated",
                ]
            )

            // What is said during the game is too late to take anything back.
            try await slate.writeStatus(star, "out", "hurt in the game", harness.pool)
            try await harness.restarted("publishing", clock: Self.evening) { later in
                try await publish(later, slate.date)
                #expect(try await expectAsItWasShown(later, slate)["state"] == "active")
            }
        }
    }

    @Test func whoIsWithdrawnKeepsHisPickWithTheOperatorsWords() async throws {
        try await withPick { harness, slate, star in
            try await harness.pool.execute(
                """
                INSERT INTO nba_publishing.withdrawal (player_lookup, from_date, reason, actor)
                VALUES (\(star.lookup), \(slate.date.postgresDate), 'a wrong price', 'ann')
                """
            )
            try await publish(harness, slate.date)
            let pick = try await expectAsItWasShown(harness, slate)
            #expect(pick["retraction"]?["reason"] == "withdrawn" && pick["retraction"]?["detail"] == "a wrong price")
        }
    }

    @Test func nobodyOffersALineAnyMore() async throws {
        try await withPick { harness, slate, star in
            try await harness.pool.execute(
                """
                UPDATE nba_raw.odds_api_player_points_props SET removed_at = now() WHERE player_lookup = \(star.lookup)
                """
            )
            try await publish(harness, slate.date)
            #expect(try await expectAsItWasShown(harness, slate)["retraction"]?["reason"] == "line_gone")
        }
    }

    @Test func aPostponedGameVoidsItsPicks() async throws {
        try await withPick { harness, slate, star in
            try await harness.pool.execute(
                "UPDATE nba_raw.nbac_schedule SET is_postponed = true WHERE game_id = \(star.gameID)"
            )
            try await publish(harness, slate.date)
            let pick = try await expectAsItWasShown(harness, slate)
            #expect(pick["retraction"]?["reason"] == "game_postponed" && pick["result"] == "VOID")
            #expect(pick["void_reason"] == "game_postponed" && pick["profit"]?.doubleValue == 0)
        }
    }

    @Test func aRefusedSlateShowsNoPickAndLogsNone() async throws {
        try await withPick { harness, slate, star in
            try await slate.writeEvaluation(slate.members[2], harness.pool)
            try await slate.writeOffer(slate.members[3], harness.pool, over: 199_900)
            try await publish(harness, slate.date)
            #expect(try await picks(harness, slate.date).count == 1)
            #expect(try await events(harness).count == 1)
            try await slate.writeOffer(slate.members[3], harness.pool, over: -115)
            try await publish(harness, slate.date)
            #expect(try await picks(harness, slate.date).count == 2)
            #expect(try await events(harness).count == 2)
            #expect(star.number == 1)
        }
    }

    @Test(arguments: ["afterwards", "backfill"])
    func nothingIsShownAfterTheFact(_ how: String) async throws {
        let clock = how == "afterwards" ? Self.evening : Self.afternoon
        try await PhaseHarness.with("publishing", clock: clock) { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await slate.writeEvaluation(slate.members[1], harness.pool)
            try await publish(harness, slate.date, lane: how == "backfill" ? .backfill : .live)
            let document = try await shown(harness, "2024-01-15")
            #expect(document["data"]?["picks"]?.arrayValue?.isEmpty == true && document["status"] == "good")
            #expect(try await events(harness) == [])
        }
    }

    @Test func picksAreJudgedByTheirOwnLineAndPrice() async throws {
        try await PhaseHarness.with("publishing", clock: Self.afternoon) { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            let members = slate.members
            for member in [1, 2, 4, 5] { try await slate.writeEvaluation(members[member], harness.pool) }
            try await slate.moveLine(members[3], to: 14, hour: 9, harness.pool)
            try await slate.writeEvaluation(
                members[3],
                harness.pool,
                .init(line: 14, overPrice: -120, underPrice: 100)
            )
            try await publish(harness, slate.date)
            try await slate.writeStatus(members[5], "out", "ill", harness.pool)
            try await publish(harness, slate.date)
            #expect(try await picks(harness, slate.date).count == 5)
            // The prediction behind a pick is gone; its game is judged by what others said of it.
            try await slate.disableSystem(harness.pool)
            for (member, points) in [(1, 20), (2, 10), (3, 14), (4, nil as Int?), (5, 30)] {
                try await slate.writeGrade(members[member], points: points, harness.pool)
            }
            let run = try await publish(harness, slate.date, ResultsDocument.name)
            #expect(try await harness.runState(run) == "complete")

            let document = try await shown(harness, "2024-01-15")
            #expect(document["state"] == "graded")
            let found = Dictionary(
                (document["data"]?["picks"]?.arrayValue ?? []).map { pick in
                    (
                        pick["player_lookup"]?.stringValue ?? "",
                        "\(pick["result"]?.stringValue ?? "-") \(pick["profit"]?.doubleValue ?? .nan)"
                    )
                },
                uniquingKeysWith: { first, _ in first }
            )
            #expect(
                found == [
                    members[1].lookup: "WIN 0.87", members[2].lookup: "LOSS -1.0", members[3].lookup: "PUSH 0.0",
                    members[4].lookup: "VOID 0.0", members[5].lookup: "WIN 0.87",
                ]
            )
            let record = try #require(try await shown(harness, "all")["data"]?["record"])
            let season = try #require(record["season"])
            #expect(season["picks"] == 4 && season["wins"] == 1 && season["losses"] == 1)
            #expect(season["pushes"] == 1 && season["voids"] == 1 && season["pending"] == 0)
            #expect(season["win_rate_percent"]?.doubleValue == 50 && season["units"]?.doubleValue == -0.13)
            #expect(record["retracted"]?["wins"] == 1 && record["retracted"]?["picks"] == 1)
        }
    }

    @Test func whoWasRuledOutIsJudgedWithHisGame() async throws {
        try await PhaseHarness.with("publishing", clock: Self.afternoon) { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            let out = slate.members[5]
            let other = try #require(slate.members.first { $0.gameID == out.gameID && $0.lookup != out.lookup })
            try await slate.writeEvaluation(out, harness.pool)
            try await publish(harness, slate.date)
            try await slate.writeStatus(out, "out", "ill", harness.pool)
            // Who is out is predicted no more, and so has no grade of his own.
            try await slate.disableSystem(of: out, harness.pool)
            try await publish(harness, slate.date)
            try await slate.writeGrade(other, points: 20, harness.pool)
            try await publish(harness, slate.date, ResultsDocument.name)
            let picks = try await picks(harness, slate.date)
            #expect(picks.map { $0["result"]?.stringValue } == ["VOID"])
            #expect(picks.map { $0["void_reason"]?.stringValue } == ["dnp_unknown"])
            #expect(try await shown(harness, "all")["data"]?["record"]?["retracted"]?["pending"] == 0)
        }
    }

    @Test func theRecordIsRefreshedWhileAHaltHolds() async throws {
        try await withPick { harness, slate, star in
            try await harness.pool.execute("INSERT INTO nba_publishing.halt (reason, actor) VALUES ('edge', 'ann')")
            let before = try await shown(harness, "all")["version"]?.intValue
            try await slate.writeGrade(star, points: 20, harness.pool)
            try await publish(harness, slate.date, ResultsDocument.name)
            let all = try await shown(harness, "all")
            #expect(all["version"]?.intValue == before.map { $0 + 1 })
            #expect(all["data"]?["record"]?["season"]?["wins"] == 1)
            let told = try await ServedDocument.get("best-bets", "all", harness.context.pool).json
            #expect(told["status"] == "halted" && told["version"] == all["version"])
            #expect(try JSONSchema.published("best-bets").problems(told) == [])
        }
    }

    @Test func aHaltWithoutAPickIsAHaltAndNotDegraded() async throws {
        try await PhaseHarness.with("publishing", clock: Self.afternoon) { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            #expect(try await shown(harness, "2024-01-15")["status"] == "good")
            try await harness.pool.execute(
                "INSERT INTO nba_publishing.halt (reason, actor) VALUES ('between rounds', 'ann')"
            )
            let told = try await ServedDocument.get("best-bets", "2024-01-15", harness.context.pool).json
            #expect(told["status"] == "halted" && told["status_reasons"] == ["halted: between rounds"])
            #expect(told["data"]?["picks"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test func theServiceCannotChangeWhatTheLogSays() async throws {
        try await withPick { harness, _, _ in
            for statement: SQL in [
                "UPDATE nba_publishing.pick_event SET points_line = 1", "DELETE FROM nba_publishing.pick_event",
            ] {
                await #expect(throws: (any Error).self) { try await harness.context.pool.execute(statement) }
            }
            let left = try await events(harness)
            #expect(left.count == 1)
        }
    }

    @Test func twoRunsThatFindTheSamePickShowItOnce() async throws {
        try await PhaseHarness.with("publishing", clock: Self.afternoon) { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            for member in slate.members.prefix(6) where member.number > 0 {
                try await slate.writeEvaluation(member, harness.pool)
            }
            var runs: [RunRecord] = []
            for kind in [RunKind.full, .pregame] {
                runs.append(
                    try await harness.open(slate.date, from: .publishing, kind: kind, marking: [TonightDocument.name])
                )
            }
            let definition = PublishingService.definition(harness.context, signal: ProjectionSignal())
            await withTaskGroup(of: Void.self) { group in
                for run in runs { group.addTask { await harness.work(run, definition) } }
            }
            for run in runs {
                try await harness.pool.execute(
                    "UPDATE nba_orchestration.task SET next_attempt_at = now() WHERE state = 'pending'"
                )
                await harness.work(run, definition)
                #expect(try await harness.runState(run) == "complete")
            }
            #expect(try await events(harness).count == 5)
            #expect(try await picks(harness, slate.date).count == 5)
        }
    }

    @Test func theLatestPicksAreOfTheNewestSlate() async throws {
        try await PhaseHarness.with("publishing", clock: "2024-01-14T19:00:00Z") { harness in
            for (day, clock) in [("2024-01-14", "2024-01-14T19:00:00Z"), ("2024-01-15", Self.afternoon)] {
                let slate = try PublishedSlate(day)
                try await slate.write(harness.pool)
                try await slate.writeEvaluation(slate.members[1], harness.pool)
                try await harness.restarted("publishing", clock: clock) { try await publish($0, slate.date) }
            }
            let first = try PublishedSlate("2024-01-14")
            try await first.writeGrade(first.members[1], points: 5, harness.pool)
            try await publish(harness, first.date, ResultsDocument.name)
            let all = try await shown(harness, "all")
            #expect(all["slate_date"] == "2024-01-15")
            let days = all["data"]?["days"]?.arrayValue ?? []
            #expect(days.compactMap { $0["game_date"]?.stringValue } == ["2024-01-15", "2024-01-14"])
            #expect(days.last?["picks"]?[0]?["result"] == "LOSS")
            #expect(all["data"]?["record"]?["season"]?["pending"] == 1)
        }
    }

    @Test func whatIsTakenBackOfAnEarlierDateStandsInTheList() async throws {
        try await PhaseHarness.with("publishing", clock: Self.afternoon) { harness in
            let (today, before) = (try PublishedSlate("2024-01-15"), try PublishedSlate("2024-01-14"))
            for (slate, clock) in [(before, "2024-01-14T19:00:00Z"), (today, Self.afternoon)] {
                try await slate.write(harness.pool)
                try await slate.writeEvaluation(slate.members[1], harness.pool)
                try await harness.restarted("publishing", clock: clock) { try await publish($0, slate.date) }
            }
            try await harness.pool.execute(
                "UPDATE nba_raw.nbac_schedule SET is_postponed = true WHERE game_date = \(before.date.postgresDate)"
            )
            try await publish(harness, before.date)
            let all = try await shown(harness, "all")
            #expect(all["slate_date"] == "2024-01-15")
            let days = all["data"]?["days"]?.arrayValue ?? []
            #expect(days.compactMap { $0["game_date"]?.stringValue } == ["2024-01-15", "2024-01-14"])
            #expect(days.last?["picks"]?[0]?["retraction"]?["reason"] == "game_postponed")
            #expect(days.first?["picks"]?[0]?["state"] == "active")
        }
    }
}
