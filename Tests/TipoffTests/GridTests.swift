import ArgumentParser
import Basketball
import Foundation
import Pipeline
import Postgres
import PostgresTestKit
import Testing

@testable import TipoffCommands

/// What should have come and has: by date, by game, by lateness.
@Suite struct GridTests {
    static let clock = ["TIPOFF_CLOCK": "2024-01-17T17:00:00Z"]

    /// Adds outputs, each with its times in hours after the midnight of its date, UTC.
    static func add(
        _ pool: PostgresPool,
        _ date: String,
        _ phase: Int,
        _ processor: String,
        game: String = "*",
        requirement: String = "critical",
        begins: Double = 14,
        due: Double = 15,
        rows: (found: Int, least: Int)? = nil,
        short: [String] = [],
        outcome: String? = nil,
        error: String? = nil,
        isRepairable: Bool = true,
        attempts: Int = 0
    ) async throws {
        let day = try GameDate(date).sqlDate
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.expected_output
                (game_date, phase, processor, game_id, season_year, level, requirement, begins_at, due_at, rows_min, rows_found,
                 short_teams, outcome, error, is_repairable, attempts, asked_at)
            VALUES (\(day), \(Int16(phase)), \(processor), \(game), 2023, 0, \(requirement),
                    \(day)::timestamp AT TIME ZONE 'UTC' + \(begins) * interval '1 hour',
                    \(day)::timestamp AT TIME ZONE 'UTC' + \(due) * interval '1 hour', \(rows.map { Int32($0.least) }),
                    \(rows.map { Int32($0.found) }), \(short), \(outcome), \(error), \(isRepairable), \(Int16(attempts)),
                    CASE WHEN \(Int16(attempts)) > 0 THEN now() END)
            """
        )
    }

    static func day(_ pool: PostgresPool, _ date: String, _ state: String = "game_day", games: Int = 1) async throws {
        try await pool.execute(
            """
            INSERT INTO nba_orchestration.planned_day (game_date, season_year, day_state, games, fingerprint, observed_at)
            VALUES (\(try GameDate(date).sqlDate), 2023, \(state), \(Int16(games)), 'x', now())
            """
        )
    }

    /// Two dates with games and a break between; a team's box score is missing on the first.
    static func prepare(_ pool: PostgresPool) async throws {
        for (date, state) in [("2024-01-15", "game_day"), ("2024-01-16", "break"), ("2024-01-17", "game_day")] {
            try await day(pool, date, state, games: state == "break" ? 0 : 2)
        }
        for game in ["20240115_BOS_TOR", "20240115_NYK_PHI"] {
            let isWhole = game.hasSuffix("TOR")
            try await add(
                pool,
                "2024-01-15",
                2,
                "nbac_team_boxscore",
                game: game,
                begins: 27,
                due: 31,
                rows: (isWhole ? 2 : 1, 2),
                short: isWhole ? [] : ["NYK"]
            )
            try await add(
                pool,
                "2024-01-15",
                3,
                "team_offense_game_summary",
                game: game,
                begins: 27,
                due: 32,
                rows: (isWhole ? 2 : 0, 2),
                short: isWhole ? [] : ["NYK", "PHI"]
            )
        }
        try await add(pool, "2024-01-15", 1, "nbac_player_boxscore", outcome: "success")
        try await add(
            pool,
            "2024-01-15",
            1,
            "bdl_standings",
            requirement: "optional",
            outcome: "failed",
            error: "HTTP 503",
            isRepairable: false
        )
        try await add(pool, "2024-01-17", 1, "nbac_schedule_api", outcome: "success")
        try await add(pool, "2024-01-17", 1, "nbac_player_boxscore", begins: 27, due: 31)
        try await add(
            pool,
            "2024-01-17",
            5,
            "player_predictions",
            game: "20240117_TOR_POR",
            rows: (0, 10),
            short: ["POR", "TOR"],
            isRepairable: false
        )
    }

    static func with(_ body: (TestDatabase, PostgresPool, [String: String]) async throws -> Void) async throws {
        try await Database.with { database, pool in
            try await prepare(pool)
            try await body(database, pool, clock.merging(["TIPOFF_DATABASE_URL": database.url]) { $1 })
        }
    }

    private static func line(_ result: CommandResult, _ start: String) -> String? {
        result.output.split(separator: "\n").map(String.init).first { $0.hasPrefix(start) }
    }

    @Test func aDateIsALineAndAPhaseAColumn() async throws {
        try await Self.with { _, _, environment in
            let result = await tipoff("grid", "--from", "2024-01-14", "--to", "2024-01-17", environment: environment)
            result.expect(1)
            let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            #expect(
                lines[0]
                    == "date        day          1 scrapers  2 raw  3 analytics  4 precompute  5 predictions  6 publishing"
            )
            #expect(lines[1] == "2024-01-14  not planned")
            // Only the optional source failed; one game of two lacks a team; the other phases of the date wait for it.
            #expect(lines[2] == "2024-01-15  2 games      f1          D1     L1")
            #expect(lines[3] == "2024-01-16  break")
            #expect(lines[4].hasPrefix("2024-01-17  2 games      -1"))
            #expect(lines[4].hasSuffix("L1"))
            #expect(result.output.contains("F failed · L late"))
            #expect(result.output.contains("next: tipoff gaps  (4 outputs are overdue)"))
            #expect(!result.output.contains("\u{1B}"))
        }
    }

    @Test func aPhaseNamesWhatIsWrong() async throws {
        try await Self.with { _, _, environment in
            let result = await tipoff(
                "grid",
                "--from",
                "2024-01-15",
                "--to",
                "2024-01-15",
                "--phase",
                "2",
                environment: environment
            )
            result.expect(1)
            #expect(Self.line(result, "2024-01-15") == "2024-01-15  2 games  D1     nbac_team_boxscore")
            let json = try await tipoff(
                "grid",
                "--from",
                "2024-01-15",
                "--to",
                "2024-01-16",
                "--json",
                environment: environment
            ).json()
            #expect(json["dates"]?[0]?["phases"]?[1]?["states"] == ["complete": 1, "degraded": 1])
            #expect(json["dates"]?[1]?["day_state"] == "break")
        }
    }

    @Test func aDateShowsItsGamesAndTheFirstBrokenPhase() async throws {
        try await Self.with { _, _, environment in
            let result = await tipoff("grid", "2024-01-15", environment: environment)
            result.expect(1)
            let whole = try #require(Self.line(result, "20240115_BOS_TOR "))
            #expect(whole.contains("C 1/1") && !whole.contains("<"))
            let broken = try #require(Self.line(result, "20240115_NYK_PHI "))
            #expect(broken.contains("D 0/1 <") && broken.contains("L 0/1"))
            #expect(
                result.output.contains(
                    "20240115_NYK_PHI: phase 2 nbac_team_boxscore degraded: 1 of 2 rows (without enough of NYK), due "
                        + "2024-01-16 02:00 ET"
                )
            )
            #expect(
                result.output.contains(
                    "whole date: phase 1 bdl_standings failed: failed, due 10:00 ET (optional); HTTP 503"
                )
            )
        }
    }

    @Test func gapsAreSortedByLatenessWithTheReasonAndTheCommand() async throws {
        try await Self.with { _, _, environment in
            let result = await tipoff("gaps", environment: environment)
            result.expect(1)
            let lines = result.output.split(separator: "\n").map(String.init)
            #expect(
                lines == [
                    "4 outputs are overdue, the oldest first",
                    "2024-01-15  phase 1 bdl_standings (optional)",
                    "    data 2 days old, allowed 60 min, because the last task failed: HTTP 503",
                    "    next: tipoff gaps accept --date 2024-01-15 --processor bdl_standings --reason \"…\"",
                    "2024-01-15  phase 2 nbac_team_boxscore",
                    "    data 2 days old, allowed 4 h, because 20240115_NYK_PHI: 1 of 2 rows (without enough of NYK); "
                        + "no task of it has ended",
                    "    next: tipoff scrape nbac_schedule_api --date 2024-01-15 --wait",
                    "2024-01-15  phase 3 team_offense_game_summary",
                    "    data 2 days old, allowed 5 h, because 20240115_NYK_PHI: 0 of 2 rows (without enough of NYK, PHI); "
                        + "team_offense_game_summary waits for nbac_team_boxscore",
                    "    next: tipoff backfill run --from 2024-01-15 --to 2024-01-15 --phases 3-4 --wait",
                    "2024-01-17  phase 5 player_predictions",
                    "    data 3 h old, allowed 60 min, because 20240117_TOR_POR: 0 of 10 rows (without enough of POR, TOR); "
                        + "no task of it has ended",
                    "    next: tipoff predict retry --date 2024-01-17 --reason \"…\"",
                ]
            )
            let json = try await tipoff("gaps", "--season", "2023-24", "--json", environment: environment).json()
            #expect(json["gaps"]?[1]?["games"] == ["20240115_NYK_PHI"])
            let other = await tipoff("gaps", "--season", "2019-20", environment: environment)
            other.expect(1)
            #expect(other.errors.contains("no expected outputs are on record for 2019-20"))
        }
    }

    /// A gap of a hundred days is one line.
    @Test func datesThatFollowEachOtherAreOneGap() async throws {
        try await Database.with { database, pool in
            for day in 10...14 {
                try await Self.day(pool, "2024-01-\(day)", day == 12 ? "break" : "game_day", games: day == 12 ? 0 : 1)
                guard day != 12 else { continue }
                try await Self.add(
                    pool,
                    "2024-01-\(day)",
                    2,
                    "nbac_team_boxscore",
                    game: "202401\(day)_BOS_TOR",
                    rows: day == 13 ? (2, 2) : (0, 2)
                )
            }
            let environment = Self.clock.merging(["TIPOFF_DATABASE_URL": database.url]) { $1 }
            let result = await tipoff("gaps", environment: environment)
            let lines = result.output.split(separator: "\n").map(String.init)
            #expect(lines[1] == "2024-01-10 … 2024-01-11  phase 2 nbac_team_boxscore")
            #expect(lines[2].contains("because 2 dates with 2 games lack it"))
            #expect(lines[3] == "    next: tipoff backfill run --from 2024-01-10 --to 2024-01-11 --phases 1-4 --wait")
            #expect(lines[4] == "2024-01-14  phase 2 nbac_team_boxscore")
        }
    }

    @Test func aLossIsAcceptedByNameAfterAPreview() async throws {
        try await Self.with { _, pool, environment in
            let arguments = ["gaps", "accept", "--date", "2024-01-15", "--processor", "bdl_standings"]
            let nameless = await tipoff(arguments, environment: environment)
            nameless.expect(2)
            let named = arguments + ["--reason", "the site was down"]
            let preview = await tipoff(named, environment: environment)
            preview.expect(0)
            #expect(preview.output.hasSuffix("nothing was changed; --yes does it\n"))
            let before: Int = try await pool.query(
                "SELECT count(*) FROM nba_orchestration.expected_output WHERE accepted_at IS NOT NULL"
            ).scalar()
            #expect(before == 0)
            let done = await tipoff(named + ["--yes"], environment: environment.merging(["USER": "ann"]) { $1 })
            done.expect(0)
            #expect(done.output.hasSuffix("accepted by tipoff:ann: the site was down\n"))
            let json = try await tipoff("grid", "2024-01-15", "--json", environment: environment).json()
            let outputs = json["games"]?[0]?["outputs"]?.arrayValue ?? []
            let accepted = outputs.first { $0["processor"] == "bdl_standings" }
            #expect(accepted?["state"] == "accepted_loss" && accepted?["accepted_by"] == "tipoff:ann")
            let again = await tipoff(named + ["--yes"], environment: environment)
            again.expect(1)
            #expect(again.errors.contains("nothing of bdl_standings is overdue on 2024-01-15"))
            // What is not overdue is nobody's to give up.
            let early = await tipoff(
                "gaps",
                "accept",
                "--date",
                "2024-01-17",
                "--processor",
                "nbac_player_boxscore",
                "--reason",
                "x",
                "--yes",
                environment: environment
            )
            early.expect(1)
        }
    }

    @Test func aGameAloneIsAccepted() async throws {
        try await Self.with { _, pool, environment in
            let result = await tipoff(
                "gaps",
                "accept",
                "--date",
                "2024-01-15",
                "--processor",
                "nbac_team_boxscore",
                "--game",
                "20240115_NYK_PHI",
                "--reason",
                "abandoned",
                "--yes",
                environment: environment
            )
            result.expect(0)
            let games = try await pool.query(
                "SELECT game_id FROM nba_orchestration.expected_output WHERE accepted_reason = 'abandoned'"
            ).column("game_id", as: String.self)
            #expect(games == ["20240115_NYK_PHI"])
        }
    }

    @Test func coloursAreForTerminals() throws {
        #expect(GridColours(isTerminal: false).paint("L1", .late) == "L1")
        #expect(GridColours(isTerminal: true).paint("L1", .late) == "\u{1B}[33mL1\u{1B}[0m")
        let letters = OutputState.allCases.map(\.letter)
        #expect(Set(letters.map { $0.lowercased() }).count == letters.count)
    }

    /// The words of the build and of the database are the same ones.
    @Test func theStatesAreThoseOfTheDatabase() async throws {
        try await Database.with { _, pool in
            let source: String = try await pool.query(
                "SELECT prosrc FROM pg_proc WHERE proname = 'output_state'"
            ).scalar()
            let named = Set(source.matches(of: /(?:THEN|ELSE) '(\w+)'/).map { String($0.1) })
            #expect(named == Set(OutputState.allCases.map(\.rawValue)))
            let days: String = try await pool.query(
                """
                SELECT pg_get_constraintdef(oid) FROM pg_constraint
                WHERE conrelid = 'nba_orchestration.planned_day'::regclass AND conname LIKE '%day_state%'
                """
            ).scalar()
            for state in PlannedDayState.allCases { #expect(days.contains("'\(state.rawValue)'")) }
        }
    }

    /// What the morning's page says to type is understood.
    @Test func theCommandsOfTheMorningAreUnderstood() throws {
        let page = DictionaryTests.file.deletingLastPathComponent().appending(path: "runbooks/morning.md")
        let text = String(decoding: try Data(contentsOf: page), as: UTF8.self)
        let commands = text.matches(of: /tipoff ([a-z][^`#\n]*)/).map { String($0.1) }
        #expect(commands.count >= 12)
        for command in commands {
            let words = command.replacing("\"…\"", with: "x").replacing(/--reason …/, with: "--reason x")
                .replacing("--processor …", with: "--processor x").replacing("…", with: "2024-01-15")
                .replacing("DATE", with: "2024-01-15").split(separator: " ").map(String.init)
            #expect(throws: Never.self, "tipoff \(command)") { try RootCommand.parseAsRoot(words) }
        }
    }
}
