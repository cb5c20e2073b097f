import ArgumentParser
import Basketball
import Foundation
import Logging
import Pipeline
import Postgres
import PostgresTestKit
import Warehouse

/// A write of 100,000 rows of which one has changed, compared with its table.
struct ChangeDetectionBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "change-detection")

    @Option(help: "Rows of the write.") var rows = 100_000
    @Option(help: "Measured rounds, after one that is not.") var rounds = 7

    func run() async throws {
        var series = [memory()]
        series += try await TestDatabase.with("bench") { database in
            let pool = database.pool(maximumConnections: 1)
            do {
                let series = try await stored(pool)
                await pool.close()
                return series
            } catch {
                await pool.close()
                throw error
            }
        }
        print(String(decoding: try JSONEncoder().encode(series), as: UTF8.self))
    }

    /// Keys and hashes of both sides are there already.
    private func memory() -> Series {
        let keys = (0..<rows).map { "10:2024-01-15|\(6 + String($0).count):player\($0)" }
        var hashes = keys.map { String($0.hashValue, radix: 16) }
        let stored = StoredKeys(keys: keys, hashes: hashes, areRemoved: keys.map { _ in false })
        hashes[rows / 2] = "changed"
        var samples: [Double] = []
        for _ in 0...rounds {
            let start = ContinuousClock.now
            let comparison = try? RowComparison(keys: keys, hashes: hashes, stored: stored)
            samples.append((ContinuousClock.now - start) / .milliseconds(1))
            precondition(comparison?.differing.count == 1 && comparison?.unchangedCount == rows - 1)
        }
        return Series(name: "change_detection_memory_ms", samples: Array(samples.dropFirst()))
    }

    /// The whole comparison of a write, its rows' hashes included, beside reading the keys and hashes alone.
    private func stored(_ pool: PostgresPool) async throws -> [Series] {
        _ = try await PostgresMigrator(migrations: WarehouseMigrations.all).migrate(pool)
        try await pool.execute(
            """
            CREATE TABLE public.bench_game (season_year bigint, game_date date, player_lookup text, team_abbr text,
                points bigint, rebounds bigint, assists bigint, minutes double precision, usage double precision,
                data_hash text, run_id uuid, execution_id uuid, source_object text, captured_at timestamptz,
                created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now(), removed_at timestamptz,
                PRIMARY KEY (game_date, player_lookup))
            """
        )
        let first = try GameDate("2024-10-22")
        var random = SeededRandom(seed: 7)
        var games = (0..<rows).map { BenchGame($0, first: first, using: &random) }
        let scope = WriteScope.rows([ScopeCondition("season_year", .integer(2024))])
        let same = TableWrite(games, scope: scope)
        games[rows / 2].points += 1
        let changed = TableWrite(games, scope: scope)

        let initial = try await plan(same, pool)
        let statements = try ChangeWriter.statements(for: initial, runID: UUID(), executionID: UUID(), gameDate: first)
        try await pool.transaction { transaction in
            for statement in statements { try await transaction.execute(statement) }
        }
        try await pool.execute("ANALYZE public.bench_game")

        let names = "reading the rows' keys and hashes"
        var one = Series(name: "change_detection_ms", samples: [], reference: names, referenceSamples: [])
        var equal = Series(
            name: "change_detection_equal_ms",
            samples: [],
            reference: "hashing the rows",
            referenceSamples: []
        )
        for round in 0...rounds {
            let bare = try await milliseconds {
                let found = try await pool.query(
                    "SELECT game_date, player_lookup, data_hash FROM public.bench_game WHERE season_year = \(2024)"
                )
                precondition(found.count == rows)
            }
            let changedTime = try await milliseconds {
                let plan = try await plan(changed, pool)
                precondition(plan.changedCount == 1 && plan.unchangedCount == rows - 1)
            }
            let equalTime = try await milliseconds {
                let plan = try await plan(same, pool)
                precondition(plan.isUnchanged && plan.unchangedCount == rows)
            }
            let hashing = await milliseconds {
                precondition(!RowFingerprints(same).digest().isEmpty)
            }
            guard round > 0 else { continue }
            one.samples.append(changedTime)
            one.referenceSamples?.append(bare)
            equal.samples.append(equalTime)
            equal.referenceSamples?.append(hashing)
        }
        return [one, equal]
    }

    private func plan(_ write: TableWrite, _ pool: PostgresPool) async throws -> ChangePlan {
        try await pool.transaction(.repeatableRead, readOnly: true) { transaction in
            try await ChangeDetector().plan(write, reader: transaction)
        }
    }
}

/// One game of one player, of the width of a box score.
private struct BenchGame: WarehouseRow {
    static let table = TableDefinition(
        "public.bench_game",
        key: ["game_date", "player_lookup"],
        entities: [.player: "player_lookup", .team: "team_abbr"],
        columns: [
            .integer("season_year"), .date("game_date"), .text("player_lookup"), .text("team_abbr"), .integer("points"),
            .integer("rebounds"), .integer("assists"), .double("minutes"), .double("usage"),
        ]
    )

    var date: GameDate
    var player: String
    var team: String
    var points: Int
    var rebounds: Int
    var assists: Int
    var minutes: Double
    var usage: Double

    init(_ number: Int, first: GameDate, using random: inout SeededRandom) {
        date = first.adding(days: number / 500)
        player = "player\(number % 500)"
        team = Team.all[number % 30].tricode
        points = Int.random(in: 0...50, using: &random)
        rebounds = Int.random(in: 0...20, using: &random)
        assists = Int.random(in: 0...15, using: &random)
        minutes = Rounding.halfAway(Double.random(in: 0...48, using: &random), places: 4)
        usage = Rounding.halfAway(Double.random(in: 0...40, using: &random), places: 4)
    }

    var cells: [Cell] {
        [
            .integer(2024), .date(date), .text(player), .text(team), .integer(points), .integer(rebounds),
            .integer(assists), .double(minutes), .double(usage),
        ]
    }
}
