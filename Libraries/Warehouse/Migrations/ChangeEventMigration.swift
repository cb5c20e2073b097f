import Postgres

extension WarehouseMigrations {
    /// What readers are told as it happens: one event for each pointer that moves, in the order in which they were committed.
    static let changeEvents = PostgresMigration(
        version: 47,
        name: "what readers are told as it happens",
        sql: """
            CREATE TABLE nba_publishing.change_event (
                seq bigserial PRIMARY KEY,
                kind text NOT NULL,
                key text NOT NULL,
                version bigint NOT NULL,
                slate_date date NOT NULL,
                at timestamptz NOT NULL DEFAULT clock_timestamp()
            );
            CREATE INDEX change_event_by_slate ON nba_publishing.change_event (slate_date, seq DESC);
            COMMENT ON TABLE nba_publishing.change_event IS
                'What readers are told as it happens, one row for each move of a pointer; kept for seven days';
            COMMENT ON COLUMN nba_publishing.change_event.seq IS
                ' |  | the event''s id; rises in the order of the commits';
            COMMENT ON COLUMN nba_publishing.change_event.kind IS ' |  | the document''s kind';
            COMMENT ON COLUMN nba_publishing.change_event.key IS ' |  | which document of the kind';
            COMMENT ON COLUMN nba_publishing.change_event.version IS ' |  | the version that readers see from now on';
            COMMENT ON COLUMN nba_publishing.change_event.slate_date IS ' |  | the date that the document is about';
            COMMENT ON COLUMN nba_publishing.change_event.at IS 'UTC |  | when it was written';

            -- A reader asks for what comes after the last number that it saw. A number must not become visible after a higher
            -- one, so numbers are drawn one transaction at a time, up to its commit.
            CREATE FUNCTION nba_publishing.note_change(kind text, key text, version bigint, slate_date date) RETURNS void
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                PERFORM pg_advisory_xact_lock(hashtextextended('nba_publishing.change_event', 0));
                INSERT INTO nba_publishing.change_event (kind, key, version, slate_date)
                    VALUES (note_change.kind, note_change.key, note_change.version, note_change.slate_date);
                -- What is old goes a little at a time, so that the table needs nobody to keep it small.
                DELETE FROM nba_publishing.change_event AS e
                    USING (SELECT o.seq, o.at FROM nba_publishing.change_event AS o ORDER BY o.seq LIMIT 20) AS oldest
                    WHERE e.seq = oldest.seq AND oldest.at < now() - interval '7 days';
            END $$;

            -- Deferred to the commit: by then the transaction has every other lock, so that nobody who holds the turn waits
            -- for somebody who waits for the turn.
            CREATE FUNCTION nba_publishing.note_pointer() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                PERFORM nba_publishing.note_change(NEW.kind, NEW.key, NEW.version, NEW.game_date);
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER note_pointer AFTER INSERT OR UPDATE ON nba_publishing.document_pointer
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION nba_publishing.note_pointer();

            -- A halt concerns every document at once and moves no pointer.
            CREATE FUNCTION nba_publishing.note_halt() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                PERFORM nba_publishing.note_change('halt', NEW.halt_id::text, NEW.halt_id,
                    (now() AT TIME ZONE 'America/New_York')::date);
                RETURN NULL;
            END $$;
            DO $$
            BEGIN
                IF to_regclass('nba_publishing.halt') IS NOT NULL THEN
                    CREATE CONSTRAINT TRIGGER note_halt AFTER INSERT OR UPDATE ON nba_publishing.halt
                        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION nba_publishing.note_halt();
                END IF;
            END $$;

            -- Only the functions append.
            REVOKE INSERT, UPDATE ON nba_publishing.change_event FROM tipoff_publishing;
            REVOKE EXECUTE ON FUNCTION nba_publishing.note_change(text, text, bigint, date),
                nba_publishing.note_pointer(), nba_publishing.note_halt() FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION nba_publishing.note_change(text, text, bigint, date)
                TO tipoff_publishing, tipoff_operator;
            """
    )
}
