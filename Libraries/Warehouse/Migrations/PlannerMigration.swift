import Postgres

extension WarehouseMigrations {
    /// What the planner decided, one row a window.
    static let planner = PostgresMigration(
        version: 12,
        name: "decisions of the planner",
        sql: """
            CREATE TABLE nba_orchestration.planner_decision (
                window_key text PRIMARY KEY,
                game_date date NOT NULL,
                day_state text NOT NULL CHECK (day_state IN ('game_day', 'break', 'off_season', 'dormant')),
                verdict text NOT NULL CHECK (verdict IN ('run', 'skip', 'missed')),
                reason text NOT NULL,
                due_at timestamptz NOT NULL,
                decided_at timestamptz NOT NULL,
                run_id uuid
            );
            CREATE INDEX planner_decision_by_date ON nba_orchestration.planner_decision (game_date);
            COMMENT ON TABLE nba_orchestration.planner_decision IS 'What the planner decided about each window, and why';
            GRANT INSERT ON nba_orchestration.planner_decision TO tipoff_scrapers;
            """
    )
}
