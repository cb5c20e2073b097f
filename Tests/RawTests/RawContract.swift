import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Raw
import Testing
import Upstream

/// The contract of every raw processor: a payload in the store becomes rows in a real database.
enum RawContract {
    static let captured = Date(timeIntervalSince1970: 1_705_395_600)

    /// Lays payloads down as their scraper would, one after the other, and gives the ends of their raw tasks to the check.
    ///
    /// - Parameters:
    ///   - payloads: the bodies in the order of their capture, a minute apart.
    ///   - prepare: what has to be in the database before, such as a schedule.
    static func read(
        _ payloads: [[UInt8]],
        _ subject: PayloadSubject,
        date: GameDate,
        prepare: @Sendable (TaskHarness) async throws -> Void = { _ in },
        check: @Sendable ([TaskResult], TaskHarness) async throws -> Void
    ) async throws {
        try await TaskHarness.with { harness in
            try await prepare(harness)
            var results: [TaskResult] = []
            for (number, body) in payloads.enumerated() {
                let captured = captured.addingTimeInterval(Double(60 * number))
                results += try await take(body, subject, date: date, capturedAt: captured, in: harness)
            }
            try await check(results, harness)
        }
    }

    /// Lays one payload down and runs its raw tasks in a run of their own.
    static func take(
        _ body: [UInt8],
        _ subject: PayloadSubject,
        date: GameDate,
        capturedAt: Date = captured,
        in harness: TaskHarness
    ) async throws -> [TaskResult] {
        let run = try await harness.open(.postgame, date, only: [])
        try await harness.handOver(
            body,
            at: PayloadKey(subject, capturedAt: capturedAt).path.string,
            scraper: subject.scraper,
            unit: subject.unit,
            run: run,
            capturedAt: capturedAt
        )
        return try await harness.work(run, .raw, RawService.processors)
    }

    /// Loads a schedule, so that payloads without home and away can be told apart.
    static func schedule(
        _ games: [(id: String, date: String, away: String, home: String)],
        status: Int = 3
    ) -> @Sendable (TaskHarness) async throws -> Void {
        { harness in
            for game in games {
                let id = try NBAGameID(game.id)
                let gameID = try GameID(
                    date: try GameDate(game.date),
                    away: try Team(tricode: game.away),
                    home: try Team(tricode: game.home)
                )
                try await harness.pool.execute(
                    """
                    INSERT INTO nba_raw.nbac_schedule
                        (game_id, nba_game_id, season_year, season_type, game_date, game_status, is_postponed,
                         home_team_tricode, away_team_tricode, tipoff_at)
                    VALUES (\(gameID.description), \(game.id), \(Int64(id.season.startYear)), \(id.seasonType.rawValue),
                            \(gameID.date.postgres), \(Int64(status)), false, \(game.home), \(game.away),
                            \(LeagueClock.instant(gameID.date, hour: 19, minute: 30)))
                    """
                )
            }
        }
    }
}
