public import Postgres

/// The queries of `deploy/queries` that programs ask as well; each file says what it tells, its columns and parameters.
public enum MonitoringQueries {
    public static let coverage = SQLFile(embedded: PackageResources.coverage_sql)
    public static let freshness = SQLFile(embedded: PackageResources.freshness_sql)
    public static let phaseBreakdown = SQLFile(embedded: PackageResources.phase_breakdown_sql)
    public static let recentFailures = SQLFile(embedded: PackageResources.recent_failures_sql)
    public static let runs = SQLFile(embedded: PackageResources.runs_sql)
    public static let stuck = SQLFile(embedded: PackageResources.stuck_sql)
    public static let transitionLatency = SQLFile(embedded: PackageResources.transition_latency_sql)
    public static let waste = SQLFile(embedded: PackageResources.waste_sql)
}
