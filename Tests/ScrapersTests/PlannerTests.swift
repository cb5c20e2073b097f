import Basketball
import Foundation
import Pipeline
import PipelineTestKit
import Postgres
import Testing

@testable import Scrapers

@Suite struct PlannerRulesTests {
    /// An Eastern wall-clock time.
    static func eastern(_ text: String) throws -> Date { try LeagueClock.parseEasternWallClock(text) }

    static let scrapers: Set<String> = ["oddsa_events", "nbac_injury_report", "nbac_referee_assignments"]

    static func game(
        _ tip: String?,
        date: String,
        isPostponed: Bool = false,
        isComplete: Bool = false
    ) throws -> PlannerRules.Game {
        PlannerRules.Game(
            date: try GameDate(date),
            tipoff: try tip.map { try eastern($0) },
            isPostponed: isPostponed,
            isComplete: isComplete
        )
    }

    static func windows(_ games: [PlannerRules.Game], on date: String) throws -> [PlannerRules.Window] {
        PlannerRules.windows(of: try GameDate(date), games: games, scrapers: scrapers)
    }

    static func wall(_ instant: Date) -> String { String(LeagueClock.formatWallClock(instant).prefix(16)) }

    @Test func aDayIsPlannedByItsGames() throws {
        let games = [
            try Self.game("2024-01-15T13:00:00", date: "2024-01-15"),
            try Self.game("2024-01-15T22:30:00", date: "2024-01-15"),
        ]
        let windows = try Self.windows(games, on: "2024-01-15")
        func times(_ prefix: String) -> [String] {
            windows.filter { $0.key.hasPrefix(prefix) }.map { String(Self.wall($0.dueAt).dropFirst(5)) }
        }
        #expect(times("plan:pregame") == ["01-15T09:00"])
        // Every two hours from five in the morning, and half an hour before each game; the nearest regular one gives way.
        #expect(
            times("poll:oddsa_events") == [
                "01-15T05:00", "01-15T07:00", "01-15T09:00", "01-15T11:00", "01-15T12:30", "01-15T13:00", "01-15T15:00",
                "01-15T17:00", "01-15T19:00", "01-15T21:00", "01-15T22:00",
            ]
        )
        // Two and a half, three and a half and six hours after each tip-off, and the end of the date.
        #expect(
            times("plan:postgame") == [
                "01-15T15:30", "01-15T16:30", "01-15T19:00", "01-16T01:00", "01-16T02:00", "01-16T04:30",
            ]
        )
        #expect(times("plan:recovery") == ["01-16T06:00", "01-17T06:00"])
        #expect(windows.first { $0.key.hasSuffix(":final") }.map { Self.wall($0.dueAt) } == "2024-01-16T02:00")
        // A poll goes on after the first report, to the last tip-off.
        let injuries = windows.filter { $0.key.hasPrefix("poll:nbac_injury_report") }
        #expect(injuries.count >= 17)
        #expect(injuries.last.map { Self.wall($0.endsAt) } == "2024-01-15T22:30")
    }

    @Test func anEarlyGameMovesTheMorning() throws {
        let windows = try Self.windows([try Self.game("2024-01-11T10:00:00", date: "2024-01-11")], on: "2024-01-11")
        let pregame = try #require(windows.first { $0.kind == .pregame })
        #expect(Self.wall(pregame.dueAt) == "2024-01-11T07:00" && pregame.key == "plan:pregame:2024-01-11:07:00")
    }

    @Test func postponedGamesDoNotCount() throws {
        let postponed = try Self.game("2024-01-15T22:30:00", date: "2024-01-15", isPostponed: true)
        let played = try Self.game("2024-01-15T13:00:00", date: "2024-01-15")
        #expect(try Self.windows([postponed], on: "2024-01-15").isEmpty)
        let final = try Self.windows([played, postponed], on: "2024-01-15").first { $0.key.hasSuffix(":final") }
        #expect(final.map { Self.wall($0.dueAt) } == "2024-01-15T16:30")
    }

    @Test func aGameWithoutATimeIsStillAGame() throws {
        let windows = try Self.windows([try Self.game(nil, date: "2024-01-15")], on: "2024-01-15")
        #expect(
            windows.map(\.key) == [
                "plan:pregame:2024-01-15:09:00", "plan:recovery:2024-01-15:1", "plan:recovery:2024-01-15:2",
            ]
        )
        #expect(windows.first.map { Self.wall($0.endsAt) } == "2024-01-16T00:00")
    }

    @Test func whatIsThereIsNotAskedForAgain() throws {
        let games = [
            try Self.game("2024-01-15T13:00:00", date: "2024-01-15", isComplete: true),
            try Self.game("2024-01-15T22:30:00", date: "2024-01-15"),
        ]
        for window in try Self.windows(games, on: "2024-01-15") {
            let verdict = PlannerRules.verdict(on: window, now: window.dueAt)
            switch window.key {
            case "plan:postgame:2024-01-15:0115T2030Z", "plan:postgame:2024-01-15:0115T2130Z",
                "plan:postgame:2024-01-15:0116T0000Z":
                #expect(verdict == .skip("the box scores of all 1 games are there"))
            default: #expect(verdict == .run)
            }
            #expect(PlannerRules.verdict(on: window, now: window.endsAt) == .missed)
        }
    }

    @Test(
        arguments: [
            // (last day with games, next one, what today is)
            ("2024-01-14", "2024-01-15", PlannerRules.DayState.gameDay), ("2024-02-15", "2024-02-22", .breakDay),
            ("2024-04-14", nil, .breakDay), ("2024-06-17", nil, .offSeason), ("2024-06-17", "2024-10-22", .offSeason),
            ("2023-04-14", nil, .dormant), (nil, nil, .dormant),
        ] as [(String?, String?, PlannerRules.DayState)]
    )
    func breaksAndSummersAreStates(last: String?, next: String?, state: PlannerRules.DayState) throws {
        let today =
            try next.map { try GameDate($0) }.map {
                state == .gameDay ? $0 : $0.adding(days: state == .breakDay ? -4 : -60)
            }
            ?? (try last.map { try GameDate($0) }?.adding(days: state == .breakDay ? 3 : state == .dormant ? 200 : 40))
            ?? GameDate("2024-01-15")
        #expect(
            PlannerRules.state(
                of: today,
                last: try last.map { try GameDate($0) },
                next: try next.map { try GameDate($0) }
            ) == state
        )
    }

    /// Over both nights on which the clock changes: whatever minute a game begins, its windows lie at fixed real distances
    /// from its tip-off, have names of their own, and end after they are due.
    @Test(arguments: ["2024-03-09", "2024-11-02"])
    func everyTipOffOfTheNightsOfTheChangeIsPlannedByRealTime(day: String) throws {
        let start = LeagueClock.instant(try GameDate(day), hour: 0, minute: 0)
        for minute in 0..<(48 * 60) {
            let tip = start.addingTimeInterval(Double(minute * 60))
            let date = LeagueClock.gameDate(of: tip)
            let windows = PlannerRules.windows(
                of: date,
                games: [PlannerRules.Game(date: date, tipoff: tip)],
                scrapers: Self.scrapers
            )
            var problems: [String] = []
            if Set(windows.map(\.key)).count != windows.count { problems.append("two windows share a name") }
            if windows.contains(where: { $0.endsAt <= $0.dueAt }) { problems.append("a window ends before it is due") }
            if windows != windows.sorted(by: { ($0.dueAt, $0.key) < ($1.dueAt, $1.key) }) { problems.append("order") }
            let final = windows.first { $0.key.hasSuffix(":final") }
            if final?.dueAt != tip.addingTimeInterval(3.5 * 3600) { problems.append("the end of the date") }
            let after = windows.filter { $0.key.hasPrefix("plan:postgame") && !$0.key.hasSuffix(":final") }.map {
                $0.dueAt.timeIntervalSince(tip) / 3600
            }
            // On the half-hour grid, so at most half an hour later; the end of the date stands for what falls on it.
            let expected: [Double] = minute % 30 == 0 ? [2.5, 6] : [2.5, 3.5, 6]
            if after.count != expected.count { problems.append("\(after.count) windows after the game") }
            for (hours, found) in zip(expected, after) where !(hours...hours + 0.5).contains(found) {
                problems.append("\(found) h after tip-off")
            }
            let polls = windows.filter { $0.key.hasPrefix("poll:oddsa_events") }
            if let last = polls.last, last.endsAt != tip { problems.append("polls end at \(last.endsAt)") }
            if zip(polls, polls.dropFirst()).contains(where: { $0.endsAt != $1.dueAt }) {
                problems.append("gap of polls")
            }
            let pregames = windows.filter { $0.kind == .pregame }
            if pregames.count != 1 || pregames[0].dueAt > tip { problems.append("the pregame run") }
            #expect(problems == [], "tip-off \(LeagueClock.formatUTC(tip))")
        }
    }
}

@Suite struct PlannerTests {
    static let oneGame: SQL = """
        INSERT INTO nba_raw.nbac_schedule
            (game_id, nba_game_id, season_year, season_type, game_date, tipoff_at, game_status, is_postponed,
             home_team_tricode, away_team_tricode)
        VALUES ('20240115_NYK_PHI', '0022300561', 2023, 'regular', '2024-01-15', '2024-01-16T00:30:00Z', 1, false,
                'PHI', 'NYK')
        """

    static let itsBoxScore: SQL = """
        INSERT INTO nba_raw.nbac_player_boxscores
            (game_id, nba_game_id, game_date, season_year, season_type, nba_player_id, player_lookup,
             player_full_name, team_id, team_abbr, opponent_team_abbr, is_home)
        VALUES ('20240115_NYK_PHI', '0022300561', '2024-01-15', 2023, 'regular', 1, 'x', 'X', 1, 'PHI', 'NYK', true)
        """

    static func planner(_ harness: TaskHarness) -> Planner {
        Planner(
            pool: harness.pool,
            opener: RunOpener(registry: harness.registry, role: "scrapers"),
            logger: harness.logger
        )
    }

    @Test func aWindowIsDecidedOnceWhoeverPlans() async throws {
        try await TaskHarness.with { harness in
            let now = try PlannerRulesTests.eastern("2024-01-15T11:10:00")
            var first = Self.planner(harness)
            let empty = try await first.plan(now: now)
            #expect(empty.isEmpty)
            try await harness.pool.execute(Self.oneGame)
            let opened = try await first.plan(now: now)
            #expect(!opened.isEmpty)
            let again = try await first.plan(now: now)
            var second = Self.planner(harness)
            let other = try await second.plan(now: now)
            #expect(again.isEmpty && other.isEmpty)
            #expect(try await harness.count("nba_orchestration.run WHERE kind = 'pregame'") == 1)
            let runs = try await harness.count("nba_orchestration.run")
            #expect(try await harness.count("nba_orchestration.planner_decision WHERE verdict = 'run'") == runs)
            #expect(opened.count == runs)
            // The polls that nobody made in time are on record.
            let missed = try await harness.count("nba_orchestration.planner_decision WHERE verdict = 'missed'")
            #expect(missed > 0)
        }
    }

    @Test func aPollFetchesWhatItFindsAndNothingElse() async throws {
        try await TaskHarness.with { harness in
            try await harness.pool.execute(Self.oneGame)
            var planner = Self.planner(harness)
            _ = try await planner.plan(now: try PlannerRulesTests.eastern("2024-01-15T09:35:00"))
            let tasks = try await harness.pool.query(
                """
                SELECT t.processor, t.input->>'discover' AS discover FROM nba_orchestration.task AS t
                JOIN nba_orchestration.run AS r USING (run_id)
                WHERE r.plan_key LIKE 'poll:oddsa_events:2024-01-15:%' AND t.phase = 1
                """
            )
            #expect(try tasks.column("processor", as: String.self) == ["oddsa_events"])
            #expect(try tasks.column("discover", as: String?.self) == ["true"])
        }
    }

    @Test func boxScoresThatAreThereAreNotAskedForAgain() async throws {
        try await TaskHarness.with { harness in
            try await harness.pool.execute(Self.oneGame)
            try await harness.pool.execute(Self.itsBoxScore)
            var planner = Self.planner(harness)
            _ = try await planner.plan(now: try PlannerRulesTests.eastern("2024-01-15T22:05:00"))
            let decisions = try await harness.pool.query(
                """
                SELECT verdict, reason FROM nba_orchestration.planner_decision
                WHERE window_key = 'plan:postgame:2024-01-15:0116T0300Z'
                """
            )
            #expect(try decisions.column("verdict", as: String.self) == ["skip"])
            #expect(
                try decisions.column("reason", as: String.self) == ["the box scores of all 1 games are there"]
            )
        }
    }

    @Test(arguments: [("active", "skip"), ("inactive", "run")])
    func aGamebookWithoutFiguresIsAskedForAgain(status: String, verdict: String) async throws {
        try await TaskHarness.with { harness in
            try await harness.pool.execute(Self.oneGame)
            try await harness.pool.execute(Self.itsBoxScore)
            try await harness.pool.execute(
                """
                INSERT INTO nba_raw.nbac_gamebook_player_stats
                SELECT (jsonb_populate_record(NULL::nba_raw.nbac_gamebook_player_stats, d.defaults || jsonb_build_object(
                    'game_id', '20240115_NYK_PHI', 'game_date', '2024-01-15', 'player_lookup', 'x',
                    'player_status', \(status)::text, 'created_at', now(), 'updated_at', now()))).*
                FROM (SELECT jsonb_object_agg(column_name, CASE WHEN data_type = 'text' THEN to_jsonb('x'::text)
                                                                WHEN data_type = 'boolean' THEN 'true'::jsonb
                                                                WHEN data_type = 'date' THEN '"2024-01-15"'::jsonb
                                                                ELSE '1'::jsonb END) AS defaults
                      FROM information_schema.columns
                      WHERE table_schema = 'nba_raw' AND table_name = 'nbac_gamebook_player_stats'
                          AND is_nullable = 'NO' AND data_type <> 'timestamp with time zone') AS d
                """
            )
            var planner = Self.planner(harness)
            _ = try await planner.plan(now: try PlannerRulesTests.eastern("2024-01-15T22:05:00"))
            let decisions = try await harness.pool.query(
                """
                SELECT verdict FROM nba_orchestration.planner_decision
                WHERE window_key = 'plan:postgame:2024-01-15:0116T0300Z'
                """
            )
            #expect(try decisions.column("verdict", as: String.self) == [verdict])
        }
    }

    @Test func aDayWithoutGamesLooksTheScheduleUpOnce() async throws {
        try await TaskHarness.with { harness in
            try await harness.pool.execute(Self.oneGame)
            var planner = Self.planner(harness)
            _ = try await planner.plan(now: try PlannerRulesTests.eastern("2024-01-18T10:00:00"))
            let tasks = try await harness.pool.query(
                """
                SELECT t.processor FROM nba_orchestration.task AS t JOIN nba_orchestration.run AS r USING (run_id)
                WHERE r.plan_key = 'plan:schedule:2024-01-18' AND t.phase = 1
                """
            )
            #expect(try tasks.column("processor", as: String.self) == ["nbac_schedule_api"])
            let states = try await harness.pool.query(
                "SELECT day_state FROM nba_orchestration.planner_decision WHERE window_key = 'plan:schedule:2024-01-18'"
            )
            #expect(try states.column("day_state", as: String.self) == ["break"])
        }
    }
}
