import Postgres

extension WarehouseMigrations {
    /// The picks that readers were shown. What was shown is never changed: a pick is the fold of its events.
    static let picks = PostgresMigration(
        version: 49,
        name: "picks that readers were shown",
        sql: """
            CREATE TABLE nba_publishing.pick_event (
                event_id bigserial PRIMARY KEY,
                game_date date NOT NULL,
                game_id text NOT NULL,
                player_lookup text NOT NULL,
                stat_type text NOT NULL CHECK (stat_type = 'points'),
                side text NOT NULL CHECK (side IN ('OVER', 'UNDER')),
                event text NOT NULL CHECK (event IN ('shown', 'retracted', 'reinstated')),
                reason text CHECK (reason IN ('player_out', 'line_gone', 'game_postponed', 'withdrawn')),
                detail text,
                occurred_at timestamptz NOT NULL,
                player_name text,
                team_abbr text,
                opponent_team_abbr text,
                tipoff_at timestamptz,
                bookmaker text,
                points_line double precision,
                price_american bigint CHECK (abs(price_american) >= 100),
                win_probability double precision CHECK (win_probability BETWEEN 0 AND 1),
                expected_value double precision,
                edge double precision,
                predicted_points double precision,
                system_id text,
                model_version text,
                reasons text[],
                run_id uuid,
                execution_id uuid,
                action_id bigint REFERENCES nba_publishing.publish_action,
                created_at timestamptz NOT NULL DEFAULT now(),
                CHECK ((event = 'retracted') = (reason IS NOT NULL)),
                CHECK ((run_id IS NULL) = (action_id IS NOT NULL)),
                -- What is locked with the first word about a pick.
                CHECK ((event = 'shown') = (num_nonnulls(team_abbr, opponent_team_abbr, tipoff_at, bookmaker, points_line,
                    price_american, win_probability, expected_value, edge, predicted_points, system_id, model_version,
                    reasons) = 13)),
                -- A side is shown before the game begins, or never.
                CHECK (event <> 'shown' OR occurred_at < tipoff_at)
            );
            CREATE UNIQUE INDEX pick_event_shown ON nba_publishing.pick_event (game_id, player_lookup, stat_type, side)
                WHERE event = 'shown';
            CREATE INDEX pick_event_by_date ON nba_publishing.pick_event (game_date, event_id);
            REVOKE UPDATE ON nba_publishing.pick_event FROM tipoff_publishing;
            GRANT INSERT ON nba_publishing.pick_event TO tipoff_operator;
            GRANT USAGE ON SEQUENCE nba_publishing.pick_event_event_id_seq TO tipoff_operator;

            CREATE VIEW nba_publishing.pick AS
            SELECT s.game_date, s.game_id, s.player_lookup, s.stat_type, s.side, s.occurred_at AS shown_at, s.player_name,
                   s.team_abbr, s.opponent_team_abbr, s.tipoff_at, s.bookmaker, s.points_line, s.price_american,
                   s.win_probability, s.expected_value, s.edge, s.predicted_points, s.system_id, s.model_version, s.reasons,
                   l.event = 'retracted' AS is_retracted, l.reason AS retraction_reason, l.detail AS retraction_detail,
                   CASE WHEN l.event = 'retracted' THEN l.occurred_at END AS retracted_at
            FROM nba_publishing.pick_event AS s
            CROSS JOIN LATERAL (
                SELECT event, reason, detail, occurred_at FROM nba_publishing.pick_event AS e
                WHERE e.game_date = s.game_date AND e.game_id = s.game_id AND e.player_lookup = s.player_lookup
                    AND e.stat_type = s.stat_type AND e.side = s.side
                ORDER BY e.event_id DESC LIMIT 1
            ) AS l
            WHERE s.event = 'shown';

            COMMENT ON TABLE nba_publishing.pick_event IS
                'What happened to the picks that readers were shown; rows never change and never go';
            COMMENT ON COLUMN nba_publishing.pick_event.event_id IS ' |  | counts up';
            COMMENT ON COLUMN nba_publishing.pick_event.game_date IS ' |  | the Eastern day on which the game begins';
            COMMENT ON COLUMN nba_publishing.pick_event.game_id IS ' |  | the game';
            COMMENT ON COLUMN nba_publishing.pick_event.player_lookup IS ' |  | the name that tables are joined by';
            COMMENT ON COLUMN nba_publishing.pick_event.stat_type IS ' |  | what the line counts: points';
            COMMENT ON COLUMN nba_publishing.pick_event.side IS ' |  | OVER or UNDER';
            COMMENT ON COLUMN nba_publishing.pick_event.event IS ' |  | shown, retracted or reinstated';
            COMMENT ON COLUMN nba_publishing.pick_event.reason IS
                ' |  | why it was retracted: player_out, line_gone, game_postponed or withdrawn';
            COMMENT ON COLUMN nba_publishing.pick_event.detail IS ' |  | the same in the words of the source or the operator';
            COMMENT ON COLUMN nba_publishing.pick_event.occurred_at IS 'UTC |  | when, by the services'' clock';
            COMMENT ON COLUMN nba_publishing.pick_event.player_name IS ' |  | as readers saw it; null where no list names him';
            COMMENT ON COLUMN nba_publishing.pick_event.team_abbr IS ' |  | his team';
            COMMENT ON COLUMN nba_publishing.pick_event.opponent_team_abbr IS ' |  | the other team';
            COMMENT ON COLUMN nba_publishing.pick_event.tipoff_at IS 'UTC |  | when the game was to begin';
            COMMENT ON COLUMN nba_publishing.pick_event.bookmaker IS ' |  | who offered the line at the price';
            COMMENT ON COLUMN nba_publishing.pick_event.points_line IS 'points |  | the line as it was shown first';
            COMMENT ON COLUMN nba_publishing.pick_event.price_american IS 'American odds |  | the side''s price then';
            COMMENT ON COLUMN nba_publishing.pick_event.win_probability IS
                'fraction |  | probability that the side wins, a push left out';
            COMMENT ON COLUMN nba_publishing.pick_event.expected_value IS
                'share of the stake |  | expected gain at the price';
            COMMENT ON COLUMN nba_publishing.pick_event.edge IS 'points |  | prediction less line';
            COMMENT ON COLUMN nba_publishing.pick_event.predicted_points IS 'points |  | what was predicted then';
            COMMENT ON COLUMN nba_publishing.pick_event.system_id IS ' |  | the system that predicted it';
            COMMENT ON COLUMN nba_publishing.pick_event.model_version IS ' |  | its version';
            COMMENT ON COLUMN nba_publishing.pick_event.reasons IS ' |  | sentences that spoke for the side, at most three';
            COMMENT ON COLUMN nba_publishing.pick_event.run_id IS ' |  | the run; null for an operator''s act';
            COMMENT ON COLUMN nba_publishing.pick_event.execution_id IS ' |  | the execution; null for an operator''s act';
            COMMENT ON COLUMN nba_publishing.pick_event.action_id IS ' |  | the operator''s act; null for those of runs';
            COMMENT ON COLUMN nba_publishing.pick_event.created_at IS 'UTC |  | when the row appeared';
            COMMENT ON VIEW nba_publishing.pick IS
                'The picks that readers were shown, each as it was shown first and as it stands now';
            COMMENT ON COLUMN nba_publishing.pick.shown_at IS 'UTC |  | when readers were shown it first';
            COMMENT ON COLUMN nba_publishing.pick.is_retracted IS ' |  | whether it is taken back now';
            COMMENT ON COLUMN nba_publishing.pick.retraction_reason IS
                ' |  | player_out, line_gone, game_postponed or withdrawn; null while it stands';
            COMMENT ON COLUMN nba_publishing.pick.retraction_detail IS
                ' |  | the same in the words of the source or the operator';
            COMMENT ON COLUMN nba_publishing.pick.retracted_at IS 'UTC |  | when it was taken back; null while it stands';
            DO $$
            DECLARE field record;
            BEGIN
                FOR field IN
                    SELECT v.attname, col_description(e.attrelid, e.attnum) AS meaning
                    FROM pg_attribute AS v JOIN pg_attribute AS e USING (attname)
                    WHERE v.attrelid = 'nba_publishing.pick'::regclass AND v.attnum > 0 AND NOT v.attisdropped
                        AND e.attrelid = 'nba_publishing.pick_event'::regclass AND e.attnum > 0
                        AND col_description(v.attrelid, v.attnum) IS NULL
                LOOP
                    EXECUTE format('COMMENT ON COLUMN nba_publishing.pick.%I IS %L', field.attname, field.meaning);
                END LOOP;
            END $$;
            """
    )
}
