-- How long phases take, and how long the next one waits for them.
-- Columns: phases closed in the window; seconds from opening to closing (median, p95, slowest); hop_p95_seconds from the moment
--   the phase before closed until it opened; allowed_seconds, over and level judge the phase's own time.
-- Thresholds: seconds of Phase 1 180, 2 300, 3 300, 4 600, 5 300, 6 180; a phase whose p95 is above is a warning, above three
--   times that a breach.
-- Do: phase-breakdown.sql for the attempts behind it, tipoff lag for what waits in the topics.
-- Parameters: hours (runs opened within), lane (live by default, '' is both).
\if :{?hours} \else \set hours 24 \endif
\if :{?lane} \else \set lane live \endif
WITH allowed AS (
    SELECT * FROM (VALUES (1, 180), (2, 300), (3, 300), (4, 600), (5, 300), (6, 180)) AS a(phase, seconds)
), closed AS (
    SELECT p.phase, extract(epoch FROM p.closed_at - p.opened_at)::double precision AS seconds,
           extract(epoch FROM p.opened_at - before.closed_at)::double precision AS hop_seconds
    FROM nba_orchestration.run_phase AS p JOIN nba_orchestration.run AS r USING (run_id)
    LEFT JOIN nba_orchestration.run_phase AS before
        ON before.run_id = p.run_id AND before.phase = p.phase - 1 AND before.closed_at <= p.opened_at
    WHERE r.opened_at >= now() - :'hours'::double precision * interval '1 hour'
        AND (:'lane' = '' OR r.lane = :'lane')
        AND p.opened_at IS NOT NULL AND p.closed_at IS NOT NULL AND p.state IN ('complete', 'expired', 'failed')
), summed AS (
    SELECT a.phase, count(c.seconds) AS phases, percentile_cont(0.5) WITHIN GROUP (ORDER BY c.seconds) AS median_seconds,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY c.seconds) AS p95_seconds, max(c.seconds) AS slowest_seconds,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY c.hop_seconds) AS hop_p95_seconds, a.seconds AS allowed_seconds,
           count(*) FILTER (WHERE c.seconds > a.seconds) AS over
    FROM allowed AS a LEFT JOIN closed AS c USING (phase) GROUP BY a.phase, a.seconds
)
SELECT *, CASE WHEN phases = 0 THEN 'none' WHEN p95_seconds > 3 * allowed_seconds THEN 'breach'
               WHEN p95_seconds > allowed_seconds THEN 'warning' ELSE 'ok' END AS level
FROM summed ORDER BY phase;
