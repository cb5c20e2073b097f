import Postgres

extension WarehouseMigrations {
    /// What each date of the season should bring, written ahead and kept for good.
    static let expectedOutputs = PostgresMigration(
        version: 53,
        name: "expected outputs",
        sql: """
            CREATE TABLE nba_orchestration.planned_day (
                game_date date PRIMARY KEY,
                season_year bigint NOT NULL,
                day_state text NOT NULL CHECK (day_state IN ('game_day', 'break', 'off_season', 'dormant')),
                games smallint NOT NULL CHECK (games >= 0),
                fingerprint text NOT NULL,
                planned_at timestamptz NOT NULL DEFAULT now(),
                observed_at timestamptz
            );

            CREATE TABLE nba_orchestration.expected_output (
                game_date date NOT NULL,
                phase smallint NOT NULL CHECK (phase BETWEEN 1 AND 6),
                processor text NOT NULL,
                game_id text NOT NULL,
                season_year bigint NOT NULL,
                level smallint NOT NULL,
                requirement text NOT NULL CHECK (requirement IN ('critical', 'required', 'optional')),
                begins_at timestamptz NOT NULL,
                due_at timestamptz NOT NULL,
                rows_min integer CHECK (rows_min > 0),
                rows_max integer,
                excused text CHECK (excused <> ''),
                is_repairable boolean NOT NULL,
                planned_at timestamptz NOT NULL DEFAULT now(),
                rows_found integer CHECK (rows_found >= 0),
                short_teams text[] NOT NULL DEFAULT '{}',
                outcome text CHECK (outcome IN ('success', 'partial', 'no_data', 'failed')),
                is_empty_accepted boolean NOT NULL DEFAULT false,
                run_id uuid,
                ended_at timestamptz,
                error text,
                observed_at timestamptz,
                attempts smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
                asked_at timestamptz,
                next_ask_at timestamptz,
                gave_up_at timestamptz,
                accepted_by text,
                accepted_reason text CHECK (accepted_reason <> ''),
                accepted_at timestamptz,
                PRIMARY KEY (game_date, phase, processor, game_id),
                CHECK (begins_at <= due_at),
                CHECK (rows_max >= rows_min),
                CHECK ((asked_at IS NULL) = (attempts = 0)),
                CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)
                       AND (accepted_at IS NULL) = (accepted_reason IS NULL))
            );
            CREATE INDEX expected_output_by_due ON nba_orchestration.expected_output (due_at);

            -- What was expected once stays on record: it ends as brought, as nothing to bring, or as a loss by name.
            CREATE FUNCTION nba_orchestration.refuse_forgetting() RETURNS trigger
            LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                RAISE EXCEPTION 'what was expected is never deleted' USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER refuse_forgetting BEFORE DELETE OR TRUNCATE ON nba_orchestration.expected_output
                FOR EACH STATEMENT EXECUTE FUNCTION nba_orchestration.refuse_forgetting();

            CREATE TABLE nba_orchestration.gap_request (
                game_date date NOT NULL,
                first_phase smallint NOT NULL CHECK (first_phase BETWEEN 1 AND 6),
                request_no integer NOT NULL CHECK (request_no > 0),
                run_id uuid NOT NULL,
                processors text[] NOT NULL,
                outputs integer NOT NULL CHECK (outputs > 0),
                asked_at timestamptz NOT NULL,
                PRIMARY KEY (game_date, first_phase, request_no)
            );
            CREATE INDEX gap_request_by_run ON nba_orchestration.gap_request (run_id);

            GRANT INSERT, UPDATE ON nba_orchestration.planned_day TO tipoff_scrapers;
            GRANT INSERT, UPDATE ON nba_orchestration.expected_output TO tipoff_scrapers;
            GRANT INSERT ON nba_orchestration.gap_request TO tipoff_scrapers;
            GRANT UPDATE (accepted_by, accepted_reason, accepted_at) ON nba_orchestration.expected_output
                TO tipoff_operator;

            """ + ExpectedOutputSQL.functions + ExpectedOutputSQL.comments
    )
}
