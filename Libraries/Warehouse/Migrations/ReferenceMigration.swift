import Postgres

extension WarehouseMigrations {
    /// Who the players are: the league's list, other spellings, and the names that nobody has matched yet.
    static let reference = PostgresMigration(
        version: 10,
        name: "players and their names",
        sql: TableSQL(
            "nba_raw.nbac_player_list_current",
            "The league's player list of a season, one row a player",
            key: ["season_year", "nba_player_id"],
            indexes: [["player_lookup"]],
            [
                .required("season_year", "bigint", "the season's first year", source: "parameters.Season"),
                .required("nba_player_id", "bigint", "the league's player id", source: "PERSON_ID"),
                .required(
                    "player_lookup",
                    "text",
                    "the name that tables are joined by",
                    source: "PLAYER_FIRST_NAME, PLAYER_LAST_NAME"
                ),
                .required(
                    "player_full_name",
                    "text",
                    "first and last name",
                    source: "PLAYER_FIRST_NAME, PLAYER_LAST_NAME"
                ),
                .optional("team_id", "bigint", "the league's team id; null without a team", source: "TEAM_ID"),
                .optional("team_abbr", "text", "the team now; null without a team", source: "TEAM_ABBREVIATION"),
                .optional("jersey_number", "text", "number on the jersey", source: "JERSEY_NUMBER"),
                .optional("position", "text", "G, F, C or a pair", source: "POSITION"),
                .optional("height", "text", "body height", unit: "feet-inches", source: "HEIGHT"),
                .optional("weight_pounds", "bigint", "body weight", unit: "pounds", source: "WEIGHT"),
                .optional("college", "text", "last school or club", source: "COLLEGE"),
                .optional("country", "text", "country", source: "COUNTRY"),
                .optional("draft_year", "bigint", "null for an undrafted player", source: "DRAFT_YEAR"),
                .optional("draft_round", "bigint", "round of the draft", source: "DRAFT_ROUND"),
                .optional("draft_pick", "bigint", "overall pick", source: "DRAFT_NUMBER"),
                .required("is_active", "boolean", "on a roster now", source: "ROSTER_STATUS = 1"),
                .optional("first_season_year", "bigint", "first season's first year", source: "FROM_YEAR"),
                .optional("last_season_year", "bigint", "last season's first year", source: "TO_YEAR"),
            ]
        ).text
            + """
            CREATE INDEX nbac_player_boxscores_by_player ON nba_raw.nbac_player_boxscores (player_lookup);

            CREATE TABLE nba_reference.player_alias (
                alias_lookup text PRIMARY KEY,
                player_lookup text NOT NULL CHECK (player_lookup <> alias_lookup),
                reason text NOT NULL,
                created_by text NOT NULL,
                created_at timestamptz NOT NULL DEFAULT now(),
                removed_at timestamptz
            );
            COMMENT ON TABLE nba_reference.player_alias IS 'Spellings of other sources and the league''s own';
            COMMENT ON COLUMN nba_reference.player_alias.alias_lookup IS '| | the other spelling, normalised';
            COMMENT ON COLUMN nba_reference.player_alias.player_lookup IS '| | the league''s spelling, normalised';
            COMMENT ON COLUMN nba_reference.player_alias.reason IS '| | why both are one man';
            COMMENT ON COLUMN nba_reference.player_alias.created_by IS '| | who said so';
            COMMENT ON COLUMN nba_reference.player_alias.created_at IS 'UTC | | when';
            COMMENT ON COLUMN nba_reference.player_alias.removed_at IS 'UTC | | when it was taken back; null while it holds';

            CREATE TABLE nba_reference.unresolved_player_name (
                source text NOT NULL,
                player_lookup text NOT NULL,
                team_abbr text NOT NULL,
                season_year bigint NOT NULL,
                player_name text NOT NULL,
                example_object text NOT NULL,
                occurrences bigint NOT NULL DEFAULT 1,
                first_seen_at timestamptz NOT NULL DEFAULT now(),
                last_seen_at timestamptz NOT NULL DEFAULT now(),
                status text NOT NULL DEFAULT 'pending'
                    CHECK (status IN ('pending', 'resolved', 'invalid', 'ignored', 'snoozed')),
                snoozed_until timestamptz,
                decided_by text,
                decided_at timestamptz,
                reason text,
                PRIMARY KEY (source, player_lookup, team_abbr, season_year)
            );
            COMMENT ON TABLE nba_reference.unresolved_player_name IS
                'Names in payloads that no box score and no player list holds, until somebody decides';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.source IS '| | the raw processor that met the name';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.player_lookup IS '| | the name, normalised';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.team_abbr IS '| | the team, empty where not said';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.season_year IS '| | the season''s first year';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.player_name IS '| | the name as it was written';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.example_object IS 'object path | | the last payload with it';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.occurrences IS 'payloads | | how often it was met';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.first_seen_at IS 'UTC | | when it was met first';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.last_seen_at IS 'UTC | | when it was met last';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.status IS '| | what was decided';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.snoozed_until IS 'UTC | | asked again then';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.decided_by IS '| | who decided';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.decided_at IS 'UTC | | when';
            COMMENT ON COLUMN nba_reference.unresolved_player_name.reason IS '| | why';

            CREATE TABLE nba_reference.name_decision (
                decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                decided_at timestamptz NOT NULL DEFAULT now(),
                decided_by text NOT NULL,
                decision text NOT NULL,
                alias_lookup text NOT NULL,
                player_lookup text,
                reason text NOT NULL
            );
            COMMENT ON TABLE nba_reference.name_decision IS 'What people decided about names, append-only';
            COMMENT ON COLUMN nba_reference.name_decision.decision_id IS '| | counts up';
            COMMENT ON COLUMN nba_reference.name_decision.decided_at IS 'UTC | | when';
            COMMENT ON COLUMN nba_reference.name_decision.decided_by IS '| | who';
            COMMENT ON COLUMN nba_reference.name_decision.decision IS '| | match, unmatch, invalid, ignored or snoozed';
            COMMENT ON COLUMN nba_reference.name_decision.alias_lookup IS '| | the name it is about, normalised';
            COMMENT ON COLUMN nba_reference.name_decision.player_lookup IS '| | the player of a match';
            COMMENT ON COLUMN nba_reference.name_decision.reason IS '| | why';

            GRANT INSERT, UPDATE ON nba_reference.unresolved_player_name TO tipoff_raw, tipoff_operator;
            GRANT INSERT, UPDATE ON nba_reference.player_alias TO tipoff_operator;
            GRANT INSERT ON nba_reference.name_decision TO tipoff_operator;
            """
    )
}
