-- The way of a player or a game, step by step, and the first step that is missing.
-- Columns: step and stage in the order of the day: schedule, context, features, prediction, published, box score, analytics,
--   grade; state is there, missing or not due (what follows the game is due once it is final; nothing is due of who is not
--   expected); at when the row appeared (of the schedule: tip-off); rows of the entity; is_first_break marks the first one missing.
-- Do: tipoff why TABLE KEY for a row that is there, tipoff status DATE and tipoff predict missing for one that is not.
-- Parameters: player (player_lookup), game (YYYYMMDD_AWAY_HOME), date; with a player alone his games of the date. One of
--   player and game must be given; date '' is the league's today, or the game's.
\if :{?player} \else \set player '' \endif
\if :{?game} \else \set game '' \endif
\if :{?date} \else \set date '' \endif
WITH asked AS (
    SELECT COALESCE(NULLIF(:'date', '')::date, to_date(NULLIF(left(:'game', 8), ''), 'YYYYMMDD'),
                    (now() AT TIME ZONE 'America/New_York')::date) AS day
), game AS (
    SELECT s.* FROM nba_raw.nbac_schedule AS s, asked
    WHERE s.game_date = asked.day AND s.removed_at IS NULL AND (:'game' = '' OR s.game_id = :'game')
), context AS (
    SELECT c.* FROM nba_analytics.upcoming_player_game_context AS c, asked
    WHERE c.game_date = asked.day AND c.removed_at IS NULL AND (:'player' = '' OR c.player_lookup = :'player')
), box AS (
    SELECT game_id, player_lookup, created_at FROM nba_raw.nbac_player_boxscores, asked
    WHERE game_date = asked.day AND removed_at IS NULL
    UNION ALL SELECT game_id, player_lookup, created_at FROM nba_raw.nbac_gamebook_player_stats, asked
    WHERE game_date = asked.day AND removed_at IS NULL
    UNION ALL SELECT game_id, player_lookup, created_at FROM nba_raw.bdl_player_boxscores, asked
    WHERE game_date = asked.day AND removed_at IS NULL
), summary AS (
    SELECT s.game_id, s.player_lookup, s.created_at FROM nba_analytics.player_game_summary AS s, asked
    WHERE s.game_date = asked.day AND s.removed_at IS NULL
), entity AS (
    SELECT DISTINCT g.game_id, COALESCE(NULLIF(:'player', ''), '*') AS player_lookup, g.game_status = 3 AS is_final,
           g.is_postponed, g.tipoff_at
    FROM game AS g
    WHERE (:'player' <> '' OR :'game' <> '')
        AND (:'player' = '' OR :'game' <> ''
             OR EXISTS (SELECT 1 FROM context AS c WHERE c.game_id = g.game_id)
             OR EXISTS (SELECT 1 FROM box AS b WHERE b.game_id = g.game_id AND b.player_lookup = :'player')
             OR EXISTS (SELECT 1 FROM summary AS s WHERE s.game_id = g.game_id AND s.player_lookup = :'player'))
), found AS (
    SELECT e.*, stage.*, (SELECT count(*) FROM context AS c WHERE c.game_id = e.game_id AND c.history_games > 0
                              AND lower(c.player_status) <> ALL (ARRAY['doubtful', 'out']) IS NOT FALSE) AS expected
    FROM entity AS e CROSS JOIN LATERAL (
        SELECT 1 AS step, 'schedule' AS stage, 1::bigint AS rows, e.tipoff_at AS at
        UNION ALL SELECT 2, 'context', count(*), min(c.created_at) FROM context AS c WHERE c.game_id = e.game_id
        UNION ALL SELECT 3, 'features', count(*), min(f.created_at) FROM nba_precompute.ml_feature_store_v2 AS f, asked
            WHERE f.game_date = asked.day AND f.game_id = e.game_id AND f.removed_at IS NULL
                AND e.player_lookup IN ('*', f.player_lookup)
        UNION ALL SELECT 4, 'prediction', count(*), min(p.created_at) FROM nba_predictions.shown_prediction AS p, asked
            WHERE p.game_date = asked.day AND p.game_id = e.game_id AND e.player_lookup IN ('*', p.player_lookup)
        UNION ALL SELECT 5, 'published', count(*), min(d.generated_at) FROM nba_publishing.shown_document AS d, asked
            WHERE d.kind = 'tonight' AND d.key = asked.day::text
        UNION ALL SELECT 6, 'box score', count(DISTINCT b.player_lookup), min(b.created_at) FROM box AS b
            WHERE b.game_id = e.game_id AND e.player_lookup IN ('*', b.player_lookup)
        UNION ALL SELECT 7, 'analytics', count(*), min(s.created_at) FROM summary AS s
            WHERE s.game_id = e.game_id AND e.player_lookup IN ('*', s.player_lookup)
        UNION ALL SELECT 8, 'grade', count(DISTINCT a.player_lookup), min(a.created_at)
            FROM nba_predictions.prediction_accuracy AS a, asked
            WHERE a.game_date = asked.day AND a.game_id = e.game_id AND a.removed_at IS NULL
                AND e.player_lookup IN ('*', a.player_lookup)
    ) AS stage
), judged AS (
    SELECT *, CASE WHEN rows > 0 THEN 'there' WHEN is_postponed THEN 'not due'
                   WHEN step BETWEEN 3 AND 5 AND expected = 0 THEN 'not due'
                   WHEN step >= 6 AND NOT is_final THEN 'not due'
                   -- A player who did not play has neither; without a prediction there is nothing to grade.
                   WHEN step IN (6, 7) AND player_lookup <> '*'
                       AND EXISTS (SELECT 1 FROM box AS b WHERE b.game_id = found.game_id) THEN 'not due'
                   WHEN step = 8 AND NOT EXISTS (SELECT 1 FROM found AS p WHERE p.game_id = found.game_id
                                                     AND p.step = 4 AND p.rows > 0) THEN 'not due'
                   ELSE 'missing' END AS state
    FROM found
)
SELECT game_id, player_lookup, step, stage, state, rows, at,
       state = 'missing' AND step = min(step) FILTER (WHERE state = 'missing') OVER (PARTITION BY game_id, player_lookup)
           AS is_first_break
FROM judged ORDER BY game_id, player_lookup, step;
