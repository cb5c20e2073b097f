import Basketball
import Foundation
import Postgres
import PostgresTestKit
import Testing
import Warehouse

@testable import Pipeline

/// Which games are missing before a day, and which of them are still coming.
@Suite struct HistoryMissingTests {
    @Test func historyMissingNamesTheGamesWithoutPhaseThreeRows() async throws {
        try await Workbench.with("history") { bench in
            let league = SmallLeague(seed: 15, days: 4)
            try await league.store(in: bench)
            func missing(_ date: GameDate) async throws -> [String] {
                try await bench.pool.query(
                    "SELECT game_id FROM nba_orchestration.history_missing(ARRAY[\(PostgresDate(date))]) ORDER BY 1"
                )
                .column("game_id")
            }
            let dates = league.dates
            #expect(try await missing(dates[0]).isEmpty)
            #expect(try await missing(dates[1]).count == 3)
            for name in ["team_offense_game_summary", "player_game_summary"] {
                try await bench.run(name, dates[0], full: true)
                #expect(try await missing(dates[1]).count == 3)
            }
            try await bench.run("team_defense_game_summary", dates[0], full: true)
            #expect(try await missing(dates[1]).isEmpty)
            // Rows of players who did not play are no game.
            let game = try await bench.pool.query(
                """
                UPDATE nba_analytics.player_game_summary SET player_status = 'dnp'
                WHERE game_id = (SELECT min(game_id) FROM nba_analytics.player_game_summary WHERE game_date =
                                 \(PostgresDate(dates[0])))
                RETURNING game_id
                """
            )
            #expect(try await missing(dates[1]) == [try game[0].decode("game_id", as: String.self)])
            try await bench.pool.execute(
                "UPDATE nba_analytics.player_game_summary SET player_status = 'active' WHERE player_status = 'dnp'"
            )
            #expect(try await missing(dates[3]).count == 6)
            // A day without games: between two of them, and after the last one.
            #expect(try await missing(dates[3].adding(days: 1)).count == 9)
            #expect(try await missing(dates[3].adding(days: 200)).count == 9)
            #expect(try await missing(dates[0].adding(days: -100)).isEmpty)
        }
    }

    @Test func gamesOfOpenRunsAreComingAndNamedAlone() async throws {
        try await Workbench.with("coming") { bench in
            let league = SmallLeague(seed: 16, days: 4)
            try await league.store(in: bench)
            let dates = league.dates
            func missing(_ date: GameDate) async throws -> [(game: String, isComing: Bool)] {
                try await bench.pool.query(
                    "SELECT game_id, is_coming FROM nba_orchestration.history_missing(ARRAY[\(PostgresDate(date))])"
                )
                .map { (try $0.decode("game_id"), try $0.decode("is_coming")) }
            }
            func games(_ date: GameDate) -> Set<String> {
                Set(league.schedule.filter { $0.gameDate == date }.map(\.gameID))
            }
            try await bench.openRun(dates[1])
            try await bench.pool.execute(
                """
                INSERT INTO nba_orchestration.run_phase (run_id, phase, state, deadline_at)
                SELECT run_id, 3, 'waiting', now() + interval '1 hour' FROM nba_orchestration.run
                """
            )
            // The first date's games are missing as well; they are told of once nothing is coming.
            let coming = try await missing(dates[3])
            #expect(Set(coming.map(\.game)) == games(dates[1]))
            #expect(coming.allSatisfy { $0.isComing })
            // What comes later is not waited for.
            let before = try await missing(dates[1])
            #expect(Set(before.map(\.game)) == games(dates[0]))
            #expect(before.allSatisfy { !$0.isComing })
            // Days are answered each for itself.
            let both = try await bench.pool.query(
                """
                SELECT day, count(*) AS games, bool_or(is_coming) AS is_coming FROM nba_orchestration.history_missing(
                    ARRAY[\(PostgresDate(dates[3])), \(PostgresDate(dates[1])), \(PostgresDate(dates[1]))])
                GROUP BY day ORDER BY day
                """
            )
            let counts = try both.column("games", as: Int.self)
            let areComing = try both.column("is_coming", as: Bool.self)
            #expect(counts == [3, 3] && areComing == [false, true])
            // Once its rows are there, an open run of the date keeps nobody waiting.
            for name in Workbench.chain.prefix(3) { try await bench.run(name, dates[1], full: true) }
            let settled = try await missing(dates[3])
            #expect(Set(settled.map(\.game)) == games(dates[0]).union(games(dates[2])))
            #expect(settled.allSatisfy { !$0.isComing })
            try await bench.pool.execute("UPDATE nba_orchestration.run_phase SET state = 'complete'")
            let rest = try await missing(dates[3])
            #expect(rest.map(\.game) == settled.map(\.game))
        }
    }
}
