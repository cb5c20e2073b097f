-- Failed attempts grouped by fingerprint, the latest first: one cause is one row however often it struck.
-- Columns: fingerprint is a hash of processor, error type and the first 100 characters of the message without its numbers,
--   ids and quoted texts; attempts counts them, ended those that will not be tried again; category is permanent, transient or
--   infrastructure; game_dates and units how many were hit; sample_run and sample_message belong to the latest.
-- Thresholds: more than 50 attempts of one row an hour is a storm.
-- Do: tipoff explain-change RUN, tipoff trace CORRELATION; when the cause is gone tipoff dlq replay.
-- Parameters: hours (runs opened within), processor ('' is any).
\if :{?hours} \else \set hours 24 \endif
\if :{?processor} \else \set processor '' \endif
WITH failure AS (
    SELECT l.*, left(regexp_replace(regexp_replace(lower(COALESCE(l.error_message, '')),
               '[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|"[^"]*"|''[^'']*''', '…', 'g'), '[0-9]+', '#', 'g'), 100) AS shape
    FROM nba_orchestration.pipeline_execution_log AS l
    JOIN nba_orchestration.run AS r ON r.run_id = l.run_id AND r.game_date = l.game_date
    WHERE l.error_type IS NOT NULL AND r.opened_at >= now() - :'hours'::double precision * interval '1 hour'
        AND (:'processor' = '' OR l.processor_name = :'processor')
)
SELECT left(md5(processor_name || '|' || error_type || '|' || shape), 12) AS fingerprint, min(phase) AS phase,
       processor_name AS processor, error_type, min(error_category) AS category, count(*) AS attempts,
       count(*) FILTER (WHERE status = 'failed') AS ended, count(DISTINCT game_date) AS game_dates,
       count(DISTINCT unit) AS units, min(completed_at) AS first_seen, max(completed_at) AS last_seen,
       (array_agg(run_id ORDER BY completed_at DESC))[1] AS sample_run,
       (array_agg(left(error_message, 200) ORDER BY completed_at DESC))[1] AS sample_message
FROM failure GROUP BY processor_name, error_type, shape ORDER BY last_seen DESC, fingerprint;
