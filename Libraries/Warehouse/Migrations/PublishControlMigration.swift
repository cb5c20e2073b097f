import Postgres

extension WarehouseMigrations {
    /// What operators do with what is published: versions shown or taken away, halts and withdrawals, each with its reason.
    static let publishControl = PostgresMigration(
        version: 46,
        name: "control of what is published",
        sql: """
            CREATE TABLE nba_publishing.publish_action (
                action_id bigserial PRIMARY KEY,
                action text NOT NULL CHECK (action IN
                    ('promote', 'quarantine', 'rollback', 'halt', 'resume', 'withdraw', 'restore')),
                kind text,
                key text,
                from_version bigint,
                to_version bigint,
                new_version bigint,
                data_hash text,
                player_lookup text,
                actor text NOT NULL,
                reason text NOT NULL CHECK (reason <> ''),
                acted_at timestamptz NOT NULL DEFAULT now(),
                CHECK ((kind IS NULL) = (action IN ('halt', 'resume', 'withdraw', 'restore'))),
                CHECK ((player_lookup IS NULL) = (action NOT IN ('withdraw', 'restore')))
            );
            CREATE INDEX publish_action_by_document ON nba_publishing.publish_action (kind, key, action_id);
            CREATE INDEX publish_action_of_players ON nba_publishing.publish_action (action_id)
                WHERE player_lookup IS NOT NULL;

            CREATE TABLE nba_publishing.halt (
                halt_id bigserial PRIMARY KEY,
                reason text NOT NULL CHECK (reason <> ''),
                actor text NOT NULL,
                since timestamptz NOT NULL DEFAULT now(),
                ended_at timestamptz,
                ended_by text,
                end_reason text,
                CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL))
            );
            -- One halt at a time.
            CREATE UNIQUE INDEX halt_open ON nba_publishing.halt ((true)) WHERE ended_at IS NULL;

            CREATE TABLE nba_publishing.withdrawal (
                withdrawal_id bigserial PRIMARY KEY,
                player_lookup text NOT NULL,
                from_date date NOT NULL,
                reason text NOT NULL CHECK (reason <> ''),
                actor text NOT NULL,
                since timestamptz NOT NULL DEFAULT now(),
                ended_at timestamptz,
                ended_by text,
                end_reason text,
                CHECK ((ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (end_reason IS NULL))
            );
            CREATE UNIQUE INDEX withdrawal_open ON nba_publishing.withdrawal (player_lookup) WHERE ended_at IS NULL;

            ALTER TABLE nba_publishing.document ADD COLUMN action_id bigint REFERENCES nba_publishing.publish_action;

            GRANT INSERT ON nba_publishing.document, nba_publishing.document_pointer, nba_publishing.publish_action,
                nba_publishing.halt, nba_publishing.withdrawal TO tipoff_operator;
            GRANT UPDATE ON nba_publishing.document_pointer, nba_publishing.halt, nba_publishing.withdrawal
                TO tipoff_operator;
            GRANT USAGE ON SEQUENCE nba_publishing.publish_action_action_id_seq, nba_publishing.halt_halt_id_seq,
                nba_publishing.withdrawal_withdrawal_id_seq TO tipoff_operator;
            REVOKE UPDATE ON nba_publishing.publish_action, nba_publishing.halt, nba_publishing.withdrawal
                FROM tipoff_publishing;
            REVOKE INSERT ON nba_publishing.publish_action, nba_publishing.halt, nba_publishing.withdrawal
                FROM tipoff_publishing;

            -- The predictions of a date are published with its slate; what reads them starts that.
            DELETE FROM nba_orchestration.change_marker WHERE processor = 'predictions_document';

            COMMENT ON TABLE nba_publishing.publish_action IS 'What operators did with what is published; rows never change';
            COMMENT ON COLUMN nba_publishing.publish_action.action_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_publishing.publish_action.action IS
                ' |  | promote, quarantine, rollback, halt, resume, withdraw or restore';
            COMMENT ON COLUMN nba_publishing.publish_action.kind IS ' |  | the kind of document; null for halts and players';
            COMMENT ON COLUMN nba_publishing.publish_action.key IS ' |  | which of its kind';
            COMMENT ON COLUMN nba_publishing.publish_action.from_version IS ' |  | what readers saw before';
            COMMENT ON COLUMN nba_publishing.publish_action.to_version IS ' |  | the version whose content they see after it';
            COMMENT ON COLUMN nba_publishing.publish_action.new_version IS ' |  | the version under which they see it';
            COMMENT ON COLUMN nba_publishing.publish_action.data_hash IS
                'hexadecimal SHA-256 |  | hash of the data that was taken away, or shown again';
            COMMENT ON COLUMN nba_publishing.publish_action.player_lookup IS ' |  | the name that tables are joined by';
            COMMENT ON COLUMN nba_publishing.publish_action.actor IS ' |  | who did it';
            COMMENT ON COLUMN nba_publishing.publish_action.reason IS ' |  | why';
            COMMENT ON COLUMN nba_publishing.publish_action.acted_at IS 'UTC |  | when';
            COMMENT ON TABLE nba_publishing.halt IS 'When predictions were not to be relied on, and why';
            COMMENT ON COLUMN nba_publishing.halt.halt_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_publishing.halt.reason IS ' |  | why, as readers are told';
            COMMENT ON COLUMN nba_publishing.halt.actor IS ' |  | who halted';
            COMMENT ON COLUMN nba_publishing.halt.since IS 'UTC |  | when it began';
            COMMENT ON COLUMN nba_publishing.halt.ended_at IS 'UTC |  | when it ended; null while it holds';
            COMMENT ON COLUMN nba_publishing.halt.ended_by IS ' |  | who ended it';
            COMMENT ON COLUMN nba_publishing.halt.end_reason IS ' |  | why it was ended';
            COMMENT ON TABLE nba_publishing.withdrawal IS 'Players whose predictions are not shown, and why';
            COMMENT ON COLUMN nba_publishing.withdrawal.withdrawal_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_publishing.withdrawal.player_lookup IS ' |  | the name that tables are joined by';
            COMMENT ON COLUMN nba_publishing.withdrawal.from_date IS
                ' |  | the first game date whose documents leave the prediction out';
            COMMENT ON COLUMN nba_publishing.withdrawal.reason IS ' |  | why';
            COMMENT ON COLUMN nba_publishing.withdrawal.actor IS ' |  | who withdrew them';
            COMMENT ON COLUMN nba_publishing.withdrawal.since IS 'UTC |  | when it began';
            COMMENT ON COLUMN nba_publishing.withdrawal.ended_at IS 'UTC |  | when it ended; null while it holds';
            COMMENT ON COLUMN nba_publishing.withdrawal.ended_by IS ' |  | who ended it';
            COMMENT ON COLUMN nba_publishing.withdrawal.end_reason IS ' |  | why it was ended';
            COMMENT ON COLUMN nba_publishing.document.action_id IS
                ' |  | the operator''s action that made the version; null for those of runs';
            """
    )
}
