/// The states of expected outputs, and what their columns mean.
enum ExpectedOutputSQL {
    static let functions = """
        -- The state of an output: exactly one, whatever is known. What is there comes before what was said about it; an
        -- output that is due and not there stays late until it comes, is nothing, or is given up by name.
        CREATE FUNCTION nba_orchestration.output_state(
            at timestamptz, begins_at timestamptz, due_at timestamptz,
            rows_min integer, rows_max integer, rows_found integer, has_short_teams boolean,
            outcome text, is_empty_accepted boolean, is_excused boolean, is_accepted boolean,
            is_halted boolean, is_running boolean, has_given_up boolean
        ) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE
                -- Judged by its rows, game by game, where a row count can say it; else by how its tasks ended.
                WHEN CASE WHEN rows_min IS NULL THEN COALESCE(outcome = 'success', false)
                          ELSE COALESCE(rows_found, 0) >= rows_min
                              AND COALESCE(rows_found, 0) <= COALESCE(rows_max, COALESCE(rows_found, 0))
                              AND NOT has_short_teams END THEN 'complete'
                WHEN is_accepted THEN 'accepted_loss'
                WHEN is_excused THEN 'empty_ok'
                WHEN COALESCE(outcome = 'no_data', false) AND is_empty_accepted AND COALESCE(rows_found, 0) = 0
                    THEN 'empty_ok'
                WHEN is_halted THEN 'halted'
                WHEN has_given_up THEN 'failed'
                WHEN is_running AND at < due_at THEN 'running'
                WHEN at >= due_at AND (COALESCE(rows_found, 0) > 0 OR COALESCE(outcome = 'partial', false)) THEN 'degraded'
                WHEN COALESCE(outcome = 'failed', false) THEN 'failed'
                WHEN at >= due_at THEN 'late'
                WHEN at >= begins_at THEN 'expected'
                ELSE 'not_due'
            END
        $$;

        -- The outputs of some dates as they stand at an instant of the services' clock, which may be moved against the
        -- database's: the instants of runs and halts are shifted by the difference.
        CREATE FUNCTION nba_orchestration.output_grid(first date, last date, at timestamptz)
        RETURNS TABLE (
            game_date date, phase smallint, processor text, game_id text, season_year bigint, level smallint,
            requirement text, begins_at timestamptz, due_at timestamptz, rows_min integer, rows_max integer,
            rows_found integer, short_teams text[], outcome text, excused text, error text, run_id uuid,
            ended_at timestamptz, observed_at timestamptz, is_repairable boolean, attempts smallint,
            asked_at timestamptz, next_ask_at timestamptz, accepted_by text, accepted_reason text,
            accepted_at timestamptz, is_running boolean, state text, is_overdue boolean
        ) LANGUAGE sql STABLE AS $$
            WITH working AS MATERIALIZED (
                SELECT DISTINCT t.game_date, t.phase, t.processor, COALESCE(s.game_id, '*') AS game_id
                FROM nba_orchestration.run AS r JOIN nba_orchestration.task AS t USING (run_id)
                LEFT JOIN nba_raw.nbac_schedule AS s ON s.nba_game_id = t.unit
                WHERE r.state = 'open' AND r.game_date BETWEEN output_grid.first AND output_grid.last
                    AND NOT t.is_terminal
            ), halted AS MATERIALIZED (
                SELECT min(h.since + (output_grid.at - now())) AS since FROM nba_publishing.halt AS h
                WHERE h.ended_at IS NULL
            ), outputs AS MATERIALIZED (
                SELECT e.*, EXISTS (
                           SELECT 1 FROM working AS w
                           WHERE w.game_date = e.game_date AND w.phase = e.phase AND w.processor = e.processor
                               AND (w.game_id = '*' OR e.game_id IN ('*', w.game_id))) AS is_running,
                       e.phase >= 5 AND COALESCE(e.game_date >= (h.since AT TIME ZONE 'America/New_York')::date, false)
                           AS is_halted
                FROM nba_orchestration.expected_output AS e CROSS JOIN halted AS h
                WHERE e.game_date BETWEEN output_grid.first AND output_grid.last
            ), judged AS MATERIALIZED (
                SELECT o.*, nba_orchestration.output_state(output_grid.at, o.begins_at, o.due_at, o.rows_min, o.rows_max,
                           o.rows_found, cardinality(o.short_teams) > 0, o.outcome, o.is_empty_accepted,
                           o.excused IS NOT NULL, o.accepted_at IS NOT NULL, o.is_halted, o.is_running,
                           o.gave_up_at IS NOT NULL) AS state
                FROM outputs AS o
            )
            SELECT j.game_date, j.phase, j.processor, j.game_id, j.season_year, j.level, j.requirement, j.begins_at,
                   j.due_at, j.rows_min, j.rows_max, j.rows_found, j.short_teams, j.outcome, j.excused, j.error, j.run_id,
                   j.ended_at, j.observed_at, j.is_repairable, j.attempts, j.asked_at, j.next_ask_at, j.accepted_by,
                   j.accepted_reason, j.accepted_at, j.is_running, j.state,
                   output_grid.at >= j.due_at AND j.state IN ('late', 'degraded', 'failed')
            FROM judged AS j
        $$;
        REVOKE EXECUTE ON FUNCTION nba_orchestration.output_state(timestamptz, timestamptz, timestamptz, integer, integer,
            integer, boolean, text, boolean, boolean, boolean, boolean, boolean, boolean) FROM PUBLIC;
        REVOKE EXECUTE ON FUNCTION nba_orchestration.output_grid(date, date, timestamptz) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION nba_orchestration.output_state(timestamptz, timestamptz, timestamptz, integer, integer,
            integer, boolean, text, boolean, boolean, boolean, boolean, boolean, boolean)
            TO tipoff_scrapers, tipoff_publishing, tipoff_operator, tipoff_readonly;
        GRANT EXECUTE ON FUNCTION nba_orchestration.output_grid(date, date, timestamptz)
            TO tipoff_scrapers, tipoff_publishing, tipoff_operator, tipoff_readonly;

        """

    static let comments = """
        COMMENT ON TABLE nba_orchestration.planned_day IS
            'What kind of day each date of the season is, written ahead by the planner';
        COMMENT ON COLUMN nba_orchestration.planned_day.game_date IS 'Eastern date |  | the date';
        COMMENT ON COLUMN nba_orchestration.planned_day.season_year IS ' |  | the year in which the season begins';
        COMMENT ON COLUMN nba_orchestration.planned_day.day_state IS
            ' |  | game_day, break, off_season, or dormant: the known schedule is not this year''s';
        COMMENT ON COLUMN nba_orchestration.planned_day.games IS 'games |  | games that are to be played or were';
        COMMENT ON COLUMN nba_orchestration.planned_day.fingerprint IS
            'hexadecimal MD5 |  | of the games and rules that the date was planned by';
        COMMENT ON COLUMN nba_orchestration.planned_day.planned_at IS 'UTC |  | when it was planned last';
        COMMENT ON COLUMN nba_orchestration.planned_day.observed_at IS
            'UTC |  | when its outputs were looked at last; null before';

        COMMENT ON TABLE nba_orchestration.expected_output IS
            'What each processor should bring of a date, or of each of its games; rows are never deleted';
        COMMENT ON COLUMN nba_orchestration.expected_output.game_date IS 'Eastern date |  | the date';
        COMMENT ON COLUMN nba_orchestration.expected_output.phase IS ' |  | 1 to 6';
        COMMENT ON COLUMN nba_orchestration.expected_output.processor IS ' |  | its name in the registry';
        COMMENT ON COLUMN nba_orchestration.expected_output.game_id IS ' |  | the game; * for the whole date';
        COMMENT ON COLUMN nba_orchestration.expected_output.season_year IS ' |  | the year in which the season begins';
        COMMENT ON COLUMN nba_orchestration.expected_output.level IS ' |  | order inside the phase';
        COMMENT ON COLUMN nba_orchestration.expected_output.requirement IS ' |  | critical, required or optional';
        COMMENT ON COLUMN nba_orchestration.expected_output.begins_at IS
            'UTC |  | from when on it can be there, by the plan of its date';
        COMMENT ON COLUMN nba_orchestration.expected_output.due_at IS 'UTC |  | from when on it is late';
        COMMENT ON COLUMN nba_orchestration.expected_output.rows_min IS
            'rows |  | the least that is whole; null where its tasks are judged instead';
        COMMENT ON COLUMN nba_orchestration.expected_output.rows_max IS
            'rows |  | the most that can be true; null where nothing says';
        COMMENT ON COLUMN nba_orchestration.expected_output.excused IS
            ' |  | why the schedule expects nothing; null while it does';
        COMMENT ON COLUMN nba_orchestration.expected_output.is_repairable IS
            ' |  | whether it can be brought after its date, so that the gap detector asks for it';
        COMMENT ON COLUMN nba_orchestration.expected_output.planned_at IS 'UTC |  | when its plan changed last';
        COMMENT ON COLUMN nba_orchestration.expected_output.rows_found IS
            'rows |  | rows that its table holds; null before the first look and where tasks are judged';
        COMMENT ON COLUMN nba_orchestration.expected_output.short_teams IS
            'tricodes |  | teams of the game that have less than their part of the rows';
        COMMENT ON COLUMN nba_orchestration.expected_output.outcome IS
            ' |  | how its tasks ended: success, partial, no_data or failed; null when none has, and kept when they are gone';
        COMMENT ON COLUMN nba_orchestration.expected_output.is_empty_accepted IS
            ' |  | whether the schedule agrees that there is nothing';
        COMMENT ON COLUMN nba_orchestration.expected_output.run_id IS ' |  | the run of the task that ended last';
        COMMENT ON COLUMN nba_orchestration.expected_output.ended_at IS 'UTC |  | when that task ended';
        COMMENT ON COLUMN nba_orchestration.expected_output.error IS ' |  | the error of a task that failed';
        COMMENT ON COLUMN nba_orchestration.expected_output.observed_at IS
            'UTC |  | when what was found changed last; null before the first look';
        COMMENT ON COLUMN nba_orchestration.expected_output.attempts IS
            ' |  | how often the gap detector has asked for it';
        COMMENT ON COLUMN nba_orchestration.expected_output.asked_at IS 'UTC |  | when it asked last';
        COMMENT ON COLUMN nba_orchestration.expected_output.next_ask_at IS 'UTC |  | when it asks again at the earliest';
        COMMENT ON COLUMN nba_orchestration.expected_output.gave_up_at IS 'UTC |  | when it gave up';
        COMMENT ON COLUMN nba_orchestration.expected_output.accepted_by IS ' |  | who accepted that it is lost';
        COMMENT ON COLUMN nba_orchestration.expected_output.accepted_reason IS ' |  | why';
        COMMENT ON COLUMN nba_orchestration.expected_output.accepted_at IS 'UTC |  | when';

        COMMENT ON TABLE nba_orchestration.gap_request IS 'The runs that the gap detector has asked for';
        COMMENT ON COLUMN nba_orchestration.gap_request.game_date IS 'Eastern date |  | the date';
        COMMENT ON COLUMN nba_orchestration.gap_request.first_phase IS ' |  | the phase that the run begins with';
        COMMENT ON COLUMN nba_orchestration.gap_request.request_no IS
            ' |  | counts the requests of a date and phase; part of the run''s plan key';
        COMMENT ON COLUMN nba_orchestration.gap_request.run_id IS ' |  | the run';
        COMMENT ON COLUMN nba_orchestration.gap_request.processors IS ' |  | whose outputs were missing';
        COMMENT ON COLUMN nba_orchestration.gap_request.outputs IS 'outputs |  | how many were missing';
        COMMENT ON COLUMN nba_orchestration.gap_request.asked_at IS 'UTC |  | when';
        """
}
