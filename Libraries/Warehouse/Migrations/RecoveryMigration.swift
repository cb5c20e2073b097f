import Postgres

extension WarehouseMigrations {
    /// What putting things right leaves behind: each replay of a dead letter and what came of it, runs that do a date
    /// again, comparisons before such a run, and one view of everything that operators did.
    static let recovery = PostgresMigration(
        version: 52,
        name: "recovery",
        sql: """
            -- A run that does its phases again believes no stored hash, and asks for no run of other phases or dates.
            ALTER TABLE nba_orchestration.run ADD COLUMN is_replay boolean NOT NULL DEFAULT false;

            ALTER TABLE nba_orchestration.dead_letter
                ADD COLUMN correlation_id text,
                ADD COLUMN replay_of bigint;

            -- Append-only. A letter that fails again after its replay is the same letter, and this is its history.
            CREATE TABLE nba_orchestration.dead_letter_event (
                event_id bigserial PRIMARY KEY,
                dead_letter_id bigint NOT NULL REFERENCES nba_orchestration.dead_letter ON DELETE CASCADE,
                event text NOT NULL CHECK (event IN ('replayed', 'returned', 'dropped', 'resolved')),
                batch_id uuid NOT NULL,
                actor text NOT NULL CHECK (actor <> ''),
                reason text NOT NULL CHECK (reason <> ''),
                message_id uuid,
                payload_sha256 bytea,
                happened_at timestamptz NOT NULL DEFAULT now(),
                CHECK ((event IN ('replayed', 'returned')) = (message_id IS NOT NULL)),
                CHECK ((message_id IS NULL) = (payload_sha256 IS NULL))
            );
            -- One message replays one letter, and it comes back at most once.
            CREATE UNIQUE INDEX dead_letter_event_of_message ON nba_orchestration.dead_letter_event (message_id, event)
                WHERE message_id IS NOT NULL;
            CREATE INDEX dead_letter_event_by_letter ON nba_orchestration.dead_letter_event (dead_letter_id);
            CREATE INDEX dead_letter_event_by_batch ON nba_orchestration.dead_letter_event (batch_id);
            -- Which payloads have failed after a replay.
            CREATE INDEX dead_letter_event_returned ON nba_orchestration.dead_letter_event (payload_sha256)
                WHERE event = 'returned';
            CREATE INDEX dead_letter_new ON nba_orchestration.dead_letter (dead_letter_id) WHERE state = 'new';

            ALTER TABLE nba_orchestration.audit
                DROP CONSTRAINT audit_kind_check,
                ADD CONSTRAINT audit_kind_check CHECK (kind IN ('nightly', 'requested', 'shadow')),
                ADD COLUMN selection jsonb,
                ADD CHECK (selection IS NULL OR kind = 'shadow');

            GRANT INSERT ON nba_orchestration.dead_letter_event
                TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, tipoff_publishing,
                   tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5, tipoff_operator;
            GRANT USAGE ON SEQUENCE nba_orchestration.dead_letter_event_event_id_seq
                TO tipoff_scrapers, tipoff_raw, tipoff_analytics, tipoff_precompute, tipoff_predictions, tipoff_publishing,
                   tipoff_phase2_to_phase3, tipoff_phase3_to_phase4, tipoff_phase4_to_phase5, tipoff_operator;

            -- After a restored backup the operator files what the topics hold and the database does not know.
            GRANT INSERT ON nba_orchestration.dead_letter TO tipoff_operator;
            -- Whoever opens a run opens its first phase or ends it in the same transaction; the triggers of both tables see to
            -- it that nobody goes on from there but the owners.
            GRANT UPDATE ON nba_orchestration.run, nba_orchestration.run_phase TO tipoff_operator;

            \(operatorAction)

            COMMENT ON TABLE nba_orchestration.dead_letter_event IS
                'What was done with dead letters, and which came back; rows never change';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.event_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.dead_letter_id IS ' |  | the dead letter';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.event IS
                ' |  | replayed, returned (its replay was rejected, or failed), dropped, or resolved (done some other way)';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.batch_id IS ' |  | the command that did it; one for all it did';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.actor IS ' |  | who; for a return the consumer';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.reason IS ' |  | why; for a return what was wrong';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.message_id IS ' |  | the message of the replay';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.payload_sha256 IS
                'SHA-256 |  | of the payload that was sent again, as it lay in the letter or was given instead';
            COMMENT ON COLUMN nba_orchestration.dead_letter_event.happened_at IS 'UTC |  | when';
            COMMENT ON COLUMN nba_orchestration.audit.kind IS
                ' |  | nightly, requested by an operator, or shadow: what a replay would change, without repairing anything';
            COMMENT ON COLUMN nba_orchestration.audit.differences IS
                ' |  | the first fifty (all of a shadow): processor, table, kind, key, and by column [stored, computed]';
            COMMENT ON COLUMN nba_orchestration.audit.selection IS
                ' |  | the players, teams and games that a shadow looks at; null for all';
            """
    )

    /// Who did what, and why, whatever table remembers it.
    private static let operatorAction = """
        CREATE VIEW nba_orchestration.operator_action AS
            SELECT q.requested_at AS acted_at, q.actor, q.action,
                   concat_ws(' ', 'phase ' || q.phase, q.processor, NULLIF(q.unit, '*')) AS subject, q.reason, q.result,
                   r.correlation_id, q.run_id, r.game_date
            FROM nba_orchestration.operator_request AS q LEFT JOIN nba_orchestration.run AS r USING (run_id)
            UNION ALL
            SELECT opened_at, opened_by, CASE WHEN is_replay THEN 'replay' ELSE 'open_run' END,
                   concat_ws(' ', kind, 'phases ' || first_phase || ' to ' || until_phase), COALESCE(reason, ''), state,
                   correlation_id, run_id, game_date
            FROM nba_orchestration.run
            -- What an operator's word or request opened is told by its own row.
            WHERE opened_by ~ '^(tipoff|console):' AND NOT starts_with(plan_key, 'override:')
                AND NOT starts_with(plan_key, 'retry:')
            UNION ALL
            SELECT min(e.happened_at), e.actor, 'dead_letters_' || e.event,
                   CASE count(*) WHEN 1 THEN 'dead letter ' || min(e.dead_letter_id)
                       ELSE count(*) || ' dead letters' END,
                   e.reason, NULL,
                   CASE WHEN count(DISTINCT d.correlation_id) = 1 THEN min(d.correlation_id) END, NULL,
                   CASE WHEN count(DISTINCT d.game_date) = 1 THEN min(d.game_date) END
            FROM nba_orchestration.dead_letter_event AS e JOIN nba_orchestration.dead_letter AS d USING (dead_letter_id)
            WHERE e.event <> 'returned'
            GROUP BY e.batch_id, e.event, e.actor, e.reason
            UNION ALL
            SELECT o.created_at, o.actor, 'override', concat_ws(' ', o.subject, o.value->>'status'), o.reason, NULL,
                   r.correlation_id, r.run_id, r.game_date
            FROM nba_orchestration.override AS o
            LEFT JOIN nba_orchestration.run AS r ON r.run_id = (o.value->>'run_id')::uuid
            UNION ALL
            SELECT requested_at, requested_by, CASE kind WHEN 'shadow' THEN 'shadow' ELSE 'audit' END, 'phase ' || phase,
                   '', concat_ws(': ', state, reason), NULL, NULL, game_date
            FROM nba_orchestration.audit WHERE kind <> 'nightly'
            UNION ALL
            SELECT happened_at, actor, 'backfill_' || event, 'job ' || job_id, COALESCE(reason, ''), NULL, NULL, NULL, NULL
            FROM nba_orchestration.backfill_event WHERE actor ~ '^(tipoff|console):'
            UNION ALL
            SELECT acted_at, actor, 'publish_' || action,
                   concat_ws(' ', kind || '/' || key, player_lookup, 'version ' || new_version), reason, NULL, NULL, NULL,
                   NULL
            FROM nba_publishing.publish_action
            UNION ALL
            SELECT decided_at, decided_by, 'name_' || decision, concat_ws(' ', alias_lookup, player_lookup), reason, NULL,
                   NULL, NULL, NULL
            FROM nba_reference.name_decision
            UNION ALL
            SELECT promoted_at, requested_by, 'model_' || action, model_id, reason, NULL, NULL, NULL, NULL
            FROM nba_predictions.model_promotion;
        GRANT SELECT ON nba_orchestration.operator_action TO tipoff_operator, tipoff_readonly;
        COMMENT ON VIEW nba_orchestration.operator_action IS
            'What operators did, the dead letters of one command as one row; from the tables that each act leaves';
        COMMENT ON COLUMN nba_orchestration.operator_action.acted_at IS 'UTC |  | when';
        COMMENT ON COLUMN nba_orchestration.operator_action.actor IS ' |  | who';
        COMMENT ON COLUMN nba_orchestration.operator_action.action IS ' |  | what, such as force_phase or replay';
        COMMENT ON COLUMN nba_orchestration.operator_action.subject IS ' |  | to what';
        COMMENT ON COLUMN nba_orchestration.operator_action.reason IS ' |  | why; empty where it was not asked for';
        COMMENT ON COLUMN nba_orchestration.operator_action.result IS
            ' |  | how it stands or what came of it; null where the act is its own result';
        COMMENT ON COLUMN nba_orchestration.operator_action.correlation_id IS
            ' |  | of the run or the dead letters; null where they have none in common';
        COMMENT ON COLUMN nba_orchestration.operator_action.run_id IS ' |  | the run that it acts on or opened';
        COMMENT ON COLUMN nba_orchestration.operator_action.game_date IS 'Eastern date |  | the date that it is about';
        """
}
