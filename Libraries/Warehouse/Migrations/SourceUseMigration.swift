import Postgres

extension WarehouseMigrations {
    /// How much of each site's budget a day has used.
    static let sourceUse = PostgresMigration(
        version: 50,
        name: "daily budgets of the sources",
        sql: """
            CREATE TABLE nba_orchestration.source_use (
                host text NOT NULL,
                day date NOT NULL,
                spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
                refused bigint NOT NULL DEFAULT 0 CHECK (refused >= 0),
                PRIMARY KEY (host, day)
            );
            COMMENT ON TABLE nba_orchestration.source_use IS
                'Requests or credits that a host was asked for on an Eastern day, and requests that its budget refused';
            GRANT INSERT, UPDATE ON nba_orchestration.source_use TO tipoff_scrapers;
            """
    )
}
