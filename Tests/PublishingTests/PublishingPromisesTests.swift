import Basketball
import Foundation
import Page
import Postgres
import PostgresTestKit
import Testing

@testable import Pipeline
@testable import Publishing

/// Promises that reach over several documents.
@Suite("What readers may rely on, over all documents")
struct PublishingPromisesTests {
    @discardableResult
    private func publish(
        _ harness: PhaseHarness,
        _ date: GameDate,
        _ processor: String = TonightDocument.name
    ) async throws -> RunRecord {
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

    @Test func whatWasRefusedTwiceInARowLeavesReadersTheLastGoodVersion() async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let good = try #require(try await shown(harness, "tonight", "all-players"))
            // Absurd odds first; then a slate that is thinner than what is shown, judged against the good one and not
            // against the one that was refused.
            try await slate.writeOffer(slate.members[1], harness.pool, over: 199_900)
            try await publish(harness, slate.date)
            try await slate.writeOffer(slate.members[1], harness.pool, over: -115)
            for table: SQL in ["nba_analytics.upcoming_player_game_context", "nba_predictions.player_prop_predictions"]
            {
                try await harness.pool.execute(
                    "UPDATE \(sql: table) SET removed_at = now() WHERE player_lookup ~ 'player[1-4]$'"
                )
            }
            try await publish(harness, slate.date)
            for key in ["all-players", "2024-01-15"] {
                let states = try await harness.pool.query(
                    """
                    SELECT state FROM nba_publishing.document WHERE kind = 'tonight' AND key = \(key) ORDER BY version
                    """
                ).column("state", as: String.self)
                #expect(states == ["good", "quarantined", "quarantined"])
            }
            #expect(try await shown(harness, "tonight", "all-players") == good)
            let served = try await ServedDocument.get("tonight", "all-players", harness.context.pool)
            #expect(try served.json == good)
        }
    }

    @Test(arguments: ["nba_raw.nbac_schedule", "nba_raw.odds_api_player_points_props", "nba_publishing.withdrawal"])
    func aSlateWhoseReadFailsIsNoEmptySlate(_ table: String) async throws {
        try await PhaseHarness.with("publishing") { harness in
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let good = try #require(try await shown(harness, "tonight", "all-players"))
            try await slate.writePrediction(slate.members[2], harness.pool, points: 33)
            let parts = table.split(separator: ".").map(String.init)
            let (place, name) = (parts[0], parts[1])
            try await harness.pool.execute("ALTER TABLE \(identifier: place).\(identifier: name) RENAME TO elsewhere")
            let run = try await publish(harness, slate.date)
            #expect(try await harness.runState(run) != "complete")
            #expect(try await shown(harness, "tonight", "all-players") == good)
            #expect(try await harness.count("SELECT count(*) FROM nba_publishing.document WHERE version > 1") == 0)
            try await harness.pool.execute("ALTER TABLE \(identifier: place).elsewhere RENAME TO \(identifier: name)")
            try await publish(harness, slate.date)
            #expect(try await shown(harness, "tonight", "all-players")?["version"] == 2)
        }
    }

    /// One player's points are exactly his line of 12; an over was recommended.
    @Test func anExactPushIsNeitherWonNorLostAnywhere() async throws {
        try await PhaseHarness.with("publishing", clock: "2024-01-15T19:00:00Z") { harness in
            let slate = try PublishedSlate("2024-01-15", games: 1)
            try await slate.write(harness.pool)
            let star = slate.members[1]
            try await slate.moveLine(star, to: 12, hour: 9, harness.pool)
            try await slate.writeEvaluation(
                star,
                harness.pool,
                .init(line: 12, overPrice: -120, underPrice: 100)
            )
            try await harness.pool.execute(
                """
                UPDATE nba_predictions.player_prop_predictions SET current_points_line = 12,
                    line_margin = predicted_points - 12 WHERE player_lookup = \(star.lookup)
                """
            )
            try await publish(harness, slate.date)
            try await harness.pool.execute("UPDATE nba_raw.nbac_schedule SET game_status = 3")
            try await slate.writePlayed(star, points: 12, line: 12, harness.pool)
            try await slate.writeGrade(star, points: 12, side: ("OVER", "PUSH"), line: 12, harness.pool)
            try await publish(harness, slate.date)
            try await publish(harness, slate.date, ResultsDocument.name)

            // The slate, the date's results, the systems' figures, the picks and their record, and the streaks.
            let tonight = try await shown(harness, "tonight", "2024-01-15")
            let players = tonight?["data"]?["games"]?[0]?["players"]?.arrayValue ?? []
            #expect(players.first { $0["player_lookup"]?.stringValue == star.lookup }?["result"] == "PUSH")
            let results = try #require(try await shown(harness, "results", "2024-01-15")?["data"])
            #expect(results["results"]?[0]?["result"] == "PUSH")
            let systems = try #require(try await shown(harness, "systems", "performance")?["data"]?["systems"]?[0])
            let picks = try #require(try await shown(harness, "best-bets", "2024-01-15")?["data"]?["picks"])
            #expect(picks[0]?["result"] == "PUSH" && picks[0]?["profit"]?.doubleValue == 0)
            let record = try #require(try await shown(harness, "best-bets", "all")?["data"]?["record"]?["season"])
            for counted in [
                results["summary"], systems["made_before_tipoff"]?["season"], record,
            ] {
                #expect(counted?["wins"] == 0 && counted?["losses"] == 0 && counted?["pushes"] == 1)
                #expect(counted?["win_rate_percent"] == .null)
            }
            let rows = try await ServedDocument.records(harness.context.pool)
            #expect(rows.map(\.wins) == [0] && rows.map(\.losses) == [0] && rows.map(\.pushes) == [1])
            let streaks = try #require(try await shown(harness, "streaks", "current")?["data"])
            #expect(streaks["over"]?.arrayValue?.isEmpty == true && streaks["under"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test func whatWasNeverPublishedIsUnknownAndNotWell() async throws {
        try await PhaseHarness.with("publishing") { harness in
            func status() async throws -> JSONValue {
                let status = try await ServedDocument.status(harness.context.pool)
                #expect(try JSONSchema.published("status").problems(status) == [])
                return status
            }
            let empty = try await status()
            #expect(empty["overall"] == "unknown")
            for definition in Registry.documents where definition.owner != nil {
                let document = empty["documents"]?[definition.kind]
                #expect(document?["status"] == "missing" && document?["version"] == .null)
                #expect(document?["data_as_of"] == .null && document?["changes_waiting_since"] == .null)
            }
            let slate = try PublishedSlate("2024-01-15")
            try await slate.write(harness.pool)
            try await publish(harness, slate.date)
            let part = try await status()
            #expect(part["overall"] == "unknown" && part["documents"]?["tonight"]?["status"] == "good")
            try await publish(harness, slate.date, CalendarDocument.name)
            try await slate.writeGrade(slate.members[1], points: 12, side: ("OVER", "OVER"), line: 11.5, harness.pool)
            try await publish(harness, slate.date, ResultsDocument.name)
            #expect(try await status()["overall"] == "healthy")
        }
    }
}
