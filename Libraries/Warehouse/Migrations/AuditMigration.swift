import Postgres

extension WarehouseMigrations {
    /// What was computed again and compared with what is stored.
    static let audit = PostgresMigration(
        version: 33,
        name: "audit",
        sql: """
            CREATE TABLE nba_orchestration.audit (
                audit_id bigserial PRIMARY KEY,
                phase smallint NOT NULL CHECK (phase IN (3, 4)),
                game_date date NOT NULL,
                kind text NOT NULL CHECK (kind IN ('nightly', 'requested')),
                league_day date,
                requested_by text NOT NULL CHECK (requested_by <> ''),
                requested_at timestamptz NOT NULL DEFAULT now(),
                state text NOT NULL DEFAULT 'requested'
                    CHECK (state IN ('requested', 'same', 'different', 'skipped', 'failed')),
                reason text,
                owner text,
                started_at timestamptz,
                finished_at timestamptz,
                rows_compared bigint,
                rows_different bigint,
                compared jsonb,
                differences jsonb,
                CHECK ((state = 'requested') = (finished_at IS NULL)),
                CHECK ((kind = 'nightly') = (league_day IS NOT NULL)),
                CHECK (state NOT IN ('skipped', 'failed') OR reason IS NOT NULL),
                CHECK ((state = 'different') = (rows_different > 0) OR state = 'requested')
            );
            CREATE UNIQUE INDEX audit_one_a_night ON nba_orchestration.audit (phase, league_day, game_date)
                WHERE kind = 'nightly';
            CREATE INDEX audit_requested ON nba_orchestration.audit (phase, audit_id) WHERE state = 'requested';
            COMMENT ON TABLE nba_orchestration.audit IS
                'Dates that were computed again in full and compared with what is stored; one row a phase and date';
            COMMENT ON COLUMN nba_orchestration.audit.audit_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_orchestration.audit.phase IS ' |  | the phase whose processors computed';
            COMMENT ON COLUMN nba_orchestration.audit.game_date IS 'Eastern date |  | the date that was computed';
            COMMENT ON COLUMN nba_orchestration.audit.kind IS ' |  | nightly, or requested by an operator';
            COMMENT ON COLUMN nba_orchestration.audit.league_day IS
                'Eastern date |  | the night that asked; null for an operator';
            COMMENT ON COLUMN nba_orchestration.audit.requested_by IS ' |  | the service or the operator';
            COMMENT ON COLUMN nba_orchestration.audit.requested_at IS 'UTC |  | when';
            COMMENT ON COLUMN nba_orchestration.audit.state IS
                ' |  | requested, same, different, skipped (the date was not at rest), failed (it could not be computed)';
            COMMENT ON COLUMN nba_orchestration.audit.reason IS ' |  | why it was skipped or failed';
            COMMENT ON COLUMN nba_orchestration.audit.owner IS ' |  | the replica that answered';
            COMMENT ON COLUMN nba_orchestration.audit.started_at IS 'UTC |  | when the comparison began';
            COMMENT ON COLUMN nba_orchestration.audit.finished_at IS 'UTC |  | when it was answered';
            COMMENT ON COLUMN nba_orchestration.audit.rows_compared IS 'rows |  | stored rows that were looked at';
            COMMENT ON COLUMN nba_orchestration.audit.rows_different IS
                'rows |  | rows that differ, are missing or are too many';
            COMMENT ON COLUMN nba_orchestration.audit.compared IS ' |  | by table: rows and different';
            COMMENT ON COLUMN nba_orchestration.audit.differences IS
                ' |  | the first fifty: processor, table, kind, key, and by column [stored, computed]';
            GRANT INSERT, UPDATE, DELETE ON nba_orchestration.audit TO tipoff_analytics, tipoff_precompute;
            GRANT INSERT ON nba_orchestration.audit TO tipoff_operator;
            GRANT USAGE ON SEQUENCE nba_orchestration.audit_audit_id_seq
                TO tipoff_analytics, tipoff_precompute, tipoff_operator;
            GRANT INSERT, UPDATE ON nba_orchestration.lease TO tipoff_analytics, tipoff_precompute;
            """
    )

    /// What the guards against always nothing and always everything saw.
    static let guardChecks = PostgresMigration(
        version: 34,
        name: "guard checks",
        sql: """
            CREATE TABLE nba_orchestration.guard_check (
                league_day date NOT NULL,
                guard text NOT NULL CHECK (guard IN ('silent_source', 'one_hash', 'everything_changed')),
                verdict text NOT NULL CHECK (verdict IN ('quiet', 'fired', 'unknown')),
                looked_at bigint NOT NULL,
                findings jsonb NOT NULL,
                owner text NOT NULL,
                checked_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (league_day, guard),
                CHECK ((verdict = 'unknown') = (looked_at = 0)),
                CHECK ((verdict = 'fired') = (jsonb_array_length(findings) > 0))
            );
            CREATE TABLE nba_orchestration.guard_finding (
                guard text NOT NULL,
                processor text NOT NULL,
                game_date date NOT NULL,
                found_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (guard, processor, game_date)
            );
            COMMENT ON TABLE nba_orchestration.guard_check IS
                'The daily look for sources and processors that always report nothing or everything; one row a guard';
            COMMENT ON COLUMN nba_orchestration.guard_check.league_day IS 'Eastern date |  | the day of the check';
            COMMENT ON COLUMN nba_orchestration.guard_check.guard IS
                ' |  | silent_source, one_hash or everything_changed';
            COMMENT ON COLUMN nba_orchestration.guard_check.verdict IS
                ' |  | quiet, fired, or unknown when there was nothing to look at';
            COMMENT ON COLUMN nba_orchestration.guard_check.looked_at IS
                ' |  | sources, tables or executions that were looked at';
            COMMENT ON COLUMN nba_orchestration.guard_check.findings IS ' |  | what fired, with its figures';
            COMMENT ON COLUMN nba_orchestration.guard_check.owner IS ' |  | the replica that looked';
            COMMENT ON COLUMN nba_orchestration.guard_check.checked_at IS 'UTC |  | when';
            COMMENT ON TABLE nba_orchestration.guard_finding IS
                'What a guard has had computed again: a processor and date once, however often the guard fires';
            COMMENT ON COLUMN nba_orchestration.guard_finding.guard IS ' |  | the guard';
            COMMENT ON COLUMN nba_orchestration.guard_finding.processor IS ' |  | the processor it is about';
            COMMENT ON COLUMN nba_orchestration.guard_finding.game_date IS 'Eastern date |  | the date it is about';
            COMMENT ON COLUMN nba_orchestration.guard_finding.found_at IS 'UTC |  | when it fired first';
            GRANT INSERT, DELETE ON nba_orchestration.guard_check, nba_orchestration.guard_finding
                TO tipoff_phase4_to_phase5;
            """
    )
}
