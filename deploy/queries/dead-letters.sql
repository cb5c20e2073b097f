-- Dead letters by topic, processor and reason, those that nobody has dealt with first.
-- Columns: waiting are new; replayed, dropped and resolved have been dealt with; oldest_hours is the age of the oldest waiting
--   one; attempts the most of one; sample_id goes to tipoff dlq show.
-- Thresholds: waiting above 0.
-- Do: tipoff dlq show ID, then tipoff dlq replay or tipoff dlq drop.
-- Parameters: state ('' is any).
\if :{?state} \else \set state '' \endif
SELECT topic, COALESCE(processor, '-') AS processor, reason, count(*) FILTER (WHERE state = 'new') AS waiting,
       count(*) FILTER (WHERE state = 'replayed') AS replayed, count(*) FILTER (WHERE state = 'dropped') AS dropped,
       count(*) FILTER (WHERE state = 'resolved') AS resolved, max(attempts) AS attempts,
       (extract(epoch FROM now() - min(first_seen_at) FILTER (WHERE state = 'new')) / 3600)::double precision AS oldest_hours,
       max(last_seen_at) AS last_seen, max(dead_letter_id) AS sample_id, left(max(detail), 200) AS sample_detail
FROM nba_orchestration.dead_letter WHERE :'state' = '' OR state = :'state'
GROUP BY topic, COALESCE(processor, '-'), reason ORDER BY waiting DESC, last_seen DESC, topic, processor, reason;
