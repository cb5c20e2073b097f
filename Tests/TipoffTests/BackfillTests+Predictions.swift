import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// Jobs that reach Phase 5.
extension BackfillTests {
    /// A job of Phase 5 alone: each date has its own run and batch, and the report says what predicted it.
    @Test func aJobOfPhase5TellsWhatItPredictedByWhichModel() async throws {
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url]
            try await Self.model("near", through: "2024-01-02", in: pool)
            try await Self.model("weak", through: "2024-01-02", holds: false, in: pool)
            let range = ["--from", "2024-01-01", "--to", "2024-01-08", "--phases", "5"]
            let plan = await tipoff(["backfill", "plan"] + range, environment: environment)
            #expect(plan.output.contains("1 dates from 2024-01-02 to 2024-01-02 have no model"))
            #expect(plan.output.contains("3 dates from 2024-01-03 to 2024-01-07 are predicted by near"))

            let run = ["backfill", "run"] + range + ["--job", "j", "--window", "1", "--wait"]
            try await Self.working(FakeServices(pool: pool)) { await tipoff(run, environment: environment).expect(0) }
            let runs = try await pool.query(
                "SELECT DISTINCT concat_ws(' ', lane, kind, first_phase, until_phase) AS what FROM nba_orchestration.run"
            )
            #expect(try runs.column("what", as: String.self) == ["backfill full 5 5"])
            #expect(try await Self.planKeys(pool) == Self.days.map { "backfill:j:\($0)" })
            let tasks = try await pool.query("SELECT DISTINCT processor FROM nba_orchestration.task")
            #expect(try tasks.column("processor", as: String.self) == ["prediction_coordinator"])
            // What the predictions service would have left of each date.
            try await pool.execute(
                """
                INSERT INTO nba_predictions.prediction_batch
                    (batch_id, run_id, game_date, expected_count, open_count, predicted_count, state, readiness, model_id,
                     systems)
                SELECT gen_random_uuid(), run_id, game_date, 10, 0, 10, 'complete',
                       jsonb_build_object('model_choice', CASE WHEN game_date = '2024-01-02' THEN 'none_of_its_time'
                                                               ELSE 'of_its_time' END),
                       CASE WHEN game_date > '2024-01-02' THEN 'near' END, '{}'
                FROM nba_orchestration.backfill_date
                """
            )
            let status = await tipoff("backfill", "status", "--job", "j", "--dates", environment: environment)
            status.expect(0)
            #expect(
                status.output.contains(
                    "predicted 40 players on 4 dates, 0 of them judged: rules alone (none_of_its_time) on 1, near on 3"
                )
            )
            let told = await tipoff("backfill", "status", "--job", "j", "--dates", "--json", environment: environment)
            let json = try told.json()
            #expect(json["predictions"]?["players"]?.intValue == 40)
            #expect(json["predictions"]?["models"]?.arrayValue?.count == 2)
            #expect(json["complete"]?.intValue == 4)
            // A game of two teams that have played before needs its predictions and their grades.
            let verify = await tipoff("backfill", "verify", "--job", "j", "--phases", "5", environment: environment)
            verify.expect(1)
            #expect(verify.output.contains("2024-01-05 predictions: g3; grades: g3"))
            #expect(!verify.output.contains("2024-01-02 "), "nobody looks back on a team's first game")
        }
    }

    static func model(_ id: String, through: String, holds: Bool = true, in pool: PostgresPool) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_predictions.model
                (model_id, artefact_path, sha256, byte_count, format_version, feature_version, feature_count, trained_from,
                 trained_to, trained_through, appearances, seed, source, metrics, gates, gates_passed, trained_at, trained_by,
                 build_commit)
            VALUES (\(id), \("models/points/\(id).json"), encode(sha256(\(id)::text::bytea), 'hex'), 1, 1, 'points', 130, '2018-19',
                    '2022-23', \(through)::text::date, 1, 1, 'test', '[]', '[]', \(holds), now(), 'ann', 'test')
            """
        )
    }

    /// A day that is not over is predicted live: what a backfill said of it would count as said afterwards.
    @Test func aDayThatIsNotOverIsNotPredictedByABackfill() async throws {
        try await Database.with { database, pool in
            try await Self.schedule(Self.season, in: pool)
            let environment = ["TIPOFF_DATABASE_URL": database.url, "TIPOFF_CLOCK": "2024-01-08T12:00:00Z"]
            for (last, phases, code) in [("2024-01-08", "1-5", 2), ("2024-01-08", "5-6", 2), ("2024-01-08", "1-4", 0)]
                as [(String, String, Int32)]
            {
                let run = [
                    "backfill", "run", "--from", "2024-01-02", "--to", last, "--phases", phases, "--job", "today",
                ]
                let result = await tipoff(run, environment: environment)
                result.expect(code)
                if code == 2 { #expect(result.errors.contains("predictions are made live")) }
            }
            let cancel = ["backfill", "cancel", "--job", "today", "--reason", "r"]
            await tipoff(cancel, environment: environment).expect(0)
            let yesterday = ["backfill", "run", "--from", "2024-01-02", "--to", "2024-01-07", "--phases", "1-5"]
            await tipoff(yesterday, environment: environment).expect(0)
            let until = ["backfill", "run", "--from", "2024-01-08", "--to", "2024-01-09", "--until-phase", "5"]
            await tipoff(until, environment: environment).expect(2)
        }
    }
}
