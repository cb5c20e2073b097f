import Basketball
import Foundation
import Postgres
import Testing
import Warehouse

@testable import Pipeline

/// The day that the system is for: at 11:00 everything, at 14:00 one player's injury, at 18:00 two line-up changes. A
/// later step looks at the games that it concerns and rewrites rows of their players only.
@Suite struct DayTests {
    /// What a step did, by processor.
    private struct Step {
        var results: [String: Workbench.Result]

        func inScope(_ processor: String) -> Int { results[processor]?.outcome.entitiesInScope ?? 0 }
        func changed(_ processor: String) -> Int { results[processor]?.changed ?? 0 }

        /// The players and teams whose rows were rewritten.
        func rewritten(_ kind: EntityKind) -> Set<String> {
            Set(results.values.flatMap { $0.plans.flatMap(\.changes) }.compactMap { $0.entities[kind] })
        }

        var idle: Set<String> {
            Set(results.filter { $0.value.outcome.skipReason == "nothing_pending" }.keys)
        }
    }

    private func digests(_ bench: Workbench, _ date: GameDate) async throws -> [String: String] {
        let tables = WarehouseTables.all.filter {
            $0.name.hasPrefix("nba_analytics.") || $0.name.hasPrefix("nba_precompute.")
        }
        let digests = try await TableDigest.compute(tables, dates: date...date, on: bench.pool)
        return Dictionary(uniqueKeysWithValues: digests.map { ($0.table, $0.sha256) })
    }

    /// A full recomputation finds every row as the step left it.
    private func expectEqualToFull(_ bench: Workbench, _ date: GameDate, _ what: String) async throws {
        let before = try await digests(bench, date)
        for (name, result) in try await bench.runChain(date, full: true) {
            #expect(result.changed == 0, "\(what): \(name) differs in \(result.plans.flatMap(\.changes).prefix(3))")
        }
        #expect(try await digests(bench, date) == before, "\(what)")
    }

    @Test func laterStepsRewriteOnlyWhatDependsOnTheirPlayers() async throws {
        try await Workbench.with("day") { bench in
            // Twelve dates, so that there are stars whose absence concerns their team-mates.
            var league = SmallLeague(seed: 31, days: 12)
            let date = try #require(league.dates.last)
            league.injuries.removeAll { $0.game.date == date && $0.player != nil }
            try await league.store(in: bench)
            for day in league.dates { try await bench.openRun(day) }
            for day in league.dates.dropLast() { try await bench.runChain(day, full: true) }

            let morning = Step(results: try await bench.runChain(date, full: true))
            let everybody = morning.inScope("upcoming_player_game_context")
            #expect(everybody == 48)
            #expect(morning.rewritten(.team) == Set(SmallLeague.teams))

            // 14:00: the star of one team, by an operator's word.
            let star = try await star(bench, date, besides: [])
            league.operators.append(
                OperatorPlayerStatus(
                    playerLookup: star.player,
                    playerFullName: star.player.capitalized,
                    team: try Team(tricode: star.team),
                    days: date...date,
                    status: .out,
                    reason: "hurt in practice",
                    enteredBy: "ann",
                    enteredAt: LeagueClock.instant(date, hour: 14, minute: 0)
                )
            )
            try await league.store(in: bench, dates: [date])
            let afternoon = Step(results: try await bench.runChain(date))
            try expect(afternoon, only: [star], league, scope: 16...16)
            try await expectEqualToFull(bench, date, "14:00")

            // 18:00: the league's report rules out one player each of two other games.
            var ruledOut: [(player: String, team: String)] = []
            var games = [try game(of: star.team, date, league)]
            for _ in 0..<2 {
                let next = try await self.star(bench, date, besides: games)
                let home = try game(of: next.team, date, league)
                games.append(home)
                ruledOut.append(next)
                league.injuries.append(
                    SmallLeague.listing(
                        next.player,
                        next.team,
                        home.gameID,
                        date,
                        .init(isListed: true, injuryStatus: InjuryStatus.out.rawValue)
                    )
                )
            }
            try await league.store(in: bench, dates: [date])
            let evening = Step(results: try await bench.runChain(date))
            try expect(evening, only: ruledOut, league, scope: 32...32)
            try await expectEqualToFull(bench, date, "18:00")
        }
    }

    /// The best scorer of the date's teams in other games than these.
    private func star(
        _ bench: Workbench,
        _ date: GameDate,
        besides games: [NbacSchedule]
    ) async throws -> (player: String, team: String) {
        let row = try await bench.pool.query(
            """
            SELECT player_lookup, team_abbr FROM nba_analytics.upcoming_player_game_context
            WHERE game_date = \(PostgresDate(date)) AND removed_at IS NULL AND game_id <> ALL(\(games.map(\.gameID)))
            ORDER BY points_avg_last_10 DESC NULLS LAST, player_lookup LIMIT 1
            """
        ).one()
        return (try row.decode("player_lookup"), try row.decode("team_abbr"))
    }

    private func game(of team: String, _ date: GameDate, _ league: SmallLeague) throws -> NbacSchedule {
        try #require(
            league.schedule.first { $0.gameDate == date && [$0.homeTeamTricode, $0.awayTeamTricode].contains(team) }
        )
    }

    /// The step looked at the players of its teams' games and rewrote rows of its teams' players only.
    private func expect(
        _ step: Step,
        only absent: [(player: String, team: String)],
        _ league: SmallLeague,
        scope: ClosedRange<Int>
    ) throws {
        let teams = Set(absent.map(\.team))
        let mates = Set(league.rosters.filter { teams.contains($0.value) }.keys)
        #expect(scope.contains(step.inScope("upcoming_player_game_context")))
        #expect(step.rewritten(.player).isSuperset(of: absent.map(\.player)))
        #expect(step.rewritten(.player).isSubset(of: mates), "\(step.rewritten(.player).subtracting(mates).sorted())")
        #expect(step.rewritten(.team).isSubset(of: teams))
        // Each team's own row says how many are out.
        #expect(step.changed("upcoming_team_game_context") == teams.count)
        // Who plays tonight does not change what was played before.
        #expect(
            step.idle.isSuperset(of: [
                "team_offense_game_summary", "team_defense_game_summary", "player_game_summary",
                "team_defense_zone_analysis", "player_shot_zone_analysis", "player_daily_cache",
            ])
        )
        // What the later phases look at is what Phase 3 has changed for them.
        let contexts = step.changed("upcoming_player_game_context")
        #expect(contexts > 0 && contexts <= mates.count)
        for processor in ["player_composite_factors", "ml_feature_store_v2"] {
            #expect(step.inScope(processor) <= contexts, "\(processor)")
            #expect(step.changed(processor) > 0, "\(processor)")
        }
    }
}
