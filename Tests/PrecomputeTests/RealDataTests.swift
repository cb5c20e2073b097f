import Basketball
import Foundation
import Postgres
import Testing
import Warehouse

@testable import Pipeline

/// The season 2023-24 up to the end of January from the real box scores.
@Suite struct RealDataTests {
    @Test func theSlateOf20240115IsRight() async throws {
        guard let season = try RealSeason.load("2023-24", until: try GameDate("2024-01-26")) else { return }
        try await Workbench.with("real") { bench in
            try await season.store(in: bench)
            let day = try GameDate("2024-01-15")
            for date in season.dates where date < day {
                for name in ["team_offense_game_summary", "team_defense_game_summary", "player_game_summary"] {
                    try await bench.run(name, date, full: true)
                }
            }
            try await bench.pool.execute("ANALYZE")
            let quarantined = await bench.quarantined.all
            #expect(quarantined == [])
            let missing = try await bench.pool.query(
                "SELECT game_id FROM nba_orchestration.history_missing(ARRAY[\(PostgresDate(day))]) ORDER BY 1"
            )
            #expect(try missing.column("game_id", as: String.self) == season.withoutBoxes(before: day))
            var timings: [String] = []
            for name in Workbench.chain {
                let result = try await bench.run(name, day, full: true)
                #expect(result.outcome.status == .success, "\(name) \(result.outcome.missingDependencies)")
                #expect(result.outcome.recordsFailed == 0, "\(name)")
                timings.append("\(name) \(result.duration) for \(result.outcome.recordCount) rows")
            }
            print("2024-01-15: " + timings.joined(separator: "; "))
            try await checkSlate(bench, season, day)
            try await checkQuality(bench, day)
            try await checkRecords(bench, season)
            let quarantinedAfter = await bench.quarantined.all
            #expect(quarantinedAfter == [])
        }
    }

    /// No monitor fires on a real slate and on the nights before it.
    private func checkQuality(_ bench: Workbench, _ day: GameDate) async throws {
        let quality = QualityAudit(pool: bench.pool, role: "test")
        var judged = 0
        for (date, phases) in [
            (day, [Phase.raw, .analytics, .precompute]), (day.adding(days: -1), [.raw, .analytics]),
        ] {
            for phase in phases {
                for (table, report) in try await quality.check(.init(date: date, phase: phase)) {
                    // The night before has no contexts: only the slate's chain was run.
                    if date != day, table.contains("upcoming") { continue }
                    judged += report.judged.count
                    #expect(report.fired == [], "\(table) \(date)")
                }
            }
        }
        #expect(judged > 100)
        let tiers = try await bench.pool.query(
            """
            SELECT min(quality_score) AS least, bool_and(is_production_ready) AS ready,
                   count(*) FILTER (WHERE 'missing_shot_zones' = ANY(quality_issues)) = count(*) AS without_zones
            FROM nba_analytics.player_game_summary WHERE game_date = \(PostgresDate(day))
            """
        ).one()
        #expect(try tiers.decode("least", as: Double.self) >= 80)
        #expect(try tiers.decode("ready", as: Bool.self))
        // The files hold box scores and no play-by-play.
        #expect(try tiers.decode("without_zones", as: Bool.self))
    }

    /// Every box score and game of six seasons keeps the rules of its table.
    @Test(arguments: ["2018-19", "2019-20", "2020-21", "2021-22", "2022-23", "2023-24"])
    func sixSeasonsBreakNoRule(label: String) throws {
        guard let season = try RealSeason.load(label, until: try GameDate("2024-12-31")) else { return }
        func judge<Row: WarehouseRow>(_ rows: [Row]) -> [String] {
            Row.table.ruleBook.judge(rows.map(\.cells), columns: Row.table.columns).flatMap { row in
                row.violations.map { "\(Row.table.name) \(rows[row.row].cells.prefix(7)) \($0)" }
            }
        }
        #expect(season.players.count > 10_000)
        let found = judge(season.players) + judge(season.boxes) + judge(season.schedule)
        #expect(found.isEmpty, "\(found.count): \(found.prefix(5))")
    }

    private func checkSlate(_ bench: Workbench, _ season: RealSeason, _ day: GameDate) async throws {
        let teams = try await bench.pool.query(
            """
            SELECT t.team_abbr, t.points_scored, t.pace, t.data_quality_tier,
                   CASE WHEN t.home_game THEN s.home_team_score ELSE s.away_team_score END AS score
            FROM nba_analytics.team_offense_game_summary AS t JOIN nba_raw.nbac_schedule AS s USING (nba_game_id)
            WHERE t.game_date = \(PostgresDate(day)) AND t.removed_at IS NULL
            """
        )
        #expect(teams.count == 22)
        #expect(try teams.column("points_scored", as: Int.self) == teams.column("score", as: Int.self))
        #expect(try teams.column("data_quality_tier", as: String.self).allSatisfy { $0 == "gold" })
        #expect(try teams.column("pace", as: Double.self).allSatisfy { (85...125).contains($0) })

        // What one side scored the other allowed, by the schedule's scores.
        let defense = try await bench.pool.query(
            """
            SELECT d.points_allowed, CASE WHEN d.home_game THEN s.away_team_score ELSE s.home_team_score END AS score,
                   d.opponent_possessions = o.possessions AS same
            FROM nba_analytics.team_defense_game_summary AS d
            JOIN nba_raw.nbac_schedule AS s USING (nba_game_id)
            JOIN nba_analytics.team_offense_game_summary AS o
                ON o.game_date = d.game_date AND o.team_abbr = d.opponent_team_abbr
            WHERE d.game_date = \(PostgresDate(day)) AND d.removed_at IS NULL
            """
        )
        #expect(defense.count == 22)
        #expect(try defense.column("points_allowed", as: Int.self) == defense.column("score", as: Int.self))
        #expect(try defense.column("same", as: Bool.self).allSatisfy { $0 })
        let contexts = try await bench.pool.query(
            """
            SELECT team_abbr, home_game, days_rest, travel_miles, consecutive_road_games, game_number_in_season, win_streak_entering,
                   loss_streak_entering
            FROM nba_analytics.upcoming_team_game_context WHERE game_date = \(PostgresDate(day))
            """
        )
        #expect(contexts.count == 22)
        for row in contexts {
            #expect((1...6).contains(try row.decode("days_rest", as: Int.self)))
            // Brooklyn and Cleveland had played each other in Paris.
            let isBack = ["BKN", "CLE"].contains(try row.decode("team_abbr", as: String.self))
            let miles: Double = try row.decode("travel_miles")
            #expect(isBack ? (3_500...4_800).contains(miles) : (0...2_800).contains(miles))
            let road: Int = try row.decode("consecutive_road_games")
            let isHome: Bool = try row.decode("home_game")
            #expect((road == 0) == isHome)
            #expect((35...45).contains(try row.decode("game_number_in_season", as: Int.self)))
            let wins: Int = try row.decode("win_streak_entering")
            let losses: Int = try row.decode("loss_streak_entering")
            #expect(wins == 0 || losses == 0)
        }

        let players = try await bench.pool.query(
            "SELECT player_lookup, usage_rate FROM nba_analytics.player_game_summary WHERE game_date = \(PostgresDate(day))"
        )
        #expect(players.count == season.players.count { $0.gameDate == day })
        // Minutes are whole, so a share of a team's plays is right to a few percent only.
        #expect(
            try players.column("usage_rate", as: Double?.self).compactMap { $0 }.allSatisfy { (0...100).contains($0) }
        )

        let history = try await bench.pool.query(
            """
            SELECT count(*) AS rows, count(*) FILTER (WHERE history_last_game_date >= game_date) AS late,
                   count(*) FILTER (WHERE history_games >= 10) AS deep, count(DISTINCT team_abbr) AS teams
            FROM nba_analytics.upcoming_player_game_context WHERE game_date = \(PostgresDate(day))
            """
        ).one()
        #expect(try history.decode("rows", as: Int.self) > 250)
        #expect(try history.decode("late", as: Int.self) == 0)
        #expect(try history.decode("teams", as: Int.self) == 22)
        let ready = try await bench.pool.query(
            """
            SELECT count(*) AS rows, count(*) FILTER (WHERE is_quality_ready) AS ready,
                   count(*) FILTER (WHERE quality_tier = 'gold') AS gold,
                   bool_and(jsonb_array_length(features) = 60) AS sixty
            FROM nba_precompute.ml_feature_store_v2 WHERE game_date = \(PostgresDate(day)) AND removed_at IS NULL
            """
        ).one()
        #expect(try ready.decode("sixty", as: Bool.self))
        #expect(try ready.decode("ready", as: Int.self) > 240)
        #expect(try ready.decode("gold", as: Int.self) > 200)
        let expected = season.players.filter {
            $0.gameDate < day && $0.playerLookup == "joelembiid" && ($0.minutes ?? 0) > 0
        }
        let embiid = try await bench.pool.query(
            """
            SELECT points_avg_season, games_played_season FROM nba_precompute.player_daily_cache
            WHERE player_lookup = 'joelembiid' AND cache_date = \(PostgresDate(day))
            """
        ).one()
        let mean = Double(expected.reduce(0) { $0 + ($1.points ?? 0) }) / Double(expected.count)
        #expect(try embiid.decode("games_played_season", as: Int.self) == expected.count)
        #expect(abs(try embiid.decode("points_avg_season", as: Double.self) - mean) < 0.0001)
    }

    private func checkRecords(_ bench: Workbench, _ season: RealSeason) async throws {
        for (date, player, points, made, attempted) in [
            ("2024-01-22", "joelembiid", 70, 24, 41), ("2024-01-26", "lukadoncic", 73, 25, 33),
        ] {
            let day = try GameDate(date)
            try await bench.run("team_offense_game_summary", day, full: true)
            try await bench.run("player_game_summary", day, full: true)
            let row = try await bench.pool.query(
                """
                SELECT points, fg_makes, fg_attempts, minutes_played, usage_rate, win_flag
                FROM nba_analytics.player_game_summary WHERE game_date = \(PostgresDate(day)) AND player_lookup = \(player)
                """
            ).one()
            #expect(try row.decode("points", as: Int.self) == points)
            #expect(try row.decode("fg_makes", as: Int.self) == made)
            #expect(try row.decode("fg_attempts", as: Int.self) == attempted)
            #expect(try row.decode("win_flag", as: Bool.self))
            #expect((30...60).contains(try row.decode("usage_rate", as: Double.self)))
        }
    }

    /// Prints times; they are no assertion.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TIPOFF_MEASURE"] != nil))
    func aWholeSeasonOfHistoryIsReadAndChecked() async throws {
        guard let season = try RealSeason.load("2023-24", until: try GameDate("2024-04-14")) else { return }
        try await Workbench.with("season") { bench in
            try await season.store(in: bench)
            let day = try GameDate("2024-04-14")
            for date in season.dates where date < day {
                for name in ["team_offense_game_summary", "team_defense_game_summary", "player_game_summary"] {
                    try await bench.run(name, date, full: true)
                }
            }
            try await bench.pool.execute("ANALYZE")
            let clock = ContinuousClock()
            var reads: [Duration] = []
            var checks: [Duration] = []
            for _ in 0..<5 {
                let histories = try await bench.pool.transaction(.repeatableRead, readOnly: true) { transaction in
                    let reader = SnapshotReader(transaction: transaction, processor: "test", gameDate: day)
                    let start = clock.now
                    let histories = try await reader.playerHistories(season: 2023, before: day, players: nil)
                    reads.append(clock.now - start)
                    return histories
                }
                let games = histories.records.values.reduce(0) { $0 + $1.history.games.count }
                #expect(games == season.players.count { $0.gameDate < day && ($0.minutes ?? 0) > 0 })
                let start = clock.now
                let missing = try await bench.pool.query(
                    "SELECT game_id FROM nba_orchestration.history_missing(ARRAY[\(PostgresDate(day))])"
                )
                checks.append(clock.now - start)
                #expect(missing.count == season.withoutBoxes(before: day).count)
            }
            let results = try await bench.runChain(day, full: true)
            print(
                "end of a season: read \(reads.sorted()[2]), history_missing \(checks.sorted()[2]); "
                    + Workbench.chain.compactMap { name in results[name].map { "\(name) \($0.duration)" } }
                    .joined(separator: "; ")
            )
            // One player in the middle of a full season.
            let earlier = try #require(season.dates.last { $0 < day })
            for name in Workbench.chain.dropFirst(2) { try await bench.run(name, earlier, full: true) }
            try await bench.openRun(day)
            var players = season.players
            let index = try #require(
                players.firstIndex { $0.gameDate == earlier && ($0.minutes ?? 0) > 20 && $0.playerLookup != "" }
            )
            players[index].points = (players[index].points ?? 0) + 1
            players[index].freeThrowsMade = (players[index].freeThrowsMade ?? 0) + 1
            players[index].freeThrowsAttempted = (players[index].freeThrowsAttempted ?? 0) + 1
            try await bench.store(players.filter { $0.gameDate == earlier }, scope: .date(earlier), on: earlier)
            let one = try await bench.runChain(earlier)
            #expect(one["player_game_summary"]?.changed == 1)
            let later = try await bench.runChain(day)
            print(
                "one player: "
                    + Workbench.chain.compactMap { name in
                        later[name].map {
                            "\(name) \($0.duration) \($0.outcome.entitiesInScope) in scope \($0.changed) changed"
                        }
                    }.joined(separator: "; ")
            )
        }
    }
}
