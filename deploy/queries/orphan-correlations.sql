-- Correlation ids that lead nowhere: work without a run, and runs without work.
-- Columns: kind is log without run (attempts of a run that does not exist), message without run (an outbox row of one), or run
--   without work (opened, and after the given minutes nobody has tried any of its tasks); since when; number of rows.
-- Thresholds: none of the first two, ever; the third means that the service of its first phase is down.
-- Do: tipoff trace CORRELATION; run without work → tipoff lag, tipoff doctor.
-- Parameters: days (how far back; runs are kept 30 days after their end, so no more than 29), minutes.
\if :{?days} \else \set days 14 \endif
\if :{?minutes} \else \set minutes 10 \endif
SELECT 'log without run' AS kind, l.correlation_id, l.run_id, min(l.game_date) AS game_date, min(l.completed_at) AS since,
       count(*) AS number
FROM nba_orchestration.pipeline_execution_log AS l
-- By the database's clock, as runs are: the log carries the services', which may be moved.
WHERE l.completed_at >= now() - :'days'::double precision * interval '1 day'
    AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS r WHERE r.run_id = l.run_id)
GROUP BY l.correlation_id, l.run_id
UNION ALL
SELECT 'message without run', o.payload->>'correlation_id', o.run_id, min((o.payload->>'game_date')::date),
       min(o.created_at), count(*)
FROM nba_orchestration.outbox AS o
WHERE o.run_id IS NOT NULL AND o.created_at >= now() - :'days'::double precision * interval '1 day'
    AND NOT EXISTS (SELECT 1 FROM nba_orchestration.run AS r WHERE r.run_id = o.run_id)
GROUP BY o.payload->>'correlation_id', o.run_id
UNION ALL
SELECT 'run without work', r.correlation_id, r.run_id, r.game_date, r.opened_at, count(t.run_id)
FROM nba_orchestration.run AS r JOIN nba_orchestration.task AS t USING (run_id)
WHERE r.state = 'open' AND r.opened_at < now() - :'minutes'::double precision * interval '1 minute'
GROUP BY r.run_id
HAVING bool_and(t.attempts = 0 AND NOT t.is_terminal
                AND greatest(t.due_at, t.next_attempt_at, t.created_at)
                    < now() - :'minutes'::double precision * interval '1 minute')
ORDER BY since, correlation_id;
