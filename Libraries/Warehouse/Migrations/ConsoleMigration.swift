import Postgres

extension WarehouseMigrations {
    /// Who may use the console, who is logged in, and what was done from it.
    static let console = PostgresMigration(
        version: 54,
        name: "the console's users, sessions and actions",
        sql: """
            DO $$
            BEGIN
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tipoff_console') THEN
                    BEGIN
                        EXECUTE 'CREATE ROLE tipoff_console NOLOGIN ROLE CURRENT_USER';
                    EXCEPTION
                        WHEN duplicate_object OR unique_violation THEN
                            NULL;
                        WHEN insufficient_privilege THEN
                            RAISE EXCEPTION 'the login % may not create the role tipoff_console', current_user
                                USING ERRCODE = 'insufficient_privilege', HINT = 'ALTER ROLE … CREATEROLE for the login, '
                                    'or have the role created and granted to it, and migrate again';
                    END;
                END IF;
                EXECUTE format('GRANT CONNECT ON DATABASE %I TO tipoff_console', current_database());
            END $$;

            CREATE TABLE nba_orchestration.console_user (
                user_name text PRIMARY KEY CHECK (user_name ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
                role text NOT NULL CHECK (role IN ('viewer', 'operator')),
                password_hash text NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                created_by text NOT NULL,
                changed_at timestamptz NOT NULL DEFAULT now(),
                disabled_at timestamptz
            );
            CREATE TABLE nba_orchestration.console_session (
                token_sha256 text PRIMARY KEY CHECK (token_sha256 ~ '^[0-9a-f]{64}$'),
                user_name text NOT NULL REFERENCES nba_orchestration.console_user ON DELETE CASCADE,
                kind text NOT NULL CHECK (kind IN ('browser', 'token')),
                label text,
                address text,
                created_at timestamptz NOT NULL DEFAULT now(),
                seen_at timestamptz NOT NULL DEFAULT now(),
                expires_at timestamptz NOT NULL
            );
            CREATE INDEX console_session_by_user ON nba_orchestration.console_session (user_name);
            CREATE TABLE nba_orchestration.console_action (
                action_id bigserial PRIMARY KEY,
                request_id uuid NOT NULL UNIQUE,
                user_name text NOT NULL,
                address text,
                action text NOT NULL,
                command text NOT NULL,
                reason text NOT NULL CHECK (reason <> ''),
                began_at timestamptz NOT NULL DEFAULT now(),
                finished_at timestamptz,
                exit_code integer,
                output text,
                errors text,
                follows text
            );

            -- Hashes of passwords and tokens are nobody's to read but the console's; only the login that owns the tables
            -- makes users.
            REVOKE ALL ON nba_orchestration.console_user, nba_orchestration.console_session
                FROM tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions,
                     tipoff_publishing, tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5,
                     tipoff_operator, tipoff_readonly;
            GRANT USAGE ON SCHEMA nba_orchestration TO tipoff_console;
            GRANT SELECT ON nba_orchestration.console_user TO tipoff_console;
            GRANT SELECT, INSERT, UPDATE, DELETE ON nba_orchestration.console_session TO tipoff_console;
            GRANT SELECT, INSERT ON nba_orchestration.console_action TO tipoff_console;
            GRANT UPDATE (finished_at, exit_code, output, errors, follows) ON nba_orchestration.console_action
                TO tipoff_console;
            GRANT USAGE ON SEQUENCE nba_orchestration.console_action_action_id_seq TO tipoff_console;

            COMMENT ON TABLE nba_orchestration.console_user IS 'Who may use the console, and as what';
            COMMENT ON COLUMN nba_orchestration.console_user.user_name IS ' |  | the name to log in with';
            COMMENT ON COLUMN nba_orchestration.console_user.role IS
                ' |  | viewer sees everything, operator also acts';
            COMMENT ON COLUMN nba_orchestration.console_user.password_hash IS
                ' |  | pbkdf2-sha256, rounds, salt and hash, separated by $';
            COMMENT ON COLUMN nba_orchestration.console_user.created_at IS 'UTC |  | when the user was made';
            COMMENT ON COLUMN nba_orchestration.console_user.created_by IS ' |  | who made the user';
            COMMENT ON COLUMN nba_orchestration.console_user.changed_at IS
                'UTC |  | when password or role were changed last';
            COMMENT ON COLUMN nba_orchestration.console_user.disabled_at IS
                'UTC |  | since when nobody can log in under the name; null while somebody can';
            COMMENT ON TABLE nba_orchestration.console_session IS
                'Who is logged in to the console, and the tokens of scripts';
            COMMENT ON COLUMN nba_orchestration.console_session.token_sha256 IS
                'hexadecimal SHA-256 |  | hash of the token that the cookie or the header carries; the token is kept nowhere';
            COMMENT ON COLUMN nba_orchestration.console_session.user_name IS ' |  | whose it is';
            COMMENT ON COLUMN nba_orchestration.console_session.kind IS
                ' |  | browser: a cookie after a login; token: an Authorization header of a script';
            COMMENT ON COLUMN nba_orchestration.console_session.label IS ' |  | what a token is for';
            COMMENT ON COLUMN nba_orchestration.console_session.address IS ' |  | the client''s address at the login';
            COMMENT ON COLUMN nba_orchestration.console_session.created_at IS 'UTC |  | when it began';
            COMMENT ON COLUMN nba_orchestration.console_session.seen_at IS
                'UTC |  | when it was used last, to the minute';
            COMMENT ON COLUMN nba_orchestration.console_session.expires_at IS 'UTC |  | when it ends';
            COMMENT ON TABLE nba_orchestration.console_action IS
                'One row for each command that was executed from the console';
            COMMENT ON COLUMN nba_orchestration.console_action.action_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_orchestration.console_action.request_id IS
                ' |  | drawn with the form; a form that is sent twice acts once';
            COMMENT ON COLUMN nba_orchestration.console_action.user_name IS ' |  | who did it';
            COMMENT ON COLUMN nba_orchestration.console_action.address IS ' |  | from which address';
            COMMENT ON COLUMN nba_orchestration.console_action.action IS ' |  | which of the console''s actions';
            COMMENT ON COLUMN nba_orchestration.console_action.command IS
                ' |  | the command line that does the same';
            COMMENT ON COLUMN nba_orchestration.console_action.reason IS ' |  | why, in the words of who did it';
            COMMENT ON COLUMN nba_orchestration.console_action.began_at IS 'UTC |  | when it began';
            COMMENT ON COLUMN nba_orchestration.console_action.finished_at IS
                'UTC |  | when the command ended; null when the console ended before it';
            COMMENT ON COLUMN nba_orchestration.console_action.exit_code IS
                ' |  | 0 ok, 1 a problem, 2 wrong usage, 3 database or broker unreachable';
            COMMENT ON COLUMN nba_orchestration.console_action.output IS ' |  | what it printed, at most 20,000 characters';
            COMMENT ON COLUMN nba_orchestration.console_action.errors IS ' |  | what it said went wrong';
            COMMENT ON COLUMN nba_orchestration.console_action.follows IS
                ' |  | the run or correlation id that can be followed';
            """
    )
}
