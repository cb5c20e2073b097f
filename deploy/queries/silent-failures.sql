-- Successes that wrote nothing where something was due. No error says so, which is why this asks the tables.
-- Columns: problem; processor; game_date and game_id where one is meant; number of attempts, or of players that are missing;
--   share_pct of the attempts of a processor that brought no record.
--   no records: a full attempt ended as success with none; no summaries: a final game without a player's row though its
--   analytics succeeded; no features, no predictions: the same of a game with expected players; empty share: too many attempts
--   without a record.
-- Thresholds: empty share above 20 percent of at least 10 attempts is a warning, above 30 red; every other row is an error.
-- Do: tipoff explain-change RUN for what the attempt saw, then tipoff task retry or tipoff run open.
-- Parameters: from, to (game dates; '' is a week before the league's today, and that day).
\if :{?from} \else \set from '' \endif
\if :{?to} \else \set to '' \endif
WITH line AS (
    SELECT COALESCE(NULLIF(:'from', '')::date, (now() AT TIME ZONE 'America/New_York')::date - 7) AS first,
           COALESCE(NULLIF(:'to', '')::date, (now() AT TIME ZONE 'America/New_York')::date) AS last
), attempt AS (
    SELECT l.* FROM nba_orchestration.pipeline_execution_log AS l, line
    WHERE l.game_date BETWEEN line.first AND line.last AND l.event_type = 'attempt' AND l.phase BETWEEN 1 AND 4
), game AS (
    SELECT s.* FROM nba_raw.nbac_schedule AS s, line
    WHERE s.game_date BETWEEN line.first AND line.last AND s.removed_at IS NULL AND NOT s.is_postponed
), expected AS (
    SELECT c.game_date, c.game_id, c.player_lookup FROM nba_analytics.upcoming_player_game_context AS c, line
    WHERE c.game_date BETWEEN line.first AND line.last AND c.removed_at IS NULL AND c.history_games > 0
        AND lower(c.player_status) <> ALL (ARRAY['doubtful', 'out']) IS NOT FALSE
), done AS (
    SELECT DISTINCT game_date, processor_name FROM nba_orchestration.pipeline_execution_log AS l, line
    WHERE l.game_date BETWEEN line.first AND line.last AND l.status = 'success'
)
SELECT 'no records' AS problem, processor_name AS processor, game_date, NULL::text AS game_id, count(*) AS number,
       NULL::double precision AS share_pct, 'error' AS level
FROM attempt
WHERE status = 'success' AND scope = 'full' AND records_processed = 0 AND skip_reason IS NULL AND entities_in_scope > 0
GROUP BY processor_name, game_date
UNION ALL
SELECT 'no summaries', 'player_game_summary', g.game_date, g.game_id, 1, NULL, 'error'
FROM game AS g JOIN done AS d ON d.game_date = g.game_date AND d.processor_name = 'player_game_summary'
WHERE g.game_status = 3 AND EXISTS (
        SELECT 1 FROM nba_raw.nbac_player_boxscores AS b
        WHERE b.game_date = g.game_date AND b.game_id = g.game_id AND b.removed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM nba_analytics.player_game_summary AS s
                    WHERE s.game_date = g.game_date AND s.game_id = g.game_id AND s.removed_at IS NULL)
UNION ALL
SELECT 'no features', 'ml_feature_store_v2', e.game_date, e.game_id, count(*), NULL, 'error'
FROM expected AS e JOIN done AS d ON d.game_date = e.game_date AND d.processor_name = 'ml_feature_store_v2'
GROUP BY e.game_date, e.game_id
HAVING NOT EXISTS (SELECT 1 FROM nba_precompute.ml_feature_store_v2 AS f
                   WHERE f.game_date = e.game_date AND f.game_id = e.game_id AND f.removed_at IS NULL)
UNION ALL
SELECT 'no predictions', 'player_predictions', e.game_date, e.game_id, count(*), NULL, 'error'
FROM expected AS e JOIN done AS d ON d.game_date = e.game_date AND d.processor_name = 'prediction_coordinator'
GROUP BY e.game_date, e.game_id
HAVING NOT EXISTS (SELECT 1 FROM nba_predictions.player_prop_predictions AS p
                   WHERE p.game_date = e.game_date AND p.game_id = e.game_id AND p.removed_at IS NULL)
UNION ALL
SELECT 'empty share', processor_name, NULL, NULL, count(*),
       round(100.0 * count(*) FILTER (WHERE records_processed = 0) / count(*), 1)::double precision,
       CASE WHEN 100.0 * count(*) FILTER (WHERE records_processed = 0) / count(*) > 30 THEN 'red' ELSE 'warning' END
FROM attempt WHERE status IN ('success', 'no_data') AND scope = 'full'
GROUP BY processor_name
HAVING count(*) >= 10 AND 100.0 * count(*) FILTER (WHERE records_processed = 0) / count(*) > 20
ORDER BY problem, processor, game_date, game_id;
