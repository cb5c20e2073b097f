public import Postgres

extension OrchestrationSchema {
    /// What came of operators' requests, and what retention removed.
    public static let operations = PostgresMigration(
        version: 7,
        name: "operators and retention",
        sql: """
            ALTER TABLE nba_orchestration.operator_request
                ADD COLUMN result text CHECK (result IN ('done', 'nothing_to_do', 'refused', 'failed')),
                ADD COLUMN executed_by text,
                ADD COLUMN opened_run_id uuid,
                -- The audit outlives the run that it is about.
                DROP CONSTRAINT operator_request_run_id_fkey;

            -- One row a pass that removed something: which limits it used, and how much went.
            CREATE TABLE nba_orchestration.retention_pass (
                pass_id bigserial PRIMARY KEY,
                owner text NOT NULL,
                state_days integer NOT NULL,
                dead_letter_days integer NOT NULL,
                log_days integer NOT NULL,
                started_at timestamptz NOT NULL,
                finished_at timestamptz NOT NULL,
                tasks bigint NOT NULL,
                runs bigint NOT NULL,
                markers bigint NOT NULL,
                dead_letters bigint NOT NULL,
                messages bigint NOT NULL,
                partitions text[] NOT NULL
            );

            -- Deleting runs looks here for what would be left behind.
            CREATE INDEX run_finished ON nba_orchestration.run (finished_at) WHERE state <> 'open';
            CREATE INDEX dead_letter_by_age ON nba_orchestration.dead_letter (last_seen_at);

            -- Empties the seasons of the log whose newest row is older than a moment; whoever may call it needs no right to
            -- empty tables. Emptied, not dropped: a backfill of such a season finds its place again.
            CREATE FUNCTION nba_orchestration.log_drop(before timestamptz) RETURNS SETOF text
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
            DECLARE
                name text;
                is_empty boolean;
                is_young boolean;
            BEGIN
                -- A moment by mistake must not take what is in use.
                before := least(before, now() - interval '7 days');
                FOR name IN
                    SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
                    WHERE i.inhparent = 'nba_orchestration.pipeline_execution_log'::regclass ORDER BY c.relname
                LOOP
                    EXECUTE format('SELECT NOT EXISTS (SELECT 1 FROM nba_orchestration.%I), '
                        'EXISTS (SELECT 1 FROM nba_orchestration.%I WHERE completed_at >= $1)', name, name)
                        INTO is_empty, is_young USING before;
                    CONTINUE WHEN is_empty OR is_young;
                    EXECUTE format('TRUNCATE nba_orchestration.%I', name);
                    RETURN NEXT name;
                END LOOP;
            END $$;
            REVOKE ALL ON FUNCTION nba_orchestration.log_drop(timestamptz) FROM PUBLIC;
            """
    )
}
