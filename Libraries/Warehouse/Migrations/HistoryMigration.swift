import Postgres

extension WarehouseMigrations {
    /// Which games are missing before which days, asked for many days at once. In PL/pgSQL, because a session keeps the
    /// plan of its statements: planning took longer than answering.
    static let history = PostgresMigration(
        version: 25,
        name: "history before days",
        sql: """
            -- Games before a day, in its season, that are final and lack their Phase-3 rows: both teams' and at least one
            -- player's. A day without games belongs to the season of the next game, or of the last one when none follows.
            -- is_coming: an open run of the game's date has not finished Phase 3 yet.
            CREATE FUNCTION nba_orchestration.history_missing(days date[])
            RETURNS TABLE (day date, game_id text, is_coming boolean) LANGUAGE plpgsql STABLE AS $$
            #variable_conflict use_column
            BEGIN
                RETURN QUERY
                WITH wanted AS MATERIALIZED (
                    SELECT d.day, COALESCE(
                        (SELECT s.season_year FROM nba_raw.nbac_schedule AS s
                         WHERE s.game_date >= d.day AND s.removed_at IS NULL ORDER BY s.game_date LIMIT 1),
                        (SELECT s.season_year FROM nba_raw.nbac_schedule AS s
                         WHERE s.game_date < d.day AND s.removed_at IS NULL ORDER BY s.game_date DESC LIMIT 1)) AS season_year
                    FROM unnest(days) AS d(day)
                ), reach AS MATERIALIZED (
                    SELECT w.season_year, max(w.day) AS last_day FROM wanted AS w GROUP BY w.season_year
                ), missing AS MATERIALIZED (
                    SELECT s.season_year, s.game_date, s.game_id FROM reach AS r
                    JOIN nba_raw.nbac_schedule AS s ON s.season_year = r.season_year AND s.game_date < r.last_day
                    LEFT JOIN (SELECT t.nba_game_id, t.game_date FROM nba_analytics.team_offense_game_summary AS t
                               JOIN reach AS r ON r.season_year = t.season_year AND t.game_date < r.last_day
                               WHERE t.removed_at IS NULL
                               GROUP BY t.nba_game_id, t.game_date HAVING count(*) = 2) AS t
                        ON t.nba_game_id = s.nba_game_id AND t.game_date = s.game_date
                    LEFT JOIN LATERAL (SELECT p.game_date FROM nba_analytics.player_game_summary AS p
                                       WHERE p.nba_game_id = s.nba_game_id AND p.game_date = s.game_date
                                           AND p.removed_at IS NULL LIMIT 1) AS p ON true
                    WHERE s.game_status = 3 AND s.removed_at IS NULL
                        AND s.season_type IN ('regular', 'playoffs', 'play_in')
                        AND (t.nba_game_id IS NULL OR p.game_date IS NULL)
                )
                SELECT w.day, m.game_id, EXISTS (
                    SELECT 1 FROM nba_orchestration.run AS r
                    JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase = 3
                    WHERE r.game_date = m.game_date AND r.state = 'open' AND p.state IN ('waiting', 'open'))
                FROM wanted AS w JOIN missing AS m ON m.season_year = w.season_year AND m.game_date < w.day
                ORDER BY w.day, m.game_id;
            END $$;
            DROP FUNCTION nba_orchestration.history_missing(date);
            REVOKE EXECUTE ON FUNCTION nba_orchestration.history_missing(date[]) FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION nba_orchestration.history_missing(date[])
                TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, tipoff_publishing,
                   tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5, tipoff_operator,
                   tipoff_readonly;
            """
    )

    /// A game is there when both teams' rows of both tables are, and at least one player who appeared: rows of players
    /// who did not play come from a gamebook whose figures may not have been read.
    static let settledHistory = PostgresMigration(
        version: 31,
        name: "history with defences and players who appeared",
        sql: """
            CREATE OR REPLACE FUNCTION nba_orchestration.history_missing(days date[])
            RETURNS TABLE (day date, game_id text, is_coming boolean) LANGUAGE plpgsql STABLE AS $$
            #variable_conflict use_column
            BEGIN
                RETURN QUERY
                WITH wanted AS MATERIALIZED (
                    SELECT d.day, COALESCE(
                        (SELECT s.season_year FROM nba_raw.nbac_schedule AS s
                         WHERE s.game_date >= d.day AND s.removed_at IS NULL ORDER BY s.game_date LIMIT 1),
                        (SELECT s.season_year FROM nba_raw.nbac_schedule AS s
                         WHERE s.game_date < d.day AND s.removed_at IS NULL ORDER BY s.game_date DESC LIMIT 1)) AS season_year
                    FROM unnest(days) AS d(day)
                ), reach AS MATERIALIZED (
                    SELECT w.season_year, max(w.day) AS last_day FROM wanted AS w GROUP BY w.season_year
                ), settled AS MATERIALIZED (
                    SELECT t.nba_game_id, t.game_date FROM (
                        SELECT o.nba_game_id, o.game_date, 1 AS offense, 0 AS defense
                        FROM nba_analytics.team_offense_game_summary AS o
                        JOIN reach AS r ON r.season_year = o.season_year AND o.game_date < r.last_day
                        WHERE o.removed_at IS NULL
                        UNION ALL
                        SELECT d.nba_game_id, d.game_date, 0, 1
                        FROM nba_analytics.team_defense_game_summary AS d
                        JOIN reach AS r ON r.season_year = d.season_year AND d.game_date < r.last_day
                        WHERE d.removed_at IS NULL) AS t
                    GROUP BY t.nba_game_id, t.game_date HAVING sum(t.offense) = 2 AND sum(t.defense) = 2
                ), missing AS MATERIALIZED (
                    SELECT s.season_year, s.game_date, s.game_id FROM reach AS r
                    JOIN nba_raw.nbac_schedule AS s ON s.season_year = r.season_year AND s.game_date < r.last_day
                    LEFT JOIN settled AS t ON t.nba_game_id = s.nba_game_id AND t.game_date = s.game_date
                    LEFT JOIN LATERAL (SELECT p.game_date FROM nba_analytics.player_game_summary AS p
                                       WHERE p.nba_game_id = s.nba_game_id AND p.game_date = s.game_date
                                           AND p.player_status = 'active' AND p.removed_at IS NULL LIMIT 1) AS p ON true
                    WHERE s.game_status = 3 AND s.removed_at IS NULL
                        AND s.season_type IN ('regular', 'playoffs', 'play_in')
                        AND (t.nba_game_id IS NULL OR p.game_date IS NULL)
                )
                SELECT w.day, m.game_id, EXISTS (
                    SELECT 1 FROM nba_orchestration.run AS r
                    JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase = 3
                    WHERE r.game_date = m.game_date AND r.state = 'open' AND p.state IN ('waiting', 'open'))
                FROM wanted AS w JOIN missing AS m ON m.season_year = w.season_year AND m.game_date < w.day
                ORDER BY w.day, m.game_id;
            END $$;
            """
    )

    /// What is still coming is looked for on the dates of open runs alone: a run that waits asks again and again, and the
    /// whole season needs looking at only once nothing is coming.
    static let comingHistory = PostgresMigration(
        version: 39,
        name: "history that is coming first",
        sql: """
            -- Beside every missing game of a day that waits for none; of a day that waits, the games that it waits for.
            CREATE OR REPLACE FUNCTION nba_orchestration.history_missing(days date[])
            RETURNS TABLE (day date, game_id text, is_coming boolean) LANGUAGE plpgsql STABLE AS $$
            #variable_conflict use_column
            DECLARE
                asked record;
                settled_days date[] := '{}';
            BEGIN
                FOR asked IN
                    SELECT d.day, COALESCE(
                        (SELECT s.season_year FROM nba_raw.nbac_schedule AS s
                         WHERE s.game_date >= d.day AND s.removed_at IS NULL ORDER BY s.game_date LIMIT 1),
                        (SELECT s.season_year FROM nba_raw.nbac_schedule AS s
                         WHERE s.game_date < d.day AND s.removed_at IS NULL ORDER BY s.game_date DESC LIMIT 1)) AS season_year
                    FROM (SELECT DISTINCT day FROM unnest(days) AS u(day)) AS d ORDER BY d.day
                LOOP
                    RETURN QUERY
                    WITH coming AS MATERIALIZED (
                        SELECT DISTINCT r.game_date FROM nba_orchestration.run AS r
                        JOIN nba_orchestration.run_phase AS p ON p.run_id = r.run_id AND p.phase = 3
                        WHERE r.state = 'open' AND r.game_date < asked.day AND p.state IN ('waiting', 'open')
                    )
                    SELECT asked.day, s.game_id, true
                    FROM coming AS c JOIN nba_raw.nbac_schedule AS s ON s.game_date = c.game_date
                    WHERE s.season_year = asked.season_year AND s.game_status = 3 AND s.removed_at IS NULL
                        AND s.season_type IN ('regular', 'playoffs', 'play_in')
                        AND NOT (
                            (SELECT count(*) FROM nba_analytics.team_offense_game_summary AS o
                             WHERE o.game_date = s.game_date AND o.nba_game_id = s.nba_game_id
                                 AND o.removed_at IS NULL) = 2
                            AND (SELECT count(*) FROM nba_analytics.team_defense_game_summary AS d
                                 WHERE d.game_date = s.game_date AND d.nba_game_id = s.nba_game_id
                                     AND d.removed_at IS NULL) = 2
                            AND EXISTS (SELECT 1 FROM nba_analytics.player_game_summary AS p
                                        WHERE p.game_date = s.game_date AND p.nba_game_id = s.nba_game_id
                                            AND p.player_status = 'active' AND p.removed_at IS NULL))
                    ORDER BY s.game_id;
                    IF NOT FOUND THEN settled_days := settled_days || asked.day; END IF;
                END LOOP;
                IF cardinality(settled_days) = 0 THEN RETURN; END IF;

                RETURN QUERY
                WITH wanted AS MATERIALIZED (
                    SELECT d.day, COALESCE(
                        (SELECT s.season_year FROM nba_raw.nbac_schedule AS s
                         WHERE s.game_date >= d.day AND s.removed_at IS NULL ORDER BY s.game_date LIMIT 1),
                        (SELECT s.season_year FROM nba_raw.nbac_schedule AS s
                         WHERE s.game_date < d.day AND s.removed_at IS NULL ORDER BY s.game_date DESC LIMIT 1)) AS season_year
                    FROM unnest(settled_days) AS d(day)
                ), reach AS MATERIALIZED (
                    SELECT w.season_year, max(w.day) AS last_day FROM wanted AS w GROUP BY w.season_year
                ), settled AS MATERIALIZED (
                    SELECT t.nba_game_id, t.game_date FROM (
                        SELECT o.nba_game_id, o.game_date, 1 AS offense, 0 AS defense
                        FROM nba_analytics.team_offense_game_summary AS o
                        JOIN reach AS r ON r.season_year = o.season_year AND o.game_date < r.last_day
                        WHERE o.removed_at IS NULL
                        UNION ALL
                        SELECT d.nba_game_id, d.game_date, 0, 1
                        FROM nba_analytics.team_defense_game_summary AS d
                        JOIN reach AS r ON r.season_year = d.season_year AND d.game_date < r.last_day
                        WHERE d.removed_at IS NULL) AS t
                    GROUP BY t.nba_game_id, t.game_date HAVING sum(t.offense) = 2 AND sum(t.defense) = 2
                ), missing AS MATERIALIZED (
                    SELECT s.season_year, s.game_date, s.game_id FROM reach AS r
                    JOIN nba_raw.nbac_schedule AS s ON s.season_year = r.season_year AND s.game_date < r.last_day
                    LEFT JOIN settled AS t ON t.nba_game_id = s.nba_game_id AND t.game_date = s.game_date
                    LEFT JOIN LATERAL (SELECT p.game_date FROM nba_analytics.player_game_summary AS p
                                       WHERE p.nba_game_id = s.nba_game_id AND p.game_date = s.game_date
                                           AND p.player_status = 'active' AND p.removed_at IS NULL LIMIT 1) AS p ON true
                    WHERE s.game_status = 3 AND s.removed_at IS NULL
                        AND s.season_type IN ('regular', 'playoffs', 'play_in')
                        AND (t.nba_game_id IS NULL OR p.game_date IS NULL)
                )
                SELECT w.day, m.game_id, false
                FROM wanted AS w JOIN missing AS m ON m.season_year = w.season_year AND m.game_date < w.day
                ORDER BY w.day, m.game_id;
            END $$;
            """
    )
}
