-- Runs, the newest first: how far each is, and when it last gave a sign of life.
-- Columns: phase is the lowest phase that is open, or the last one that was; tasks, done and failed count tasks;
--   heartbeat_age_seconds is the time since a task was claimed or ended or a phase opened or closed (0 while a task is running
--   under a lease that holds), null for a run that has ended; age_seconds from its opening to its end or to now;
--   usual_seconds is the median of the runs of its kind and lane that ended well in the last 30 days, null without one.
-- Thresholds: pulse is slow after 5 minutes without a sign of life, hung after 15.
-- Do: tipoff run ls, tipoff status DATE for what a run waits for, tipoff trace CORRELATION for its messages.
-- Parameters: kind, date, state, lane, correlation ('' is any), since_hours (opened within, '' is any), limit.
\if :{?kind} \else \set kind '' \endif
\if :{?date} \else \set date '' \endif
\if :{?state} \else \set state '' \endif
\if :{?lane} \else \set lane '' \endif
\if :{?correlation} \else \set correlation '' \endif
\if :{?since_hours} \else \set since_hours '' \endif
\if :{?limit} \else \set limit 50 \endif
WITH chosen AS (
    SELECT * FROM nba_orchestration.run
    WHERE (:'kind' = '' OR kind = :'kind')
        AND (:'date' = '' OR game_date = NULLIF(:'date', '')::date)
        AND (:'state' = '' OR state = :'state')
        AND (:'lane' = '' OR lane = :'lane')
        AND (:'correlation' = '' OR correlation_id = :'correlation')
        AND (:'since_hours' = ''
             OR opened_at >= now() - NULLIF(:'since_hours', '')::double precision * interval '1 hour')
    ORDER BY opened_at DESC, run_id LIMIT :'limit'::bigint
), usual AS (
    SELECT kind, lane,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - opened_at)::double precision)
               AS seconds
    FROM nba_orchestration.run
    WHERE state = 'complete' AND opened_at >= now() - interval '30 days' GROUP BY kind, lane
), work AS (
    SELECT t.run_id, count(*) AS tasks, count(*) FILTER (WHERE t.is_terminal) AS done,
           count(*) FILTER (WHERE t.state = 'failed') AS failed,
           greatest(max(t.claimed_at), max(t.finished_at)) AS touched_at,
           bool_or(t.state = 'running' AND t.lease_until > now()) AS is_alive
    FROM nba_orchestration.task AS t JOIN chosen USING (run_id) GROUP BY t.run_id
), phases AS (
    SELECT p.run_id, COALESCE(min(p.phase) FILTER (WHERE p.state = 'open'),
                              max(p.phase) FILTER (WHERE p.opened_at IS NOT NULL)) AS phase,
           greatest(max(p.opened_at), max(p.closed_at)) AS touched_at
    FROM nba_orchestration.run_phase AS p JOIN chosen USING (run_id) GROUP BY p.run_id
), told AS (
    SELECT c.*, p.phase, COALESCE(w.tasks, 0) AS tasks, COALESCE(w.done, 0) AS done, COALESCE(w.failed, 0) AS failed,
           CASE WHEN c.state <> 'open' THEN NULL WHEN w.is_alive THEN 0
                ELSE greatest(0, extract(epoch FROM now() - greatest(c.opened_at, w.touched_at, p.touched_at)))
           END::double precision AS heartbeat_age_seconds,
           extract(epoch FROM COALESCE(c.finished_at, now()) - c.opened_at)::double precision AS age_seconds,
           u.seconds AS usual_seconds
    FROM chosen AS c LEFT JOIN work AS w USING (run_id) LEFT JOIN phases AS p USING (run_id)
    LEFT JOIN usual AS u ON u.kind = c.kind AND u.lane = c.lane
)
SELECT run_id, kind, game_date, lane, state, degraded, phase, tasks, done, failed, heartbeat_age_seconds,
       CASE WHEN heartbeat_age_seconds >= 900 THEN 'hung' WHEN heartbeat_age_seconds >= 300 THEN 'slow'
            WHEN heartbeat_age_seconds IS NOT NULL THEN 'alive' END AS pulse,
       age_seconds, usual_seconds, correlation_id, opened_by, opened_at, finished_at, reason
FROM told ORDER BY opened_at DESC, run_id;
