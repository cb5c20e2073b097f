import Postgres

extension WarehouseMigrations {
    /// The role of whoever asks over the network: it sees what is published, through views that leave the rest out, and can
    /// write nothing.
    static let readerRole = PostgresMigration(
        version: 48,
        name: "readers see what is published",
        sql: """
            DO $$
            BEGIN
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tipoff_reader') THEN
                    BEGIN
                        EXECUTE 'CREATE ROLE tipoff_reader NOLOGIN ROLE CURRENT_USER';
                    EXCEPTION
                        WHEN duplicate_object OR unique_violation THEN
                            NULL;
                        WHEN insufficient_privilege THEN
                            RAISE EXCEPTION 'the login % may not create the role tipoff_reader', current_user
                                USING ERRCODE = 'insufficient_privilege', HINT = 'ALTER ROLE … CREATEROLE for the login, '
                                    'or have the role created and granted to it, and migrate again';
                    END;
                END IF;
                EXECUTE format('GRANT CONNECT ON DATABASE %I TO tipoff_reader', current_database());
            END $$;

            -- Candidates that were refused, earlier versions and who wrote them stay inside. The outer join of a unique key
            -- is left out of a plan that asks for nothing of the version itself.
            CREATE VIEW nba_publishing.shown_document WITH (security_barrier) AS
                SELECT p.kind, p.key, p.version, p.game_date, p.moved_at, d.state, d.slate_state, d.player_count, d.etag,
                       d.data_as_of, d.generated_at, d.payload
                FROM nba_publishing.document_pointer AS p LEFT JOIN nba_publishing.document AS d USING (document_id);
            -- Who halted stays inside.
            CREATE VIEW nba_publishing.shown_halt WITH (security_barrier) AS
                SELECT halt_id, reason, since FROM nba_publishing.halt WHERE ended_at IS NULL;
            CREATE VIEW nba_publishing.shown_game WITH (security_barrier) AS
                SELECT game_date FROM nba_raw.nbac_schedule WHERE removed_at IS NULL AND NOT is_postponed;
            CREATE VIEW nba_publishing.shown_wait WITH (security_barrier) AS
                SELECT processor, min(marked_at) AS since FROM nba_orchestration.change_marker
                WHERE phase = 6 AND game_date >= current_date - 1 GROUP BY processor;
            CREATE VIEW nba_publishing.shown_record WITH (security_barrier) AS
                SELECT system_id, COALESCE(lane, 'live') = 'backfill' AS is_replay, min(game_date) AS first_date,
                       max(game_date) AS last_date, count(*) FILTER (WHERE NOT is_voided) AS graded,
                       count(*) FILTER (WHERE is_voided) AS voided, avg(absolute_error) AS mean_absolute_error,
                       count(*) FILTER (WHERE is_correct) AS wins, count(*) FILTER (WHERE NOT is_correct) AS losses,
                       count(*) FILTER (WHERE line_outcome = 'PUSH' AND recommendation IN ('OVER', 'UNDER')) AS pushes,
                       count(within_interval) AS ranged, count(*) FILTER (WHERE within_interval) AS inside
                FROM nba_predictions.prediction_accuracy
                WHERE removed_at IS NULL
                    AND (COALESCE(lane, 'live') = 'backfill' OR was_made_before_tipoff IS NOT FALSE)
                GROUP BY 1, 2;

            -- A view of one table can be written through, with its owner's rights.
            REVOKE ALL ON nba_publishing.shown_document, nba_publishing.shown_halt, nba_publishing.shown_game,
                nba_publishing.shown_wait, nba_publishing.shown_record
                FROM tipoff_publishing, tipoff_operator;
            GRANT SELECT ON nba_publishing.shown_document, nba_publishing.shown_halt, nba_publishing.shown_game,
                nba_publishing.shown_wait, nba_publishing.shown_record TO tipoff_publishing, tipoff_operator;
            GRANT USAGE ON SCHEMA nba_publishing TO tipoff_reader;
            GRANT SELECT ON nba_publishing.shown_document, nba_publishing.shown_halt, nba_publishing.shown_game,
                nba_publishing.shown_wait, nba_publishing.shown_record, nba_publishing.change_event TO tipoff_reader;

            COMMENT ON VIEW nba_publishing.shown_document IS 'What readers get now: the versions that the pointers name';
            COMMENT ON COLUMN nba_publishing.shown_document.kind IS ' |  | the document''s kind';
            COMMENT ON COLUMN nba_publishing.shown_document.key IS ' |  | which document of the kind';
            COMMENT ON COLUMN nba_publishing.shown_document.version IS ' |  | the version that readers see';
            COMMENT ON COLUMN nba_publishing.shown_document.game_date IS ' |  | the date that the document is about';
            COMMENT ON COLUMN nba_publishing.shown_document.moved_at IS 'UTC |  | since when readers see it';
            COMMENT ON COLUMN nba_publishing.shown_document.state IS ' |  | good, degraded, empty or late';
            COMMENT ON COLUMN nba_publishing.shown_document.slate_state IS ' |  | where the slate stands';
            COMMENT ON COLUMN nba_publishing.shown_document.player_count IS 'players |  | players in it';
            COMMENT ON COLUMN nba_publishing.shown_document.etag IS 'hexadecimal SHA-256 |  | hash of the payload''s bytes';
            COMMENT ON COLUMN nba_publishing.shown_document.data_as_of IS
                'UTC |  | the newest capture or grading that it rests on';
            COMMENT ON COLUMN nba_publishing.shown_document.generated_at IS 'UTC |  | when it was made';
            COMMENT ON COLUMN nba_publishing.shown_document.payload IS ' |  | the document, byte for byte';
            COMMENT ON VIEW nba_publishing.shown_halt IS 'The halt that holds, as readers are told; no row when none does';
            COMMENT ON COLUMN nba_publishing.shown_halt.halt_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_publishing.shown_halt.reason IS ' |  | why';
            COMMENT ON COLUMN nba_publishing.shown_halt.since IS 'UTC |  | when it began';
            COMMENT ON VIEW nba_publishing.shown_game IS 'One row for each game that is or was to be played, with its date alone';
            COMMENT ON COLUMN nba_publishing.shown_game.game_date IS ' |  | the game''s date';
            COMMENT ON VIEW nba_publishing.shown_wait IS
                'Since when changes of yesterday or later wait for the makers of documents';
            COMMENT ON COLUMN nba_publishing.shown_wait.processor IS ' |  | who makes the document';
            COMMENT ON COLUMN nba_publishing.shown_wait.since IS 'UTC |  | the oldest change that waits';
            COMMENT ON VIEW nba_publishing.shown_record IS
                'How each system''s graded predictions went; those made after tip-off are no record';
            COMMENT ON COLUMN nba_publishing.shown_record.system_id IS ' |  | the prediction system';
            COMMENT ON COLUMN nba_publishing.shown_record.is_replay IS
                ' |  | true for predictions made after the fact from what was known before';
            COMMENT ON COLUMN nba_publishing.shown_record.first_date IS ' |  | the first date that is graded';
            COMMENT ON COLUMN nba_publishing.shown_record.last_date IS ' |  | the last date that is graded';
            COMMENT ON COLUMN nba_publishing.shown_record.graded IS 'predictions |  | those whose player played';
            COMMENT ON COLUMN nba_publishing.shown_record.voided IS
                'predictions |  | those whose player or game did not play';
            COMMENT ON COLUMN nba_publishing.shown_record.mean_absolute_error IS 'points |  | null when nothing is graded';
            COMMENT ON COLUMN nba_publishing.shown_record.wins IS 'predictions |  | sides that won';
            COMMENT ON COLUMN nba_publishing.shown_record.losses IS 'predictions |  | sides that lost';
            COMMENT ON COLUMN nba_publishing.shown_record.pushes IS
                'predictions |  | sides taken that ended exactly on the line';
            COMMENT ON COLUMN nba_publishing.shown_record.ranged IS 'predictions |  | graded ones with an 80 % range';
            COMMENT ON COLUMN nba_publishing.shown_record.inside IS 'predictions |  | those that ended inside it';
            """
    )
}
