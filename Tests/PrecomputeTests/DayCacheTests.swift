import Basketball
import Foundation
import Postgres
import PostgresTestKit
import Synchronization
import Testing
import Warehouse

@testable import Pipeline

/// What a service keeps of earlier days is what the tables hold, and is read once.
@Suite struct DayCacheTests {
    /// The days that were read, each time.
    private final class Reads: Sendable {
        private let days = Mutex<[[GameDate]]>([])
        func add(_ read: [GameDate]) { days.withLock { $0.append(read) } }
        /// And forgets them.
        func take() -> [[GameDate]] {
            days.withLock { days in
                defer { days = [] }
                return days
            }
        }
    }

    /// A league of four settled dates.
    private func with(_ name: String, _ body: (Workbench, SmallLeague) async throws -> Void) async throws {
        try await Workbench.with(name) { bench in
            let league = SmallLeague(seed: 61, days: 4)
            try await league.store(in: bench)
            for date in league.dates { try await settle(bench, date) }
            try await body(bench, league)
        }
    }

    private func settle(_ bench: Workbench, _ date: GameDate) async throws {
        for name in ["team_offense_game_summary", "player_game_summary"] { try await bench.run(name, date, full: true) }
    }

    /// A player whose row comes from a box score and not from a gamebook.
    private func playerByBox(_ bench: Workbench, _ date: GameDate) async throws -> String {
        let rows = try await bench.pool.query(
            """
            SELECT min(player_lookup) AS player_lookup FROM nba_analytics.player_game_summary
            WHERE game_date = \(PostgresDate(date)) AND primary_source_used <> 'nbac_gamebook_player_stats'
            """
        )
        return try #require(try rows.one().decode("player_lookup", as: String?.self))
    }

    /// Steals by day and player before a date, as the cache gives them.
    private func steals(
        _ transaction: PostgresTransaction,
        _ cache: DayCache,
        before date: GameDate,
        _ reads: Reads
    ) async throws -> [[String: Int]] {
        let reader = SnapshotReader(transaction: transaction, processor: "test", gameDate: date, cache: cache)
        return try await reader.days(
            of: PlayerGameSummary.table.name,
            season: Season(containing: date),
            before: date
        ) { days in
            reads.add(days)
            let rows = try await reader.query(
                """
                SELECT game_date, player_lookup, steals FROM nba_analytics.player_game_summary
                WHERE game_date = ANY(\(days.map(PostgresDate.init))) AND removed_at IS NULL
                """
            )
            var values: [GameDate: [String: Int]] = [:]
            for row in rows {
                let day = try GameDate(try row.decode("game_date", as: PostgresDate.self))
                values[day, default: [:]][try row.decode("player_lookup")] = try row.decode("steals", as: Int?.self)
            }
            return values
        }
    }

    private func steals(
        _ bench: Workbench,
        _ cache: DayCache,
        before date: GameDate,
        _ reads: Reads
    ) async throws -> [[String: Int]] {
        try await bench.pool.transaction(.repeatableRead, readOnly: true) {
            try await steals($0, cache, before: date, reads)
        }
    }

    @Test func daysAreReadOnceAndAgainOnlyAfterAWrite() async throws {
        try await with("kept") { bench, league in
            let cache = DayCache()
            let reads = Reads()
            let dates = league.dates
            let first = try await steals(bench, cache, before: dates[3], reads)
            #expect(reads.take() == [Array(dates[..<3])])
            #expect(first.count == 3 && first.allSatisfy { $0.count > 20 })
            let again = try await steals(bench, cache, before: dates[3], reads)
            #expect(reads.take().isEmpty)
            #expect(again == first)
            // A date further on knows the earlier days and reads its own.
            let further = try await steals(bench, cache, before: dates[3].adding(days: 1), reads)
            #expect(reads.take() == [[dates[3]]])
            #expect(Array(further.prefix(3)) == first)

            let player = try await playerByBox(bench, dates[1])
            let before = try #require(first[1][player])
            try await bench.pool.execute(
                """
                UPDATE nba_raw.nbac_player_boxscores SET steals = steals + 1
                WHERE game_date = \(PostgresDate(dates[1])) AND player_lookup = \(player)
                """
            )
            try await settle(bench, dates[1])
            let after = try await steals(bench, cache, before: dates[3], reads)
            #expect(reads.take() == [[dates[1]]])
            #expect(after[1][player] == before + 1)
            #expect(after[0] == first[0] && after[2] == first[2])
        }
    }

    @Test func anOlderSnapshotSeesItsOwnRowsWhateverWasReadSince() async throws {
        try await with("older") { bench, league in
            let cache = DayCache()
            let reads = Reads()
            let dates = league.dates
            let player = try await playerByBox(bench, dates[1])
            let pool = bench.database.pool(maximumConnections: 1)
            let (before, during, after) = try await pool.transaction(.repeatableRead, readOnly: true) { old in
                let before = try await steals(old, cache, before: dates[3], reads)
                try await bench.pool.execute(
                    """
                    UPDATE nba_raw.nbac_player_boxscores SET steals = steals + 1
                    WHERE game_date = \(PostgresDate(dates[1])) AND player_lookup = \(player)
                    """
                )
                try await settle(bench, dates[1])
                let after = try await steals(bench, cache, before: dates[3], reads)
                return (before, try await steals(old, cache, before: dates[3], reads), after)
            }
            await pool.close()
            #expect(before == during)
            #expect(after[1][player] == before[1][player].map { $0 + 1 })
            #expect(after[0] == before[0] && after[2] == before[2])
        }
    }

    @Test func aDayWhoseRowsAreGoneIsNoDay() async throws {
        try await with("gone") { bench, league in
            let cache = DayCache()
            let reads = Reads()
            let dates = league.dates
            #expect(try await steals(bench, cache, before: dates[3], reads).count == 3)
            let day = PostgresDate(dates[1])
            try await bench.pool.execute(
                "UPDATE nba_raw.nbac_player_boxscores SET removed_at = now() WHERE game_date = \(day)"
            )
            try await bench.pool.execute(
                "UPDATE nba_raw.nbac_schedule SET removed_at = now() WHERE game_date = \(day)"
            )
            try await bench.run("player_game_summary", dates[1], full: true)
            _ = reads.take()
            #expect(try await steals(bench, cache, before: dates[3], reads).count == 2)
            #expect(reads.take() == [[dates[1]]])
            #expect(try await steals(bench, cache, before: dates[3], reads).count == 2)
            #expect(reads.take().isEmpty)
        }
    }

    @Test func seasonsAreApartAndTheTwoLastUsedAreKept() {
        let cache = DayCache()
        let mark = DayCache.Mark(version: 1, updatedAt: .distantPast)
        let days = (2021...2023).map { Season(startYear: $0).firstDay }
        func key(_ table: String, _ year: Int, _ value: Any.Type = Int.self) -> DayCache.Key {
            DayCache.Key(table: table, season: Season(startYear: year), value: ObjectIdentifier(value))
        }
        let keys = (2021...2023).map { key("t", $0) }
        let other = key("u", 2021)
        func isKept(_ key: DayCache.Key, _ day: GameDate, at mark: DayCache.Mark) -> Bool {
            cache.kept(key, at: [day: mark])[day] != nil
        }
        cache.keep([days[0]: 0], other, at: [days[0]: mark])
        for index in 0..<2 { cache.keep([days[index]: index], keys[index], at: [days[index]: mark]) }
        #expect(!isKept(keys[1], days[0], at: mark))
        // The first is used again, so that the second is the one to go.
        #expect(isKept(keys[0], days[0], at: mark))
        cache.keep([days[2]: 2], keys[2], at: [days[2]: mark])
        #expect(isKept(keys[0], days[0], at: mark))
        #expect(!isKept(keys[1], days[1], at: mark))
        #expect(isKept(keys[2], days[2], at: mark))
        #expect(isKept(other, days[0], at: mark))
        // What one reader keeps of a day is nothing to another that makes something else of it.
        #expect(!isKept(key("t", 2023, String.self), days[2], at: mark))
        // A head of another life is another head.
        #expect(!isKept(keys[2], days[2], at: DayCache.Mark(version: 1, updatedAt: .distantFuture)))
        #expect(!isKept(keys[2], days[2], at: DayCache.Mark(version: 2, updatedAt: .distantPast)))
    }
}
