-- Every published document that matters now: how old its data and its file are, and whether a change waits too long for it.
-- Columns: version, generated_at and data_as_of with their ages in seconds; waits_seconds since when a change that concerns it
--   waits for its owner; budget_seconds how long it may; is_over when it waits longer, or when the day's slate has games, its
--   deadline has passed and it has no document; next_due when the waiting change, or the day's slate, must be published, null
--   when nothing is due. A document that nothing has changed is not old.
-- Thresholds: the budgets of docs/documents.md, from the trigger on.
-- Do: tipoff publish ls, stuck.sql for the owner's tasks, docs/runbooks/bad-publish.md.
-- Parameters: now is the services' moment ('' is the database's), due the Eastern time of day at which a slate must be there.
--   Documents of other dates than that day, the day before and after are left out, except those whose key is no date.
\if :{?now} \else \set now '' \endif
\if :{?due} \else \set due '10:00' \endif
WITH moment AS (
    SELECT COALESCE(NULLIF(:'now', '')::timestamptz, now()) AS at
), line AS (
    SELECT (m.at AT TIME ZONE 'America/New_York')::date AS today, m.at > due.at AS is_due,
           now() + (due.at - m.at) AS due_at
    FROM moment AS m, LATERAL (SELECT ((m.at AT TIME ZONE 'America/New_York')::date + :'due'::time)
                              AT TIME ZONE 'America/New_York' AS at) AS due
), budget AS (
    SELECT * FROM (VALUES
        ('tonight', 'tonight_document', NULL, 300), ('predictions', 'tonight_document', NULL, 300),
        ('best-bets', 'tonight_document', 'results_document', 300), ('calendar', 'calendar_document', NULL, 86400),
        ('results', 'results_document', NULL, 900), ('systems', 'results_document', NULL, 900),
        ('streaks', 'results_document', NULL, 900)
    ) AS b(kind, owner, second_owner, seconds)
), due AS (
    -- The slate of the day must be there; the rest is expected once it has appeared.
    SELECT b.kind, line.today::text AS key, line.today AS game_date FROM budget AS b, line
    WHERE b.kind IN ('tonight', 'predictions', 'best-bets')
        AND EXISTS (SELECT 1 FROM nba_raw.nbac_schedule AS s
                    WHERE s.game_date = line.today AND s.removed_at IS NULL AND NOT s.is_postponed)
    UNION SELECT p.kind, p.key, p.game_date FROM nba_publishing.document_pointer AS p, line
    WHERE p.key !~ '^\d{4}-\d{2}-\d{2}$' OR p.game_date BETWEEN line.today - 1 AND line.today + 1
), waiting AS (
    SELECT m.processor, m.game_date, min(m.marked_at) AS since FROM nba_orchestration.change_marker AS m, line
    WHERE m.phase = 6 AND m.game_date BETWEEN line.today - 1 AND line.today GROUP BY m.processor, m.game_date
), told AS (
    SELECT d.kind, d.key, d.game_date, s.version, s.state, s.generated_at, s.data_as_of, s.moved_at, b.owner, b.second_owner,
           b.seconds AS budget_seconds,
           (SELECT min(w.since) FROM waiting AS w
            WHERE w.processor IN (b.owner, b.second_owner) AND (w.game_date = d.game_date OR d.kind = 'calendar'))
               AS waits_since
    FROM due AS d JOIN budget AS b USING (kind)
    LEFT JOIN nba_publishing.shown_document AS s ON s.kind = d.kind AND s.key = d.key
)
SELECT kind, key, game_date, owner, version, state, generated_at, data_as_of,
       extract(epoch FROM now() - moved_at)::double precision AS file_age_seconds,
       -- Captures carry the services' clock, as the making of the document does; gradings the database's.
       extract(epoch FROM now() - CASE WHEN data_as_of > generated_at THEN data_as_of
                                       ELSE moved_at - (generated_at - data_as_of) END)::double precision AS data_age_seconds,
       extract(epoch FROM now() - waits_since)::double precision AS waits_seconds, budget_seconds,
       CASE WHEN version IS NULL AND NOT is_due THEN 'not due' WHEN version IS NULL THEN 'missing'
            WHEN extract(epoch FROM now() - waits_since) > budget_seconds THEN 'stale'
            WHEN waits_since IS NOT NULL THEN 'waiting' ELSE 'fresh' END AS verdict,
       CASE WHEN version IS NULL THEN is_due
            ELSE COALESCE(extract(epoch FROM now() - waits_since) > budget_seconds, false) END AS is_over,
       CASE WHEN version IS NULL THEN due_at ELSE waits_since + budget_seconds * interval '1 second' END AS next_due
FROM told, line ORDER BY is_over DESC, kind, game_date DESC, key;
