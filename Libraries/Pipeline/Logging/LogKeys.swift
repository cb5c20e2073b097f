/// The metadata keys of Tipoff's log lines. Messages are constant; what varies goes under one of these.
public enum LogKeys {
    // What the line is about.
    public static let runID = "run_id"
    public static let correlationID = "correlation_id"
    public static let messageID = "message_id"
    public static let executionID = "execution_id"
    public static let gameDate = "game_date"
    public static let processor = "processor"
    public static let unit = "unit"
    public static let phase = "phase"
    public static let level = "phase_level"
    public static let runKind = "run_kind"
    public static let lane = "lane"
    public static let status = "status"
    public static let requirement = "requirement"
    public static let triggerSource = "trigger_source"

    // Kafka.
    public static let topic = "topic"
    public static let partition = "partition"
    public static let offset = "offset"
    public static let group = "group"
    public static let lag = "lag"

    // PostgreSQL and the object store.
    public static let table = "table"
    public static let sqlState = "sql_state"
    public static let path = "path"
    public static let url = "url"
    public static let httpStatus = "http_status"

    // How much, how often, how long.
    public static let count = "count"
    public static let inScope = "in_scope"
    public static let processed = "processed"
    public static let changed = "changed"
    public static let attempt = "attempt"
    public static let bytes = "bytes"
    /// Milliseconds.
    public static let elapsed = "elapsed_ms"
    /// Milliseconds.
    public static let age = "age_ms"

    // What went wrong.
    public static let errorType = "error_type"
    public static let error = "error"
    public static let reason = "reason"
    public static let missing = "missing"
    public static let alert = "alert"
    public static let dropped = "dropped"
    public static let sink = "sink"

    // The process.
    public static let loop = "loop"
    public static let condition = "condition"
    public static let address = "address"
    public static let buildCommit = "build_commit"
    public static let configurationDigest = "configuration_digest"
    public static let variable = "variable"

    /// The fields every line has; metadata of the same name is written with `meta_` before it.
    static let reserved: Set<String> = ["ts", "level", "service", "logger", "message"]
}
