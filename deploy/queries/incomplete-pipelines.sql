-- Pipelines that did not come to their end: one row a correlation id, the longest open first.
-- Columns: reached is the last phase that opened, until the last that was to; open_runs, expired_phases and failed_tasks
--   say why it is here; age_minutes since its first run was opened; waits_for names up to five open tasks.
-- Thresholds: over 60 minutes is a warning, over 120 a breach of the end-to-end goal (spec: scraper start to predictions).
-- Do: tipoff trace CORRELATION, then tipoff run force or tipoff task retry for what it waits for.
-- Parameters: hours (opened within), date ('' is any).
\if :{?hours} \else \set hours 168 \endif
\if :{?date} \else \set date '' \endif
WITH chosen AS (
    SELECT * FROM nba_orchestration.run
    WHERE opened_at >= now() - :'hours'::double precision * interval '1 hour'
        AND (:'date' = '' OR game_date = NULLIF(:'date', '')::date)
), phases AS (
    SELECT r.correlation_id, max(p.phase) FILTER (WHERE p.opened_at IS NOT NULL) AS reached,
           count(*) FILTER (WHERE p.state IN ('expired', 'failed')) AS expired_phases
    FROM nba_orchestration.run_phase AS p JOIN chosen AS r USING (run_id) GROUP BY r.correlation_id
), work AS (
    SELECT r.correlation_id, count(*) FILTER (WHERE t.state = 'failed') AS failed_tasks,
           (array_agg(t.processor || '/' || t.unit || ' ' || t.state ORDER BY t.phase, t.processor, t.unit)
               FILTER (WHERE NOT t.is_terminal))[1:5] AS waits_for
    FROM nba_orchestration.task AS t JOIN chosen AS r USING (run_id) GROUP BY r.correlation_id
)
SELECT r.correlation_id, min(r.game_date) AS game_date, string_agg(DISTINCT r.kind, ', ') AS kinds, count(*) AS runs,
       count(*) FILTER (WHERE r.state = 'open') AS open_runs, p.reached, max(r.until_phase) AS until, p.expired_phases,
       COALESCE(w.failed_tasks, 0) AS failed_tasks,
       round(extract(epoch FROM now() - min(r.opened_at)) / 60, 1)::double precision AS age_minutes,
       CASE WHEN now() - min(r.opened_at) > interval '120 minutes' THEN 'breach'
            WHEN now() - min(r.opened_at) > interval '60 minutes' THEN 'warning' ELSE 'ok' END AS level,
       w.waits_for
FROM chosen AS r LEFT JOIN phases AS p USING (correlation_id) LEFT JOIN work AS w USING (correlation_id)
GROUP BY r.correlation_id, p.reached, p.expired_phases, w.failed_tasks, w.waits_for
HAVING bool_or(r.state IN ('open', 'failed')) OR p.expired_phases > 0 OR w.failed_tasks > 0
ORDER BY age_minutes DESC, r.correlation_id;
