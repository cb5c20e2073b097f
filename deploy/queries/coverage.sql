-- The funnel of a slate, a row a game or a date: players → expected → lines → features → predictions → graded.
-- Columns: players have a context of the game; expected of them have played before and are not ruled out; lined, featured
--   (complete features), predicted (by the system that readers are shown) and graded count expected players; coverage_pct is
--   predicted of expected, null when nobody is expected; reasons counts why expected players have no prediction and why players
--   are not expected; bottleneck is the step of the funnel that loses most.
-- Thresholds: coverage_pct below 95 is a warning, below 90 critical; fewer than 8 predicted players of a game are critical too.
-- Do: tipoff predict missing --date DATE; features → tipoff quality DATE; players → tipoff status DATE.
-- Parameters: from, to (game dates, '' is the league's today), grain (game or date).
\if :{?from} \else \set from '' \endif
\if :{?to} \else \set to '' \endif
\if :{?grain} \else \set grain game \endif
WITH line AS (
    SELECT COALESCE(NULLIF(:'from', '')::date, (now() AT TIME ZONE 'America/New_York')::date) AS first,
           COALESCE(NULLIF(:'to', '')::date, (now() AT TIME ZONE 'America/New_York')::date) AS last
), game AS (
    SELECT s.game_date, s.game_id, s.game_status = 3 AS is_final
    FROM nba_raw.nbac_schedule AS s, line
    WHERE s.game_date BETWEEN line.first AND line.last AND s.removed_at IS NULL AND NOT s.is_postponed
), attempt AS MATERIALIZED (
    SELECT DISTINCT ON (l.game_date, l.unit) l.game_date, l.unit,
           COALESCE('failed: ' || l.error_type, l.skip_reason, 'not shown') AS reason
    FROM nba_orchestration.pipeline_execution_log AS l, line
    WHERE l.game_date BETWEEN line.first AND line.last AND l.phase = 5 AND l.processor_name = 'player_predictions'
    ORDER BY l.game_date, l.unit, l.completed_at DESC, l.execution_id
), shown AS MATERIALIZED (
    SELECT DISTINCT p.game_date, p.player_lookup FROM nba_predictions.shown_prediction AS p, line
    WHERE p.game_date BETWEEN line.first AND line.last
), player AS (
    SELECT c.game_date, c.game_id, c.player_lookup, c.has_prop_line,
           c.history_games > 0 AND lower(c.player_status) <> ALL (ARRAY['doubtful', 'out']) IS NOT FALSE AS is_expected,
           lower(c.player_status) = ANY (ARRAY['doubtful', 'out']) IS TRUE AS is_ruled_out,
           f.player_lookup IS NOT NULL AS has_features, COALESCE(f.is_quality_ready, false) AS is_ready,
           s.player_lookup IS NOT NULL AS is_predicted,
           EXISTS (SELECT 1 FROM nba_predictions.prediction_accuracy AS a
                   WHERE a.game_date = c.game_date AND a.player_lookup = c.player_lookup AND a.removed_at IS NULL)
               AS is_graded
    FROM nba_analytics.upcoming_player_game_context AS c CROSS JOIN line
    LEFT JOIN nba_precompute.ml_feature_store_v2 AS f
        ON f.game_date = c.game_date AND f.player_lookup = c.player_lookup AND f.removed_at IS NULL
    LEFT JOIN shown AS s ON s.game_date = c.game_date AND s.player_lookup = c.player_lookup
    WHERE c.game_date BETWEEN line.first AND line.last AND c.removed_at IS NULL
), judged AS (
    SELECT p.*, CASE WHEN p.is_ruled_out THEN 'ruled_out' WHEN NOT p.is_expected THEN 'never_played'
                     WHEN p.is_predicted THEN NULL WHEN a.reason IS NOT NULL THEN a.reason
                     WHEN NOT p.has_features THEN 'no_features' WHEN NOT p.is_ready THEN 'features_incomplete'
                     ELSE 'not_asked' END AS reason
    FROM player AS p LEFT JOIN attempt AS a ON a.game_date = p.game_date AND a.unit = p.player_lookup
), placed AS (
    SELECT g.game_date, CASE WHEN :'grain' = 'date' THEN NULL ELSE g.game_id END AS place, g.game_id, g.is_final,
           j.player_lookup, j.is_expected, j.has_prop_line, j.is_ready, j.is_predicted, j.is_graded, j.reason
    FROM game AS g LEFT JOIN judged AS j ON j.game_date = g.game_date AND j.game_id = g.game_id
), reason AS (
    SELECT game_date, place, jsonb_object_agg(reason, n ORDER BY n DESC, reason) AS reasons
    FROM (SELECT game_date, place, reason, count(*) AS n FROM placed WHERE reason IS NOT NULL GROUP BY 1, 2, 3) AS counted
    GROUP BY game_date, place
), smallest AS (
    SELECT game_date, place, min(predicted) AS predicted
    FROM (SELECT game_date, place, game_id, count(*) FILTER (WHERE is_predicted) AS predicted FROM placed GROUP BY 1, 2, 3)
        AS games GROUP BY 1, 2
), funnel AS (
    SELECT game_date, place, count(DISTINCT game_id) AS games, bool_and(is_final) AS is_final,
           count(player_lookup) AS players, count(*) FILTER (WHERE is_expected) AS expected,
           count(*) FILTER (WHERE is_expected AND has_prop_line) AS lined,
           count(*) FILTER (WHERE is_expected AND is_ready) AS featured,
           count(*) FILTER (WHERE is_expected AND is_predicted) AS predicted,
           count(*) FILTER (WHERE is_expected AND is_graded) AS graded
    FROM placed GROUP BY game_date, place
)
SELECT f.game_date, f.place AS game_id, f.games, f.is_final, f.players, f.expected, f.lined, f.featured, f.predicted,
       f.graded, round(100.0 * f.predicted / NULLIF(f.expected, 0), 1)::double precision AS coverage_pct,
       CASE WHEN f.players = 0 THEN 'players' WHEN f.expected = 0 THEN 'expected'
            WHEN f.featured = f.expected AND f.predicted = f.expected AND f.lined = f.expected THEN 'none'
            WHEN f.expected - f.featured >= f.featured - f.predicted AND f.expected > f.featured
                AND f.predicted < f.expected THEN 'features'
            WHEN f.predicted < f.expected THEN 'predictions'
            WHEN f.lined < f.expected THEN 'lines' ELSE 'features' END AS bottleneck,
       COALESCE(r.reasons, '{}') AS reasons,
       CASE WHEN f.expected = 0 THEN 'unknown' WHEN 100.0 * f.predicted / f.expected < 90 OR s.predicted < 8 THEN 'critical'
            WHEN 100.0 * f.predicted / f.expected < 95 THEN 'warning' ELSE 'ok' END AS level
FROM funnel AS f LEFT JOIN reason AS r ON r.game_date = f.game_date AND r.place IS NOT DISTINCT FROM f.place
LEFT JOIN smallest AS s ON s.game_date = f.game_date AND s.place IS NOT DISTINCT FROM f.place
ORDER BY f.game_date, f.place;
