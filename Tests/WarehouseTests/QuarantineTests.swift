import Basketball
import Foundation
import PipelineTestKit
import Postgres
import Testing
import Warehouse

@testable import Pipeline

/// Fifty players' lines of one date, and the raw task that writes what a test gives it.
private struct GivenRows: Processor {
    static let name = "nbac_player_boxscores"
    var rows: [NbacPlayerBoxscore]
    var date: GameDate
    var status = CompletionStatus.success

    func execute(_ execution: Execution) async throws -> Outcome {
        Outcome(
            status,
            scope: try await execution.snapshot { try await $0.scope() },
            writes: [TableWrite(rows, scope: .date(date))],
            inScope: rows.count,
            processed: rows.count
        )
    }
}

@Suite("Rows in quarantine")
struct QuarantineTests {
    private static let table = "nba_raw.nbac_player_boxscores"

    /// A player's line; the points are those of his shots.
    private static func line(_ number: Int, threes: Int = 2, points: Int? = nil) throws -> NbacPlayerBoxscore {
        NbacPlayerBoxscore(
            gameID: "20240115_HOU_PHI",
            nbaGameID: "0022300561",
            gameDate: try GameDate("2024-01-15"),
            seasonYear: 2023,
            seasonType: "regular",
            nbaPlayerID: number,
            playerLookup: "player\(number)",
            playerFullName: "Player \(number)",
            teamID: 1_610_612_755,
            teamAbbr: "PHI",
            opponentTeamAbbr: "HOU",
            isHome: true,
            winLoss: "W",
            minutes: 30,
            points: points ?? (10 + threes),
            fieldGoalsMade: 4,
            fieldGoalsAttempted: 10,
            fieldGoalPercentage: 0.4,
            threePointersMade: threes,
            threePointersAttempted: 4,
            threePointPercentage: Double(threes) / 4,
            freeThrowsMade: 2,
            freeThrowsAttempted: 2,
            freeThrowPercentage: 1,
            offensiveRebounds: 1,
            defensiveRebounds: 4,
            totalRebounds: 5,
            assists: 3,
            steals: 1,
            blocks: 0,
            turnovers: 2,
            personalFouls: 3,
            plusMinus: 5
        )
    }

    private static func lines() throws -> [NbacPlayerBoxscore] { try (1...50).map { try line($0) } }

    /// Ends one raw task with the rows as its write, in a run of its own.
    private static func write(
        _ rows: [NbacPlayerBoxscore],
        as status: CompletionStatus = .success,
        in harness: TaskHarness
    ) async throws -> TaskResult {
        let date = try GameDate("2024-01-15")
        let run = try await harness.open(.postgame, date, only: [])
        try await harness.handOver(["status": "success"], scraper: "nbac_player_boxscore", run: run)
        let given = GivenRows(rows: rows, date: date, status: status)
        return try #require(try await harness.work(run, .raw, [given]).first)
    }

    @Test(
        "Markers go with rows that wait in quarantine, and stay with what the processor could not do",
        arguments: [(.success, 0), (.partial, 1)] as [(CompletionStatus, Int)]
    )
    func markersOfAPartialTask(status: CompletionStatus, left: Int) async throws {
        try await TaskHarness.with { harness in
            try await harness.pool.execute(
                """
                INSERT INTO nba_orchestration.change_marker (processor, game_date, kind, entity, phase)
                VALUES ('nbac_player_boxscores', '2024-01-15', 'player', 'player7', 2)
                """
            )
            var rows = try Self.lines()
            rows[6] = try Self.line(7, points: 412)
            let result = try await Self.write(rows, as: status, in: harness)
            #expect(result.state == "partial" && result.recordsFailed == 1)
            let markers = try await harness.pool.query(
                "SELECT count(*) FROM nba_orchestration.change_marker WHERE processor = 'nbac_player_boxscores'"
            ).scalar(as: Int.self)
            #expect(markers == left)
        }
    }

    private struct Stored: Hashable {
        var points: Int?
        var isRemoved: Bool
    }

    private static func stored(_ number: Int, in harness: TaskHarness) async throws -> Stored? {
        try await harness.pool.query(
            """
            SELECT points, removed_at IS NOT NULL AS is_removed FROM nba_raw.nbac_player_boxscores
            WHERE nba_player_id = \(Int64(number))
            """
        ).first.map { Stored(points: try $0.decode("points"), isRemoved: try $0.decode("is_removed")) }
    }

    /// The rows in quarantine as `key rule times resolution`.
    private static func quarantine(in harness: TaskHarness) async throws -> [String] {
        try await harness.pool.query(
            """
            SELECT row_key || ' ' || rule || ' ' || times || ' ' || coalesce(resolution, 'open') AS text
            FROM nba_orchestration.quarantined_row WHERE table_name = \(table) ORDER BY quarantine_id
            """
        ).column("text", as: String.self)
    }

    private static func alerts(in harness: TaskHarness) async throws -> [String] {
        try await harness.pool.query(
            """
            SELECT title || CASE WHEN resolved_at IS NULL THEN ', open ' ELSE ', resolved ' END || occurrences AS text
            FROM nba_orchestration.alert WHERE starts_with(signature, 'quarantine:') ORDER BY alert_id
            """
        ).column("text", as: String.self)
    }

    @Test("One broken row of fifty: forty-nine are written, the last good one stays, and a sound row brings it out")
    func oneBrokenRowIsKeptBackAlone() async throws {
        try await TaskHarness.with { harness in
            let first = try await Self.write(try Self.lines(), in: harness)
            #expect(first.state == "success" && first.changed == 50)

            var rows = try Self.lines()
            rows[6] = try Self.line(7, points: 412)
            rows[7] = try Self.line(8, threes: 4)
            let key = "2024-01-15/0022300561/7"
            let second = try await Self.write(rows, in: harness)
            #expect(second.state == "partial" && second.changed == 1)
            #expect(second.recordsFailed == 1 && second.recordCount == 49 && second.processed == 50)
            #expect(second.error?.type == "rows_quarantined")
            #expect(second.error?.message.contains("\(key) points_range: points within 0…120 points") == true)
            #expect(try await Self.stored(7, in: harness) == Stored(points: 12, isRemoved: false))
            #expect(try await Self.stored(8, in: harness) == Stored(points: 14, isRemoved: false))
            let kept = try await Self.quarantine(in: harness)
            #expect(kept == ["\(key) points_range 1 open"])
            let title = "1 row of \(Self.table) in quarantine: points within 0…120 points"
            #expect(try await Self.alerts(in: harness) == ["\(title), open 1"])
            let task = try await harness.pool.query(
                "SELECT state, error_type FROM nba_orchestration.task WHERE run_id = \(second.task.run.runID)"
            ).one()
            #expect(try task.decode("state", as: String.self) == "partial")
            #expect(try task.decode("error_type", as: String.self) == "rows_quarantined")
            let row = try await harness.pool.query(
                """
                SELECT violations -> 0 -> 'values' ->> 'points' AS held, row_values ->> 'player_lookup' AS player,
                       jsonb_array_length(violations) AS rules, scope
                FROM nba_orchestration.quarantined_row
                """
            ).one()
            #expect(try row.decode("held", as: String.self) == "412")
            #expect(try row.decode("player", as: String.self) == "player7")
            #expect(try row.decode("rules", as: Int.self) == 2)

            // The same once more is the same incident.
            let third = try await Self.write(rows, in: harness)
            #expect(third.state == "partial" && third.changed == 0)
            #expect(try await Self.quarantine(in: harness) == ["\(key) points_range 2 open"])
            #expect(try await Self.alerts(in: harness) == ["\(title), open 2"])

            rows[6] = try Self.line(7)
            let fourth = try await Self.write(rows, in: harness)
            #expect(fourth.state == "success" && fourth.changed == 0)
            #expect(try await Self.quarantine(in: harness) == ["\(key) points_range 2 sound"])
            #expect(try await Self.alerts(in: harness) == ["\(title), resolved 2"])

            // A row that was never good leaves when its source has it no more; what is gone beside it is removed.
            let stranger = try await Self.write(rows + [try Self.line(51, points: 9)], in: harness)
            #expect(stranger.state == "partial")
            let removed = try await Self.write(Array(rows.dropLast()), in: harness)
            #expect(removed.state == "success" && removed.changed == 1)
            #expect(try await Self.stored(50, in: harness)?.isRemoved == true)
            #expect(try await Self.stored(51, in: harness) == nil)
            let last = try await Self.quarantine(in: harness).last
            #expect(last == "2024-01-15/0022300561/51 points_identity 1 gone")
        }
    }

    @Test("A broken row keeps its key from removal, and others of the write are removed")
    func aBrokenRowRemovesNothing() async throws {
        try await TaskHarness.with { harness in
            _ = try await Self.write(try Self.lines(), in: harness)
            var rows = Array(try Self.lines().dropLast())
            rows[6] = try Self.line(7, points: 412)
            let result = try await Self.write(rows, in: harness)
            #expect(result.changed == 1)
            #expect(try await Self.stored(7, in: harness) == Stored(points: 12, isRemoved: false))
            #expect(try await Self.stored(50, in: harness)?.isRemoved == true)
            // Now its source has it no more: the row and its quarantine end together.
            rows.remove(at: 6)
            let gone = try await Self.write(rows, in: harness)
            #expect(gone.state == "success" && gone.changed == 1)
            #expect(try await Self.stored(7, in: harness)?.isRemoved == true)
            #expect(try await Self.quarantine(in: harness).last?.hasSuffix("gone") == true)
        }
    }

    @Test("When more than a fifth breaks rules the task fails and nothing is written", arguments: [10, 11, 50])
    func aBrokenFormulaFailsTheTask(broken: Int) async throws {
        try await TaskHarness.with { harness in
            _ = try await Self.write(try Self.lines(), in: harness)
            let rows = try (1...50).map { try Self.line($0, threes: 3, points: $0 <= broken ? 412 : nil) }
            let result = try await Self.write(rows, in: harness)
            let tooMany = broken > 10
            #expect(result.state == (tooMany ? "failed" : "partial"))
            #expect(result.error?.type == (tooMany ? "rules_broken" : "rows_quarantined"))
            #expect(result.changed == (tooMany ? 0 : 40))
            #expect(try await Self.quarantine(in: harness).count == (tooMany ? 0 : 10))
            #expect(try await Self.stored(50, in: harness)?.points == (tooMany ? 12 : 13))
            let letters = try await harness.pool.query("SELECT reason FROM nba_orchestration.dead_letter")
            #expect(try letters.column("reason", as: String.self) == (tooMany ? ["rules_broken"] : []))
        }
    }

    @Test("Tasks compared together are judged alone")
    func aBatchIsJudgedTaskByTask() async throws {
        try await TaskHarness.with { harness in
            let date = try GameDate("2024-01-15")
            let writes = try (1...3).map { number in
                TableWrite(
                    [
                        try Self.line(2 * number, points: number == 2 ? 412 : nil),
                        try Self.line(2 * number + 1, points: number == 1 ? nil : 413),
                    ],
                    scope: .entities(
                        [ScopeCondition("game_date", .date(date))],
                        column: "player_lookup",
                        values: ["player\(2 * number)", "player\(2 * number + 1)"]
                    )
                )
            }
            let plans = try await harness.pool.transaction(.repeatableRead, readOnly: true) { transaction in
                try await ChangeDetector().plan(all: writes, reader: transaction)
            }
            #expect(plans.map { $0.quarantined.map(\.row) } == [[], [0, 1], [1]])
            #expect(plans.map(\.changedCount) == [2, 0, 1])
            #expect(plans.map { $0.rejection == nil } == [true, false, true])
            let endings = plans.map { TaskResult.Ending.judging(Outcome(.success), [$0]) }
            let words = endings.map { ending in
                switch ending {
                case .finished(let outcome, _): outcome.status.rawValue
                case .failed(let error): error.type
                case .retry: "retry"
                }
            }
            #expect(words == ["success", "rules_broken", "partial"])
        }
    }
}
