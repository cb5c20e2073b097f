import Postgres

extension WarehouseMigrations {
    /// Versioned documents and the pointers that readers follow.
    static let publishing = PostgresMigration(
        version: 6,
        name: "published documents",
        sql: """
            CREATE TABLE nba_publishing.document (
                document_id uuid PRIMARY KEY,
                kind text NOT NULL,
                key text NOT NULL,
                version bigint NOT NULL CHECK (version > 0),
                schema_version bigint NOT NULL,
                game_date date NOT NULL,
                state text NOT NULL CHECK (state IN ('good', 'degraded', 'empty', 'late', 'halted', 'quarantined')),
                reasons text[] NOT NULL DEFAULT '{}',
                -- Where the slate stands, such as no_games, predictions_ready or live.
                slate_state text NOT NULL,
                player_count integer NOT NULL,
                -- json keeps the text byte for byte, so that the ETag is the SHA-256 of what a reader gets.
                payload json NOT NULL,
                etag text NOT NULL,
                -- What the reader is told without version, times and run: equal means that nothing new is to be said.
                content_hash text NOT NULL,
                object_path text NOT NULL,
                data_as_of timestamptz,
                generated_at timestamptz NOT NULL,
                run_id uuid NOT NULL,
                execution_id uuid NOT NULL,
                correlation_id text NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                UNIQUE (kind, key, version)
            );

            -- The truth of what readers see. It moves only forward.
            CREATE TABLE nba_publishing.document_pointer (
                kind text NOT NULL,
                key text NOT NULL,
                document_id uuid NOT NULL REFERENCES nba_publishing.document,
                version bigint NOT NULL,
                game_date date NOT NULL,
                moved_at timestamptz NOT NULL DEFAULT now(),
                PRIMARY KEY (kind, key)
            );
            CREATE INDEX document_by_date ON nba_publishing.document (game_date, kind);
            """
    )
}
