import Postgres
import Testing

/// The state of an expected output over every combination of what can be known of it.
@Suite("States of expected outputs")
struct OutputStateTests {
    /// Begins at 1 and is due at 2, in hours; looked at before, between, on the dot, after and a season later.
    private static let combinations: SQL = """
        CREATE TEMP TABLE c AS
        SELECT *, nba_orchestration.output_state(timestamptz '2024-01-15 00:00+00' + at * interval '1 hour',
                   timestamptz '2024-01-15 01:00+00', timestamptz '2024-01-15 02:00+00', rows_min, rows_max, rows_found,
                   has_short, outcome, is_empty, is_excused, is_accepted, is_halted, is_running, gave_up) AS state
        FROM unnest(ARRAY[0.5, 1, 1.5, 2, 3, 4000]) AS a(at)
        CROSS JOIN (VALUES (NULL::integer, NULL::integer), (10, NULL), (10, 20)) AS r(rows_min, rows_max)
        CROSS JOIN (VALUES (NULL::integer), (0), (5), (10), (25)) AS f(rows_found)
        CROSS JOIN (VALUES (NULL), ('success'), ('partial'), ('no_data'), ('failed')) AS o(outcome)
        CROSS JOIN (VALUES (true), (false)) AS s(has_short) CROSS JOIN (VALUES (true), (false)) AS e(is_empty)
        CROSS JOIN (VALUES (true), (false)) AS x(is_excused) CROSS JOIN (VALUES (true), (false)) AS y(is_accepted)
        CROSS JOIN (VALUES (true), (false)) AS h(is_halted) CROSS JOIN (VALUES (true), (false)) AS w(is_running)
        CROSS JOIN (VALUES (true), (false)) AS g(gave_up)
        """

    private static func with(_ body: (PostgresTransaction) async throws -> Void) async throws {
        try await RoleBench.with { bench in
            try await bench.pool.transaction { transaction in
                try await transaction.execute(combinations)
                try await body(transaction)
            }
        }
    }

    private static func count(_ condition: SQL, _ transaction: PostgresTransaction) async throws -> Int {
        try await transaction.query("SELECT count(*) FROM c WHERE \(sql: condition)").scalar()
    }

    @Test func everyCombinationHasExactlyOneOfTheStatesAndEachStateOccurs() async throws {
        try await Self.with { transaction in
            let states = try await transaction.query("SELECT DISTINCT state FROM c ORDER BY state")
                .column("state", as: String?.self)
            #expect(
                states == [
                    "accepted_loss", "complete", "degraded", "empty_ok", "expected", "failed", "halted", "late",
                    "not_due",
                    "running",
                ]
            )
        }
    }

    /// Rows between the least and the most of both teams, or tasks that all ended well: nothing else is complete, and nothing
    /// hides it.
    @Test func whatIsWholeIsCompleteAndNothingElse() async throws {
        try await Self.with { transaction in
            let isWhole: SQL = """
                CASE WHEN rows_min IS NULL THEN outcome IS NOT DISTINCT FROM 'success'
                     ELSE NOT has_short AND rows_found IS NOT NULL AND rows_found >= rows_min
                          AND (rows_max IS NULL OR rows_found <= rows_max) END
                """
            let wrong = try await Self.count("(state = 'complete') <> (\(sql: isWhole))", transaction)
            let whole = try await Self.count(isWhole, transaction)
            #expect(wrong == 0)
            #expect(whole > 1000)
        }
    }

    @Test func anAcceptedLossIsOneUnlessItCame() async throws {
        try await Self.with { transaction in
            let other = try await Self.count("is_accepted AND state NOT IN ('complete', 'accepted_loss')", transaction)
            let strange = try await Self.count("NOT is_accepted AND state = 'accepted_loss'", transaction)
            #expect(other == 0 && strange == 0)
        }
    }

    /// An empty answer is one only where the schedule agrees.
    @Test func nothingIsFineOnlyWhereTheScheduleSaysSo() async throws {
        try await Self.with { transaction in
            let unfounded = try await Self.count(
                """
                state = 'empty_ok' AND NOT is_excused
                AND NOT (is_empty AND outcome = 'no_data' AND COALESCE(rows_found, 0) = 0)
                """,
                transaction
            )
            #expect(unfounded == 0)
            let unexcused = try await Self.count(
                "NOT is_empty AND NOT is_excused AND state = 'empty_ok'",
                transaction
            )
            #expect(unexcused == 0)
        }
    }

    /// However long ago it was due: no time heals.
    @Test func whatIsDueAndNotThereStaysOverdueForEver() async throws {
        try await Self.with { transaction in
            let healed: Int = try await transaction.query(
                """
                SELECT count(*) FROM (
                    SELECT FROM c WHERE at >= 2
                    GROUP BY rows_min, rows_max, rows_found, outcome, has_short, is_empty, is_excused, is_accepted, is_halted,
                             is_running, gave_up
                    HAVING count(DISTINCT state) <> 1 OR count(*) <> 3) AS h
                """
            ).scalar()
            #expect(healed == 0)
            let due = try await Self.count(
                "at >= 2 AND state IN ('not_due', 'expected', 'running')",
                transaction
            )
            #expect(due == 0)
            let early = try await Self.count("at < 2 AND state IN ('late', 'degraded')", transaction)
            #expect(early == 0)
        }
    }

    @Test func whatIsExpectedIsNeverDeleted() async throws {
        try await RoleBench.with { bench in
            let inserted: SQL = """
                INSERT INTO nba_orchestration.expected_output
                    (game_date, phase, processor, game_id, season_year, level, requirement, begins_at, due_at, is_repairable)
                VALUES ('2024-01-15', 1, 'x', '*', 2023, 0, 'critical', now(), now(), true)
                """
            let first = try await bench.sqlState(inserted, as: "scrapers")
            #expect(first == nil)
            let twice = try await bench.sqlState(inserted, as: "scrapers")
            #expect(twice == "23505")
            let byService = try await bench.sqlState("DELETE FROM nba_orchestration.expected_output", as: "scrapers")
            #expect(byService == "42501")
            await #expect(throws: PostgresError.self) {
                try await bench.pool.execute("DELETE FROM nba_orchestration.expected_output")
            }
            // An operator says what is lost, and rewrites nothing else.
            let accepted: SQL = """
                UPDATE nba_orchestration.expected_output
                SET accepted_by = 'ann', accepted_reason = 'gone', accepted_at = now()
                """
            let acceptedState = try await bench.sqlState(accepted, as: "operator")
            #expect(acceptedState == nil)
            let rewritten = try await bench.sqlState(
                "UPDATE nba_orchestration.expected_output SET due_at = now() + interval '1 day'",
                as: "operator"
            )
            #expect(rewritten == "42501")
        }
    }
}
