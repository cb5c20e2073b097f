-- Work that was not needed, and whether to do something about it: the decision query.
-- Columns: runs with work of the processor, unchanged_runs among them in which nothing that it compared had changed; in_scope,
--   processed and changed entities; compared and useful: processed and changed of the attempts that compared rows with what is
--   stored, the only ones that can be waste; seconds (attempts of one batch count its time once) and waste_seconds; waste_pct;
--   wasted_hours_per_week; skips counts the reasons for skipping. With grain run also the run, when its attempts began and
--   ended, and whether some later phase looked at single entities only.
-- Thresholds: red above 30 % waste; watch above 20 % that costs more than 1 h a week; build (work entity by entity) when red,
--   more than 2 h a week, more than 10 runs, and 15 h of effort come back within 8 weeks.
-- Do: tipoff efficiency --from --to every Monday; on build, docs/monitoring.md.
-- Parameters: from, to (game dates; '' is the league's last 7 days), run (a run's id, instead of dates), grain (processor or
--   run), kind ('' is any).
\if :{?from} \else \set from '' \endif
\if :{?to} \else \set to '' \endif
\if :{?run} \else \set run '' \endif
\if :{?grain} \else \set grain processor \endif
\if :{?kind} \else \set kind '' \endif
WITH line AS (
    SELECT COALESCE(NULLIF(:'from', '')::date, (now() AT TIME ZONE 'America/New_York')::date - 6) AS first,
           COALESCE(NULLIF(:'to', '')::date, (now() AT TIME ZONE 'America/New_York')::date) AS last
), attempt AS (
    SELECT l.*, waste_pct IS NOT NULL AND entities_processed > 0 AS is_compared,
           least(entities_changed, entities_processed) AS useful,
           duration_seconds / count(*) OVER (PARTITION BY run_id, phase, processor_name, instance, started_at,
                                                          duration_seconds) AS own_seconds
    FROM nba_orchestration.pipeline_execution_log AS l, line
    WHERE CASE WHEN :'run' = '' THEN l.game_date BETWEEN line.first AND line.last
               ELSE l.run_id = NULLIF(:'run', '')::uuid END
        AND (:'kind' = '' OR l.run_kind = :'kind')
), by_run AS (
    SELECT run_id, game_date, phase, processor_name, min(run_kind) AS kind, min(lane) AS lane,
           bool_or(run_kind <> 'full' AND phase >= 3 AND processing_mode = 'entity_level') AS is_incremental,
           count(*) AS attempts, sum(entities_in_scope) AS in_scope, sum(entities_processed) AS processed,
           sum(entities_changed) AS changed, COALESCE(sum(entities_processed) FILTER (WHERE is_compared), 0) AS compared,
           COALESCE(sum(useful) FILTER (WHERE is_compared), 0) AS useful, sum(own_seconds) AS seconds,
           COALESCE(sum(own_seconds * (entities_processed - useful) / entities_processed) FILTER (WHERE is_compared), 0)
               AS waste_seconds
    FROM attempt GROUP BY run_id, game_date, phase, processor_name
), span AS (
    SELECT run_id, game_date, min(started_at) AS started_at, max(completed_at) AS completed_at
    FROM attempt GROUP BY run_id, game_date
), skip AS (
    SELECT place, phase, processor_name, jsonb_object_agg(skip_reason, n) AS skips
    FROM (SELECT CASE WHEN :'grain' = 'run' THEN run_id END AS place, phase, processor_name, skip_reason, count(*) AS n
          FROM attempt WHERE skip_reason IS NOT NULL GROUP BY 1, 2, 3, 4) AS counted
    GROUP BY place, phase, processor_name
), summed AS (
    SELECT CASE WHEN :'grain' = 'run' THEN b.run_id END AS place, b.phase, b.processor_name,
           min(b.game_date) AS game_date, min(b.kind) AS kind, min(b.lane) AS lane, bool_or(b.is_incremental) AS is_incremental,
           count(DISTINCT b.run_id) AS runs,
           count(DISTINCT b.run_id) FILTER (WHERE b.compared > 0 AND b.useful = 0) AS unchanged_runs,
           sum(b.attempts)::bigint AS attempts, sum(b.in_scope)::bigint AS in_scope, sum(b.processed)::bigint AS processed,
           sum(b.changed)::bigint AS changed, sum(b.compared)::bigint AS compared, sum(b.useful)::bigint AS useful,
           sum(b.seconds)::double precision AS seconds, sum(b.waste_seconds)::double precision AS waste_seconds,
           min(s.started_at) AS started_at, max(s.completed_at) AS completed_at
    FROM by_run AS b JOIN span AS s USING (run_id, game_date) GROUP BY 1, b.phase, b.processor_name
), rated AS (
    SELECT s.*, 100.0 * greatest(s.compared - s.useful, 0) / NULLIF(s.compared, 0) AS waste_pct,
           s.waste_seconds / 3600 / (line.last - line.first + 1) * 7 AS wasted_hours_per_week
    FROM summed AS s, line
)
SELECT w.place AS run_id, w.game_date, w.kind, w.lane, w.is_incremental, w.phase, w.processor_name AS processor, w.runs,
       w.unchanged_runs, w.attempts, w.in_scope, w.processed, w.changed, w.compared, w.useful, w.seconds, w.waste_seconds,
       w.started_at, COALESCE(extract(epoch FROM r.finished_at - r.opened_at),
                              extract(epoch FROM w.completed_at - w.started_at))::double precision AS run_seconds,
       w.waste_pct::double precision AS waste_pct, w.wasted_hours_per_week,
       CASE WHEN :'run' <> '' OR :'grain' = 'run' OR w.waste_pct IS NULL THEN NULL
            WHEN w.waste_pct > 30 AND w.wasted_hours_per_week > 2 AND w.runs > 10 AND 15 / w.wasted_hours_per_week < 8
                THEN 'build'
            WHEN w.waste_pct > 30 THEN 'red' WHEN w.waste_pct > 20 AND w.wasted_hours_per_week > 1 THEN 'watch' ELSE 'ok'
       END AS verdict, COALESCE(k.skips, '{}') AS skips
FROM rated AS w LEFT JOIN nba_orchestration.run AS r ON r.run_id = w.place
LEFT JOIN skip AS k ON k.place IS NOT DISTINCT FROM w.place AND k.phase = w.phase AND k.processor_name = w.processor_name
ORDER BY w.phase, w.processor_name, w.started_at, w.place;
