import Postgres

extension WarehouseMigrations {
    /// One group role a service, with what the service needs and nothing else. Roles belong to the whole server, so they
    /// may be there already, made by another database's migration at the same moment.
    static let roles = PostgresMigration(
        version: 8,
        name: "database roles",
        sql: """
            DO $$
            DECLARE name text;
            BEGIN
                FOREACH name IN ARRAY ARRAY[
                    'tipoff_scrapers', 'tipoff_raw', 'tipoff_analytics', 'tipoff_precompute', 'tipoff_predictions',
                    'tipoff_publishing', 'tipoff_phase2_to_phase3', 'tipoff_phase3_to_phase4', 'tipoff_phase4_to_phase5',
                    'tipoff_operator', 'tipoff_readonly'
                ] LOOP
                    CONTINUE WHEN EXISTS (SELECT 1 FROM pg_roles WHERE rolname = name);
                    BEGIN
                        -- Whoever migrates may take them on; other logins are granted them.
                        EXECUTE format('CREATE ROLE %I NOLOGIN ROLE CURRENT_USER', name);
                    EXCEPTION
                        WHEN duplicate_object OR unique_violation THEN
                            NULL;
                        WHEN insufficient_privilege THEN
                            RAISE EXCEPTION 'the login % may not create the role %', current_user, name
                                USING ERRCODE = 'insufficient_privilege', HINT = 'ALTER ROLE … CREATEROLE for the login, '
                                    'or have the eleven tipoff_ roles created and granted to it, and migrate again';
                    END;
                END LOOP;
                EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
                EXECUTE format(
                    'GRANT CONNECT ON DATABASE %I TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, '
                    'tipoff_predictions, tipoff_publishing, tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, '
                    'tipoff_phase4_to_phase5, tipoff_operator, tipoff_readonly', current_database());
            END $$;

            -- Everybody reads everything: what is secret is in no table. Tables of later migrations are included.
            DO $$
            DECLARE
                everybody text := 'tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, '
                    'tipoff_publishing, tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5, '
                    'tipoff_operator, tipoff_readonly';
                place text;
            BEGIN
                FOREACH place IN ARRAY ARRAY['nba_orchestration', 'nba_raw', 'nba_analytics', 'nba_precompute',
                    'nba_predictions', 'nba_publishing', 'nba_reference', 'public']
                LOOP
                    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', place);
                    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', place, everybody);
                    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %s', place, everybody);
                    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT ON TABLES TO %s', place, everybody);
                END LOOP;
                EXECUTE 'GRANT EXECUTE ON FUNCTION nba_orchestration.history_missing(date) TO ' || everybody;
            END $$;
            REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA nba_orchestration FROM PUBLIC;
            ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

            -- Opening runs, working on tasks, dead letters and alerts: every service.
            GRANT INSERT, UPDATE ON nba_orchestration.run, nba_orchestration.run_phase, nba_orchestration.task,
                nba_orchestration.change_marker, nba_orchestration.outbox, nba_orchestration.dead_letter,
                nba_orchestration.alert
                TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, tipoff_publishing,
                   tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5;
            GRANT INSERT ON nba_orchestration.phase_trigger
                TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, tipoff_publishing,
                   tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5, tipoff_operator;
            GRANT USAGE ON ALL SEQUENCES IN SCHEMA nba_orchestration
                TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, tipoff_publishing,
                   tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5, tipoff_operator;
            -- The end of a task deletes what it carried on and appends to the log.
            GRANT DELETE ON nba_orchestration.change_marker
                TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, tipoff_publishing;
            GRANT INSERT ON nba_orchestration.pipeline_execution_log
                TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, tipoff_publishing;
            GRANT INSERT, UPDATE ON nba_orchestration.snapshot_head
                TO tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions;
            GRANT INSERT, UPDATE ON nba_orchestration.lease
                TO tipoff_scrapers, tipoff_publishing, tipoff_phase4_to_phase5;
            -- The owners of phases answer operators.
            GRANT UPDATE ON nba_orchestration.operator_request
                TO tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5, tipoff_predictions,
                   tipoff_publishing;
            -- Retention.
            GRANT DELETE ON nba_orchestration.run, nba_orchestration.task, nba_orchestration.change_marker,
                nba_orchestration.dead_letter, nba_orchestration.outbox
                TO tipoff_phase4_to_phase5;
            GRANT INSERT ON nba_orchestration.retention_pass TO tipoff_phase4_to_phase5;
            GRANT EXECUTE ON FUNCTION nba_orchestration.log_drop(timestamptz) TO tipoff_phase4_to_phase5;
            -- The operator opens runs and files requests; nothing that a service has written can be rewritten.
            GRANT INSERT ON nba_orchestration.run, nba_orchestration.run_phase, nba_orchestration.task,
                nba_orchestration.operator_request TO tipoff_operator;
            GRANT INSERT, UPDATE ON nba_orchestration.change_marker, nba_orchestration.outbox,
                nba_orchestration.backfill_job, nba_orchestration.override TO tipoff_operator;
            GRANT UPDATE ON nba_orchestration.dead_letter, nba_orchestration.alert TO tipoff_operator;

            -- The rows of a phase belong to its service.
            DO $$
            DECLARE owner record;
            BEGIN
                FOR owner IN SELECT * FROM (VALUES
                    ('nba_raw', 'tipoff_raw'), ('nba_analytics', 'tipoff_analytics'),
                    ('nba_precompute', 'tipoff_precompute'), ('nba_predictions', 'tipoff_predictions'),
                    ('nba_publishing', 'tipoff_publishing')) AS o(place, role)
                LOOP
                    EXECUTE format('GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA %I TO %I', owner.place, owner.role);
                    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', owner.place, owner.role);
                    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT INSERT, UPDATE ON TABLES TO %I',
                        owner.place, owner.role);
                    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE ON SEQUENCES TO %I',
                        owner.place, owner.role);
                END LOOP;
            END $$;

            -- Grants know tables, not rows: whose phase a row of run_phase is, a trigger asks. Its WHEN lets the phase's owner
            -- and the transaction that opened the run, whoever it is, go on without a call (a few µs a row instead of 40).
            CREATE FUNCTION nba_orchestration.refuse_foreign_phase() RETURNS trigger
            LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                IF
                    -- Its timer ends what 5 and 6 leave.
                    OLD.phase >= 5 AND pg_has_role(current_user, 'tipoff_phase4_to_phase5', 'USAGE')
                    -- The owner of an earlier phase opens the next one, or closes it where nothing is to be done.
                    OR OLD.state = 'waiting' AND (
                        OLD.phase >= 3 AND pg_has_role(current_user, 'tipoff_phase2_to_phase3', 'USAGE')
                        OR OLD.phase >= 4 AND pg_has_role(current_user, 'tipoff_phase3_to_phase4', 'USAGE')
                        OR OLD.phase = 6 AND pg_has_role(current_user, 'tipoff_predictions', 'USAGE'))
                    OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
                THEN RETURN NEW; END IF;
                RAISE EXCEPTION '% does not own phase % of a run', current_user, OLD.phase
                    USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE TRIGGER refuse_foreign_phase BEFORE UPDATE ON nba_orchestration.run_phase FOR EACH ROW
                WHEN (OLD.xmin <> pg_current_xact_id()::xid AND NOT pg_has_role(current_user,
                    CASE OLD.phase WHEN 3 THEN 'tipoff_phase3_to_phase4'::name WHEN 4 THEN 'tipoff_phase4_to_phase5'
                        WHEN 5 THEN 'tipoff_predictions' WHEN 6 THEN 'tipoff_publishing'
                        ELSE 'tipoff_phase2_to_phase3' END, 'USAGE'))
                EXECUTE FUNCTION nba_orchestration.refuse_foreign_phase();

            CREATE FUNCTION nba_orchestration.refuse_foreign_run() RETURNS trigger
            LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                IF pg_has_role(current_user, 'tipoff_phase2_to_phase3', 'USAGE')
                    OR pg_has_role(current_user, 'tipoff_phase3_to_phase4', 'USAGE')
                    OR pg_has_role(current_user, 'tipoff_phase4_to_phase5', 'USAGE')
                    OR pg_has_role(current_user, 'tipoff_predictions', 'USAGE')
                    OR pg_has_role(current_user, 'tipoff_publishing', 'USAGE')
                    OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
                THEN RETURN NEW; END IF;
                RAISE EXCEPTION '% owns no phase and ends no run', current_user
                    USING ERRCODE = 'insufficient_privilege';
            END $$;
            CREATE TRIGGER refuse_foreign_run BEFORE UPDATE ON nba_orchestration.run FOR EACH ROW
                WHEN (OLD.xmin <> pg_current_xact_id()::xid)
                EXECUTE FUNCTION nba_orchestration.refuse_foreign_run();
            """
    )
}
