public import Postgres

/// The tables of `nba_orchestration`: runs, phases, tasks, markers, the outbox and everything an operator reads.
public enum OrchestrationSchema {
    /// Migration 1. Later changes are new migrations; this text is checksummed and must not be edited.
    public static let migration = PostgresMigration(version: 1, name: "orchestration", sql: sql)

    private static let sql = """
        CREATE SCHEMA nba_orchestration;
        CREATE SCHEMA nba_raw;
        CREATE SCHEMA nba_analytics;
        CREATE SCHEMA nba_precompute;
        CREATE SCHEMA nba_predictions;
        CREATE SCHEMA nba_publishing;
        CREATE SCHEMA nba_reference;

        -- A pass over one game date with an explicit expected set.
        CREATE TABLE nba_orchestration.run (
            run_id uuid PRIMARY KEY,
            kind text NOT NULL CHECK (kind IN ('full', 'pregame', 'postgame', 'delta', 'manual')),
            game_date date NOT NULL,
            lane text NOT NULL CHECK (lane IN ('live', 'backfill')),
            first_phase smallint NOT NULL CHECK (first_phase BETWEEN 1 AND 6),
            until_phase smallint NOT NULL CHECK (until_phase BETWEEN 1 AND 6),
            correlation_id text NOT NULL CHECK (correlation_id <> ''),
            plan_key text NOT NULL UNIQUE,
            state text NOT NULL DEFAULT 'open'
                CHECK (state IN ('open', 'complete', 'unchanged', 'failed', 'cancelled')),
            degraded boolean NOT NULL DEFAULT false,
            reason text,
            opened_by text NOT NULL,
            opened_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz,
            CHECK (first_phase <= until_phase),
            CHECK ((state = 'open') = (finished_at IS NULL))
        );
        CREATE INDEX run_by_date ON nba_orchestration.run (game_date, opened_at);
        CREATE INDEX run_by_correlation ON nba_orchestration.run (correlation_id);
        CREATE INDEX run_open ON nba_orchestration.run (game_date) WHERE state = 'open';

        CREATE TABLE nba_orchestration.run_phase (
            run_id uuid NOT NULL REFERENCES nba_orchestration.run ON DELETE CASCADE,
            phase smallint NOT NULL CHECK (phase BETWEEN 1 AND 6),
            state text NOT NULL CHECK (state IN ('waiting', 'open', 'complete', 'unchanged', 'failed', 'expired',
                                                 'suppressed', 'cancelled')),
            deadline_at timestamptz NOT NULL,
            version bigint NOT NULL DEFAULT 0,
            degraded boolean NOT NULL DEFAULT false,
            degraded_reasons text[] NOT NULL DEFAULT '{}',
            gate_report jsonb,
            opened_at timestamptz,
            closed_at timestamptz,
            PRIMARY KEY (run_id, phase)
        );
        CREATE INDEX run_phase_open ON nba_orchestration.run_phase (phase, deadline_at) WHERE state = 'open';

        -- At most one trigger for a (run, phase, level): the second guard behind the barrier's serializable transaction.
        CREATE TABLE nba_orchestration.phase_trigger (
            run_id uuid NOT NULL REFERENCES nba_orchestration.run ON DELETE CASCADE,
            phase smallint NOT NULL,
            level smallint NOT NULL,
            message_id uuid NOT NULL,
            triggered_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (run_id, phase, level)
        );

        -- One unit of work that must reach a terminal state.
        CREATE TABLE nba_orchestration.task (
            run_id uuid NOT NULL REFERENCES nba_orchestration.run ON DELETE CASCADE,
            processor text NOT NULL,
            unit text NOT NULL,
            game_date date NOT NULL,
            phase smallint NOT NULL CHECK (phase BETWEEN 1 AND 6),
            level smallint NOT NULL DEFAULT 0,
            requirement text NOT NULL CHECK (requirement IN ('critical', 'required', 'optional')),
            state text NOT NULL DEFAULT 'pending'
                CHECK (state IN ('pending', 'running', 'success', 'partial', 'no_data', 'failed', 'skipped',
                                 'superseded', 'late', 'forced')),
            is_terminal boolean NOT NULL GENERATED ALWAYS AS (state NOT IN ('pending', 'running')) STORED,
            input jsonb,
            due_at timestamptz,
            late_at timestamptz,
            attempts smallint NOT NULL DEFAULT 0,
            next_attempt_at timestamptz,
            lease_until timestamptz,
            claimed_by text,
            claimed_at timestamptz,
            execution_id uuid,
            expected_empty boolean NOT NULL DEFAULT false,
            asserted_by text,
            entities_in_scope integer,
            entities_processed integer,
            entities_changed integer,
            record_count integer,
            error_type text,
            error_message text,
            created_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz,
            PRIMARY KEY (run_id, phase, processor, unit)
        );
        CREATE INDEX task_by_phase ON nba_orchestration.task (run_id, phase, is_terminal);
        CREATE INDEX task_open ON nba_orchestration.task (state, lease_until, next_attempt_at) WHERE NOT is_terminal;
        CREATE INDEX task_by_date ON nba_orchestration.task (game_date, processor);
        CREATE UNIQUE INDEX task_one_running ON nba_orchestration.task (phase, processor, game_date, unit)
            WHERE state = 'running';

        -- What has changed and has not been carried on yet. A new change of the same entity takes a new marker_id, so
        -- that the task which read the earlier one cannot delete it.
        CREATE SEQUENCE nba_orchestration.change_marker_id;
        CREATE TABLE nba_orchestration.change_marker (
            processor text NOT NULL,
            game_date date NOT NULL,
            kind text NOT NULL CHECK (kind IN ('full', 'player', 'team', 'game')),
            entity text NOT NULL,
            marker_id bigint NOT NULL DEFAULT nextval('nba_orchestration.change_marker_id'),
            phase smallint NOT NULL,
            -- True where no run of this date will see the marker by itself: the change came from another date.
            wants_run boolean NOT NULL DEFAULT false,
            origin_date date,
            origin_run uuid,
            marked_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (processor, game_date, kind, entity)
        );
        CREATE INDEX change_marker_by_date ON nba_orchestration.change_marker (game_date, phase);
        CREATE INDEX change_marker_wanting ON nba_orchestration.change_marker (game_date) WHERE wants_run;

        -- Append-only, one row an attempt.
        CREATE TABLE nba_orchestration.pipeline_execution_log (
            execution_id uuid NOT NULL,
            correlation_id text NOT NULL,
            source_execution_id uuid,
            run_id uuid NOT NULL,
            run_kind text NOT NULL,
            lane text NOT NULL,
            phase smallint NOT NULL,
            processor_name text NOT NULL,
            unit text NOT NULL,
            event_type text NOT NULL,
            game_date date NOT NULL,
            status text NOT NULL,
            started_at timestamptz NOT NULL,
            completed_at timestamptz NOT NULL,
            duration_seconds double precision NOT NULL,
            queued_seconds double precision,
            attempt smallint NOT NULL,
            trigger_source text,
            trigger_message_id text,
            scope text NOT NULL,
            processing_mode text NOT NULL,
            change_type text,
            affected_entity_type text,
            affected_entities jsonb,
            entities_in_scope integer NOT NULL DEFAULT 0,
            entities_processed integer NOT NULL DEFAULT 0,
            entities_changed integer NOT NULL DEFAULT 0,
            waste_pct double precision,
            records_processed integer NOT NULL DEFAULT 0,
            records_changed integer NOT NULL DEFAULT 0,
            records_failed integer NOT NULL DEFAULT 0,
            skip_reason text,
            change_signature text,
            dependency_check_result text,
            missing_dependencies text[] NOT NULL DEFAULT '{}',
            decisions_made jsonb,
            error_type text,
            error_category text,
            error_message text,
            source_table text,
            output_table text,
            instance text NOT NULL,
            build_commit text NOT NULL,
            metadata jsonb,
            PRIMARY KEY (game_date, execution_id, event_type)
        ) PARTITION BY RANGE (game_date);
        DO $$
        BEGIN
            FOR year IN 2015..2034 LOOP
                EXECUTE format(
                    'CREATE TABLE nba_orchestration.pipeline_execution_log_%s PARTITION OF '
                    'nba_orchestration.pipeline_execution_log FOR VALUES FROM (%L) TO (%L)',
                    year, make_date(year, 8, 1), make_date(year + 1, 8, 1));
            END LOOP;
        END $$;
        CREATE TABLE nba_orchestration.pipeline_execution_log_other
            PARTITION OF nba_orchestration.pipeline_execution_log DEFAULT;
        CREATE INDEX log_by_correlation ON nba_orchestration.pipeline_execution_log (correlation_id);
        CREATE INDEX log_by_phase ON nba_orchestration.pipeline_execution_log (phase, completed_at);
        CREATE INDEX log_by_status ON nba_orchestration.pipeline_execution_log (status, completed_at);
        CREATE INDEX log_by_run ON nba_orchestration.pipeline_execution_log (run_id);

        CREATE VIEW nba_orchestration.scraper_execution_log AS
            SELECT execution_id, processor_name AS scraper_name, game_date, status, started_at AS triggered_at,
                   completed_at, duration_seconds, trigger_source AS source, metadata->>'object_path' AS object_path,
                   error_type, error_message, attempt - 1 AS retry_count, run_id, unit
            FROM nba_orchestration.pipeline_execution_log WHERE phase = 1;
        CREATE VIEW nba_orchestration.processor_run_history AS
            SELECT processor_name, game_date AS data_date, run_id, execution_id, status, started_at,
                   completed_at AS processed_at, duration_seconds, records_processed, records_changed, trigger_source,
                   trigger_message_id, error_message, attempt - 1 AS retry_attempt, skip_reason IS NOT NULL AS skipped,
                   skip_reason, error_category AS failure_category, correlation_id
            FROM nba_orchestration.pipeline_execution_log WHERE phase BETWEEN 2 AND 5;

        -- A completion event exists only as a row of the transaction that it reports.
        CREATE TABLE nba_orchestration.outbox (
            outbox_id bigserial PRIMARY KEY,
            message_id uuid NOT NULL UNIQUE,
            producer text NOT NULL,
            topic text NOT NULL,
            key text,
            headers jsonb NOT NULL DEFAULT '{}',
            payload jsonb NOT NULL,
            run_id uuid,
            -- What the message starts: tasks of this phase (and level, processor, unit where given). NULL: nothing.
            starts_phase smallint,
            starts_level smallint,
            starts_unit text,
            state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'done')),
            sends smallint NOT NULL DEFAULT 0,
            created_at timestamptz NOT NULL DEFAULT now(),
            sent_at timestamptz
        );
        CREATE INDEX outbox_open ON nba_orchestration.outbox (producer, state, sent_at) WHERE state <> 'done';
        CREATE INDEX outbox_by_run ON nba_orchestration.outbox (run_id);

        CREATE TABLE nba_orchestration.dead_letter (
            dead_letter_id bigserial PRIMARY KEY,
            cluster text NOT NULL,
            topic text NOT NULL,
            partition integer NOT NULL,
            "offset" bigint NOT NULL,
            consumer text NOT NULL,
            key bytea,
            payload bytea,
            headers jsonb NOT NULL DEFAULT '{}',
            reason text NOT NULL,
            detail text NOT NULL,
            is_transient boolean NOT NULL DEFAULT false,
            attempts smallint NOT NULL DEFAULT 1,
            run_id uuid,
            processor text,
            unit text,
            game_date date,
            state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'replayed', 'dropped', 'resolved')),
            state_by text,
            state_reason text,
            replay_message_id uuid,
            first_seen_at timestamptz NOT NULL DEFAULT now(),
            last_seen_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (topic, partition, "offset", cluster)
        );

        CREATE TABLE nba_orchestration.lease (
            role text PRIMARY KEY,
            owner text NOT NULL,
            epoch bigint NOT NULL,
            seen_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        );

        CREATE TABLE nba_orchestration.alert (
            alert_id bigserial PRIMARY KEY,
            signature text NOT NULL,
            level text NOT NULL CHECK (level IN ('info', 'warning', 'error', 'critical')),
            title text NOT NULL,
            detail jsonb NOT NULL DEFAULT '{}',
            game_date date,
            run_id uuid,
            occurrences integer NOT NULL DEFAULT 1,
            raised_by text NOT NULL,
            raised_at timestamptz NOT NULL DEFAULT now(),
            last_seen_at timestamptz NOT NULL DEFAULT now(),
            resolved_at timestamptz
        );
        -- One open alert an incident.
        CREATE UNIQUE INDEX alert_open ON nba_orchestration.alert (signature) WHERE resolved_at IS NULL;

        CREATE TABLE nba_orchestration.override (
            override_id bigserial PRIMARY KEY,
            subject text NOT NULL,
            value jsonb NOT NULL,
            reason text NOT NULL,
            actor text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            until timestamptz,
            cleared_at timestamptz
        );

        -- What an operator asks for; the owner of the phase executes it and says what came of it.
        CREATE TABLE nba_orchestration.operator_request (
            request_id bigserial PRIMARY KEY,
            action text NOT NULL CHECK (action IN ('force_phase', 'cancel_run', 'retry_task')),
            run_id uuid NOT NULL REFERENCES nba_orchestration.run ON DELETE CASCADE,
            phase smallint NOT NULL,
            processor text,
            unit text,
            actor text NOT NULL,
            reason text NOT NULL CHECK (reason <> ''),
            requested_at timestamptz NOT NULL DEFAULT now(),
            executed_at timestamptz,
            outcome text
        );
        CREATE INDEX operator_request_open ON nba_orchestration.operator_request (phase) WHERE executed_at IS NULL;

        -- The newest snapshot that a table holds for one scope; version is the optimistic lock of its writers.
        CREATE TABLE nba_orchestration.snapshot_head (
            table_name text NOT NULL,
            scope text NOT NULL,
            version bigint NOT NULL DEFAULT 1,
            digest text,
            row_count integer NOT NULL,
            source_object text,
            source_sha256 text,
            captured_at timestamptz,
            execution_id uuid,
            updated_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (table_name, scope)
        );

        -- The warehouse replaces this with the real question; without a schedule nothing is missing.
        CREATE FUNCTION nba_orchestration.history_missing(day date)
        RETURNS TABLE (game_id text, is_coming boolean) LANGUAGE sql STABLE AS $$
            SELECT NULL::text, false WHERE false
        $$;

        CREATE TABLE nba_orchestration.backfill_job (
            job_id text PRIMARY KEY,
            first_date date NOT NULL,
            last_date date NOT NULL,
            until_phase smallint NOT NULL,
            window_size smallint NOT NULL,
            state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'complete', 'failed', 'cancelled')),
            actor text NOT NULL,
            reason text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now(),
            finished_at timestamptz
        );
        """
}
