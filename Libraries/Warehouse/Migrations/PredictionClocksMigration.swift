import Postgres

extension WarehouseMigrations {
    /// The clocks of Phase 5 hold a lease and write down what they decided, where the planner does.
    static let predictionClocks = PostgresMigration(
        version: 44,
        name: "clocks of the predictions",
        sql: """
            GRANT INSERT, UPDATE ON nba_orchestration.lease TO tipoff_predictions;
            GRANT INSERT ON nba_orchestration.planner_decision TO tipoff_predictions;
            """
    )
}
