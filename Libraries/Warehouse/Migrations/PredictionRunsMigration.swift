import Postgres

extension WarehouseMigrations {
    /// Who may open runs that begin with the predictions.
    static let predictionRuns = PostgresMigration(
        version: 42,
        name: "runs that begin with the predictions",
        sql: """
            -- A run that begins after Phase 2 opens its first phase by an update. The trigger of run_phase lets the operator
            -- touch only rows of a run that the same transaction opened.
            GRANT UPDATE ON nba_orchestration.run_phase TO tipoff_operator;
            """
    )
}
