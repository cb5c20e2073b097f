import Basketball
import Foundation
import Postgres
import Testing
import Warehouse

@testable import Pipeline

/// Phases 3 and 4 on a real PostgreSQL with a small league.
@Suite struct ChainTests {
    /// The features of a date by player.
    private func features(_ bench: Workbench, _ date: GameDate) async throws -> [String: String] {
        let rows = try await bench.pool.query(
            """
            SELECT player_lookup, features_hash || ' ' || features::text AS text
            FROM nba_precompute.ml_feature_store_v2 WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL
            """
        )
        return Dictionary(
            uniqueKeysWithValues: zip(
                try rows.column("player_lookup", as: String.self),
                try rows.column("text", as: String.self)
            )
        )
    }

    private func count(_ bench: Workbench, _ sql: SQL) async throws -> Int { try await bench.count(sql) }

    @Test func everyDateGetsItsRowsAndASecondFullRunChangesNothing() async throws {
        try await Workbench.with("chain") { bench in
            let league = SmallLeague(seed: 1, days: 7)
            try await league.store(in: bench)
            for date in league.dates { try await bench.runChain(date, full: true) }
            let dates = league.dates.count
            #expect(try await count(bench, "SELECT count(*) FROM nba_analytics.team_offense_game_summary") == dates * 6)
            #expect(
                try await count(
                    bench,
                    "SELECT count(*) FROM nba_analytics.player_game_summary WHERE player_status = 'active'"
                ) == league.players.count
            )
            #expect(
                try await count(
                    bench,
                    "SELECT count(*) FROM nba_analytics.player_game_summary WHERE dnp_reason_category IN ('injury', 'coach_decision')"
                ) == league.gamebooks.count { $0.status != "active" }
            )
            let last = try #require(league.dates.last)
            #expect(try await features(bench, last).count >= 40)
            for date in league.dates {
                for (name, result) in try await bench.runChain(date, full: true) {
                    #expect(result.changed == 0, "\(name) on \(date)")
                }
                for (name, result) in try await bench.runChain(date) {
                    #expect(result.outcome.skipReason == "nothing_pending", "\(name) on \(date)")
                }
            }
        }
    }

    @Test func changingTheTargetGamesBoxScoreChangesNoFeatureOfThatDate() async throws {
        try await Workbench.with("leak") { bench in
            var league = SmallLeague(seed: 2, days: 6)
            try await league.store(in: bench)
            for date in league.dates { try await bench.runChain(date, full: true) }
            let target = try #require(league.dates.last)
            try await bench.openRun(target)
            let before = try await features(bench, target)
            #expect(before.count >= 40)
            for index in league.players.indices where league.players[index].gameDate == target {
                league.players[index].score(99)
                league.players[index].minutes = 48
                league.players[index].fieldGoalsAttempted = 60
            }
            for index in league.boxes.indices where league.boxes[index].gameDate == target {
                league.boxes[index].points = 180
                league.boxes[index].fieldGoalsMade = 90
                league.boxes[index].threePointersMade = 0
                league.boxes[index].freeThrowsMade = 0
                league.boxes[index].fieldGoalsAttempted = 120
            }
            for index in league.schedule.indices where league.schedule[index].gameDate == target {
                league.schedule[index].homeTeamScore = 180
            }
            for index in league.gamebooks.indices where league.gamebooks[index].game.gameDate == target {
                league.gamebooks[index].game.score(88)
                league.gamebooks[index].game.minutes = 47
            }
            for index in league.shots.indices where league.shots[index].date == target {
                league.shots[index].feet = 1
            }
            try await league.store(in: bench)
            let results = try await bench.runChain(target)
            #expect((results["player_game_summary"]?.changed ?? 0) > 0)
            try await bench.runChain(target, full: true)
            #expect(try await features(bench, target) == before)

            // The same change a game earlier does reach them.
            let earlier = league.dates[league.dates.count - 2]
            for index in league.players.indices where league.players[index].gameDate == earlier {
                league.players[index].score(99)
            }
            for index in league.gamebooks.indices where league.gamebooks[index].game.gameDate == earlier {
                league.gamebooks[index].game.score(99)
            }
            try await league.store(in: bench)
            try await bench.runChain(earlier)
            try await bench.runChain(target)
            #expect(try await features(bench, target) != before)
            let quarantined = await bench.quarantined.all
            #expect(quarantined == [])
        }
    }

    // Stars need ten games.
    @Test(arguments: [(3, 6, 8), (4, 6, 8), (5, 6, 8), (6, 12, 4)] as [(UInt64, Int, Int)])
    func incrementalEqualsFullUnderRandomChanges(seed: UInt64, days: Int, rounds: Int) async throws {
        try await Workbench.with("parity") { bench in
            var league = SmallLeague(seed: seed, days: days)
            try await league.store(in: bench)
            for date in league.dates { try await bench.openRun(date) }
            for date in league.dates { try await bench.runChain(date, full: true) }
            if days >= 12 {
                let stars = try await count(
                    bench,
                    "SELECT count(*) FROM nba_analytics.upcoming_player_game_context WHERE star_teammates_out > 0"
                )
                #expect(stars > 0)
            }
            for round in 0..<rounds {
                // Every kind that moves rows between dates, teams or players, one after the other, among random ones.
                let what = [league.change(.init(rawValue: round)), league.change(), league.change()]
                try await league.store(in: bench)
                for date in league.dates { try await bench.runChain(date) }
                for date in league.dates {
                    for (name, result) in try await bench.runChain(date, full: true) {
                        #expect(
                            result.changed == 0,
                            "seed \(seed) round \(round) \(what): \(name) on \(date) differs in \(result.plans.flatMap(\.changes).prefix(3))"
                        )
                    }
                }
            }
            let quarantined = await bench.quarantined.all
            #expect(quarantined == [], "seed \(seed)")
        }
    }

    @Test func whatAProcessorDependsOnIsLookedAt() async throws {
        try await Workbench.with("dependencies") { bench in
            var league = SmallLeague(seed: 11, days: 4)
            let date = try #require(league.dates.last)
            league.props.removeAll { $0.gameDate == date }
            let reports = league.injuries.count { $0.game.date == date }
            try await league.store(in: bench)
            for earlier in league.dates.dropLast() { try await bench.runChain(earlier, full: true) }
            var verdicts: [String: DependencyVerdict] = [:]
            for (name, result) in try await bench.runChain(date, full: true) {
                for found in result.dependencies { verdicts["\(name) \(found.table)"] = found }
            }
            func verdict(_ table: String) -> DependencyVerdict? {
                verdicts["upcoming_player_game_context nba_raw.\(table)"]
            }
            #expect(verdict("nbac_schedule")?.isCritical == true && verdict("nbac_schedule")?.rowCount == 3)
            #expect(verdict("odds_api_player_points_props")?.verdict == .missing)
            #expect(verdict("nbac_injury_report")?.rowCount == reports)
            #expect(verdict("nbac_injury_report")?.isCritical == false)
            #expect(verdicts["ml_feature_store_v2 nba_precompute.player_daily_cache"]?.verdict == .fresh)
        }
    }

    @Test func aGameThatMovesLeavesItsOldDateAndComesToTheNewOne() async throws {
        try await Workbench.with("moved") { bench in
            var league = SmallLeague(seed: 8, days: 6)
            try await league.store(in: bench)
            for date in league.dates { try await bench.openRun(date) }
            for date in league.dates { try await bench.runChain(date, full: true) }
            let old = league.dates[5]
            let new = old.adding(days: 20)
            try await bench.openRun(new)
            let index = try #require(league.schedule.firstIndex { $0.gameDate == old })
            let game = league.schedule[index]
            league.schedule[index].gameDate = new
            league.schedule[index].gameStatus = 1
            league.schedule[index].gameID = "\(new.compact)_\(game.awayTeamTricode)_\(game.homeTeamTricode)"
            try await league.store(in: bench)
            try await bench.runChain(old)
            try await bench.runChain(new)
            for (date, expected) in [(old, 0), (new, 1)] {
                let games = try await count(
                    bench,
                    """
                    SELECT count(DISTINCT nba_game_id) FROM nba_analytics.upcoming_player_game_context
                    WHERE nba_game_id = \(game.nbaGameID) AND game_date = \(PostgresDate(date)) AND removed_at IS NULL
                    """
                )
                #expect(games == expected, "\(date)")
            }
            for (name, result) in try await bench.runChain(old, full: true) { #expect(result.changed == 0, "\(name)") }
        }
    }

    @Test func aDateWithoutGamesIsExpectedEmptyAndLosesItsRows() async throws {
        try await Workbench.with("empty") { bench in
            var league = SmallLeague(seed: 9, days: 4)
            try await league.store(in: bench)
            for date in league.dates { try await bench.runChain(date, full: true) }
            let last = try #require(league.dates.last)
            league.schedule.removeAll { $0.gameDate == last }
            try await league.store(in: bench)
            for (name, result) in try await bench.runChain(last, full: true) {
                #expect(result.outcome.status == .noData, "\(name)")
                #expect(result.outcome.isExpectedEmpty, "\(name)")
                #expect(result.outcome.skipReason == "no_games", "\(name)")
                #expect(result.changed > 0, "\(name)")
            }
            #expect(try await features(bench, last).isEmpty)
        }
    }

    @Test func theFirstNightOfASeasonHasNobodyAndThatIsExpected() async throws {
        try await Workbench.with("first") { bench in
            var league = SmallLeague(seed: 10, days: 2)
            league.props = []
            for index in league.schedule.indices { league.schedule[index].gameStatus = 1 }
            try await league.store(in: bench)
            for (name, result) in try await bench.runChain(league.dates[0], full: true) {
                // A team that has not played yet has its first game.
                if name == "upcoming_team_game_context" {
                    #expect(result.outcome.status == .success && result.changed == 6)
                } else {
                    #expect(result.outcome.status == .noData && result.outcome.isExpectedEmpty, "\(name)")
                }
            }
            // A final game before the date whose rows are missing is a gap.
            for index in league.schedule.indices where league.schedule[index].gameDate == league.dates[0] {
                league.schedule[index].gameStatus = 3
            }
            try await league.store(in: bench)
            let context = try await bench.run("upcoming_player_game_context", league.dates[1], full: true)
            #expect(context.outcome.status == .noData && !context.outcome.isExpectedEmpty)
            #expect(context.outcome.missingDependencies.contains("player_game_summary"))
        }
    }

    @Test func missingBoxesMakeADatePartialAndKeepItsMarkers() async throws {
        try await Workbench.with("partial") { bench in
            var league = SmallLeague(seed: 11, days: 1)
            let date = league.dates[0]
            let gone = league.schedule[0].nbaGameID
            league.players.removeAll { $0.nbaGameID == gone }
            league.boxes.removeAll { $0.nbaGameID == gone }
            league.gamebooks.removeAll { $0.game.nbaGameID == gone }
            try await league.store(in: bench)
            let team = try await bench.run("team_offense_game_summary", date, full: true)
            #expect(team.outcome.status == .partial)
            #expect(team.outcome.entitiesInScope == 6 && team.outcome.entitiesProcessed == 4)
            let player = try await bench.run("player_game_summary", date, full: true)
            #expect(player.outcome.status == .partial)
            #expect(player.outcome.missingDependencies == ["nbac_player_boxscores:\(league.schedule[0].gameID)"])
            let left = try await count(
                bench,
                "SELECT count(DISTINCT processor) FROM nba_orchestration.change_marker WHERE kind = 'full' AND phase = 3"
            )
            #expect(left == 2)
            let defense = try await bench.run("team_defense_game_summary", date, full: true)
            #expect(defense.outcome.status == .partial && defense.outcome.missingDependencies.count == 2)
        }
    }

    @Test func aMissingTeamRowLeavesUsageUnknownAndThePlayerIn() async throws {
        try await Workbench.with("usage") { bench in
            let league = SmallLeague(seed: 12, days: 1)
            let date = league.dates[0]
            try await league.store(in: bench)
            let first = try await bench.run("player_game_summary", date, full: true)
            #expect(first.outcome.status == .success)
            #expect(first.outcome.missingDependencies.count == 6)
            let known: SQL = "SELECT count(usage_rate) FROM nba_analytics.player_game_summary WHERE removed_at IS NULL"
            #expect(try await count(bench, known) == 0)
            #expect(first.changed == league.players.count + league.gamebooks.count { $0.status != "active" })
            // The team rows arrive: their markers bring the usage.
            try await bench.run("team_offense_game_summary", date, full: true)
            let second = try await bench.run("player_game_summary", date)
            #expect(second.outcome.missingDependencies.isEmpty)
            #expect(try await count(bench, known) == league.players.count)
        }
    }

    @Test func whoDropsOutOfTheSlateIsRemovedByAnIncrementalRun() async throws {
        try await Workbench.with("dropped") { bench in
            var league = SmallLeague(seed: 13, days: 5)
            try await league.store(in: bench)
            for date in league.dates { try await bench.openRun(date) }
            for date in league.dates { try await bench.runChain(date, full: true) }
            let target = try #require(league.dates.last)
            let name = try #require(league.players.first { $0.gameDate == target }?.playerLookup)
            #expect(try await features(bench, target)[name] != nil)
            league.players.removeAll { $0.playerLookup == name }
            league.props.removeAll { $0.playerLookup == name }
            try await league.store(in: bench)
            for date in league.dates { try await bench.runChain(date) }
            #expect(try await features(bench, target)[name] == nil)
            #expect(
                try await count(
                    bench,
                    "SELECT count(*) FROM nba_precompute.player_daily_cache WHERE player_lookup = \(name) AND removed_at IS NULL"
                )
                    == 0
            )
        }
    }

    @Test func oneChangedLineReachesOnePlayersRowsOnly() async throws {
        try await Workbench.with("oneplayer") { bench in
            var league = SmallLeague(seed: 14, days: 5)
            try await league.store(in: bench)
            for date in league.dates { try await bench.runChain(date, full: true) }
            let target = try #require(league.dates.last)
            let index = try #require(league.props.firstIndex { $0.gameDate == target && $0.bookmaker == "draftkings" })
            league.props[index].pointsLine = 33.25
            try await league.store(in: bench)
            let results = try await bench.runChain(target)
            #expect(results["upcoming_player_game_context"]?.changed == 1)
            #expect(results["player_daily_cache"]?.outcome.skipReason == "nothing_pending")
            #expect(results["ml_feature_store_v2"]?.changed == 1)
            #expect(results["ml_feature_store_v2"]?.outcome.entitiesInScope == 1)
        }
    }

    @Test func aChangeKeepsWhatWasThereBefore() async throws {
        try await Workbench.with("before") { bench in
            var league = SmallLeague(seed: 16, days: 3)
            try await league.store(in: bench)
            for date in league.dates { try await bench.runChain(date, full: true) }
            // Rows that appear are no changes of rows.
            #expect(try await count(bench, "SELECT count(*) FROM nba_orchestration.row_change") == 0)
            let target = try #require(league.dates.last)
            let index = try #require(league.props.firstIndex { $0.gameDate == target && $0.bookmaker == "draftkings" })
            let (player, line) = (league.props[index].playerLookup, league.props[index].pointsLine)
            league.props[index].pointsLine = 33.25
            let gone = try #require(league.injuries.firstIndex { $0.game.date == target && $0.player != nil })
            league.injuries.remove(at: gone)
            try await league.store(in: bench)
            for date in league.dates { try await bench.runChain(date) }
            let rows = try await bench.pool.query(
                """
                SELECT kind, row_key, differences->'current_points_line' AS line, c.hash_before, c.hash_after, t.data_hash,
                       c.execution_id = t.execution_id AS is_last
                FROM nba_orchestration.row_change AS c
                JOIN nba_analytics.upcoming_player_game_context AS t
                    ON t.player_lookup = \(player) AND t.game_date = \(PostgresDate(target))
                WHERE c.table_name = 'nba_analytics.upcoming_player_game_context' AND c.differences ? 'current_points_line'
                """
            )
            let row = try rows.one()
            #expect(try row.decode("row_key", as: String.self) == "\(target)/\(player)")
            #expect(try row.decode("kind", as: String.self) == "updated")
            #expect(try row.decode("line", as: String.self) == "[\(line), 33.25]")
            #expect(try row.decode("is_last", as: Bool.self))
            #expect(try row.decode("hash_after", as: String?.self) == row.decode("data_hash", as: String?.self))
            #expect(try row.decode("hash_before", as: String?.self) != row.decode("hash_after", as: String?.self))
            let removed: SQL = """
                SELECT count(*) FROM nba_orchestration.row_change
                WHERE table_name = 'nba_raw.nbac_injury_report' AND kind = 'removed' AND hash_after IS NULL
                    AND differences = '{}'
                """
            #expect(try await count(bench, removed) == 1)
        }
    }

    @Test func aRowThatComesBackKeepsWhatItHeldBefore() async throws {
        try await Workbench.with("returned") { bench in
            var league = SmallLeague(seed: 17, days: 1)
            try await league.store(in: bench)
            let gone = league.boxes.removeFirst()
            try await league.store(in: bench)
            var back = gone
            back.points = (gone.points ?? 0) + 1
            back.freeThrowsMade = (gone.freeThrowsMade ?? 0) + 1
            back.freeThrowsAttempted = (gone.freeThrowsAttempted ?? 0) + 1
            league.boxes.insert(back, at: 0)
            try await league.store(in: bench)
            let rows = try await bench.pool.query(
                """
                SELECT kind, differences FROM nba_orchestration.row_change
                WHERE table_name = 'nba_raw.nbac_team_boxscore' ORDER BY changed_at
                """
            )
            #expect(try rows.column("kind", as: String.self) == ["removed", "returned"])
            let values = try rows.column("differences", as: PostgresJSON.self).map { try JSONValue(parsing: $0.bytes) }
            #expect(values[1]["points"] == .array([.int(Int64(gone.points ?? 0)), .int(Int64(back.points ?? 0))]))
        }
    }

    @Test func theSourcesOfARowStandBesideIt() async throws {
        try await Workbench.with("sources") { bench in
            // The views are made of the registry, and a migration is never edited: when this differs, the new views are a
            // new migration and this one keeps the text that it had.
            let checksum = try await bench.pool.query(
                "SELECT checksum FROM public.tipoff_migration WHERE name = 'the sources of a row'"
            ).scalar(as: String.self)
            #expect(checksum == "868cccddab8e31c5d2bf76af53bebbaba24a66c67132e417c5d8ac8e795aa6ef")
            for processor in Registry.standard.processors where !processor.dependencies.isEmpty {
                let output = try #require(processor.output)
                let columns = try await bench.pool.query(
                    """
                    SELECT a.attname::text AS name, has_table_privilege('tipoff_readonly', a.attrelid, 'SELECT') AS is_readable,
                           has_table_privilege('tipoff_precompute', a.attrelid, 'INSERT') AS is_writable
                    FROM pg_attribute AS a WHERE a.attrelid = \("\(output)_sources")::regclass AND a.attnum > 0
                    """
                )
                let names = Set(try columns.column("name", as: String.self))
                for (_, dependency) in processor.dependencies {
                    for figure in ["last_updated", "rows_found", "completeness_pct"] {
                        #expect(names.contains("source_\(dependency.prefix)_\(figure)"), "\(output)")
                    }
                }
                #expect(names.isSuperset(of: ["run_id", "execution_id"]), "\(output)")
                #expect(try columns.column("is_readable", as: Bool.self).allSatisfy { $0 }, "\(output)")
                #expect(try !columns.column("is_writable", as: Bool.self).contains(true), "\(output)")
            }
            #expect(Registry.standard.processors.count { !$0.dependencies.isEmpty } == 10)
        }
    }

    @Test("Each of the ten processors is partial below its least rows, however the change came")
    func fewerRowsThanTheScheduleAsksForAreNoSuccess() async throws {
        try await Workbench.with("least") { bench in
            var league = SmallLeague(seed: 18, days: 4)
            try await league.store(in: bench)
            for date in league.dates { try await bench.openRun(date) }
            for date in league.dates {
                for (name, result) in try await bench.runChain(date, full: true) {
                    #expect(result.refusal == nil, "\(name) \(date): \(String(describing: result.refusal))")
                }
            }
            let last = try #require(league.dates.last)
            // One of three games of the last date loses its boxes.
            let game = try #require(league.schedule.first { $0.gameDate == last }?.nbaGameID)
            league.players.removeAll { $0.nbaGameID == game }
            league.boxes.removeAll { $0.nbaGameID == game }
            league.gamebooks.removeAll { $0.game.nbaGameID == game }
            try await league.store(in: bench)
            let results = try await bench.runChain(last)
            for name in ["team_offense_game_summary", "team_defense_game_summary", "player_game_summary"] {
                let result = try #require(results[name])
                #expect(result.outcome.status == .partial, "\(name)")
                #expect(result.outcome.degradedReasons.contains { $0.hasPrefix("too few rows") }, "\(name)")
                #expect(result.refusal == nil && !result.degradedReasons.isEmpty, "\(name)")
            }
        }
    }
}
