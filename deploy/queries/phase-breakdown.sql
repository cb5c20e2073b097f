-- What each phase did: attempts by how they ended, and how long they took.
-- Columns: attempts; completed (success, partial, no_data, superseded), failed, retried and skipped count attempts;
--   failure_pct is failed and retried of all; mean_seconds, p95_seconds and queued_p95_seconds are per attempt.
-- Thresholds: failure_pct above 5 is a warning, 10 or more an error, 100 critical.
-- Do: recent-failures.sql for the reasons; tipoff dlq ls for what will not be tried again.
-- Parameters: hours (runs opened within), lane ('' is both).
\if :{?hours} \else \set hours 24 \endif
\if :{?lane} \else \set lane '' \endif
WITH attempt AS (
    SELECT l.* FROM nba_orchestration.pipeline_execution_log AS l
    JOIN nba_orchestration.run AS r ON r.run_id = l.run_id AND r.game_date = l.game_date
    WHERE r.opened_at >= now() - :'hours'::double precision * interval '1 hour'
        AND (:'lane' = '' OR r.lane = :'lane')
), counted AS (
    SELECT phase, count(*) AS attempts,
           count(*) FILTER (WHERE status IN ('success', 'partial', 'no_data', 'superseded')) AS completed,
           count(*) FILTER (WHERE status = 'failed') AS failed, count(*) FILTER (WHERE status = 'retry') AS retried,
           count(*) FILTER (WHERE status = 'skipped') AS skipped,
           100.0 * count(*) FILTER (WHERE status IN ('failed', 'retry')) / count(*) AS failure_pct,
           avg(duration_seconds) AS mean_seconds,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_seconds) AS p95_seconds,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY queued_seconds) AS queued_p95_seconds
    FROM attempt GROUP BY phase
)
SELECT phase, attempts, completed, failed, retried, skipped, round(failure_pct, 1)::double precision AS failure_pct,
       mean_seconds, p95_seconds, queued_p95_seconds,
       CASE WHEN failure_pct >= 100 THEN 'critical' WHEN failure_pct >= 10 THEN 'error'
            WHEN failure_pct > 5 THEN 'warning' ELSE 'ok' END AS level
FROM counted ORDER BY phase;
