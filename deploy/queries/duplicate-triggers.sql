-- The live proof that nothing starts twice: one row a promise, with what was examined and how often it was broken.
-- Columns: broken is 0 while the promise holds; sample names one case. triggers: at most one of a run, phase and level;
--   start messages: at most one of a run that starts the same phase, level and unit with the same payload; plan keys: one run each;
--   running: one execution of a processor, date and unit; endings: one attempt of a task that ended it.
-- Thresholds: 0. A broken promise is a defect of the program, not of the data.
-- Do: tipoff trace CORRELATION of the sample's run, and report it.
-- Parameters: hours (runs opened within).
\if :{?hours} \else \set hours 168 \endif
WITH chosen AS (
    SELECT run_id, plan_key, game_date FROM nba_orchestration.run
    WHERE opened_at >= now() - :'hours'::double precision * interval '1 hour'
), counted AS (
    SELECT 'triggers' AS promise, t.run_id::text || ' phase ' || t.phase || ' level ' || t.level AS subject, count(*) AS n
    FROM nba_orchestration.phase_trigger AS t JOIN chosen USING (run_id) GROUP BY t.run_id, t.phase, t.level
    UNION ALL
    SELECT 'start messages', o.run_id::text || ' ' || o.topic || ' phase ' || o.starts_phase, count(*)
    FROM nba_orchestration.outbox AS o JOIN chosen USING (run_id) WHERE o.starts_phase IS NOT NULL
    GROUP BY o.run_id, o.topic, o.starts_phase, o.starts_level, o.starts_unit, o.payload->>'processor_name',
             o.payload->>'execution_id', md5(COALESCE(o.payload->>'metadata', ''))
    UNION ALL
    SELECT 'plan keys', plan_key, count(*) FROM chosen GROUP BY plan_key
    UNION ALL
    SELECT 'running', t.processor || ' ' || t.game_date || ' ' || t.unit, count(*)
    FROM nba_orchestration.task AS t JOIN chosen USING (run_id) WHERE t.state = 'running'
    GROUP BY t.phase, t.processor, t.game_date, t.unit
    UNION ALL
    SELECT 'endings', l.run_id::text || ' ' || l.processor_name || ' ' || l.unit, count(*)
    FROM nba_orchestration.pipeline_execution_log AS l
    JOIN chosen AS c ON c.run_id = l.run_id AND c.game_date = l.game_date
    WHERE l.event_type = 'attempt' AND l.status <> 'retry'
    GROUP BY l.run_id, l.phase, l.processor_name, l.unit
)
SELECT p.promise, count(c.subject) AS examined, count(*) FILTER (WHERE c.n > 1) AS broken,
       min(c.subject) FILTER (WHERE c.n > 1) AS sample
FROM (VALUES (1, 'triggers'), (2, 'start messages'), (3, 'plan keys'), (4, 'running'), (5, 'endings')) AS p(place, promise)
LEFT JOIN counted AS c USING (promise) GROUP BY p.place, p.promise ORDER BY p.place;
