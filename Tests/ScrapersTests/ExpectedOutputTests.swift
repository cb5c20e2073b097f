import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Raw
import Testing

@testable import Scrapers
@testable import SourceSim

/// What is expected is written ahead, judged by what is there, and never forgotten.
@Suite struct ExpectedOutputTests {
    static func eastern(_ text: String) throws -> Date { try LeagueClock.parseEasternWallClock(text) }

    @Test func theSeasonIsWrittenAheadAndBackAndOnce() async throws {
        try await SeasonOfOutputs.with { season in
            try await season.game("20231024_LAL_DEN", "0022300061")
            try await season.game("20240115_BOS_TOR", "0022300561")
            try await season.game("20240129_BOS_TOR", "0022300670", status: 1)
            try await season.game("20240130_BOS_TOR", "0022300671", status: 1)
            let now = try Self.eastern("2024-01-15T12:00:00")
            try await season.settle(now)
            let rows = try await season.harness.count("nba_orchestration.expected_output")
            let days = try await season.harness.count("nba_orchestration.planned_day")
            // From the opening night to fourteen days ahead.
            #expect(days == 98)
            for date in ["2023-10-24", "2024-01-15", "2024-01-29"] {
                let own = try await season.harness.count(
                    "nba_orchestration.expected_output WHERE game_date = \(try GameDate(date).postgres)"
                )
                #expect(own == season.outputs.rules.all.count, "\(date)")
            }
            #expect(
                try await season.harness.count("nba_orchestration.expected_output WHERE game_date > '2024-01-29'") == 0
            )
            try await season.settle(now)
            #expect(try await season.harness.count("nba_orchestration.expected_output") == rows)
        }
    }

    /// A gap of months ago is as overdue as one of yesterday: no look-back forgets it.
    @Test func aSteadyGapOlderThanAnyLookBackStaysOverdue() async throws {
        try await SeasonOfOutputs.with { season in
            for day in 24...30 {
                try await season.game("202310\(day)_LAL_DEN", "00223000\(day)")
            }
            try await season.game("20240506_BOS_TOR", "0022300999")
            let now = try Self.eastern("2024-05-09T12:00:00")
            try await season.settle(now)
            let old = try await season.output("2023-10-24", "nbac_team_boxscore", "20231024_LAL_DEN", at: now)
            #expect(old?.state == "late" && old?.isOverdue == true && old?.shortTeams == ["DEN", "LAL"])
            let summer = try Self.eastern("2024-08-01T12:00:00")
            let later = try await season.output("2023-10-24", "nbac_team_boxscore", "20231024_LAL_DEN", at: summer)
            #expect(later?.isOverdue == true)
            // It comes after all, and that is all that ends it.
            try await season.teamBoxes("20231024_LAL_DEN", "0022300024")
            try await season.outputs.observe([try GameDate("2023-10-24")], now: now)
            let state = try await season.state("2023-10-24", "nbac_team_boxscore", "20231024_LAL_DEN", at: summer)
            #expect(state == "complete")
        }
    }

    /// One side of one game is missing though the sum of the date is nearly there, or somebody's rows are doubled.
    @Test func completenessIsJudgedGameByGame() async throws {
        try await SeasonOfOutputs.with { season in
            let games = [("20240115_BOS_TOR", "0022300561"), ("20240115_NYK_PHI", "0022300562")]
            for (game, id) in games { try await season.game(game, id) }
            try await season.teamBoxes(games[0].0, games[0].1)
            try await season.teamBoxes(games[1].0, games[1].1, of: ["PHI"])
            let now = try Self.eastern("2024-01-16T09:00:00")
            try await season.settle(now)
            let whole = try await season.output("2024-01-15", "nbac_team_boxscore", games[0].0, at: now)
            #expect(whole?.state == "complete" && whole?.rowsFound == 2)
            let half = try await season.output("2024-01-15", "nbac_team_boxscore", games[1].0, at: now)
            #expect(half?.state == "degraded" && half?.rowsFound == 1 && half?.shortTeams == ["NYK"])
            #expect(half?.isOverdue == true)
            try await season.teamBoxes(games[1].0, "0022300563", of: ["NYK", "PHI"])
            try await season.settle(now)
            let doubled = try await season.output("2024-01-15", "nbac_team_boxscore", games[1].0, at: now)
            #expect(doubled?.state == "degraded" && doubled?.rowsFound == 3)
        }
    }

    /// A game of tonight without predictions shows, however many players the others have.
    @Test func aGameWithoutPredictionsShowsThoughTheSumLooksFine() async throws {
        try await SeasonOfOutputs.with { season in
            try await season.game("20231024_POR_TOR", "0022300001")
            try await season.game("20231024_BOS_NYK", "0022300002")
            try await season.game("20240123_TOR_POR", "0022300600", status: 1)
            try await season.game("20240123_BOS_NYK", "0022300601", status: 1)
            try await season.predictions("20240123_BOS_NYK", ofEach: 15)
            let now = try Self.eastern("2024-01-23T10:30:00")
            try await season.settle(now)
            let lacking = try await season.output(
                "2024-01-23",
                "player_predictions",
                "20240123_TOR_POR",
                phase: 5,
                at: now
            )
            #expect(lacking?.state == "late" && lacking?.shortTeams == ["POR", "TOR"])
            let other = try await season.state(
                "2024-01-23",
                "player_predictions",
                "20240123_BOS_NYK",
                phase: 5,
                at: now
            )
            #expect(other == "complete")
        }
    }

    @Test func aBreakIsNotLate() async throws {
        try await SeasonOfOutputs.with { season in
            try await season.game("20240215_BOS_TOR", "0022300700")
            try await season.game("20240222_BOS_TOR", "0022300701", status: 1)
            let now = try Self.eastern("2024-02-19T12:00:00")
            try await season.planned("2024-02-20")
            try await season.settle(now)
            let days = try await season.pool.query(
                "SELECT game_date, day_state FROM nba_orchestration.planned_day ORDER BY game_date LIMIT 8"
            ).column("day_state", as: String.self)
            #expect(days == ["game_day", "break", "break", "break", "break", "break", "break", "game_day"])
            // Nobody owes anything on these days but the look at the schedule, and that only once somebody plans.
            let late: Int = try await season.pool.query(
                """
                SELECT count(*) FROM nba_orchestration.output_grid('2024-02-16', '2024-02-21', \(now)) WHERE is_overdue
                """
            ).scalar()
            #expect(late == 0)
        }
    }

    @Test func anEmptyAnswerIsFineOnlyWithTheSchedulesConsent() async throws {
        try await SeasonOfOutputs.with { season in
            try await season.game("20240115_BOS_TOR", "0022300561")
            let now = try Self.eastern("2024-01-16T12:00:00")
            let moment = try Self.eastern("2024-01-16T02:00:00")
            for (processor, isExpected) in [("bdl_box_scores", true), ("espn_scoreboard", false)] {
                try await season.task(
                    "2024-01-15",
                    processor,
                    "no_data",
                    phase: 1,
                    isExpectedEmpty: isExpected,
                    at: moment,
                    now: now
                )
            }
            // The schedule's old consent does not excuse the rows of a game that should be over.
            try await season.task(
                "2024-01-15",
                "nbac_player_boxscores",
                "no_data",
                phase: 2,
                isExpectedEmpty: true,
                at: moment,
                now: now
            )
            // Before its game can be over an answer says nothing about it.
            try await season.task(
                "2024-01-15",
                "nbac_scoreboard_v2",
                "no_data",
                phase: 1,
                isExpectedEmpty: true,
                at: try Self.eastern("2024-01-15T09:10:00"),
                now: now
            )
            try await season.settle(now)
            #expect(try await season.state("2024-01-15", "bdl_box_scores", phase: 1, at: now) == "empty_ok")
            #expect(try await season.state("2024-01-15", "espn_scoreboard", phase: 1, at: now) == "late")
            #expect(
                try await season.state("2024-01-15", "nbac_player_boxscores", "20240115_BOS_TOR", at: now) == "late"
            )
            #expect(try await season.state("2024-01-15", "nbac_scoreboard_v2", phase: 1, at: now) == "late")
        }
    }

    /// Tasks go thirty days after their run; what they said about the date stays on record.
    @Test func whatTasksSaidOutlivesThem() async throws {
        try await SeasonOfOutputs.with { season in
            try await season.game("20240115_BOS_TOR", "0022300561")
            let now = try Self.eastern("2024-01-16T12:00:00")
            let moment = try Self.eastern("2024-01-16T02:00:00")
            try await season.task("2024-01-15", "nbac_player_boxscore", "success", phase: 1, at: moment, now: now)
            try await season.task(
                "2024-01-15",
                "espn_scoreboard",
                "failed",
                phase: 1,
                error: "503",
                at: moment,
                now: now
            )
            try await season.settle(now)
            try await season.harness.pool.execute("DELETE FROM nba_orchestration.task")
            try await season.harness.pool.execute("DELETE FROM nba_orchestration.run")
            let later = try Self.eastern("2024-03-16T12:00:00")
            try await season.outputs.observe([try GameDate("2024-01-15")], now: later)
            #expect(try await season.state("2024-01-15", "nbac_player_boxscore", phase: 1, at: later) == "complete")
            #expect(try await season.state("2024-01-15", "espn_scoreboard", phase: 1, at: later) == "failed")
        }
    }

    @Test func aGameThatLeavesItsDateLeavesAnExcusedRow() async throws {
        try await SeasonOfOutputs.with { season in
            try await season.game("20240115_BOS_TOR", "0022300561", status: 1)
            try await season.game("20240115_NYK_PHI", "0022300562", status: 1)
            let now = try Self.eastern("2024-01-14T12:00:00")
            try await season.settle(now)
            try await season.harness.pool.execute(
                """
                UPDATE nba_raw.nbac_schedule SET game_date = '2024-01-20', game_id = '20240120_NYK_PHI',
                    tipoff_at = tipoff_at + interval '5 days'
                WHERE nba_game_id = '0022300562'
                """
            )
            try await season.settle(now)
            let later = try Self.eastern("2024-01-17T12:00:00")
            let left = try await season.output("2024-01-15", "nbac_team_boxscore", "20240115_NYK_PHI", at: later)
            #expect(left?.state == "empty_ok" && left?.excused == OutputPlan.notOnSchedule)
            let moved = try await season.state("2024-01-20", "nbac_team_boxscore", "20240120_NYK_PHI", at: later)
            #expect(moved == "not_due")
            let stayed = try await season.state("2024-01-15", "nbac_team_boxscore", "20240115_BOS_TOR", at: later)
            #expect(stayed == "late")
        }
    }

    @Test func anOpenTaskIsRunningUntilItIsLate() async throws {
        try await SeasonOfOutputs.with { season in
            try await season.game("20240115_BOS_TOR", "0022300561", status: 1)
            let now = try Self.eastern("2024-01-15T09:01:00")
            try await season.settle(now)
            _ = try await season.harness.open(.pregame, try GameDate("2024-01-15"))
            #expect(try await season.state("2024-01-15", "nbac_schedule", at: now) == "running")
            let late = try Self.eastern("2024-01-15T09:31:00")
            #expect(try await season.state("2024-01-15", "nbac_schedule", at: late) == "late")
            #expect(try await season.state("2024-01-15", "nbac_player_boxscore", phase: 1, at: now) == "not_due")
        }
    }

    @Test func aHaltIsAStateOfWhatReadersGet() async throws {
        try await SeasonOfOutputs.with { season in
            try await season.game("20240115_BOS_TOR", "0022300561", status: 1)
            let now = try Self.eastern("2024-01-15T12:00:00")
            try await season.settle(now)
            try await season.harness.pool.execute(
                "INSERT INTO nba_publishing.halt (reason, actor) VALUES ('lines of another day', 'ann')"
            )
            let halted = try await season.output("2024-01-15", "tonight_document", phase: 6, at: now)
            #expect(halted?.state == "halted" && halted?.isOverdue == false)
            #expect(try await season.state("2024-01-15", "nbac_schedule", at: now) == "late")
            try await season.harness.pool.execute(
                "UPDATE nba_publishing.halt SET ended_at = now(), ended_by = 'ann', end_reason = 'well again'"
            )
            #expect(try await season.output("2024-01-15", "tonight_document", phase: 6, at: now)?.isOverdue == true)
        }
    }

    /// A real date through real scrapers and raw processors: what they brought is complete, game by game, and what nobody
    /// made of it is late.
    @Test func aRealDateIsJudgedByWhatItBrought() async throws {
        let beside = RealSlateTests.root.appending(path: "../shared/data").standardizedFileURL
        let data = ProcessInfo.processInfo.environment["TIPOFF_TEST_DATA"].map { URL(fileURLWithPath: $0) } ?? beside
        guard FileManager.default.fileExists(atPath: data.appending(path: "schedules").path) else {
            print("notice: skipped, no ../shared/data")
            return
        }
        try await RealSources.serve(data) { url in
            try await SeasonOfOutputs.with { season in
                let processors = ScrapersService.processors(ScraperTests.settings(url, age: .seconds(3600)))
                let date = try GameDate(RealSlateTests.date)
                let run = try await season.harness.open(.full, date)
                try await season.harness.work(run, .scrapers, processors)
                try await season.harness.work(run, .raw, RawService.processors)
                let now = try Self.eastern("2024-01-16T18:00:00")
                try await season.settle(now)
                let rows = try await season.pool.query(
                    """
                    SELECT processor, count(*) AS games, count(*) FILTER (WHERE state = 'complete') AS complete,
                           count(*) FILTER (WHERE is_overdue) AS overdue
                    FROM nba_orchestration.output_grid(\(date.postgres), \(date.postgres), \(now))
                    WHERE game_id <> '*' AND phase IN (2, 3) GROUP BY processor
                    """
                )
                var found: [String: [Int]] = [:]
                for row in rows {
                    found[try row.decode("processor")] = [
                        try row.decode("games"), try row.decode("complete"), try row.decode("overdue"),
                    ]
                }
                #expect(found["nbac_player_boxscores"] == [11, 11, 0])
                #expect(found["nbac_team_boxscore"] == [11, 11, 0])
                // The shared data has no props of the date, and the page of one of its games.
                #expect(found["odds_api_player_points_props"] == [11, 0, 11])
                #expect(found["espn_boxscores"] == [11, 1, 10])
                #expect(found["player_game_summary"] == [11, 0, 11])
                // The season's break is one, and its dates owe nothing.
                let states = try await season.pool.query(
                    """
                    SELECT day_state FROM nba_orchestration.planned_day
                    WHERE game_date BETWEEN '2023-12-24' AND '2023-12-25' ORDER BY game_date
                    """
                ).column("day_state", as: String.self)
                #expect(states == ["break", "game_day"])
            }
        }
    }
}
