-- What does not move: open phases past their deadline, running tasks without a lease, tasks that nobody claims, messages
-- that wait to be sent, live changes that wait for their reader.
-- Columns: kind (phase, running, pending, message, marker); age_minutes counts from when it should have moved.
-- Thresholds: 5 minutes; a row of this query is an alert.
-- Do: phase → tipoff run force; running and pending → is the service up (tipoff doctor), then tipoff task retry; message → is
--   the broker up (tipoff doctor); marker → tipoff run open for the date.
-- Parameters: minutes; today is the league's day (YYYY-MM-DD, '' is the database's): older dates' changes wait for a backfill.
\if :{?minutes} \else \set minutes 5 \endif
\if :{?today} \else \set today '' \endif
WITH line AS (
    SELECT now() - :'minutes'::double precision * interval '1 minute' AS at,
           COALESCE(NULLIF(:'today', '')::date, (now() AT TIME ZONE 'America/New_York')::date) AS today
), stuck AS (
    SELECT 'phase' AS kind, r.game_date, r.run_id, p.phase, NULL::text AS processor, NULL::text AS unit,
           p.deadline_at AS since, 'past its deadline' AS detail
    FROM nba_orchestration.run_phase AS p JOIN nba_orchestration.run AS r USING (run_id), line
    WHERE p.state = 'open' AND p.deadline_at < line.at
    UNION ALL
    SELECT 'running', t.game_date, t.run_id, t.phase, t.processor, t.unit, t.lease_until,
           'no lease; claimed by ' || COALESCE(t.claimed_by, 'nobody')
    FROM nba_orchestration.task AS t, line WHERE t.state = 'running' AND t.lease_until < line.at
    UNION ALL
    SELECT 'pending', t.game_date, t.run_id, t.phase, t.processor, t.unit,
           greatest(p.opened_at, t.due_at, t.next_attempt_at, t.created_at), 'nobody claims it'
    FROM nba_orchestration.task AS t JOIN nba_orchestration.run_phase AS p USING (run_id, phase)
    JOIN nba_orchestration.run AS r USING (run_id), line
    WHERE t.state = 'pending' AND p.state = 'open' AND r.state = 'open' AND t.late_at IS NULL
        AND greatest(p.opened_at, t.due_at, t.next_attempt_at, t.created_at) < line.at
    UNION ALL
    SELECT 'message', NULL, o.run_id, o.starts_phase, o.producer, o.topic, o.created_at, 'not sent by ' || o.producer
    FROM nba_orchestration.outbox AS o, line WHERE o.state = 'pending' AND o.created_at < line.at
    UNION ALL
    SELECT 'marker', m.game_date, NULL, m.phase, m.processor, NULL, min(m.marked_at), count(*) || ' changes wait'
    FROM nba_orchestration.change_marker AS m, line
    WHERE m.game_date BETWEEN line.today - 1 AND line.today AND m.marked_at < line.at
    GROUP BY m.game_date, m.phase, m.processor
)
SELECT kind, game_date, phase, processor, unit, run_id, detail,
       round(extract(epoch FROM now() - since) / 60, 1)::double precision AS age_minutes
FROM stuck ORDER BY age_minutes DESC, kind, processor, unit;
