import Postgres

extension WarehouseMigrations {
    /// Backfills as jobs that the services work off: what was asked for, one row a date, who did what, and what the
    /// tables said before and after.
    static let backfillJobs = PostgresMigration(
        version: 32,
        name: "backfill jobs",
        sql: """
            ALTER TABLE nba_orchestration.backfill_job
                ADD COLUMN first_phase smallint NOT NULL DEFAULT 1 CHECK (first_phase BETWEEN 1 AND 6),
                ADD COLUMN planned_until date,
                ADD COLUMN state_reason text,
                DROP CONSTRAINT backfill_job_state_check,
                ADD CONSTRAINT backfill_job_state_check
                    CHECK (state IN ('running', 'paused', 'complete', 'failed', 'cancelled', 'rolled_back')),
                ADD CHECK (first_date <= last_date AND first_phase <= until_phase);
            -- Jobs without dates were driven by a terminal that is gone.
            UPDATE nba_orchestration.backfill_job SET state = 'cancelled', finished_at = now() WHERE state = 'running';
            COMMENT ON TABLE nba_orchestration.backfill_job IS 'A range of dates that the services bring through phases';
            COMMENT ON COLUMN nba_orchestration.backfill_job.job_id IS ' |  | the job''s name';
            COMMENT ON COLUMN nba_orchestration.backfill_job.first_date IS 'Eastern date |  | the first date';
            COMMENT ON COLUMN nba_orchestration.backfill_job.last_date IS 'Eastern date |  | the last date';
            COMMENT ON COLUMN nba_orchestration.backfill_job.first_phase IS ' |  | the phase that each date begins with';
            COMMENT ON COLUMN nba_orchestration.backfill_job.until_phase IS ' |  | the last phase that opens';
            COMMENT ON COLUMN nba_orchestration.backfill_job.window_size IS ' |  | most dates open at the same time';
            COMMENT ON COLUMN nba_orchestration.backfill_job.planned_until IS
                'Eastern date |  | games up to this day have their rows in backfill_date; null before the first';
            COMMENT ON COLUMN nba_orchestration.backfill_job.state IS
                ' |  | running, paused, complete, failed, cancelled or rolled_back';
            COMMENT ON COLUMN nba_orchestration.backfill_job.state_reason IS ' |  | why it is in this state';
            COMMENT ON COLUMN nba_orchestration.backfill_job.actor IS ' |  | who asked for it';
            COMMENT ON COLUMN nba_orchestration.backfill_job.reason IS ' |  | why, in the words of who asked';
            COMMENT ON COLUMN nba_orchestration.backfill_job.created_at IS 'UTC |  | when it was asked for';
            COMMENT ON COLUMN nba_orchestration.backfill_job.finished_at IS 'UTC |  | when its last date ended';

            CREATE TABLE nba_orchestration.backfill_date (
                job_id text NOT NULL REFERENCES nba_orchestration.backfill_job ON DELETE CASCADE,
                game_date date NOT NULL,
                state text NOT NULL DEFAULT 'waiting'
                    CHECK (state IN ('waiting', 'open', 'complete', 'degraded', 'failed', 'accepted')),
                attempt smallint NOT NULL DEFAULT 1,
                run_id uuid,
                run_ids uuid[] NOT NULL DEFAULT '{}',
                reason text,
                opened_at timestamptz,
                ended_at timestamptz,
                PRIMARY KEY (job_id, game_date),
                CHECK (state IN ('waiting', 'accepted') OR run_id IS NOT NULL)
            );
            CREATE INDEX backfill_date_open ON nba_orchestration.backfill_date (run_id) WHERE state = 'open';
            COMMENT ON TABLE nba_orchestration.backfill_date IS 'What became of each date of a job';
            COMMENT ON COLUMN nba_orchestration.backfill_date.job_id IS ' |  | the job';
            COMMENT ON COLUMN nba_orchestration.backfill_date.game_date IS 'Eastern date |  | the date';
            COMMENT ON COLUMN nba_orchestration.backfill_date.state IS
                ' |  | waiting, open, complete, degraded (ended with less than everything), failed or accepted (a failed or '
                'degraded one that somebody takes as it is)';
            COMMENT ON COLUMN nba_orchestration.backfill_date.attempt IS ' |  | counts from 1';
            COMMENT ON COLUMN nba_orchestration.backfill_date.run_id IS ' |  | the run of the last attempt';
            COMMENT ON COLUMN nba_orchestration.backfill_date.run_ids IS ' |  | the runs of all attempts';
            COMMENT ON COLUMN nba_orchestration.backfill_date.reason IS ' |  | why it failed, is degraded or was accepted';
            COMMENT ON COLUMN nba_orchestration.backfill_date.opened_at IS 'UTC |  | when the run of the last attempt opened';
            COMMENT ON COLUMN nba_orchestration.backfill_date.ended_at IS 'UTC |  | when that run ended';

            CREATE TABLE nba_orchestration.backfill_event (
                event_id bigserial PRIMARY KEY,
                job_id text NOT NULL REFERENCES nba_orchestration.backfill_job ON DELETE CASCADE,
                event text NOT NULL,
                actor text NOT NULL,
                reason text,
                happened_at timestamptz NOT NULL DEFAULT now()
            );
            CREATE INDEX backfill_event_by_job ON nba_orchestration.backfill_event (job_id, event_id);
            COMMENT ON TABLE nba_orchestration.backfill_event IS 'Who did what to a job, in order';
            COMMENT ON COLUMN nba_orchestration.backfill_event.event_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_orchestration.backfill_event.job_id IS ' |  | the job';
            COMMENT ON COLUMN nba_orchestration.backfill_event.event IS
                ' |  | asked, planned, paused, resumed, cancelled, accepted, ended or rolled_back';
            COMMENT ON COLUMN nba_orchestration.backfill_event.actor IS ' |  | who';
            COMMENT ON COLUMN nba_orchestration.backfill_event.reason IS ' |  | why, or what of it';
            COMMENT ON COLUMN nba_orchestration.backfill_event.happened_at IS 'UTC |  | when';

            CREATE TABLE nba_orchestration.backfill_digest (
                job_id text NOT NULL REFERENCES nba_orchestration.backfill_job ON DELETE CASCADE,
                moment text NOT NULL CHECK (moment IN ('before', 'after', 'rolled_back')),
                table_name text NOT NULL,
                row_count bigint NOT NULL,
                sha256 text NOT NULL,
                taken_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (job_id, moment, table_name)
            );
            COMMENT ON TABLE nba_orchestration.backfill_digest IS 'What the tables said about a job''s dates';
            COMMENT ON COLUMN nba_orchestration.backfill_digest.job_id IS ' |  | the job';
            COMMENT ON COLUMN nba_orchestration.backfill_digest.moment IS
                ' |  | before the first date, after the last one, or rolled_back';
            COMMENT ON COLUMN nba_orchestration.backfill_digest.table_name IS ' |  | with its schema';
            COMMENT ON COLUMN nba_orchestration.backfill_digest.row_count IS 'rows |  | rows that are not removed';
            COMMENT ON COLUMN nba_orchestration.backfill_digest.sha256 IS
                'hexadecimal SHA-256 |  | over the business columns by natural key';
            COMMENT ON COLUMN nba_orchestration.backfill_digest.taken_at IS 'UTC |  | when';

            -- One row a job, date and processor.
            CREATE VIEW nba_orchestration.backfill_log AS
            SELECT d.job_id, d.game_date, t.phase, t.processor, d.attempt,
                   count(*) AS units,
                   count(*) FILTER (WHERE t.state IN ('success', 'no_data')) AS units_done,
                   count(*) FILTER (WHERE t.state IN ('partial', 'failed', 'late')) AS units_wanting,
                   string_agg(DISTINCT t.state, ',' ORDER BY t.state) AS states,
                   sum(t.attempts) AS attempts, min(t.claimed_at) AS started_at, max(t.finished_at) AS finished_at,
                   (array_agg(t.error_message ORDER BY t.finished_at) FILTER (WHERE t.error_message IS NOT NULL))[1]
                       AS first_error
            FROM nba_orchestration.backfill_date AS d JOIN nba_orchestration.task AS t ON t.run_id = d.run_id
            GROUP BY d.job_id, d.game_date, t.phase, t.processor, d.attempt;
            COMMENT ON VIEW nba_orchestration.backfill_log IS 'What each processor did for each date of a job';

            GRANT INSERT, UPDATE ON nba_orchestration.backfill_date TO tipoff_scrapers, tipoff_operator;
            GRANT UPDATE ON nba_orchestration.backfill_job TO tipoff_scrapers;
            GRANT INSERT ON nba_orchestration.backfill_event TO tipoff_scrapers, tipoff_operator;
            GRANT USAGE ON SEQUENCE nba_orchestration.backfill_event_event_id_seq TO tipoff_scrapers, tipoff_operator;
            GRANT INSERT, UPDATE ON nba_orchestration.backfill_digest TO tipoff_operator;
            """
    )
}
