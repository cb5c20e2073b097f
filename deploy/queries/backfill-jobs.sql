-- Backfill jobs, the newest first: how far each is and how fast.
-- Columns: dates of the range; opened, complete (unchanged included), degraded, failed and open count the job's own runs;
--   hours since its begin, or how long it took; dates_per_hour of those that ended; hours_left at that rate, null when it
--   cannot be told.
-- Thresholds: failed above 0; a running job that ended no date for 30 minutes hangs.
-- Do: tipoff backfill status JOB, tipoff backfill verify JOB.
-- Parameters: days (begun within).
\if :{?days} \else \set days 30 \endif
WITH job AS (
    SELECT j.*, j.last_date - j.first_date + 1 AS dates,
           extract(epoch FROM COALESCE(j.finished_at, now()) - j.created_at)::double precision / 3600 AS hours
    FROM nba_orchestration.backfill_job AS j WHERE j.created_at >= now() - :'days'::double precision * interval '1 day'
), run AS (
    SELECT j.job_id, count(*) AS opened, count(*) FILTER (WHERE r.state IN ('complete', 'unchanged')) AS complete,
           count(*) FILTER (WHERE r.state IN ('complete', 'unchanged') AND r.degraded) AS degraded,
           count(*) FILTER (WHERE r.state IN ('failed', 'cancelled')) AS failed,
           count(*) FILTER (WHERE r.state = 'open') AS open, max(r.finished_at) AS last_finished_at
    FROM job AS j JOIN nba_orchestration.run AS r ON starts_with(r.plan_key, 'backfill:' || j.job_id || ':')
    GROUP BY j.job_id
)
SELECT j.job_id, j.state, j.first_date, j.last_date, j.dates, COALESCE(r.opened, 0) AS opened,
       COALESCE(r.complete, 0) AS complete, COALESCE(r.degraded, 0) AS degraded, COALESCE(r.failed, 0) AS failed,
       COALESCE(r.open, 0) AS open, j.hours, r.complete / NULLIF(j.hours, 0) AS dates_per_hour,
       CASE WHEN j.state = 'running' AND r.complete > 0
            THEN greatest(j.dates - r.complete - r.failed, 0) * j.hours / r.complete END AS hours_left,
       j.state = 'running' AND COALESCE(r.last_finished_at, j.created_at) < now() - interval '30 minutes' AS hangs,
       j.actor, j.reason, j.created_at
FROM job AS j LEFT JOIN run AS r USING (job_id) ORDER BY j.created_at DESC, j.job_id;
